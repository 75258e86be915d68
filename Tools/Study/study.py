"""float32 against the int8 step of the firmware: same data, same order, same plan, same rates.

    make study                # everything: Documentation/study.md and its plots
    make study STUDY=quick    # a few minutes, one seed or two of everything

Results are kept run by run in .build_study/results.jsonl: what was interrupted goes on where it was.
"""

import argparse
import functools
import json
import pathlib
import time

import numpy as np

import experiments
import intervals
import quantized_models
import report
from firmware_step import FirmwareStep, rate_parts, rate_value
from float_step import FloatStep

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WARM_UP_SHARE = 20  # the first 20th of the steps, as `fieldtune train --schedule cosine`
HELD_OUT_SHARE = 5  # a fifth of the training data decides the rate
# Where along a run the test accuracy is taken.
CHECKPOINTS = {"scratch": (0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0), "transfer": (1.0,), "held-out": (1.0,)}


def schedule(peak, steps):
    """Warm-up in equal parts, then half a cosine to 0: (mantissa, shift) for each step."""
    warm_up = steps // WARM_UP_SHARE
    parts = []
    for step in range(steps):
        if step < warm_up:
            rate = peak * (step + 1) / warm_up
        else:
            rate = peak * max(0, 0.5 * (1 + np.cos(np.pi * (step - warm_up) / max(1, steps - warm_up))))
        parts.append(rate_parts(rate))
    return parts


def order_of(samples, epochs, seed):
    random = np.random.default_rng([seed, 0x5EED])
    return np.concatenate([random.permutation(samples) for _ in range(epochs)])


