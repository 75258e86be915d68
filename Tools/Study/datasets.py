"""The data of the study as int8 codes of the models' inputs: (train codes, labels, test codes, labels)."""

import gzip
import io
import tarfile

import numpy as np
from PIL import Image


def _idx(path, header):
    with gzip.open(path) as file:
        return np.frombuffer(file.read()[header:], np.uint8)


def _codes(pixels):
    """Inputs of scale 1/255 (or 1) and zero point -128."""
    return (pixels.astype(np.int16) - 128).astype(np.int8).reshape(len(pixels), -1)


def _images_of_28(folder, train):
    result = []
    for part in (train, "t10k"):
        images = _idx(folder / f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 784)
        result += [_codes(images), _idx(folder / f"{part}-labels-idx1-ubyte.gz", 8)]
    return tuple(result)


def mnist(root):
    return _images_of_28(root / "mnist", "train")


def fashion_mnist(root):
    """The first 20,000 training images."""
    return _images_of_28(root / "fashion_mnist", "train20k")


def _spoken_digits(root):
    with np.load(root / "fsdd" / "mfcc_int8_4speakers.npz") as file:
        return file["x"].reshape(len(file["x"]), -1), file["y"], file["spk"], file["take"]


def spoken_digits_of_unseen_speakers(root):
    """Takes 0 to 19 of george and jackson; all 1,000 recordings of lucas and nicolas."""
    x, y, speaker, take = _spoken_digits(root)
    test = np.isin(speaker, ["lucas", "nicolas"])
    train = ~test & (take < 20)
    return x[train], y[train], x[test], y[test]


def spoken_digits_of_lucas(root):
    """Takes 0 to 9; takes 10 to 49."""
    x, y, speaker, take = _spoken_digits(root)
    train, test = (speaker == "lucas") & (take < 10), (speaker == "lucas") & (take >= 10)
    return x[train], y[train], x[test], y[test]


def flowers(root):
    parts = {"train": ([], []), "val": ([], [])}
    with tarfile.open(root / "flowers96" / "flowers96_jpeg.tar.gz") as archive:
        members = sorted((m for m in archive.getmembers() if m.isfile()), key=lambda m: m.name)
        classes = sorted({m.name.split("/")[-2] for m in members})
        for member in members:
            part, label = member.name.split("/")[-3:-1]
            image = Image.open(io.BytesIO(archive.extractfile(member).read())).convert("RGB")
            parts[part][0].append(np.asarray(image, np.uint8))
            parts[part][1].append(classes.index(label))
    made = [(_codes(np.stack(images)), np.array(labels, np.uint8)) for images, labels in parts.values()]
    return *made[0], *made[1]


def traffic_signs(root):
    with np.load(root / "gtsrb32" / "gtsrb32_860train_2000test.npz") as file:
        return _codes(file["xtr"]), file["ytr"], _codes(file["xte"]), file["yte"]
