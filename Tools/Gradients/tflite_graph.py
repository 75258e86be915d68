"""Reads an int8 .tflite model into plain records: what the twin needs to know, and nothing else."""

import dataclasses

import numpy as np
from ai_edge_litert import schema_py_generated as schema

OPERATORS = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
DTYPES = {schema.TensorType.INT8: np.int8, schema.TensorType.INT32: np.int32}


@dataclasses.dataclass
class Tensor:
    name: str
    shape: tuple
    scales: np.ndarray  # float64 of the file's float32
    zero_point: int
    data: np.ndarray | None  # constants only


@dataclasses.dataclass
class Operator:
    kind: str  # as in the schema: "CONV_2D"
    inputs: list
    output: int
    options: object


@dataclasses.dataclass
class Graph:
    tensors: list
    operators: list
    input: int
    output: int
    takes_floats: bool  # the file's own input is float32, in front of `input`


def read(path):
    """The int8 part of a model: conversions at its ends are the host's."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
    subgraph = model.subgraphs[0]
    tensors = [_tensor(model, tensor) for tensor in subgraph.tensors]
    operators = [_operator(model, operator) for operator in subgraph.operators]
    graph = Graph(tensors, operators, int(subgraph.inputs[0]), int(subgraph.outputs[0]), takes_floats=False)
    if operators[0].kind == "QUANTIZE" and operators[0].inputs == [graph.input]:
        graph.input, graph.takes_floats = operators.pop(0).output, True
    if operators[-1].kind == "DEQUANTIZE" and operators[-1].output == graph.output:
        graph.output = operators.pop().inputs[0]
    return graph


def _tensor(model, tensor):
    quantization = tensor.quantization
    scales = None if quantization is None else quantization.scale
    zero_points = None if quantization is None else quantization.zeroPoint
    shape = tuple(int(n) for n in tensor.shape) if tensor.shape is not None else ()
    data = model.buffers[tensor.buffer].data
    if data is not None and len(data):
        data = np.asarray(data, np.uint8).view(DTYPES[tensor.type]).reshape(shape)
    else:
        data = None
    return Tensor(
        name=tensor.name.decode(),
        shape=shape,
        scales=np.asarray([] if scales is None else scales, np.float32).astype(np.float64),
        zero_point=0 if zero_points is None else int(zero_points[0]),
        data=data,
    )


def _operator(model, operator):
    code = model.operatorCodes[operator.opcodeIndex]
    builtin = max(code.builtinCode, code.deprecatedBuiltinCode)
    return Operator(
        kind=OPERATORS[builtin],
        inputs=[int(index) for index in operator.inputs],
        output=int(operator.outputs[0]),
        options=operator.builtinOptions,
    )
