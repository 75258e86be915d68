"""Gives the tensors of a converted model short names, which then stand in plans, reports and generated C."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

WEIGHTED = (
    schema.BuiltinOperator.CONV_2D,
    schema.BuiltinOperator.DEPTHWISE_CONV_2D,
    schema.BuiltinOperator.FULLY_CONNECTED,
)


class AlignedBuffer(schema.BufferT):
    """Buffer data at multiples of 16 bytes, as the converter writes it; the generated class aligns to 1."""

    def Pack(self, builder):
        data = None
        if self.data is not None and len(self.data):
            payload = np.asarray(self.data, dtype=np.uint8).tobytes()
            builder.StartVector(1, len(payload), 16)
            builder.head -= len(payload)
            builder.Bytes[builder.head : builder.head + len(payload)] = payload
            data = builder.EndVector()
        schema.BufferStart(builder)
        if data is not None:
            schema.BufferAddData(builder, data)
        return schema.BufferEnd(builder)


def layer_name(tensor_name):
    """'functional_1_1/stem_1/Relu;…' -> 'stem'"""
    return tensor_name.split(";")[0].split("/")[1].removesuffix("_1")


def shorten(model_bytes):
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model_bytes, 0))
    graph = model.subgraphs[0]
    for operator in graph.operators:
        output = graph.tensors[operator.outputs[0]]
        name = layer_name(output.name.decode()) if b"/" in output.name else "probabilities"
        output.name = name.encode()
        code = model.operatorCodes[operator.opcodeIndex]
        parts = ("weights", "bias") if code.builtinCode in WEIGHTED else ("shape",)
        for index, part in zip(operator.inputs[1:], parts):
            if model.buffers[graph.tensors[index].buffer].data is not None:
                graph.tensors[index].name = f"{name}/{part}".encode()
    graph.tensors[graph.inputs[0]].name = b"image"
    for buffer in model.buffers:
        buffer.__class__ = AlignedBuffer
    builder = flatbuffers.Builder(len(model_bytes))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