class Study:
    def __init__(self, shared, fieldtune, cache):
        self.datasets, self.models = shared / "datasets", shared / "models" / "mlperf_tiny"
        self.fieldtune, self.cache = fieldtune, cache
        cache.mkdir(parents=True, exist_ok=True)
        demo = (ROOT / "Tools" / "Demo" / "digits-dense.tflite").read_bytes()
        semantics = FirmwareStep(demo, {}, cache / "steps", fieldtune).manifest["hashes"]["semantics"]
        # Another semantics, other results.
        self.results_file = cache / f"results-{semantics}.jsonl"
        self.results = {}
        if self.results_file.exists():
            for line in self.results_file.read_text().splitlines():
                record = json.loads(line)
                self.results[_identity(record["run"])] = record

    @functools.lru_cache(maxsize=2)
    def data(self, task, part):
        """part "test": the data's own parts. "held-out": the training data cut in two."""
        x, y, test_x, test_y = experiments.TASKS[task].data(self.datasets)
        if part == "test":
            return x, y, test_x, test_y
        shuffled = np.random.default_rng(1).permutation(len(y))
        held, rest = np.split(shuffled, [min(len(y) // HELD_OUT_SHARE, 5000)])
        return x[rest], y[rest], x[held], y[held]

    @functools.lru_cache(maxsize=4)
    def step(self, task, plan, variant, seed):
        variant = experiments.VARIANTS[variant]
        codes = experiments.TASKS[task].data(self.datasets)[0] if experiments.TASKS[task].source is None else None
        model = experiments.TASKS[task].model(self.models, codes, seed, variant.headroom)
        update = experiments.plan(plan, quantized_models.layer_count(model))
        return FirmwareStep(model, {"--update": update, **dict(variant.options)}, self.cache / "steps", self.fieldtune)

    def run(self, side, task, plan, seed, rate, variant=experiments.DEFAULT, part="test"):
        """The record of one run, made or remembered. side: "int8", "float32" or "float32 on int8"."""
        epochs = experiments.TASKS[task].epochs
        run = dict(side=side, task=task, plan=plan, variant=variant, seed=seed, rate=rate, epochs=epochs, part=part)
        identity = _identity(run)
        if identity not in self.results:
            begun = time.monotonic()
            step = self.step(task, plan, variant, seed)
            kind = "scratch" if experiments.TASKS[task].source is None else "transfer"
            shares = CHECKPOINTS["held-out" if part == "held-out" else kind]
            train = {
                "int8": self._train_int8,
                "float32": self._train_float,
                "float32 on int8": self._train_float_on_int8,
            }[side]
            record = {"run": run, **train(step, self.data(task, part), epochs, rate, seed, shares)}
            record["seconds"] = round(time.monotonic() - begun, 2)
            with self.results_file.open("a") as file:
                file.write(json.dumps(record) + "\n")
            self.results[identity] = record
            print(f"{side:16}{task:14}{plan:11}{variant:20}seed {seed:<3} rate {rate:<7}{part:9}"
                  f"{record['accuracy']:6.2f} %  {record['seconds']} s", flush=True)
        return self.results[identity]

    def _train_int8(self, step, data, epochs, rate, seed, shares):
        x, y, test_x, test_y = data
        order = order_of(len(y), epochs, seed)
        rates = schedule(rate, len(order))
        step.reset(seed)
        counts = np.zeros(2, np.uint64)

        def train(start, end):
            losses, predictions, added = step.train(x, y, order[start:end], rates[start:end])
            np.add(counts, added, out=counts)
            return losses, predictions

        record = _checkpointed(train, lambda: step.evaluate(test_x, test_y), order, y, test_y, shares)
        return record | {"saturated": int(counts[0]), "unchanged": int(counts[1]), "digest": step.digest()}

    def _train_float_on_int8(self, *arguments):
        return self._train_float(*arguments, quantized_forward=True)

    def _train_float(self, step, data, epochs, rate, seed, shares, quantized_forward=False):
        x, y, test_x, test_y = data
        network = FloatStep(step.model, step.manifest, quantized_forward)
        x, test_x = network.real_inputs(x), network.real_inputs(test_x)
        order = order_of(len(y), epochs, seed)
        rates = [rate_value(parts) for parts in schedule(rate, len(order))]

        def train(start, end):
            return network.train(x, y, order[start:end], rates[start:end])

        return _checkpointed(train, lambda: network.evaluate(test_x, test_y), order, y, test_y, shares)

    def chosen_rate(self, task, plan):
        """The peak rate with the best held-out accuracy (then loss) of the float32 side; the int8 side takes the same."""
        def score(rate):
            run = self.run("float32", task, plan, 1, rate, part="held-out")
            return run["accuracy"], -run["loss"]

        return max(experiments.rates(task, plan), key=score)


def _checkpointed(train, evaluate, order, labels, test_labels, shares):
    """Runs in pieces; measures at `shares` of the way."""
    curve, start, seconds = [], 0, 0.0
    learned = []
    for share in shares:
        end = round(share * len(order))
        begun = time.monotonic()
        losses, predictions = train(start, end)
        seconds += time.monotonic() - begun
        learned.append([end, float(np.mean(losses)), float(np.mean(predictions == labels[order[start:end]]))])
        losses, predictions = evaluate()
        curve.append([end, round(100 * float(np.mean(predictions == test_labels)), 3), float(np.mean(losses))])
        start = end
    return {"accuracy": curve[-1][1], "loss": curve[-1][2], "curve": curve, "online": learned,
            "stepsPerSecond": round(len(order) / seconds)}


def _identity(run):
    return json.dumps(run, sort_keys=True)


def _seeds(count):
    return range(1, count + 1)


def compare(study, task, plan, seeds):
    """Both sides, seed by seed; where int8 stays behind, also the float32 step on the int8 forward pass, which tells
    whether the step is to blame or the quantized network that it trains."""
    rate = study.chosen_rate(task, plan)
    runs = {side: [study.run(side, task, plan, seed, rate) for seed in _seeds(seeds)] for side in ("int8", "float32")}
    differences = [a["accuracy"] - b["accuracy"] for a, b in zip(runs["int8"], runs["float32"])]
    if intervals.lies_below_zero(differences):
        for seed in _seeds(seeds):
            study.run("float32 on int8", task, plan, seed, rate)


def ablate(study, task, plan, seeds):
    rate = study.chosen_rate(task, plan)
    for name, variant in experiments.VARIANTS.items():
        for seed in _seeds(seeds):
            for side in ("int8", "float32") if variant.float_too else ("int8",):
                study.run(side, task, plan, seed, rate * variant.rate_factor, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fieldtune", required=True, help="the command line, built")
    parser.add_argument("--shared", type=pathlib.Path, required=True, help="folder with datasets and models")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".build_study")
    parser.add_argument("--documentation", type=pathlib.Path, default=ROOT / "Documentation")
    parser.add_argument("--quick", action="store_true", help="fewer seeds")
    parts = [*experiments.TASKS, "ablations"]
    parser.add_argument("--only", nargs="*", choices=parts, default=parts, help="with no name: the report of what there is")
    arguments = parser.parse_args()
    study = Study(arguments.shared, arguments.fieldtune, arguments.cache)
    for task in experiments.SCRATCH:
        if task in arguments.only:
            compare(study, task, "full", 1 if arguments.quick else 3)
    for task in experiments.TRANSFER:
        if task in arguments.only:
            for plan in experiments.PLANS:
                compare(study, task, plan, 2 if arguments.quick else 8)
    if "ablations" in arguments.only:
        for (task, plan), seeds in experiments.ABLATED.items():
            ablate(study, task, plan, 2 if arguments.quick else seeds)
    report.write(list(study.results.values()), arguments.documentation)


if __name__ == "__main__":
    main()
