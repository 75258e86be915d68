"""The int8 side: the C that a board runs, compiled for this machine and called without a link."""

import base64
import ctypes
import functools
import hashlib
import json
import os
import pathlib
import subprocess

import numpy as np

import schedule

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIRMWARE = ROOT / "Firmware"
# Integers only: no flag of the compiler can change a bit.
C_FLAGS = ["-O3", "-march=native", "-std=c11", "-fPIC"]


@functools.cache
def _bytes_of(file):
    return pathlib.Path(file).read_bytes()


def _run(command):
    environment = os.environ | {"FIELDTUNE_HOME": str(ROOT)}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")


def _archive_of_kernels(cache):
    """Kernels compiled once for all models."""
    sources = sorted(FIRMWARE.glob("kernels/*.c")) + [FIRMWARE / "runtime" / "digest.c"]
    headers = sorted(FIRMWARE.glob("kernels/*.h")) + sorted(FIRMWARE.glob("runtime/*.h"))
    text = b"".join(path.read_bytes() for path in sources + headers)
    folder = cache / f"kernels-{hashlib.sha256(text).hexdigest()[:16]}"
    archive = folder / "kernels.a"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        includes = ["-I", FIRMWARE / "kernels", "-I", FIRMWARE / "runtime"]
        objects = [folder / f"{source.stem}.o" for source in sources]
        for source, made in zip(sources, objects):
            _run(["gcc", *C_FLAGS, *includes, "-c", source, "-o", made])
        _run(["ar", "rcs", folder / "new.a", *objects])
        (folder / "new.a").rename(archive)
    return archive


def compiled(model, options, cache, fieldtune):
    """The folder with the artifact of `model` (bytes of a .tflite file) and its shared library.

    options: arguments of `fieldtune compile`; a plan is given as a dictionary under "--update".
    """
    archive = _archive_of_kernels(cache)
    shim = pathlib.Path(__file__).with_name("step_shim.c")
    key = hashlib.sha256()
    parts = (model, json.dumps(options).encode(), archive.parent.name.encode(), shim.read_bytes(), _bytes_of(fieldtune))
    for part in parts:
        key.update(hashlib.sha256(part).digest())
    folder = cache / f"step-{key.hexdigest()[:16]}"
    library = folder / "step.so"
    if not library.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "original.tflite"
        file.write_bytes(model)
        words = []
        for name, value in options.items():
            if isinstance(value, dict):
                plan = folder / "plan.json"
                plan.write_text(json.dumps(value))
                value = plan
            words += [name] if value is None else [name, value]
        artifact = folder / "artifact"
        _run([fieldtune, "compile", file, "--force", "--quiet", "--output", artifact, *words])
        includes = ["-I", FIRMWARE / "kernels", "-I", FIRMWARE / "runtime", "-I", artifact]
        new = folder / "new.so"
        _run(["gcc", *C_FLAGS, *includes, "-shared", "-o", new, shim, *artifact.glob("*.c"), archive])
        new.rename(library)
    return folder


class FirmwareStep:
    """One model and plan. Its state is in the library: load a library once in a process."""

    def __init__(self, model, options, cache, fieldtune):
        folder = compiled(model, options, cache, fieldtune)
        self.manifest = json.loads((folder / "artifact" / "manifest.json").read_text())
        self.model = (folder / "artifact" / "model.tflite").read_bytes()
        self.library = ctypes.CDLL(str(folder / "step.so"))
        self.library.study_digest.restype = ctypes.c_uint64
        self._check_golden_step()

    def _check_golden_step(self):
        """What every device is asked before a run: the digest after one step of the artifact's golden sample."""
        golden = self.manifest["golden"]
        self.reset(seed=golden.get("seed", 1))
        sample = np.frombuffer(base64.b64decode(golden["input"]), np.int8)[None]
        update = schedule.one_update(golden["rateMantissa"], golden["rateShift"])
        self.train(sample, np.array([golden["label"]]), np.zeros(1), update)
        if self.digest() != golden["digest"]:
            raise RuntimeError(f"golden step: found digest {self.digest()}, expected {golden['digest']}")

    def reset(self, seed):
        self.library.study_reset(ctypes.c_uint32(seed))

    def digest(self):
        return f"{self.library.study_digest():016x}"

    def train(self, inputs, labels, order, updates):
        """One step a sample, `updates` as of schedule.UPDATE.

        Returns losses in nats, predictions, and counts of (saturated, unchanged) parameters."""
        inputs, labels = np.ascontiguousarray(inputs, np.int8), np.ascontiguousarray(labels, np.uint32)
        order = np.ascontiguousarray(order, np.uint32)
        updates = np.ascontiguousarray(updates, schedule.UPDATE)
        losses, predictions = np.zeros(len(order), np.int32), np.zeros(len(order), np.uint16)
        counts = np.zeros(2, np.uint64)
        self.library.study_train(
            *map(_pointer, (inputs, labels, order, updates)),
            ctypes.c_uint32(len(order)), *map(_pointer, (losses, predictions, counts)))
        return losses / 65536, predictions, counts

    def evaluate(self, inputs, labels):
        """Losses in nats, predictions."""
        inputs, labels = np.ascontiguousarray(inputs, np.int8), np.ascontiguousarray(labels, np.uint32)
        losses, predictions = np.zeros(len(labels), np.int32), np.zeros(len(labels), np.uint16)
        self.library.study_evaluate(
            *map(_pointer, (inputs, labels)), ctypes.c_uint32(len(labels)), *map(_pointer, (losses, predictions)))
        return losses / 65536, predictions


def _pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)
