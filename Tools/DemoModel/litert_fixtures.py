"""Writes what LiteRT's reference kernels compute in every layer of an int8 model, for parity tests.

    python Tools/DemoModel/litert_fixtures.py                         # the fixtures of the shipped models
    python Tools/DemoModel/litert_fixtures.py MODEL INPUTS OUT        # of any model; INPUTS: int8 codes, .bin or .npy

Makes OUT.json and OUT.bin. OUT.bin holds, for each input, the int8 codes of the input and then of every operation's output
in the order of the model; OUT.json names those tensors with their bytes, and gives the number of inputs.
"""

import gzip
import json
import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "Tools" / "Demo"
PARITY = ROOT / "Tests" / "Fixtures" / "parity"
INPUT_COUNT = 12


def reference_interpreter(path):
    interpreter = Interpreter(
        model_path=str(path),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    return interpreter


def write(model, inputs, out):
    """`inputs`: int8 [N, ...] with the codes of one input each."""
    interpreter = reference_interpreter(model)
    source = interpreter.get_input_details()[0]
    details = {detail["index"]: detail for detail in interpreter.get_tensor_details()}
    order = [source["index"]] + [int(op["outputs"][0]) for op in interpreter._get_ops_details()]
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


def load(path, bytes_per_input):
    codes = np.load(path) if path.suffix == ".npy" else np.fromfile(path, np.int8)
    return codes.astype(np.int8).reshape(-1, bytes_per_input)


def main(arguments):
    if not arguments:
        for name in ("digits-conv", "digits-dense"):
            write(DEMO / f"{name}.tflite", shipped_inputs(), PARITY / name)
        return
    model, inputs, out = map(pathlib.Path, arguments)
    size = int(np.prod(reference_interpreter(model).get_input_details()[0]["shape"]))
    write(model, load(inputs, size), out)


if __name__ == "__main__":
    main(sys.argv[1:])
