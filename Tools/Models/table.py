#!/usr/bin/env python3
"""Compiles the int8 models of a folder under several update plans, runs each golden step on mps2-an500 in QEMU, and
writes the tables of Documentation/models.md. Standard library only.

    Tools/Models/table.py [--fieldtune .build/release/fieldtune] [--models ../shared/models] [--output Documentation/models.md]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMES = [
    ("mcunet-5fps-10c-seeded", ["mcunet-49kb", "mcunet-74kb", "mcunet-99kb", "mcunet-124kb", "mcunet-148kb"]),
    ("mbv2-w0.35-10c-seeded", ["mbv2-49kb", "mbv2-99kb", "mbv2-138kb"]),
]
# A thousand classes leave no room for training them: such a model is shown with a head of ten as well.
NEW_HEAD = ("--classes", "10")


class Tool:
    """The command line, one call at a time; answers in JSON."""

    def __init__(self, path):
        self.path = path

    def run(self, *arguments):
        """(result, None) or (None, sentence)."""
        done = subprocess.run([self.path, *arguments, "--json"], capture_output=True, text=True, cwd=ROOT)
        try:
            answer = json.loads(done.stdout)
        except json.JSONDecodeError:
            sys.exit(f"{' '.join(arguments)}: found no JSON but {done.stdout[:200]!r} {done.stderr[:400]!r}")
        return (answer, None) if done.returncode == 0 else (None, answer["error"]["message"])

    def compile(self, model, plan, board, folder, head=()):
        """The report, whether the plan fits the board, and the seconds; the report is None where the plan is refused.
        `head`: the options of a new head."""
        arguments = ["compile", str(model), "--update", plan, "--board", board, "--explain", "-o", str(folder), *head]
        start = time.monotonic()
        report, sentence = self.run(*arguments)
        seconds = time.monotonic() - start
        if report is not None:
            return report, True, seconds, None
        report, refusal = self.run(*arguments, "--force")
        return report, False, seconds, sentence if report is not None else refusal


def sparse_plan(name, layers, folder):
    """A published scheme where there is one; otherwise the last four biases, and half of the inputs of the last two layers
    below the classifier."""
    if name.startswith("mcunet"):
        return "mcunet-49kb", "mcunet-49kb"
    if name.startswith("mbv2"):
        return "mbv2-99kb", "mbv2-99kb"
    weights = [{"layer": layer, "ratio": 0.5, "channels": "largest-norm"} for layer in range(max(0, layers - 3), layers - 1)]
    plan = {"schema": 1, "biases": {"last": min(4, layers - 1)}, "weights": weights}
    path = folder / f"{name}-sparse.json"
    path.write_text(json.dumps(plan))
    return str(path), "sparse"


def grouped(number):
    return f"{number:,}"


def millions(number):
    return f"{number / 1e6:.2f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def steps_on_qemu(tool, folder):
    """Instructions of the golden step by phase, or the sentence that says why there are none. On a busy machine QEMU may
    take longer to start than the command waits: three attempts."""
    for _ in range(3):
        step, sentence = tool.run("selftest", str(folder), "--device", "qemu:mps2-an500")
        if step is not None:
            break
    return step, sentence


def model_rows(tool, models, folder):
    rows, refused = [], []
    for path in models:
        name = path.stem
        inspected, sentence = tool.run("inspect", str(path))
        if inspected is None:
            refused.append([f"`{path.parent.name}/{name}`", sentence.removeprefix(f"{path}: ")])
            continue
        # Layers as plans count them, from the compiler's own report of the smallest plan.
        least, _, _, sentence = tool.compile(path, "none", "host", folder / "none")
        if least is None:
            refused.append([f"`{path.parent.name}/{name}`", sentence.removeprefix(f"{path}: ")])
            continue
        layers = len(least["layers"])
        rows += plan_rows(tool, path, layers, folder)
        if "imagenet1000" in name:
            rows += plan_rows(tool, path, layers, folder, NEW_HEAD)
    return rows, refused


def plan_rows(tool, path, layers, folder, head=()):
    name = " ".join([f"`{path.stem}`", *head])
    rows = []
    sparse, label = sparse_plan(path.stem, layers, folder)
    for plan, shown in [("last-layer", "last-layer"), ("bias-only", "bias-only"), (sparse, label)]:
        cells = one_row(tool, path, plan, folder / "artifact", head)
        rows.append([name, shown] + cells)
        print(*rows[-1], file=sys.stderr, flush=True)
        if plan == "bias-only" and "does not fit" in cells:
            rows += largest_bias_row(tool, path, name, layers, folder, head)
    return rows


def largest_bias_row(tool, path, name, layers, folder, head):
    """The most biases, counted from the classifier down, with which the model fits an F746."""
    def plan(count):
        file = folder / f"biases-{count}.json"
        file.write_text(json.dumps({"schema": 1, "biases": {"last": count}}))
        return str(file)

    fits, exceeds = -1, layers
    while exceeds - fits > 1:
        count = (fits + exceeds) // 2
        report, is_fitting, _, _ = tool.compile(path, plan(count), "stm32f746g-disco", folder / "biases", head)
        fits, exceeds = (count, exceeds) if report is not None and is_fitting else (fits, count)
    if fits < 0:
        return []
    row = [name, f"last {fits} biases"] + one_row(tool, path, plan(fits), folder / "artifact", head)
    print(*row, file=sys.stderr, flush=True)
    return [row]


def one_row(tool, path, plan, folder, head):
    report, fits_f746, seconds, sentence = tool.compile(path, plan, "stm32f746g-disco", folder, head)
    if report is None:
        return [sentence.removeprefix(f"{path}: ")] + [""] * 10
    _, fits_f429, _, _ = tool.compile(path, plan, "nucleo-f429zi", folder.with_name("f429"), head)
    sram = report["sramBytes"]
    bound = report["arenaLowerBound"]
    step, why = steps_on_qemu(tool, folder) if fits_f746 else (None, "does not fit")
    phases = [millions(step[phase]) for phase in ("forward", "backward", "update")] if step else ["–"] * 3
    return [
        grouped(sram["arena"]), f"{sram['arena'] / bound:.3f}" if bound else "–", grouped(sram["weights"]),
        grouped(sram["total"] - sram["samples"]), grouped(sram["total"]), "yes" if fits_f746 else "no", "yes" if fits_f429 else "no", f"{seconds:.2f}",
        *phases, "equal" if step else why,
    ]


def scheme_rows(tool, folder_of_models, folder):
    rows = []
    for name, schemes in SCHEMES:
        paths = sorted(folder_of_models.rglob(f"{name}.tflite"))
        if not paths:
            continue
        full, _, _, _ = tool.compile(paths[0], "full", "host", folder / "full")
        rows.append(scheme_row(name, "full", "–", full, full))
        for scheme in schemes:
            report, _, _, _ = tool.compile(paths[0], scheme, "host", folder / "scheme")
            rows.append(scheme_row(name, scheme, scheme.split("-")[1].removesuffix("kb"), report, full))
            print(*rows[-1], file=sys.stderr, flush=True)
    return rows


def scheme_row(name, scheme, named, report, full):
    update, macs, whole = report["explanation"]["update"], report["macs"], full["macs"]
    return [
        f"`{name}`", scheme, named, f"{report['explanation']['publishedMeasureBytes'] / 1024:.1f}",
        grouped(update["savedActivationBytes"]), grouped(update["maskBytes"]), grouped(update["weightBytes"]),
        grouped(update["biasBytes"]), grouped(update["otherMaskBytes"]), grouped(update["residualBytes"]),
        grouped(update["classifierBytes"]),
        grouped(report["sramBytes"]["arena"]), grouped(report["sramBytes"]["arena"] + report["sramBytes"]["weights"]),
        millions(macs["backward"]), f"{100 * macs['backward'] / whole['backward']:.1f} %",
    ]


def document(rows, refused, schemes):
    return f"""# Models

