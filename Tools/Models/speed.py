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
import resource
import subprocess
import tempfile
import time

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Model, plan of the training step, steps measured.
CASES = [
    ("mlperf_tiny/ad01_int8", "last-layer", 1000),
    ("mlperf_tiny/kws_ref_model", "full", 300),
    ("mlperf_tiny/pretrainedResnet_quant", "full", 60),
    ("mlperf_tiny/vww_96_int8", "bias-only", 60),
    ("tiny_training/mcunet-5fps-10c-seeded", "mcunet-49kb", 40),
    ("tiny_training/mbv2-w0.35-10c-seeded", "mbv2-99kb", 40),
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


def processor_seconds(tool, path, plan, data, device, steps):
    """Processor time of a run, the device's process included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [tool, "train", str(path), "--update", plan, "--data", f"{data}:x,y", "--input-scale", "raw", "--eval", "none",
         "--steps", str(steps), "--lr", "0.001", "--device", device, "--local", "--json"],
        capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise SystemExit(f"{path.stem} {plan} on {device}: {json.loads(done.stdout)['error']['message']}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(tool, path, plan, data, device, steps):
    """Samples a second: `steps` more steps cost what the longer of two runs takes longer."""
    few = max(1, steps // 10)
    processor_seconds(tool, path, plan, data, device, 1)  # builds what is not built yet
    seconds = [processor_seconds(tool, path, plan, data, device, count) for count in (few, few + steps)]
    return steps / max(seconds[1] - seconds[0], 1e-9)


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
    cells = [
        rate(ours(tool, path, update, data, device, steps))
        for device in ("loopback", "host") for update in ("none", plan)
    ]
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

Samples for each second of processor time, written by `Tools/Models/speed.py` ({processor()}, {os.cpu_count()} cores).
The interpreter is the loopback device, the host kernels are the firmware's C as a process of its own; both with the link and
the keeping of records, forward with the plan `none`. LiteRT runs one thread: `BUILTIN_REF`, whose codes ours equal, and its
default kernels, whose codes differ.

""" + "\n".join(lines) + "\n")


main()
