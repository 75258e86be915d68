"""Makes Tests/Fixtures/parity/zoo1.tflite and zoo2.tflite: every supported operation with the options that the shipped models do not use,
seeded random weights, and the codes of all its layers; and elementwise.tflite: sums and products whose operands are
repeated, and the functions of each element; and structure.tflite: operations that move codes about.

    python Tools/DemoModel/operation_zoo.py
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

import litert_fixtures
from tensor_names import AlignedBuffer

OPERATOR = schema.BuiltinOperator
ACTIVATION = schema.ActivationFunctionType
SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
INPUT_COUNT = 10
VERSIONS = {
    OPERATOR.ADD: 2,
    OPERATOR.AVERAGE_POOL_2D: 2,
    OPERATOR.CONCATENATION: 2,
    OPERATOR.CONV_2D: 3,
    OPERATOR.DEPTHWISE_CONV_2D: 3,
    OPERATOR.DEQUANTIZE: 2,
    OPERATOR.FULLY_CONNECTED: 4,
    OPERATOR.MAX_POOL_2D: 2,
    OPERATOR.MEAN: 2,
    OPERATOR.PAD: 2,
    OPERATOR.QUANTIZE: 2,
    OPERATOR.SLICE: 2,
    OPERATOR.SOFTMAX: 2,
    OPERATOR.SPLIT: 2,
    OPERATOR.SPLIT_V: 2,
    OPERATOR.STRIDED_SLICE: 2,
    OPERATOR.TRANSPOSE: 2,
}


class Zoo:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = b"every operation"
        self.model.buffers = [AlignedBuffer()]
        self.model.operatorCodes = []
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]

    def tensor(self, name, shape, scale=None, zero_point=0, data=None, axis=0):
        """`data` makes it a constant; `scale` may be a vector along `axis`."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape = name.encode(), list(shape)
        tensor.type = schema.TensorType.INT8 if data is None or data.dtype == np.int8 else schema.TensorType.INT32
        if data is None and scale is None:
            tensor.type = schema.TensorType.FLOAT32
        tensor.buffer = 0
        if data is not None:
            buffer = AlignedBuffer()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        if scale is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = np.atleast_1d(np.asarray(scale, np.float32))
            quantization.zeroPoint = np.full(len(quantization.scale), zero_point, np.int64)
            quantization.quantizedDimension = axis
            tensor.quantization = quantization
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def scale(self, index):
        return np.float32(self.graph.tensors[index].quantization.scale[0])

    def zero_point(self, index):
        return int(self.graph.tensors[index].quantization.zeroPoint[0])

    def append(self, code, inputs, output, options_type=0, **options):
        operator_code = schema.OperatorCodeT()
        operator_code.builtinCode = operator_code.deprecatedBuiltinCode = code
        operator_code.version = VERSIONS.get(code, 1)
        self.model.operatorCodes.append(operator_code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, output if isinstance(output, list) else [output]
        if options_type:
            operator.builtinOptionsType = options_type
            operator.builtinOptions = _options(options_type, options)
        self.graph.operators.append(operator)
        return output

    def weighted(self, name, code, source, weights_shape, shape, axis, per_channel, bias, options_type, **options):
        """A layer whose output scale suits its random weights."""
        channels = weights_shape[axis]
        fan_in = int(np.prod(weights_shape)) // channels
        weight_scale = np.exp(self.random.uniform(-8, -4, channels if per_channel else 1)).astype(np.float32)
        codes = self.random.integers(-127, 128, weights_shape).astype(np.int8)
        accumulator_scale = self.scale(source) * weight_scale
        output_scale = float(np.median(accumulator_scale)) * np.sqrt(fan_in) * 73 * 70 / 50
        weights = self.tensor(f"{name}/weights", weights_shape, weight_scale, 0, codes, axis)
        inputs = [source, weights]
        if bias:
            biases = (self.random.normal(0, output_scale * 30, channels) / accumulator_scale).astype(np.int32)
            inputs.append(self.tensor(f"{name}/bias", [channels], accumulator_scale, 0, biases))
        elif code == OPERATOR.FULLY_CONNECTED:
            inputs.append(-1)
        output = self.tensor(name, shape, output_scale, int(self.random.integers(-60, 60)))
        return self.append(code, inputs, output, options_type, **options)

    def moved(self, name, code, source, shape, options_type=0, extra=(), **options):
        """An operation whose output has the number format of its input."""
        output = self.tensor(name, shape, self.scale(source), self.zero_point(source))
        return self.append(code, [source, *extra], output, options_type, **options)

    def parts(self, name, code, source, shapes, inputs, options_type, **options):
        """An operation with several outputs of the number format of `source`."""
        outputs = [
            self.tensor(f"{name}{i}", shape, self.scale(source), self.zero_point(source))
            for i, shape in enumerate(shapes)
        ]
        return self.append(code, inputs, outputs, options_type, **options)

    def integers(self, name, *values):
        return self.tensor(name, [len(values)], data=np.array(values, np.int32))

    def finish(self, source, output):
        self.graph.inputs, self.graph.outputs = [source], [output]
        self.graph.name = b"main"
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def _options(options_type, values):
    name = {v: k for k, v in vars(schema.BuiltinOptions).items() if isinstance(v, int)}[options_type]
    options = getattr(schema, name + "T")()
    for key, value in values.items():
        assert hasattr(options, key), key
        setattr(options, key, value)
    return options


def build(seed):
    zoo = Zoo(seed)
    kinds = schema.BuiltinOptions
    ones = {"strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
    image = zoo.tensor("image", [1, 11, 9, 3], 0.03, -5)
    x = zoo.weighted(
        "dilated", OPERATOR.CONV_2D, image, [6, 3, 2, 3], [1, 11, 9, 6], 0, True, True, kinds.Conv2DOptions,
        **{**ones, "padding": SAME, "dilationHFactor": 2, "fusedActivationFunction": ACTIVATION.RELU6})
    x = zoo.weighted(
        "doubled", OPERATOR.DEPTHWISE_CONV_2D, x, [1, 3, 5, 12], [1, 6, 5, 12], 3, True, True,
        kinds.DepthwiseConv2DOptions, **{**ones, "padding": SAME, "strideW": 2, "strideH": 2, "depthMultiplier": 2})
    pool = {"strideW": 1, "strideH": 1, "filterWidth": 3, "filterHeight": 2, "padding": SAME}
    largest = zoo.moved("largest", OPERATOR.MAX_POOL_2D, x, [1, 6, 5, 12], kinds.Pool2DOptions, **pool)
    average = zoo.moved(
        "average", OPERATOR.AVERAGE_POOL_2D, x, [1, 6, 5, 12], kinds.Pool2DOptions,
        **{**pool, "filterHeight": 3, "fusedActivationFunction": ACTIVATION.RELU})
    one_scale = zoo.weighted(
        "one_scale", OPERATOR.CONV_2D, largest, [12, 1, 1, 12], [1, 6, 5, 12], 0, False, True, kinds.Conv2DOptions,
        **{**ones, "padding": VALID})
    sum_scale = float(zoo.scale(one_scale)) * 1.3
    x = zoo.append(
        OPERATOR.ADD, [average, one_scale], zoo.tensor("sum", [1, 6, 5, 12], sum_scale, 17), kinds.AddOptions,
        fusedActivationFunction=ACTIVATION.RELU_N1_TO_1 if seed % 2 else ACTIVATION.NONE)
    amounts = np.array([[0, 0], [1, 0], [2, 1], [0, 0]], np.int32)
    x = zoo.moved(
        "padded", OPERATOR.PAD, x, [1, 7, 8, 12], kinds.PadOptions,
        [zoo.tensor("amounts", [4, 2], data=amounts)])
    x = zoo.weighted(
        "strided", OPERATOR.CONV_2D, x, [16, 3, 3, 12], [1, 3, 3, 16], 0, True, True, kinds.Conv2DOptions,
        **{**ones, "padding": VALID, "strideW": 2, "strideH": 2})
    axes = zoo.tensor("axes", [2], data=np.array([1, 2], np.int32))
    keep = bool(seed % 2)
    mean = zoo.tensor("mean", [1, 1, 1, 16] if keep else [1, 16], float(zoo.scale(x)) * 0.37, 3)
    x = zoo.append(OPERATOR.MEAN, [x, axes], mean, kinds.ReducerOptions, keepDims=keep)
    row = zoo.tensor("row_shape", [2], data=np.array([1, 16], np.int32))
    x = zoo.moved("row", OPERATOR.RESHAPE, x, [1, 16], extra=[row])
    x = zoo.weighted(
        "hidden", OPERATOR.FULLY_CONNECTED, x, [12, 16], [1, 12], 0, False, False, kinds.FullyConnectedOptions,
        fusedActivationFunction=ACTIVATION.RELU)
    x = zoo.weighted("head", OPERATOR.FULLY_CONNECTED, x, [7, 12], [1, 7], 0, True, True, kinds.FullyConnectedOptions)
    zoo.graph.tensors[x].quantization.scale[0] *= 1.5
    result = zoo.tensor("probabilities", [1, 7], 1 / 256, -128)
    x = zoo.append(OPERATOR.SOFTMAX, [x], result, kinds.SoftmaxOptions, beta=0.8)
    return zoo.finish(image, x)


def build_elementwise(seed):
    """A stem, a squeeze-and-excite block, and a mixture of maps with themselves, with constants and with gates."""
    zoo = Zoo(seed)
    kinds = schema.BuiltinOptions
    ones = {"strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1, "padding": SAME}
    map_shape, row_shape = [1, 8, 7, 8], [1, 1, 1, 8]

    def function(name, code, source, shape, scale, zero_point, options_type=0, **options):
        return zoo.append(code, [source], zoo.tensor(name, shape, scale, zero_point), options_type, **options)

    def combine(name, code, a, b, shape, scale, zero_point, options_type, activation=ACTIVATION.NONE):
        output = zoo.tensor(name, shape, scale, zero_point)
        return zoo.append(code, [a, b], output, options_type, fusedActivationFunction=activation)

    def conv(name, source, weights_shape, shape):
        return zoo.weighted(name, OPERATOR.CONV_2D, source, weights_shape, shape, 0, True, True, kinds.Conv2DOptions, **ones)

    image = zoo.tensor("image", [1, 8, 7, 3], 0.03, -5)
    stem = conv("stem", image, [8, 3, 3, 3], map_shape)
    unit = float(zoo.scale(stem))
    swish = function("swish", OPERATOR.HARD_SWISH, stem, map_shape, unit * 0.7, -90, kinds.HardSwishOptions)
    axes = zoo.tensor("axes", [2], data=np.array([1, 2], np.int32))
    mean = zoo.append(
        OPERATOR.MEAN, [swish, axes], zoo.tensor("mean", row_shape, unit * 0.3, -20), kinds.ReducerOptions, keepDims=True)
    squeezed = conv("squeeze", mean, [4, 1, 1, 8], [1, 1, 1, 4])
    squeezed = function("relu", OPERATOR.RELU, squeezed, [1, 1, 1, 4], float(zoo.scale(squeezed)) * 0.6, -128)
    excited = conv("excite", squeezed, [8, 1, 1, 4], row_shape)
    zoo.graph.tensors[excited].quantization.scale[0] = 0.04
    gate = function("gate", OPERATOR.LOGISTIC, excited, row_shape, 1 / 256, -128)
    gated = combine("gated", OPERATOR.MUL, swish, gate, map_shape, unit * 0.5, -60, kinds.MulOptions)
    offsets = zoo.tensor("offsets", [8], 0.02, 3, zoo.random.integers(-128, 128, [8]).astype(np.int8))
    shifted = combine("shifted", OPERATOR.ADD, gated, offsets, map_shape, unit * 0.6, -40, kinds.AddOptions)
    leaky = function(
        "leaky", OPERATOR.LEAKY_RELU, shifted, map_shape, unit * 0.5, -70, kinds.LeakyReluOptions, alpha=0.125)
    centered = combine("centered", OPERATOR.SUB, mean, leaky, map_shape, unit * 0.8, 30, kinds.SubOptions)
    squared = combine("squared", OPERATOR.MUL, centered, centered, map_shape, unit * unit * 40, -128, kinds.MulOptions)
    attention = conv("attention", squared, [1, 1, 1, 8], [1, 8, 7, 1])
    zoo.graph.tensors[attention].quantization.scale[0] = 0.02
    attention = function("tanh", OPERATOR.TANH, attention, [1, 8, 7, 1], 1 / 128, 0)
    mixed = combine("mixed", OPERATOR.MUL, attention, leaky, map_shape, unit * 0.5, 0, kinds.MulOptions, ACTIVATION.RELU6)
    half = zoo.tensor("half", [1], 0.5, 0, np.array([1], np.int8))
    scaled = combine("scaled", OPERATOR.MUL, mixed, half, map_shape, unit * 0.25, -100, kinds.MulOptions)
    last = zoo.append(
        OPERATOR.RELU6, [scaled], zoo.tensor("last", map_shape, zoo.scale(scaled), zoo.zero_point(scaled)))
    row = zoo.tensor("row_shape", [2], data=np.array([1, 448], np.int32))
    last = zoo.moved("row", OPERATOR.RESHAPE, last, [1, 448], extra=[row])
    head = zoo.weighted("head", OPERATOR.FULLY_CONNECTED, last, [5, 448], [1, 5], 0, True, True, kinds.FullyConnectedOptions)
    result = zoo.tensor("probabilities", [1, 5], 1 / 256, -128)
    return zoo.finish(image, zoo.append(OPERATOR.SOFTMAX, [head], result, kinds.SoftmaxOptions, beta=1.0))


def write(name, content, elements, seed):
    model = litert_fixtures.PARITY / f"{name}.tflite"
    model.write_bytes(content)
    inputs = np.random.default_rng(seed).integers(-128, 128, (INPUT_COUNT, elements)).astype(np.int8)
    litert_fixtures.write(model, inputs, litert_fixtures.PARITY / name)


def build_structure(seed):
    """Operations that move codes about: float in and out, parts of a map, a net over time, and all of it put together."""
    zoo = Zoo(seed)
    kinds = schema.BuiltinOptions
    ones = {"strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
    image = zoo.tensor("image", [1, 10, 8, 3])
    x = zoo.append(OPERATOR.QUANTIZE, [image], zoo.tensor("codes", [1, 10, 8, 3], 0.03, -5), kinds.QuantizeOptions)
    stem = zoo.weighted(
        "stem", OPERATOR.CONV_2D, x, [6, 1, 1, 3], [1, 10, 8, 6], 0, True, True, kinds.Conv2DOptions,
        **{**ones, "padding": VALID})
    thirds = zoo.parts(
        "third", OPERATOR.SPLIT, stem, [[1, 10, 8, 2]] * 3, [zoo.tensor("split_axis", [], data=np.array(3, np.int32)), stem],
        kinds.SplitOptions, numSplits=3)
    shuffled = zoo.moved(
        "shuffled", OPERATOR.CONCATENATION, thirds[2], [1, 10, 8, 4], kinds.ConcatenationOptions, [thirds[0]], axis=-1)
    top, bottom = zoo.parts(
        "rows", OPERATOR.SPLIT_V, stem, [[1, 3, 8, 6], [1, 7, 8, 6]],
        [stem, zoo.integers("sizes", 3, 7), zoo.tensor("rows_axis", [], data=np.array(1, np.int32))], kinds.SplitVOptions,
        numSplits=2)
    strided = zoo.moved(
        "strided", OPERATOR.STRIDED_SLICE, bottom, [1, 3, 3, 6], kinds.StridedSliceOptions,
        [zoo.integers("begin", 0, -6, 5, 0), zoo.integers("end", 1, 7, 8, 3), zoo.integers("strides", 1, 2, 3, 1)],
        beginMask=0b0101, endMask=0b1000)
    row = zoo.moved(
        "row", OPERATOR.STRIDED_SLICE, top, [1, 8, 6], kinds.StridedSliceOptions,
        [zoo.integers("row_begin", 0, 2, 0, 0), zoo.integers("row_end", 1, 3, 8, 6), zoo.integers("row_strides", 1, 1, 1, 1)],
        shrinkAxisMask=0b0010)
    corner = zoo.moved(
        "corner", OPERATOR.SLICE, shuffled, [1, 5, 2, 4], kinds.SliceOptions,
        [zoo.integers("corner_begin", 0, 5, 3, 0), zoo.integers("corner_size", 1, -1, 2, 4)])
    turned = zoo.moved(
        "turned", OPERATOR.TRANSPOSE, corner, [1, 4, 5, 2], kinds.TransposeOptions, [zoo.integers("nchw", 0, 3, 1, 2)])
    time = zoo.moved("time", OPERATOR.RESHAPE, stem, [1, 80, 6], extra=[zoo.integers("time_shape", 1, 80, 6)])
    padded = zoo.moved(
        "causal", OPERATOR.PAD, time, [1, 84, 6], kinds.PadOptions,
        [zoo.tensor("causal_amounts", [3, 2], data=np.array([[0, 0], [4, 0], [0, 0]], np.int32))])
    wide = zoo.moved(
        "wide", OPERATOR.EXPAND_DIMS, padded, [1, 1, 84, 6], kinds.ExpandDimsOptions,
        [zoo.tensor("wide_axis", [], data=np.array(1, np.int32))])
    conv = zoo.weighted(
        "conv1d", OPERATOR.CONV_2D, wide, [8, 1, 5, 6], [1, 1, 40, 8], 0, True, True, kinds.Conv2DOptions,
        **{**ones, "padding": VALID, "strideW": 2, "fusedActivationFunction": ACTIVATION.RELU})
    conv = zoo.moved("narrow", OPERATOR.SQUEEZE, conv, [1, 40, 8], kinds.SqueezeOptions, squeezeDims=[1])
    over_time = zoo.append(
        OPERATOR.MEAN, [conv, zoo.integers("time_axis", 1)],
        zoo.tensor("over_time", [1, 8], float(zoo.scale(conv)) * 0.6, -100), kinds.ReducerOptions, keepDims=False)
    channels_first = zoo.moved(
        "channels_first", OPERATOR.TRANSPOSE, conv, [1, 8, 40], kinds.TransposeOptions, [zoo.integers("ncw", 0, 2, 1)])
    last = zoo.tensor("last", [1, 8, 1], zoo.scale(conv), zoo.zero_point(conv))
    last = zoo.append(
        OPERATOR.MEAN, [channels_first, zoo.integers("last_axis", -1)], last, kinds.ReducerOptions, keepDims=True)
    last = zoo.moved("last_row", OPERATOR.SQUEEZE, last, [1, 8], kinds.SqueezeOptions, squeezeDims=[2])
    flat = [
        zoo.moved(f"flat{i}", OPERATOR.RESHAPE, part, [1, size], extra=[zoo.integers(f"flat{i}_shape", 1, size)])
        for i, (part, size) in enumerate([(strided, 54), (row, 48), (turned, 40)])
    ]
    joined = zoo.moved(
        "joined", OPERATOR.CONCATENATION, flat[0], [1, 142], kinds.ConcatenationOptions, flat[1:], axis=1)
    joined = zoo.append(
        OPERATOR.QUANTIZE, [joined], zoo.tensor("rescaled", [1, 142], float(zoo.scale(joined)) * 0.71, 9),
        kinds.QuantizeOptions)
    dense = [
        zoo.weighted(
            name, OPERATOR.FULLY_CONNECTED, source, [5, size], [1, 5], 0, True, True, kinds.FullyConnectedOptions)
        for name, source, size in [("a", joined, 142), ("b", over_time, 8), ("c", last, 8)]
    ]
    format = float(zoo.scale(dense[0])), zoo.zero_point(dense[0])
    same = [
        zoo.append(OPERATOR.QUANTIZE, [d], zoo.tensor(f"same{i}", [1, 5], *format), kinds.QuantizeOptions)
        for i, d in enumerate(dense[1:])
    ]
    x = zoo.moved(
        "together", OPERATOR.CONCATENATION, dense[0], [1, 15], kinds.ConcatenationOptions, same, axis=1)
    x = zoo.weighted("head", OPERATOR.FULLY_CONNECTED, x, [4, 15], [1, 4], 0, True, True, kinds.FullyConnectedOptions)
    x = zoo.append(
        OPERATOR.SOFTMAX, [x], zoo.tensor("probabilities", [1, 4], 1 / 256, -128), kinds.SoftmaxOptions, beta=1.0)
    x = zoo.append(OPERATOR.DEQUANTIZE, [x], zoo.tensor("reals", [1, 4]), kinds.DequantizeOptions)
    return zoo.finish(image, x)


def main():
    for seed in (1, 2):
        write(f"zoo{seed}", build(seed), 11 * 9 * 3, seed)
    write("elementwise", build_elementwise(3), 8 * 7 * 3, 3)
    model = litert_fixtures.PARITY / "structure.tflite"
    model.write_bytes(build_structure(3))
    litert_fixtures.write(model, [], litert_fixtures.PARITY / "structure", INPUT_COUNT)


if __name__ == "__main__":
    main()
