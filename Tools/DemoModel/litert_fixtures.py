"""Writes what LiteRT's reference kernels compute in every layer of an int8 model, for parity tests.

    python Tools/DemoModel/litert_fixtures.py                         # the fixtures of the shipped models
    python Tools/DemoModel/litert_fixtures.py MODEL INPUTS OUT [N]    # of any model; INPUTS: as the model takes them, .bin or
                                                                      # .npy; N: as many of the script's own inputs behind them

Makes OUT.json and OUT.bin. OUT.bin holds, for each input, the int8 codes of the input and then of every int8 output of an
operation in the order of the model; OUT.json names those tensors with their bytes, and gives the number of inputs. A model
that takes float is given its own inputs as the reals of int8 codes; the input is then what its QUANTIZE makes of them.
"""

import gzip
import json
import pathlib
import sys

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "Tools" / "Demo"
PARITY = ROOT / "Tests" / "Fixtures" / "parity"
INPUT_COUNT = 12


def reference_interpreter(path):
    interpreter = Interpreter(
        model_content=with_bias_dimensions(path.read_bytes()),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    return interpreter


def with_bias_dimensions(content):
    """The model with quantized_dimension 0 for vectors: old converters wrote that of the weights, which LiteRT refuses."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    stale = [
        tensor.quantization
        for tensor in model.subgraphs[0].tensors
        if tensor.quantization is not None and tensor.quantization.quantizedDimension >= max(1, len(tensor.shape))
    ]
    if not stale:
        return content
    for quantization in stale:
        quantization.quantizedDimension = 0
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def write(model, inputs, out, own_count=0):
    """`inputs`: [N, ...], one input each, of the type that the model takes; `own_count` random ones follow."""
    interpreter = reference_interpreter(model)
    source = interpreter.get_input_details()[0]
    inputs = [*inputs, *own_inputs(own_count, interpreter, source)]
    details = {detail["index"]: detail for detail in interpreter.get_tensor_details()}
    written = [int(index) for op in interpreter._get_ops_details() for index in op["outputs"]]
    order = [index for index in [source["index"], *written] if details[index]["dtype"] == np.int8]
    codes = bytearray()
    for sample in inputs:
        interpreter.set_tensor(source["index"], sample.reshape(source["shape"]))
        interpreter.invoke()
        for index in order:
            tensor = interpreter.get_tensor(index)
            assert tensor.dtype == np.int8, details[index]["name"]
            codes += tensor.tobytes()
    tensors = [{"name": details[i]["name"], "bytes": int(np.prod(details[i]["shape"]))} for i in order]
    index = {"model": model.name, "inputs": len(inputs), "tensors": tensors}
    out.with_suffix(".bin").write_bytes(codes)
    out.with_suffix(".json").write_text(json.dumps(index, indent=1) + "\n")
    print(f"{out}: {len(inputs)} inputs, {len(order)} tensors, {len(codes)} bytes")


def shipped_inputs():
    """Digits as the field sees them, then noise, which reaches codes that digits do not."""
    with gzip.open(DEMO / "field" / "test-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read()[16:], np.uint8).reshape(-1, 64)
    count = INPUT_COUNT // 2
    noise = np.random.default_rng(7).integers(-128, 128, (INPUT_COUNT - count, 64))
    return np.concatenate([images[:count].astype(np.int16) - 128, noise]).astype(np.int8)


def load(path, source):
    values = np.load(path) if path.suffix == ".npy" else np.fromfile(path, source["dtype"])
    return values.astype(source["dtype"]).reshape(-1, int(np.prod(source["shape"])))


def own_inputs(count, interpreter, source):
    """Random codes, for a model that takes float as the reals that they stand for."""
    shape = (count, int(np.prod(source["shape"])))
    codes = np.random.default_rng(11).integers(-128, 128, shape).astype(np.int8)
    if source["dtype"] == np.int8:
        return codes
    encoded = int(interpreter._get_ops_details()[0]["outputs"][0])
    details = {detail["index"]: detail for detail in interpreter.get_tensor_details()}
    scale, zero_point = details[encoded]["quantization"]
    return ((codes.astype(np.float32) - zero_point) * np.float32(scale)).astype(source["dtype"])


def main(arguments):
    if not arguments:
        for name in ("digits-conv", "digits-dense"):
            write(DEMO / f"{name}.tflite", shipped_inputs(), PARITY / name)
        return
    model, inputs, out = map(pathlib.Path, arguments[:3])
    source = reference_interpreter(model).get_input_details()[0]
    write(model, load(inputs, source), out, int(arguments[3]) if len(arguments) > 3 else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
