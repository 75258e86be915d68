"""Makes Tools/Fuzz/Seeds/importer: models of one operation each, taken from the parity fixtures, and a small whole one.

    python Tools/Fuzz/seeds.py
"""

import pathlib
import sys

import flatbuffers
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tools" / "DemoModel"))

import operation_zoo as zoo_module  # noqa: E402

schema = zoo_module.schema
SEEDS = ROOT / "Tools" / "Fuzz" / "Seeds" / "importer"
LIMIT = 2048


def single(model, position):
    """A model of the operation at `position` alone: its constants stay constants, its first activation is the input."""
    graph = model.subgraphs[0]
    operator = graph.operators[position]
    cut = zoo_module.Zoo(0)
    indices = {}
    for index in [*operator.inputs, *operator.outputs]:
        if index < 0 or index in indices:
            continue
        tensor = graph.tensors[index]
        data = model.buffers[tensor.buffer].data
        indices[index] = len(cut.graph.tensors)
        if data is not None and len(data):
            buffer = zoo_module.AlignedBuffer()
            buffer.data = np.array(data, np.uint8)
            tensor.buffer = len(cut.model.buffers)
            cut.model.buffers.append(buffer)
        tensor.name = b"t%d" % indices[index]
        cut.graph.tensors.append(tensor)
    activations = [i for i in operator.inputs if i >= 0 and graph.tensors[i].buffer == 0]
    operator.inputs = [indices.get(i, -1) for i in operator.inputs]
    operator.outputs = [indices[i] for i in operator.outputs]
    code = model.operatorCodes[operator.opcodeIndex]
    operator.opcodeIndex = 0
    cut.model.description = None
    cut.model.operatorCodes, cut.graph.operators = [code], [operator]
    return code.builtinCode, cut.finish(indices[activations[0]], operator.outputs[0])


def whole():
    zoo = zoo_module.Zoo(5)
    kinds, operator = schema.BuiltinOptions, schema.BuiltinOperator
    image = zoo.tensor("i", [1, 4, 4, 1], 0.03, -5)
    x = zoo.weighted(
        "c", operator.CONV_2D, image, [2, 3, 3, 1], [1, 2, 2, 2], 0, False, True, kinds.Conv2DOptions, strideW=1, strideH=1,
        dilationWFactor=1, dilationHFactor=1, padding=schema.Padding.VALID)
    x = zoo.moved("r", operator.RESHAPE, x, [1, 8])
    x = zoo.weighted("d", operator.FULLY_CONNECTED, x, [3, 8], [1, 3], 0, False, True, kinds.FullyConnectedOptions)
    result = zoo.tensor("p", [1, 3], 1 / 256, -128)
    x = zoo.append(operator.SOFTMAX, [x], result, kinds.SoftmaxOptions, beta=1.0)
    zoo.model.description = None
    return zoo.finish(image, x)


def main():
    SEEDS.mkdir(parents=True, exist_ok=True)
    names = {v: k.lower() for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
    for path in sorted((ROOT / "Tests" / "Fixtures" / "parity").glob("*.tflite")):
        content = path.read_bytes()
        count = schema.Model.GetRootAs(content, 0).Subgraphs(0).OperatorsLength()
        for position in range(count):
            code, seed = single(schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0)), position)
            place = SEEDS / f"{names[code]}.tflite"
            if len(seed) <= LIMIT and not (place.exists() and place.stat().st_size <= len(seed)):
                place.write_bytes(seed)
    (SEEDS / "whole.tflite").write_bytes(whole())


if __name__ == "__main__":
    main()
