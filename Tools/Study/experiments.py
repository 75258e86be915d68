"""The rows of the study: which network learns what, how long, and which choices are varied."""

import dataclasses

import numpy as np

import datasets
import quantized_models

CALIBRATION_IMAGES = 256


@dataclasses.dataclass(frozen=True)
class Task:
    name: str
    data: object  # folder of data sets -> train codes, labels, test codes, labels
    classes: int
    epochs: int
    source: str | None = None  # shared model that is fine-tuned; None: from scratch
    network: object = None  # of a task from scratch: (images, seed, headroom) -> bytes

    def model(self, models, codes, seed, headroom):
        """Bytes of the .tflite file that both sides start from."""
        if self.source is None:
            images = (codes[:CALIBRATION_IMAGES].astype(np.float32) + 128) / 255
            return self.network(images, seed, headroom)
        return quantized_models.with_new_head((models / self.source).read_bytes(), self.classes, seed)


def _scratch(name, data, network, epochs):
    return Task(name, data, 10, epochs, network=network)


TASKS = {
    task.name: task
    for task in [
        _scratch("mnist-dense", datasets.mnist, quantized_models.dense_network, 1),
        _scratch("mnist-cnn", datasets.mnist, quantized_models.small_cnn, 1),
        _scratch("fashion-dense", datasets.fashion_mnist, quantized_models.dense_network, 3),
        _scratch("fashion-cnn", datasets.fashion_mnist, quantized_models.small_cnn, 3),
        Task("kws-fsdd", datasets.spoken_digits_of_unseen_speakers, 10, 5, "kws_ref_model.tflite"),
        Task("kws-lucas", datasets.spoken_digits_of_lucas, 10, 12, "kws_ref_model.tflite"),
        Task("vww-flowers", datasets.flowers, 5, 1, "vww_96_int8.tflite"),
        Task("resnet-gtsrb", datasets.traffic_signs, 43, 4, "pretrainedResnet_quant.tflite"),
    ]
}
SCRATCH = [name for name, task in TASKS.items() if task.source is None]
TRANSFER = [name for name, task in TASKS.items() if task.source is not None]


@dataclasses.dataclass(frozen=True)
class Variant:
    """A choice of the int8 step that is not the default, and what the float32 step does likewise."""

    options: tuple = ()  # words of `fieldtune compile`, in pairs
    headroom: float = quantized_models.ACTIVATION_HEADROOM  # of untrained networks
    batch: int = 1
    momentum: float = 0.0
    rate_factors: tuple = (1.0,)  # on the peak rate of the default; of several the best on held-out data
    float_too: bool = False  # whether it means anything in float32


DEFAULT = "default"
VARIANTS = {
    DEFAULT: Variant(float_too=True),
    "stochastic rounding": Variant((("--weights", "stochastic"),)),
    "rounding to nearest": Variant((("--weights", "nearest"),)),
    "without QAS": Variant((("--scaling", "none"),), rate_factors=(1e3, 1e4, 1e5)),
    "loss on int8 logits": Variant((("--loss-input", "codes"),)),
    "errors of 9 bits": Variant((("--error-bits", "9"),)),
    "errors of 7 bits": Variant((("--error-bits", "7"),)),
    "no head-room of activations": Variant(headroom=1.0),
    "head-room 16": Variant(headroom=16.0),
    "batch 8": Variant((("--velocity", None),), batch=8, rate_factors=(2.0, 4.0, 8.0), float_too=True),
    "momentum 0.9": Variant((("--velocity", None),), momentum=0.9, rate_factors=(0.1, 0.3), float_too=True),
}


@dataclasses.dataclass(frozen=True)
class Ablation:
    """Where the variants are tried."""

    task: str
    plan: str
    epochs: int
    seeds: int


ABLATIONS = [Ablation("fashion-dense", "full", 1, 5), Ablation("kws-lucas", "full", 12, 5)]


def plan(task, name, layer_count):
    """The value of --update. The classifier learns in each of them: its head is new."""
    last = layer_count - 1
    full = "full"
    if task in RAW_PIXELS:
        full = {"schema": 1, "biases": {"last": last - 1}, "weights": [{"layer": i} for i in range(1, last)]}
    return {
        "full": full,
        "last-layer": "last-layer",
        "biases": {"schema": 1, "biases": {"last": last}},
        "sparse": {"schema": 1, "biases": {"last": 3}, "weights": [{"layer": last - i} for i in (3, 2, 1)]},
    }[name]


# The input is 0 to 255 and the first layer's weights are a thousandth: no rate of plain SGD suits it and the others,
# in either arithmetic. It stays frozen.
RAW_PIXELS = ("resnet-gtsrb",)
PLANS = ("last-layer", "biases", "sparse", "full")


def epochs(task, plan_name):
    """Passes over the training data."""
    whole = plan_name in ("biases", "full")
    return 2 if task == "resnet-gtsrb" and whole else TASKS[task].epochs  # these steps take the longest


def rates(task, plan_name):
    """Peak rates to choose from."""
    if TASKS[task].source is None:
        return (0.01, 0.03, 0.1)
    return {
        "last-layer": (0.01, 0.03, 0.1),
        "biases": (0.003, 0.01, 0.03),
        "sparse": (0.003, 0.01, 0.03),
        "full": (0.001, 0.003, 0.01),
    }[plan_name]
