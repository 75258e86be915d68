#!/usr/bin/env python3
"""Samples a second of the interpreter (device loopback) and of the C kernels on this machine (device host), forward and
whole training steps, beside LiteRT's forward. Writes the table of Documentation/speed.md. Runs under a Python with LiteRT:

    "$(Tools/litert-python.sh)" Tools/Models/speed.py [--fieldtune PATH] [--models ../shared/models] [--output FILE]
"""
import argparse
import json
import os
import pathlib
import platform
import subprocess
import tempfile
import time

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Model, plan of the training step, steps that take about a second.
CASES = [
    ("mlperf_tiny/ad01_int8", "last-layer", 2000),
    ("mlperf_tiny/kws_ref_model", "full", 200),
    ("mlperf_tiny/pretrainedResnet_quant", "full", 60),
    ("mlperf_tiny/vww_96_int8", "bias-only", 60),
    ("tiny_training/mcunet-5fps-10c-seeded", "mcunet-49kb", 30),
    ("tiny_training/mbv2-w0.35-10c-seeded", "mbv2-99kb", 30),
]


def litert(path, codes, resolver, seconds=1.0):
    """Samples a second of LiteRT's forward pass on one thread; None where it refuses the model."""
    try:
        interpreter = Interpreter(str(path), experimental_op_resolver_type=resolver, num_threads=1)
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError):
        return None
    index = interpreter.get_input_details()[0]["index"]
    interpreter.set_tensor(index, codes[0])
    interpreter.invoke()
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        interpreter.set_tensor(index, codes[count % len(codes)])
        interpreter.invoke()
        count += 1
    return count / (time.process_time() - start)


def ours(tool, path, plan, data, device, steps):
    """Samples a second forward, and in whole training steps, or None and the sentence that refuses them."""
    done = subprocess.run(
        [tool, "train", str(path), "--update", plan, "--data", f"{data}:x,y", "--input-scale", "raw", "--eval", "none",
         "--steps", str(steps), "--lr", "0.001", "--device", device, "--local", "--json"],
        capture_output=True, text=True, cwd=ROOT)
    answer = json.loads(done.stdout)
    if done.returncode != 0:
        return None, answer["error"]["message"]
    cost = answer["cost"]
    return 1e9 / cost["forward"], 1e9 / (cost["forward"] + cost["backward"] + cost["update"])


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def rate(value):
    return "–" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def row(tool, folder, models, name, plan, steps):
    path = models / f"{name}.tflite"
    details = Interpreter(str(path)).get_input_details()[0]
    classes = int(Interpreter(str(path)).get_output_details()[0]["shape"][-1])
    random = numpy.random.default_rng(1)
    codes = random.integers(-128, 128, size=(16, *details["shape"]), dtype=numpy.int8)
    data = folder / "samples.npz"
    numpy.savez(data, x=codes[:, 0], y=(numpy.arange(16) % classes).astype(numpy.int32))
    reference = litert(path, codes, OpResolverType.BUILTIN_REF)
    fast = litert(path, codes, OpResolverType.AUTO)
    interpreter = ours(tool, path, plan, data, "loopback", steps)
    host = ours(tool, path, plan, data, "host", steps)
    cells = []
    for forward, step in (interpreter, host):
        cells += [rate(forward), rate(step)] if forward is not None else ["–", step]
    return [f"`{path.stem}`", plan, *cells, rate(reference), rate(fast)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fieldtune", default=str(ROOT / ".build/release/fieldtune"))
    parser.add_argument("--models", type=pathlib.Path, default=ROOT.parent / "shared/models")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "Documentation/speed.md")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for model, plan, steps in CASES:
            rows.append(row(options.fieldtune, pathlib.Path(name), options.models, model, plan, steps))
            print(*rows[-1], flush=True)
    head = ["model", "plan of the step", "interpreter: forward", "step", "host kernels: forward", "step",
            "LiteRT reference: forward", "LiteRT XNNPACK: forward"]
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]
    options.output.write_text(f"""# Speed on a computer

Samples a second on one core, written by `Tools/Models/speed.py` ({processor()}, {os.cpu_count()} cores).
The interpreter is the loopback device, the host kernels are the firmware's C as a process; both count the phases of a step
and not the link. LiteRT runs one thread: `BUILTIN_REF`, whose codes ours equal, and its default kernels, whose codes differ.

""" + "\n".join(lines) + "\n")


main()
