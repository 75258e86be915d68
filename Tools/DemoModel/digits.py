"""The digits as the demo uses them: three parts, uint8 images of 8x8, labels 0..9."""

import gzip
import struct

import numpy as np
from sklearn.datasets import load_digits

SPLIT_SEED = 20
BENCH_COUNT = 600
FIELD_TRAIN_COUNT = 840


def load():
    """Returns {part: (images uint8 [N,8,8], labels uint8 [N])}.

    `bench` is upright and pre-trains the shipped models. The field parts (`train`, `test`) stand on their heads, as
    from a camera that was mounted upside down. No image is in two parts.
    """
    data = load_digits()
    images = np.rint(data.images * (255 / 16)).astype(np.uint8)
    labels = data.target.astype(np.uint8)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(images))
    field = BENCH_COUNT + FIELD_TRAIN_COUNT
    bench, train, test = np.split(order, [BENCH_COUNT, field])
    turned = np.rot90(images, 2, axes=(1, 2))
    return {
        "bench": (images[bench], labels[bench]),
        "train": (turned[train], labels[train]),
        "test": (turned[test], labels[test]),
    }


def write_idx(path, array):
    """Writes uint8 `array` as gzipped IDX; equal arrays give equal bytes."""
    header = struct.pack(">BBBB", 0, 0, 0x08, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    payload = header + np.ascontiguousarray(array, dtype=np.uint8).tobytes()
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
        out.write(payload)
