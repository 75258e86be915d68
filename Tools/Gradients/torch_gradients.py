"""Writes PyTorch's gradients of an int8 model's loss, which the whole training step is compared with.

    python Tools/Gradients/torch_gradients.py                            # the committed fixtures
    python Tools/Gradients/torch_gradients.py MODEL INPUTS LABELS OUT    # of any model, never to be committed

INPUTS: int8 codes of samples, one after the other, .bin or .npy; float32 for a model that takes float32. LABELS: classes with commas between, one for each sample
to take; or `next:N`: for each of N samples the class behind the predicted one, which the model is never sure of.
OUT.npy: [samples, parameters], float16 for committed fixtures and float32 for others, gradients with respect to real
weights and biases, layer by layer in the file's own layout, weights before bias. OUT.json: layers with their counts; samples with input codes, label, loss and
the head's output codes. Prints how far the twin's codes agree with LiteRT's reference kernels in every tensor.
"""

import gzip
import json
import pathlib
import sys

import numpy as np
import torch
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import tflite_graph
import twin

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "Tools" / "Demo"
FIXTURES = ROOT / "Tests" / "Fixtures" / "gradients"
SAMPLE_COUNT = 6
# A sample that the model is sure of has errors near the last bit of any 16-bit format.
SMALLEST_LOSS = 0.1


def reference_codes(model, graph, sample, indices):
    """What LiteRT computes for the tensors of `indices`.

    Raises ValueError or RuntimeError for a model that LiteRT refuses.
    """
    interpreter = Interpreter(
        model_path=str(model),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    sample = twin.dequantized(sample, graph.tensors[graph.input]).astype(np.float32) if graph.takes_floats else sample
    interpreter.set_tensor(source["index"], sample.reshape(source["shape"]))
    interpreter.invoke()
    return {index: interpreter.get_tensor(index) for index in indices}


def agreement(model, graph, sample, values):
    """(equal codes, codes) over every tensor the twin computes."""
    equal = total = 0
    for index, codes in reference_codes(model, graph, sample, values).items():
        equal += int((values[index].codes.reshape(-1) == codes.reshape(-1)).sum())
        total += codes.size
    return equal, total


def write(model, samples, labels, out, precision):
    graph = tflite_graph.read(model)
    network = twin.Twin(graph)
    rows, records, counts = [], [], np.zeros(2, np.int64)
    for sample, label in zip(samples, labels):
        loss, values, gradients = network.gradients(sample, label)
        try:
            counts += agreement(model, graph, sample, values)
        except (ValueError, RuntimeError) as error:
            print(f"{model.name}: LiteRT takes no part in the comparison of codes: {str(error).split('. ')[0]}")
        rows.append(np.concatenate([gradient.reshape(-1) for gradient in gradients]).astype(precision))
        head = values[graph.operators[network.head].output].codes
        records.append({"label": int(label), "loss": loss, "input": sample.tolist(), "logits": head.reshape(-1).tolist()})
    table = np.stack(rows)
    if not np.isfinite(table).all():
        raise OverflowError(f"{model.name}: a gradient is beyond {table.dtype}")
    np.save(out.with_name(out.name + ".npy"), table)
    layers = [
        {"name": l.name, "weights": l.weights.numel(), "bias": 0 if l.bias is None else l.bias.numel()}
        for l in network.layers.values()
    ]
    out.with_name(out.name + ".json").write_text(json.dumps({"model": model.name, "layers": layers, "samples": records}) + "\n")
    equal, total = counts
    losses = ", ".join(f"{record['loss']:.3f}" for record in records)
    print(f"{model.name}: {len(rows)} samples, losses {losses}; {equal} of {total} codes equal LiteRT's")


def read_samples(path, graph):
    """int8 codes; numbers of a model that takes float32 are quantized as its own first operation does."""
    tensor = graph.tensors[graph.input]
    stored = np.float32 if graph.takes_floats else np.int8
    values = (np.load(path) if path.suffix == ".npy" else np.fromfile(path, stored)).reshape(-1, int(np.prod(tensor.shape)))
    if graph.takes_floats:
        values = np.clip(np.rint(values / tensor.scales[0]) + tensor.zero_point, -128, 127)
    return values.astype(np.int8)


def next_classes(model, samples):
    network = twin.Twin(tflite_graph.read(model))
    head = network.graph.operators[network.head].output
    with torch.no_grad():
        logits = [network.forward(sample)[0][head].codes.reshape(-1) for sample in samples]
    return [(int(row.argmax()) + 1) % len(row) for row in logits]


def first_to_learn_from(model, codes, labels):
    network = twin.Twin(tflite_graph.read(model))
    chosen = []
    for index, label in enumerate(labels):
        if network.gradients(codes[index], int(label))[0] >= SMALLEST_LOSS:
            chosen.append(index)
        if len(chosen) == SAMPLE_COUNT:
            break
    return codes[chosen], labels[chosen]


def field_digits():
    def read(name, header):
        with gzip.open(DEMO / "field" / name) as file:
            return np.frombuffer(file.read()[header:], np.uint8)

    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 64)
    labels = read("train-labels-idx1-ubyte.gz", 8)
    return (images.astype(np.int16) - 128).astype(np.int8), labels


def main(arguments):
    if not arguments:
        FIXTURES.mkdir(parents=True, exist_ok=True)
        model = DEMO / "digits-conv.tflite"
        write(model, *first_to_learn_from(model, *field_digits()), FIXTURES / model.stem, np.float16)
        # Sums and products whose operands are repeated, and the functions of each element.
        model = ROOT / "Tests" / "Fixtures" / "parity" / "elementwise.tflite"
        noise = np.random.default_rng(11).integers(-128, 128, (3, 8 * 7 * 3)).astype(np.int8)
        write(model, noise, next_classes(model, noise), FIXTURES / model.stem, np.float16)
        return
    model, inputs, labels, out = arguments
    model, inputs = pathlib.Path(model), pathlib.Path(inputs)
    samples = read_samples(inputs, tflite_graph.read(model))
    if labels.startswith("next:"):
        samples = samples[: int(labels.removeprefix("next:"))]
        labels = next_classes(model, samples)
    else:
        labels = [int(label) for label in labels.split(",")]
    write(model, samples, labels, pathlib.Path(out), np.float32)


if __name__ == "__main__":
    main(sys.argv[1:])
