"""Writes operations.json: int8 models of one operation each and the codes LiteRT's reference kernels give.

Needs ai-edge-litert, flatbuffers and numpy; run `python3 make_operations.py > operations.json`.
"""

import json
import math

import flatbuffers
import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema

random = np.random.default_rng(20)


def pack(tensors, code, version, inputs, output, options_type, options):
    model = schema.ModelT()
    model.version = 3
    model.buffers = [schema.BufferT()]
    graph = schema.SubGraphT()
    graph.tensors = []
    for index, tensor in enumerate(tensors):
        entry = schema.TensorT()
        entry.name = b"t%d" % index
        entry.shape = list(tensor["shape"])
        entry.type = schema.TensorType.INT8 if tensor.get("type", "int8") == "int8" else schema.TensorType.INT32
        entry.buffer = 0
        if tensor.get("constant"):
            buffer = schema.BufferT()
            values = np.array(tensor["values"], dtype=tensor.get("type", "int8"))
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            entry.buffer = len(model.buffers)
            model.buffers.append(buffer)
        if "scales" in tensor:
            entry.quantization = schema.QuantizationParametersT()
            entry.quantization.scale = np.array(tensor["scales"], np.float32)
            entry.quantization.zeroPoint = np.full(len(tensor["scales"]), tensor["zeroPoint"], np.int64)
            entry.quantization.quantizedDimension = tensor.get("axis", 0)
        graph.tensors.append(entry)
    operator_code = schema.OperatorCodeT()
    operator_code.builtinCode = code
    operator_code.deprecatedBuiltinCode = code
    operator_code.version = version
    model.operatorCodes = [operator_code]
    operator = schema.OperatorT()
    operator.opcodeIndex = 0
    operator.inputs = list(range(len(tensors) - 1))
    operator.outputs = [len(tensors) - 1]
    operator.builtinOptionsType = options_type
    operator.builtinOptions = options
    graph.operators = [operator]
    graph.inputs = inputs
    graph.outputs = [output]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def run(tensors, code, version, options_type, options):
    inputs = [i for i, t in enumerate(tensors[:-1]) if not t.get("constant")]
    content = pack(tensors, code, version, inputs, len(tensors) - 1, options_type, options)
    it = litert.Interpreter(
        model_content=content,
        experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF,
    )
    it.allocate_tensors()
    for index, detail in zip(inputs, it.get_input_details()):
        values = np.array(tensors[index]["values"], np.int8).reshape(tensors[index]["shape"])
        it.set_tensor(detail["index"], values)
    it.invoke()
    result = it.get_tensor(it.get_output_details()[0]["index"])
    tensors[-1]["shape"] = list(result.shape)
    tensors[-1]["values"] = result.flatten().tolist()


def codes(shape, scale, zero_point, low=-128, high=127):
    values = random.integers(low, high + 1, int(np.prod(shape))).tolist()
    return {"shape": list(shape), "scales": [float(np.float32(scale))], "zeroPoint": zero_point, "values": values}


def weights(shape, scales, axis):
    tensor = codes(shape, 1, 0, -127, 127)
    tensor.update(scales=[float(np.float32(s)) for s in scales], axis=axis, constant=True)
    return tensor


def bias(values, x, w):
    scales = [float(np.float32(x["scales"][0]) * np.float32(s)) for s in w["scales"]]
    return {"shape": [len(values)], "type": "int32", "values": values, "scales": scales, "zeroPoint": 0, "constant": True}


def empty(scale, zero_point):
    return {"shape": [], "scales": [float(np.float32(scale))], "zeroPoint": zero_point, "values": []}


def clamp_of(activation, y):
    low, high = {"none": (-math.inf, math.inf), "relu": (0, math.inf), "relu6": (0, 6)}[activation]
    scale, zero = y["scales"][0], y["zeroPoint"]
    code = lambda real: zero + int(math.floor(abs(real) / scale + 0.5))
    return [-128 if low < 0 else max(-128, code(low)), 127 if high == math.inf else min(127, code(high))]


ACTIVATION = {"none": 0, "relu": 1, "relu6": 3}