Written by `Tools/Models/table.py`. Models: shared/models, made elsewhere. Instructions are those of the golden step on
`mps2-an500` (Cortex-M7, QEMU, `-icount shift=0`), in millions; "equal" says that the digest of the training state after it
is the interpreter's. SRAM: arena with the sample in it (maps that need no whole copy are streamed by rows), training state,
stack, and 10,944 bytes of link, session, rings and variables, as `fieldtune compile --board stm32f746g-disco` plans it; then
with the sample that waits outside of the arena meanwhile, where an F746 has room for one. "sparse" trains the last four biases and half of the inputs
(largest norm) of the last two layers below the classifier, "mcunet-49kb" and "mbv2-99kb" are published schemes. "last N
biases" is the largest N that fits an F746 where all biases do not: the errors of a network's first maps, 16 bits an element,
do not fit beside anything. "{' '.join(NEW_HEAD)}" puts a new head on the model first.

{table(["model", "plan", "arena", "arena / bound", "state", "SRAM, all in", "and a waiting sample", "fits F746", "fits F429", "compile, s", "forward", "backward", "update", "digest"], rows)}

## Published sparse updates (Lin et al., arXiv 2206.15472)

The number in a scheme's name, in KB of 1,024 bytes, is what its authors count: saved activations (the trained inputs of each
layer, the classifier's input), a clamp mask of one bit for each output of a layer whose bias learns, trained int8 weights,
int32 biases; the classifier's parameters are left out. "ours" adds up the same four of our plan. On top come masks of residual
additions (they saturate, and a gradient must know where), residual planes (one byte for each trained weight) and the
classifier. MACs: backward and update, and their share of training everything.

{table(["model", "scheme", "named, KB", "ours, KB", "saved activations", "masks", "weights", "biases", "other masks", "residuals", "classifier", "arena", "arena and state", "MMAC", "of full"], schemes)}

## Refused

{table(["model", "why"], refused)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fieldtune", default=str(ROOT / ".build/release/fieldtune"))
    parser.add_argument("--models", type=pathlib.Path, default=ROOT.parent / "shared/models")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "Documentation/models.md")
    options = parser.parse_args()
    tool = Tool(options.fieldtune)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        schemes = scheme_rows(tool, options.models, folder)
        rows, refused = model_rows(tool, sorted(options.models.rglob("*.tflite")), folder)
    options.output.write_text(document(rows, refused, schemes))


main()
