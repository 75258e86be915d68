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
import schedule
from firmware_step import FirmwareStep
from float_step import FloatStep

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HELD_OUT_SHARE = 5  # a fifth of the training data decides the rate
# Where along a run the test accuracy is taken.
CHECKPOINTS = {"scratch": (0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0), "transfer": (1.0,), "held-out": (1.0,)}


class Study:
    def __init__(self, shared, fieldtune, cache):
        self.datasets, self.models = shared / "datasets", shared / "models" / "mlperf_tiny"
        self.fieldtune, self.cache = fieldtune, cache
        cache.mkdir(parents=True, exist_ok=True)
        demo = (ROOT / "Tools" / "Demo" / "digits-dense.tflite").read_bytes()
        semantics = FirmwareStep(demo, {}, cache / "steps", fieldtune).manifest["hashes"]["semantics"]
        # Another semantics, other results; those of float32 know of none.
        self.files = {"int8": cache / f"int8-{semantics}.jsonl", "float": cache / "float32.jsonl"}
        self.results = {}
        for file in self.files.values():
            for line in file.read_text().splitlines() if file.exists() else []:
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
        update = experiments.plan(task, plan, quantized_models.layer_count(model))
        return FirmwareStep(model, {"--update": update, **dict(variant.options)}, self.cache / "steps", self.fieldtune)

    def run(self, side, task, plan, seed, rate, variant=experiments.DEFAULT, part="test", epochs=None):
        """The record of one run, made or remembered. side: "int8", "float32" or "float32 on int8"."""
        epochs = epochs or experiments.epochs(task, plan)
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
            data = self.data(task, part)
            order = schedule.order_of(len(data[1]), epochs, seed)
            choice = experiments.VARIANTS[variant]
            updates = schedule.updates(rate, len(order), choice.batch, choice.momentum)
            record = {"run": run, **train(step, data, order, updates, seed, shares)}
            record["seconds"] = round(time.monotonic() - begun, 2)
            with self.files["int8" if side == "int8" else "float"].open("a") as file:
                file.write(json.dumps(record) + "\n")
            self.results[identity] = record
            print(f"{side:16}{task:14}{plan:11}{variant:20}seed {seed:<3} rate {rate:<7}{part:9}"
                  f"{record['accuracy']:6.2f} %  {record['seconds']} s", flush=True)
        return self.results[identity]

    def _train_int8(self, step, data, order, updates, seed, shares):
        x, y, test_x, test_y = data
        step.reset(seed)
        counts = np.zeros(2, np.uint64)

        def train(start, end):
            losses, predictions, added = step.train(x, y, order[start:end], updates[start:end])
            np.add(counts, added, out=counts)
            return losses, predictions

        record = _checkpointed(train, lambda: step.evaluate(test_x, test_y), order, y, test_y, shares)
        return record | {"saturated": int(counts[0]), "unchanged": int(counts[1]), "digest": step.digest()}

    def _train_float_on_int8(self, *arguments):
        return self._train_float(*arguments, quantized_forward=True)

    def _train_float(self, step, data, order, updates, seed, shares, quantized_forward=False):
        x, y, test_x, test_y = data
        network = FloatStep(step.model, step.manifest, quantized_forward)
        x, test_x = network.prepared(x), network.prepared(test_x)

        def train(start, end):
            return network.train(x, y, order[start:end], updates[start:end])

        return _checkpointed(train, lambda: network.evaluate(test_x, test_y), order, y, test_y, shares)

    def chosen_rate(self, task, plan):
        """The float32 side's best peak rate, which the int8 side takes as well."""
        return self.best_rate("float32", task, plan, experiments.rates(task, plan))

    def best_rate(self, side, task, plan, rates, variant=experiments.DEFAULT, epochs=None):
        """By accuracy on held-out data; of equals the lowest."""
        def score(rate):
            return self.run(side, task, plan, 1, rate, variant, "held-out", epochs)["accuracy"], -rate

        return max(rates, key=score)


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
    if intervals.stays_behind(differences):
        for seed in _seeds(seeds):
            study.run("float32 on int8", task, plan, seed, rate)


def ablate(study, ablation, seeds):
    """The int8 step of every variant; float32 where the variant means something there, at the same rate."""
    task, plan, epochs = ablation.task, ablation.plan, ablation.epochs
    default_rate = study.chosen_rate(task, plan)
    for name, variant in experiments.VARIANTS.items():
        if variant.headroom != quantized_models.ACTIVATION_HEADROOM and task in experiments.TRANSFER:
            continue  # these have scales of their own
        rates = [default_rate * factor for factor in variant.rate_factors]
        rate = study.best_rate("int8", task, plan, rates, name, epochs) if len(rates) > 1 else rates[0]
        for seed in _seeds(seeds):
            for side in ("int8", "float32") if variant.float_too else ("int8",):
                study.run(side, task, plan, seed, rate, name, epochs=epochs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fieldtune", required=True, help="the command line, built")
    parser.add_argument("--shared", type=pathlib.Path, required=True, help="folder with datasets and models")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".build_study")
    parser.add_argument("--documentation", type=pathlib.Path, default=ROOT / "Documentation")
    parser.add_argument("--quick", action="store_true", help="fewer seeds")
    parts = [*experiments.TASKS, "ablations"]
    parser.add_argument("--only", nargs="*", choices=parts, default=parts, help="no name: report what there is")
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
        for ablation in experiments.ABLATIONS:
            ablate(study, ablation, 2 if arguments.quick else ablation.seeds)
    report.write(list(study.results.values()), arguments.documentation)


if __name__ == "__main__":
    main()