def extents(padding, size, kernel, stride, dilation):
    reach = (kernel - 1) * dilation + 1
    if padding == "valid":
        return (size - reach) // stride + 1, 0
    out = -(-size // stride)
    return out, max((out - 1) * stride + reach - size, 0) // 2


def window_of(padding, map_shape, kernel, stride, dilation=(1, 1)):
    rows = extents(padding, map_shape[1], kernel[0], stride[0], dilation[0])
    columns = extents(padding, map_shape[2], kernel[1], stride[1], dilation[1])
    return [*kernel, *stride, *dilation, rows[1], columns[1]], [rows[0], columns[0]]


def shared_options(options, padding, stride, activation):
    options.padding = 0 if padding == "same" else 1
    options.strideH, options.strideW = stride
    options.fusedActivationFunction = ACTIVATION[activation]
    return options


def layer(kind, map_shape, outputs, kernel, padding, stride, dilation, activation, w_scales, y_scale, bias_values):
    x = codes(map_shape, 0.02, -7)
    multiplier = 1
    if kind == "conv2D":
        options = shared_options(schema.Conv2DOptionsT(), padding, stride, activation)
        w = weights([outputs, *kernel, map_shape[3]], w_scales, 0)
        code, version, options_type = 3, 3, schema.BuiltinOptions.Conv2DOptions
    else:
        options = shared_options(schema.DepthwiseConv2DOptionsT(), padding, stride, activation)
        multiplier = options.depthMultiplier = outputs // map_shape[3]
        w = weights([1, *kernel, outputs], w_scales, 3)
        code, version, options_type = 4, 3, schema.BuiltinOptions.DepthwiseConv2DOptions
    options.dilationHFactor, options.dilationWFactor = dilation
    y = empty(y_scale, 11)
    window, cells = window_of(padding, map_shape, kernel, stride, dilation)
    y["shape"] = [1, *cells, outputs]
    tensors = [x, w, bias(bias_values, x, w), y]
    run(tensors, code, version, options_type, options)
    return {"kind": kind, "window": window, "multiplier": multiplier, "clamp": clamp_of(activation, y), "x": x, "weights": w, "bias": bias_values, "y": y}


def dense(rows, inputs, outputs, activation, w_scales, y_scale, bias_values):
    x = codes([rows, inputs], 0.05, 3)
    w = weights([outputs, inputs], w_scales, 0)
    y = empty(y_scale, -20)
    y["shape"] = [rows, outputs]
    options = schema.FullyConnectedOptionsT()
    options.fusedActivationFunction = ACTIVATION[activation]
    run([x, w, bias(bias_values, x, w), y], 9, 4, schema.BuiltinOptions.FullyConnectedOptions, options)
    return {"kind": "fullyConnected", "clamp": clamp_of(activation, y), "x": x, "weights": w, "bias": bias_values, "y": y}


def pool(kind, map_shape, kernel, padding, stride, activation):
    x = codes(map_shape, 0.04, -30)
    y = empty(0.04, -30)
    window, cells = window_of(padding, map_shape, kernel, stride)
    y["shape"] = [1, *cells, map_shape[3]]
    options = shared_options(schema.Pool2DOptionsT(), padding, stride, activation)
    options.filterHeight, options.filterWidth = kernel
    run([x, y], 1 if kind == "averagePool2D" else 17, 2, schema.BuiltinOptions.Pool2DOptions, options)
    return {"kind": kind, "window": window, "clamp": clamp_of(activation, y), "x": x, "y": y}


def add(scales, zero_points, activation):
    a, b = (codes([1, 5, 5, 3], s, z) for s, z in zip(scales[:2], zero_points))
    y = empty(scales[2], zero_points[2])
    y["shape"] = [1, 5, 5, 3]
    options = schema.AddOptionsT()
    options.fusedActivationFunction = ACTIVATION[activation]
    run([a, b, y], 0, 2, schema.BuiltinOptions.AddOptions, options)
    return {"kind": "add", "clamp": clamp_of(activation, y), "x": a, "b": b, "y": y}


def mean(map_shape, scales):
    x = codes(map_shape, scales[0], 12)
    y = empty(scales[1], -5)
    y["shape"] = [1, map_shape[3]]
    options = schema.ReducerOptionsT()
    options.keepDims = False
    axes = {"shape": [2], "type": "int32", "values": [1, 2], "constant": True}
    run([x, axes, y], 40, 2, schema.BuiltinOptions.ReducerOptions, options)
    return {"kind": "mean", "x": x, "y": y}


def pad(map_shape, before, after):
    x = codes(map_shape, 0.1, 9)
    y = empty(0.1, 9)
    y["shape"] = [m + b + a for m, b, a in zip(map_shape, before, after)]
    amounts = {"shape": [4, 2], "type": "int32", "values": [v for pair in zip(before, after) for v in pair], "constant": True}
    run([x, amounts, y], 34, 2, schema.BuiltinOptions.PadOptions, schema.PadOptionsT())
    return {"kind": "pad", "before": before, "x": x, "y": y}


def softmax(rows, classes, scale, beta):
    x = codes([rows, classes], scale, 4)
    y = empty(1 / 256, -128)
    y["shape"] = [rows, classes]
    options = schema.SoftmaxOptionsT()
    options.beta = beta
    run([x, y], 25, 2, schema.BuiltinOptions.SoftmaxOptions, options)
    return {"kind": "softmax", "beta": beta, "x": x, "y": y}


OPTIONS = {
    "add": (0, schema.BuiltinOptions.AddOptions, schema.AddOptionsT),
    "multiply": (18, schema.BuiltinOptions.MulOptions, schema.MulOptionsT),
    "subtract": (41, schema.BuiltinOptions.SubOptions, schema.SubOptionsT),
}


def elementwise(kind, shapes, scales, zero_points, activation="none"):
    a, b = (codes(shape, s, z) for shape, s, z in zip(shapes, scales[:2], zero_points))
    y = empty(scales[2], zero_points[2])
    y["shape"] = list(np.broadcast_shapes(*shapes))
    code, options_type, options = OPTIONS[kind]
    options = options()
    options.fusedActivationFunction = ACTIVATION[activation]
    b["constant"] = True
    run([a, b, y], code, 2, options_type, options)
    return {"kind": kind, "clamp": clamp_of(activation, y), "x": a, "b": b, "y": y}


UNARY = {"relu": 19, "relu6": 21, "logistic": 14, "tanh": 28, "leakyRelu": 98, "hardSwish": 117}


def unary(function, x_format, y_format, alpha=None):
    """All 256 codes."""
    x = {"shape": [256], "scales": [float(np.float32(x_format[0]))], "zeroPoint": x_format[1], "values": list(range(-128, 128))}
    y = empty(*y_format)
    y["shape"] = [256]
    options_type, options = 0, None
    if function == "leakyRelu":
        options_type, options = schema.BuiltinOptions.LeakyReluOptions, schema.LeakyReluOptionsT()
        options.alpha = alpha
    if function == "hardSwish":
        options_type, options = schema.BuiltinOptions.HardSwishOptions, schema.HardSwishOptionsT()
    run([x, y], UNARY[function], 1 if function == "hardSwish" else 2, options_type, options)
    clamp = clamp_of(function if function in ACTIVATION else "none", y)
    return {"kind": "lookup", "function": function, "alpha": alpha, "clamp": clamp, "x": x, "y": y}


HUGE = [2**31 - 1, -(2**31), 2**31 - 200, -(2**31) + 300]
CASES = [
    layer("conv2D", [1, 5, 6, 3], 4, (3, 3), "same", (2, 2), (1, 1), "relu6", [0.004, 0.01, 0.02, 0.0007], 0.05, [100, -2000, 0, 7000]),
    layer("conv2D", [1, 4, 4, 5], 3, (1, 1), "valid", (1, 1), (1, 1), "none", [0.01], 0.03, [5, -6, 7]),
    layer("conv2D", [1, 7, 5, 2], 3, (3, 2), "same", (1, 2), (2, 1), "relu", [0.02, 0.001, 0.01], 0.02, [0, 1, 2]),
    layer("conv2D", [1, 3, 3, 2], 4, (2, 2), "valid", (1, 1), (1, 1), "none", [0.01] * 4, 40.0, HUGE),
    layer("conv2D", [1, 3, 3, 1], 2, (1, 1), "valid", (1, 1), (1, 1), "none", [3.0, 100.0], 0.05, [1, -1]),
    layer("depthwiseConv2D", [1, 6, 5, 4], 4, (3, 3), "same", (2, 2), (1, 1), "relu6", [0.004, 0.01, 0.02, 0.0007], 0.02, [0, 100, -100, 900]),
    layer("depthwiseConv2D", [1, 4, 5, 3], 6, (3, 2), "valid", (1, 1), (1, 1), "none", [0.01, 0.02, 0.03, 0.01, 0.002, 0.04], 0.06, [1, 2, 3, 4, 5, 6]),
    dense(1, 20, 6, "none", [0.01], 0.2, [0, 50, -50, 1000, -1000, 3]),
    dense(3, 9, 4, "relu", [0.01, 0.5, 0.25, 0.003], 0.125, [0, 1, 2, 3]),
    dense(1, 6, 4, "none", [0.01], 2000.0, HUGE),
    dense(4, 16, 8, "none", [0.5], 0.8, list(range(-4, 4))),
    add((0.02, 0.05, 0.06), (3, -9, 20), "none"),
    add((0.04, 0.04, 0.04), (-128, -128, -128), "relu"),
    pool("averagePool2D", [1, 5, 6, 3], (3, 3), "same", (2, 2), "none"),
    pool("averagePool2D", [1, 4, 4, 4], (4, 4), "valid", (1, 1), "relu6"),
    pool("maxPool2D", [1, 5, 7, 3], (3, 2), "same", (2, 2), "relu"),
    mean([1, 5, 5, 6], (0.05, 0.01)),
    mean([1, 4, 4, 6], (0.03, 0.03)),
    pad([1, 3, 2, 2], [0, 1, 2, 0], [0, 2, 1, 0]),
    softmax(3, 10, 0.08, 1.0),
    softmax(2, 4, 1.5, 0.5),
    elementwise("add", ([1, 3, 2, 4], [4]), (0.02, 0.05, 0.06), (3, -9, 20)),
    elementwise("add", ([1, 1, 1, 4], [1, 3, 2, 4]), (0.02, 0.003, 0.03), (-128, 7, 0), "relu6"),
    elementwise("subtract", ([1, 3, 2, 4], [1, 3, 2, 4]), (0.04, 0.04, 0.04), (1, 2, 3)),
    elementwise("subtract", ([1, 3, 2, 4], [1, 3, 2, 1]), (0.017, 0.05, 0.05), (-20, 30, 0), "relu"),
    elementwise("subtract", ([4], [2, 3, 4]), (0.5, 0.0625, 0.25), (0, 0, -1)),
    elementwise("multiply", ([1, 3, 2, 4], [1, 3, 2, 4]), (0.04, 0.05, 0.06), (1, -2, 3)),
    elementwise("multiply", ([1, 3, 2, 4], [1, 1, 1, 4]), (0.03, 1 / 256, 0.02), (-10, -128, 5), "relu6"),
    elementwise("multiply", ([1, 3, 2, 4], [1]), (0.03, 0.01, 0.001), (-10, 90, 5)),
    elementwise("multiply", ([3, 1, 4], [1, 3, 2, 1]), (0.5, 0.5, 0.25), (0, 0, 0)),
    unary("relu", (0.05, -3), (0.05, -3)),
    unary("relu", (0.05, -3), (0.021, -128)),
    unary("relu6", (0.031, 10), (0.0235, -128)),
    unary("relu6", (0.2, -60), (0.7, 5)),
    unary("leakyRelu", (0.05, 4), (0.04, -17), 0.1),
    unary("leakyRelu", (0.013, -90), (0.37, 40), 0.3),
    unary("leakyRelu", (0.1, 0), (0.1, 0), 1.5),
    unary("hardSwish", (0.05, 3), (0.03, -110)),
    unary("hardSwish", (0.11, -64), (0.06, -121)),
    unary("hardSwish", (0.004, 12), (0.002, 0)),
    unary("hardSwish", (2.5, 0), (0.9, -128)),
    unary("logistic", (0.05, 3), (1 / 256, -128)),
    unary("logistic", (0.3, -50), (1 / 256, -128)),
    unary("logistic", (0.009, 127), (1 / 256, -128)),
    unary("tanh", (0.03, -4), (1 / 128, 0)),
    unary("tanh", (0.002, 100), (1 / 128, 0)),
    unary("tanh", (0.7, 20), (1 / 128, 0)),
]
print("[\n" + ",\n".join(json.dumps(case) for case in CASES) + "\n]")
