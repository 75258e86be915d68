"""Prints the accuracy of an int8 classifier under LiteRT's reference kernels.

usage: litert_accuracy.py MODEL FOLDER SPLIT[,SPLIT]

FOLDER holds gzipped IDX files SPLIT-images-idx3-ubyte.gz and SPLIT-labels-idx1-ubyte.gz; the first split that exists is used.
Pixels are real values 0...1, quantized with the model's input scale as `fieldtune --input-scale auto` does.
"""

import gzip
import pathlib
import sys

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def idx(path):
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * d : 8 + 4 * d], "big") for d in range(rank)]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * rank).reshape(shape)


def main(model, folder, splits):
    folder = pathlib.Path(folder)
    split = next(s for s in splits.split(",") if (folder / f"{s}-images-idx3-ubyte.gz").exists())
    images = idx(folder / f"{split}-images-idx3-ubyte.gz")
    labels = idx(folder / f"{split}-labels-idx1-ubyte.gz")
    interpreter = Interpreter(model_path=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero_point = source["quantization"]
    real = images.astype(numpy.float64) / 255 / scale
    codes = numpy.clip(numpy.sign(real) * numpy.floor(numpy.abs(real) + 0.5) + zero_point, -128, 127).astype(numpy.int8)
    correct = 0
    for sample, label in zip(codes, labels):
        interpreter.set_tensor(source["index"], sample.reshape(source["shape"]))
        interpreter.invoke()
        correct += int(interpreter.get_tensor(target["index"]).argmax() == label)
    print(correct / len(labels))


if __name__ == "__main__":
    main(*sys.argv[1:])
