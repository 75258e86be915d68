"""Writes the study's tables into Documentation/study.md, its plots and the list of runs beside it.

Tables stand between `<!-- NAME -->` and `<!-- end -->`; everything else of the page is written by hand.
"""

import csv
import functools
import re
import statistics

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

import experiments
import intervals

INT8, FLOAT, FLOAT_ON_INT8 = "int8", "float32", "float32 on int8"
COLOURS = {INT8: "#c2410c", FLOAT: "#1d4ed8", FLOAT_ON_INT8: "#6b7280"}
TITLES = {
    "mnist-dense": "MNIST, dense 784-128-10",
    "mnist-cnn": "MNIST, small CNN",
    "fashion-dense": "Fashion-MNIST, dense 784-128-10",
    "fashion-cnn": "Fashion-MNIST, small CNN",
    "kws-fsdd": "kws_ref_model → fsdd, unseen speakers",
    "kws-lucas": "kws_ref_model → fsdd, lucas",
    "vww-flowers": "vww_96 → flowers96",
    "resnet-gtsrb": "pretrainedResnet → gtsrb32",
}
plt.rcParams.update({
    "font.size": 9, "font.family": "sans-serif", "axes.spines.top": False, "axes.spines.right": False,
    "svg.hashsalt": "study", "svg.fonttype": "none"})


class Cells:
    """Test runs by cell, which is `Cells.at(...)`: side -> seed -> record."""

    def __init__(self, records):
        self.cells = {}
        for record in records:
            run = record["run"]
            if run["part"] != "test":
                continue
            sides = self.cells.setdefault(self.at(run["task"], run["plan"], run["variant"], run["epochs"]), {})
            sides.setdefault(run["side"], {})[run["seed"]] = record
        # A run that was interrupted leaves cells with one side.
        self.cells = {
            cell: sides for cell, sides in self.cells.items()
            if INT8 in sides and (FLOAT in sides or cell[2] != experiments.DEFAULT or cell[3] is not None)}

    @staticmethod
    def at(task, plan, variant=experiments.DEFAULT, epochs=None):
        """epochs: None for the task's own."""
        return task, plan, variant, epochs if epochs != experiments.epochs(task, plan) else None

    def accuracies(self, cell, side):
        runs = self.cells.get(cell, {}).get(side, {})
        return [runs[seed]["accuracy"] for seed in sorted(runs)]

    def differences(self, cell, side=INT8, against=FLOAT, other=None):
        """`side` of `cell` minus `against` of `other` (or of the same cell), seed by seed."""
        a = self.cells.get(cell, {}).get(side, {})
        b = self.cells.get(other or cell, {}).get(against, {})
        return [a[seed]["accuracy"] - b[seed]["accuracy"] for seed in sorted(a.keys() & b.keys())]

    def first(self, cell, side):
        return next(iter(self.cells[cell][side].values()))

    def runs(self, cell, side):
        return self.cells.get(cell, {}).get(side, {}).values()


def _spread(values):
    if not values:
        return "–"
    mean, spread = intervals.mean_and_spread(values)
    return f"{mean:.2f} ± {spread:.2f}"


def _interval(differences):
    if len(differences) < 2:
        return f"{differences[0]:+.2f}" if differences else "–"
    mean, half = intervals.paired(differences)
    return f"{mean:+.2f} [{mean - half:+.2f}, {mean + half:+.2f}]"


def _table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(str(word) for word in row) + " |" for row in rows])


def _saturated_a_step(cells, cell):
    """Updates that met the end of a weight's range."""
    runs = list(cells.runs(cell, INT8))
    return statistics.mean(run["saturated"] / run["curve"][-1][0] for run in runs)


def scratch_table(cells):
    rows = []
    for task in experiments.SCRATCH:
        cell = Cells.at(task, "full")
        if cell not in cells.cells:
            continue
        difference = statistics.mean(cells.differences(cell))
        run = cells.first(cell, INT8)
        rows.append([
            TITLES[task], f"{run['curve'][-1][0]:,}", run["run"]["rate"], _spread(cells.accuracies(cell, FLOAT)),
            _spread(cells.accuracies(cell, INT8)), _interval(cells.differences(cell)),
            len(cells.differences(cell)), "yes" if difference >= -0.5 else "**no**"])
    header = ["task", "steps", "rate", "float32 %", "int8 %", "int8 − float32, paired 95 %", "seeds", "mean within 0.5"]
    return _table(header, rows)


