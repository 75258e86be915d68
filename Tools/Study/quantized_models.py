"""Int8 .tflite files the study starts from: untrained networks, and shared models with a new head.

Weights: uniform (He before a RELU, Glorot in the head), seeded. A weight scale leaves WEIGHT_HEADROOM times the
initial bound; an activation scale leaves `headroom` times the largest value that the untrained network makes of the
calibration images; logits reach LOGIT_LIMIT. None of these numbers has seen a trained network.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

OPERATOR, OPTIONS, ACTIVATION = schema.BuiltinOperator, schema.BuiltinOptions, schema.ActivationFunctionType
VERSIONS = {OPERATOR.CONV_2D: 3, OPERATOR.FULLY_CONNECTED: 4, OPERATOR.MAX_POOL_2D: 2, OPERATOR.RESHAPE: 1}
WEIGHT_HEADROOM = 4.0
ACTIVATION_HEADROOM = 4.0
# A difference of logits of 32 is a loss of 1e-14: nothing is learned beyond it.
LOGIT_LIMIT = 25.6


def _codes(random, shape, bound):
    """Uniform within the bound, quantized with head-room: (codes, scale)."""
    scale = np.float32(WEIGHT_HEADROOM * bound / 127)
    return np.rint(random.uniform(-bound, bound, shape) / scale).astype(np.int8), scale


def he_bound(fan_in):
    return np.sqrt(6 / fan_in)


def glorot_bound(fan_in, fan_out):
    return np.sqrt(6 / (fan_in + fan_out))


class Writer:
    """Builds the file and runs the untrained network on the calibration images, layer by layer."""

    def __init__(self, shape, images, seed, headroom):
        """shape: of one image, NHWC without N. images: real values (N, ...) in 0...1, codes = 255 * value - 128."""
        self.random = np.random.default_rng(seed)
        self.headroom = headroom
        self.model = schema.ModelT()
        self.model.version, self.model.description = 3, b"untrained"
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.graph = schema.SubGraphT()
        self.graph.name, self.graph.tensors, self.graph.operators = b"main", [], []
        self.model.subgraphs = [self.graph]
        self.scale = np.float32(1 / 255)
        self.values = images.reshape(-1, *shape).astype(np.float32)
        self.current = self.input = self._tensor("image", [1, *shape], self.scale, -128)

    def _tensor(self, name, shape, scale=None, zero_point=0, data=None):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.buffer = name.encode(), list(shape), 0
        tensor.type = schema.TensorType.INT32 if data is not None and data.dtype == np.int32 else schema.TensorType.INT8
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        if scale is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = np.atleast_1d(np.float32(scale))
            quantization.zeroPoint = np.array([zero_point], np.int64)
            tensor.quantization = quantization
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def _append(self, code, inputs, output, options_type, options):
        operator_code = schema.OperatorCodeT()
        operator_code.builtinCode = operator_code.deprecatedBuiltinCode = code
        operator_code.version = VERSIONS[code]
        self.model.operatorCodes.append(operator_code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, [output]
        operator.builtinOptionsType, operator.builtinOptions = options_type, options
        self.graph.operators.append(operator)
        self.current = output

    def _layer(self, name, code, shape, bound, relu, options_type, options):
        """shape: of the weights (O, ...). self.values must hold the layer's real output for `real` weights already."""
        codes, weight_scale = _codes(self.random, shape, bound)
        source_scale = self.scale
        self.values = self._applied(code, codes * weight_scale)
        if relu:
            self.values = np.maximum(self.values, 0)
            self.scale, zero_point = np.float32(self.headroom * self.values.max() / 255), -128
        else:
            self.scale, zero_point = np.float32(LOGIT_LIMIT / 128), 0
        source = self.current
        weights = self._tensor(f"{name}/weights", shape, weight_scale, 0, codes)
        bias = self._tensor(f"{name}/bias", [shape[0]], source_scale * weight_scale, 0, np.zeros(shape[0], np.int32))
        output = self._tensor(name, [1, *self.values.shape[1:]], self.scale, zero_point)
        options.fusedActivationFunction = ACTIVATION.RELU if relu else ACTIVATION.NONE
        self._append(code, [source, weights, bias], output, options_type, options)

    def _applied(self, code, weights):
        if code == OPERATOR.FULLY_CONNECTED:
            return self.values @ weights.T
        windows = np.lib.stride_tricks.sliding_window_view(self.values, weights.shape[1:3], axis=(1, 2))
        return np.einsum("nyxchw,ohwc->nyxo", windows, weights, optimize=True)

    def convolution(self, name, channels, kernel):
        """Stride 1, no padding, RELU."""
        options = schema.Conv2DOptionsT()
        options.padding = schema.Padding.VALID
        options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
        shape = [channels, kernel, kernel, self.values.shape[-1]]
        bound = he_bound(int(np.prod(shape[1:])))
        self._layer(name, OPERATOR.CONV_2D, shape, bound, True, OPTIONS.Conv2DOptions, options)

    def dense(self, name, channels, relu):
        fan_in = self.values.shape[-1]
        bound = he_bound(fan_in) if relu else glorot_bound(fan_in, channels)
        self._layer(
            name, OPERATOR.FULLY_CONNECTED, [channels, fan_in], bound, relu,
            OPTIONS.FullyConnectedOptions, schema.FullyConnectedOptionsT())

    def max_pool(self, name):
        """2x2, stride 2, what does not fill a window is left out."""
        options = schema.Pool2DOptionsT()
        options.padding = schema.Padding.VALID
        options.strideH = options.strideW = options.filterHeight = options.filterWidth = 2
        n, height, width, channels = self.values.shape
        cut = self.values[:, : height // 2 * 2, : width // 2 * 2]
        self.values = cut.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
        source = self.current
        output = self._tensor(name, [1, *self.values.shape[1:]], self.scale, -128)
        self._append(OPERATOR.MAX_POOL_2D, [source], output, OPTIONS.Pool2DOptions, options)

    def flatten(self, name):
        self.values = self.values.reshape(len(self.values), -1)
        shape = [1, self.values.shape[1]]
        amounts = self._tensor(f"{name}/shape", [2], data=np.array(shape, np.int32))
        options = schema.ReshapeOptionsT()
        options.newShape = shape
        source = self.current
        output = self._tensor(name, shape, self.scale, -128)
        self._append(OPERATOR.RESHAPE, [source, amounts], output, OPTIONS.ReshapeOptions, options)

    def finish(self):
        self.graph.inputs, self.graph.outputs = [self.input], [self.current]
        return _packed(self.model)


def _packed(model):
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def dense_network(images, seed, headroom=ACTIVATION_HEADROOM):
    """784-128-10."""
    writer = Writer([784], images, seed, headroom)
    writer.dense("hidden", 128, relu=True)
    writer.dense("head", 10, relu=False)
    return writer.finish()


def small_cnn(images, seed, headroom=ACTIVATION_HEADROOM):
    """28x28x1, conv 3x3x8, pool, conv 3x3x16, pool, dense 10; no padding."""
    writer = Writer([28, 28, 1], images, seed, headroom)
    writer.convolution("conv1", 8, 3)
    writer.max_pool("pool1")
    writer.convolution("conv2", 16, 3)
    writer.max_pool("pool2")
    writer.flatten("flat")
    writer.dense("head", 10, relu=False)
    return writer.finish()


def with_new_head(model, classes, seed):
    """`model` with its last dense layer replaced."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    graph = model.subgraphs[0]
    codes = [max(c.builtinCode, c.deprecatedBuiltinCode) for c in model.operatorCodes]
    head = max(i for i, op in enumerate(graph.operators) if codes[op.opcodeIndex] == OPERATOR.FULLY_CONNECTED)
    source, weights, bias = (graph.tensors[i] for i in graph.operators[head].inputs)
    fan_in = int(weights.shape[1])
    new, scale = _codes(np.random.default_rng(seed), (classes, fan_in), glorot_bound(fan_in, classes))

    def rescale(tensor, scale):
        tensor.quantization.scale = np.atleast_1d(np.float32(scale))
        tensor.quantization.zeroPoint = np.array([0], np.int64)

    def replace(tensor, data, scale):
        tensor.shape = list(data.shape)
        model.buffers[tensor.buffer].data = np.frombuffer(data.tobytes(), np.uint8)
        rescale(tensor, scale)

    replace(weights, new, scale)
    replace(bias, np.zeros(classes, np.int32), np.float32(source.quantization.scale[0]) * scale)
    rescale(graph.tensors[graph.operators[head].outputs[0]], LOGIT_LIMIT / 128)
    for operator in graph.operators[head:]:
        graph.tensors[operator.outputs[0]].shape = [1, classes]
    return _packed(model)


def layer_count(model):
    """Layers with weights, as update plans count them."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    codes = [max(c.builtinCode, c.deprecatedBuiltinCode) for c in model.operatorCodes]
    layers = (OPERATOR.CONV_2D, OPERATOR.DEPTHWISE_CONV_2D, OPERATOR.FULLY_CONNECTED)
    return sum(codes[operator.opcodeIndex] in layers for operator in model.subgraphs[0].operators)