def transfer_table(cells):
    rows = []
    for task in experiments.TRANSFER:
        for plan in experiments.PLANS:
            cell = Cells.at(task, plan)
            if cell not in cells.cells:
                continue
            differences = cells.differences(cell)
            verdict = "**below**" if intervals.lies_below_zero(differences) else "yes"
            control = cells.differences(cell, INT8, FLOAT_ON_INT8)
            rows.append([
                TITLES[task] if plan == experiments.PLANS[0] else "", plan, cells.first(cell, INT8)["run"]["rate"],
                _spread(cells.accuracies(cell, FLOAT)), _spread(cells.accuracies(cell, INT8)), _interval(differences),
                len(differences), verdict, _spread(cells.accuracies(cell, FLOAT_ON_INT8)), _interval(control)])
    header = [
        "pair", "plan", "rate", "float32 %", "int8 %", "int8 − float32, paired 95 %", "seeds", "holds 0 or lies above",
        "float32 step on the int8 forward %", "int8 − that"]
    return _table(header, rows)


def ablation_table(cells):
    rows = []
    for ablation in experiments.ABLATIONS:
        at = functools.partial(cells.at, ablation.task, ablation.plan, epochs=ablation.epochs)
        for variant in experiments.VARIANTS:
            cell, is_default = at(variant), variant == experiments.DEFAULT
            if cell not in cells.cells:
                continue
            against = "" if is_default else _interval(cells.differences(cell, INT8, INT8, at(experiments.DEFAULT)))
            rows.append([
                f"{TITLES[ablation.task]}, {ablation.plan}" if is_default else "", variant,
                f"{cells.first(cell, INT8)['run']['rate']:.2g}", _spread(cells.accuracies(cell, FLOAT)),
                _spread(cells.accuracies(cell, INT8)), against, len(cells.accuracies(cell, INT8)),
                f"{_saturated_a_step(cells, cell):.2g}"])
    header = ["task", "int8 step", "rate", "float32 %", "int8 %", "against the default, paired 95 %", "seeds", "clamps a step"]
    return _table(header, rows)


def plot_scratch(cells, file):
    tasks = [task for task in experiments.SCRATCH if Cells.at(task, "full") in cells.cells]
    if not tasks:
        return
    figure, axes = plt.subplots(1, len(tasks), figsize=(3.1 * len(tasks), 2.8), squeeze=False)
    for axis, task in zip(axes[0], tasks):
        for side in (FLOAT, INT8):
            curves = [run["curve"] for run in cells.runs(Cells.at(task, "full"), side)]
            steps = [point[0] for point in curves[0]]
            values = list(zip(*[[point[1] for point in curve] for curve in curves]))
            low, high = [min(v) for v in values], [max(v) for v in values]
            axis.fill_between(steps, low, high, color=COLOURS[side], alpha=0.2, lw=0)
            axis.plot(steps, [statistics.mean(v) for v in values], color=COLOURS[side], lw=1.4, marker="o", ms=3,
                      ls="-" if side == FLOAT else "--", label=side)
        axis.set_xscale("log")
        axis.set_title(TITLES[task], fontsize=9)
        axis.set_xlabel("training steps (batch 1)")
        axis.grid(alpha=0.25)
    axes[0][0].set_ylabel("test accuracy, %")
    axes[0][0].legend(frameon=False)
    _save(figure, file)


def plot_transfer(cells, file):
    tasks = [task for task in experiments.TRANSFER if Cells.at(task, experiments.PLANS[0]) in cells.cells]
    if not tasks:
        return
    size = (3.1 * len(tasks), 5)
    figure, axes = plt.subplots(2, len(tasks), figsize=size, squeeze=False, sharex=True)
    for (top, bottom), task in zip(zip(*axes), tasks):
        for place, plan in enumerate(experiments.PLANS):
            cell = Cells.at(task, plan)
            for shift, side in ((-0.15, FLOAT), (0.0, FLOAT_ON_INT8), (0.15, INT8)):
                values = cells.accuracies(cell, side)
                if values:
                    mean, spread = intervals.mean_and_spread(values)
                    top.plot([place + shift] * len(values), values, ".", color=COLOURS[side], ms=3, alpha=0.4)
                    top.errorbar(place + shift, mean, spread, fmt="o", ms=5, color=COLOURS[side], capsize=2)
            differences = cells.differences(cell)
            if len(differences) > 1:
                mean, half = intervals.paired(differences)
                bottom.errorbar(place, mean, half, fmt="o", ms=5, color=COLOURS[INT8], capsize=3)
        bottom.axhline(0, color="black", lw=0.8)
        for axis in (top, bottom):
            axis.grid(axis="y", alpha=0.25)
        bottom.set_xticks(range(len(experiments.PLANS)), experiments.PLANS)
        top.set_title(TITLES[task], fontsize=8.5)
    axes[0][0].set_ylabel("test accuracy, %\n(dots: seeds; bar: ± 1 sd)")
    axes[1][0].set_ylabel("int8 − float32, points\n(paired 95 % interval)")
    for side in (FLOAT, FLOAT_ON_INT8, INT8):
        label = "float32 step on the int8 forward" if side == FLOAT_ON_INT8 else side
        axes[0][0].plot([], [], "o", color=COLOURS[side], label=label)
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="lower center", ncols=3, frameon=False)
    _save(figure, file, bottom=0.06)


def plot_ablation(cells, file):
    done = [a for a in experiments.ABLATIONS if cells.at(a.task, a.plan, epochs=a.epochs) in cells.cells]
    if not done:
        return
    variants = [
        v for v in experiments.VARIANTS
        if v != experiments.DEFAULT and any(cells.at(a.task, a.plan, v, a.epochs) in cells.cells for a in done)]
    size = (3.8 * len(done) + 1.6, 3.8)
    figure, axes = plt.subplots(1, len(done), figsize=size, squeeze=False, sharey=True)
    for axis, ablation in zip(axes[0], done):
        at = functools.partial(cells.at, ablation.task, ablation.plan, epochs=ablation.epochs)
        for place, variant in enumerate(reversed(variants)):
            for shift, side in ((0.14, FLOAT), (-0.14, INT8)):
                differences = cells.differences(at(variant), side, side, at(experiments.DEFAULT))
                if len(differences) > 1:
                    mean, half = intervals.paired(differences)
                    axis.errorbar(mean, place + shift, xerr=half, fmt="o", ms=4.5, color=COLOURS[side], capsize=2)
        axis.axvline(0, color="black", lw=0.8)
        axis.set_xscale("symlog", linthresh=2)
        axis.set_yticks(range(len(variants)), list(reversed(variants)))
        axis.set_title(f"{TITLES[ablation.task]}, {ablation.plan}", fontsize=9)
        axis.set_xlabel("points against the default (paired 95 % interval)")
        axis.xaxis.set_major_formatter("{x:g}")
        axis.grid(alpha=0.25)
    for side in (FLOAT, INT8):
        axes[0][0].plot([], [], "o", color=COLOURS[side], label=side)
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="lower center", ncols=2, frameon=False)
    _save(figure, file, bottom=0.06)


def _save(figure, file, bottom=0.0):
    figure.tight_layout(rect=(0, bottom, 1, 1))
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)


def _write_runs(records, file):
    columns = ["side", "task", "plan", "variant", "seed", "rate", "epochs", "part"]
    measured = ["accuracy", "loss", "saturated", "unchanged", "digest", "stepsPerSecond", "seconds"]
    with file.open("w", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(columns + measured)
        rows = [[r["run"].get(c) for c in columns] + [r.get(m, "") for m in measured] for r in records]
        writer.writerows(sorted(rows, key=lambda row: [str(word) for word in row]))


def write(records, documentation):
    records = [record for record in records if record["run"]["variant"] in experiments.VARIANTS]
    cells = Cells(records)
    page, folder = documentation / "study.md", documentation / "study"
    folder.mkdir(exist_ok=True)
    hours = sum(record["seconds"] for record in records) / 3600
    tables = {
        "scratch": scratch_table(cells), "transfer": transfer_table(cells), "ablation": ablation_table(cells),
        "size": f"{len(records)} runs, {hours:.1f} hours of one core.",
    }
    text = page.read_text()
    for name, table in tables.items():
        text = re.sub(rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda m: m[1] + table + "\n" + m[2], text, flags=re.S)
    page.write_text(text)
    _write_runs(records, folder / "runs.csv")
    plot_scratch(cells, folder / "scratch.svg")
    plot_transfer(cells, folder / "transfer.svg")
    plot_ablation(cells, folder / "ablation.svg")
