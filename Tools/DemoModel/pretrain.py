"""Makes the demo content of Tools/Demo: the digits in three parts and two int8 models pre-trained on the upright part.

    python Tools/DemoModel/pretrain.py

Seeded: the same packages on the same kind of machine give the same bytes.
"""

import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras
import numpy as np
import tensorflow as tf

import digits
import tensor_names

SEED = 1
EPOCHS = 25
BATCH = 30
CLASSES = 10
DEMO = pathlib.Path(__file__).resolve().parent.parent / "Demo"

layers = keras.layers


def convolutional():
    """A small residual network: 22 KB of weights, 187 k multiply-accumulates."""
    image = layers.Input((8, 8, 1), batch_size=1, name="image")
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="stem")(image)
    y = layers.DepthwiseConv2D(3, padding="same", activation="relu", name="block1_depthwise")(x)
    y = layers.Conv2D(16, 1, name="block1_pointwise")(y)
    x = layers.ReLU(name="block1_relu")(layers.Add(name="block1_add")([x, y]))
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu", name="down")(x)
    y = layers.DepthwiseConv2D(3, padding="same", activation="relu", name="block2_depthwise")(x)
    y = layers.Conv2D(32, 1, name="block2_pointwise")(y)
    x = layers.ReLU(name="block2_relu")(layers.Add(name="block2_add")([x, y]))
    x = layers.Conv2D(48, 3, strides=2, padding="same", activation="relu", name="mix")(x)
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(image, layers.Dense(CLASSES, name="head")(x))


def dense():
    """64 -> 32 -> 10: for quick tests and for boards with little memory."""
    image = layers.Input((64,), batch_size=1, name="image")
    x = layers.Dense(32, activation="relu", name="hidden")(image)
    return keras.Model(image, layers.Dense(CLASSES, name="head")(x))


def pretrain(model, images, labels):
    optimizer = keras.optimizers.Adam(2e-3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    variables = model.trainable_variables

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))

    shuffle = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        order = shuffle.permutation(len(images))
        for start in range(0, len(images), BATCH):
            batch = order[start : start + BATCH]
            step(images[batch], labels[batch])


def quantize(model, images):
    """int8 in and out, one weight scale for each output channel, softmax at the end."""
    with_softmax = keras.Model(model.input, layers.Softmax(name="probabilities")(model.output))
    converter = tf.lite.TFLiteConverter.from_keras_model(with_softmax)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image[None]] for image in images)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    return tensor_names.shorten(converter.convert())


def accuracy(model, images, labels):
    return float((model(images).numpy().argmax(1) == labels).mean())


def write_data(parts):
    for part, (images, labels) in parts.items():
        folder = DEMO / ("bench" if part == "bench" else "field")
        name = "train" if part == "bench" else part
        folder.mkdir(parents=True, exist_ok=True)
        digits.write_idx(folder / f"{name}-images-idx3-ubyte.gz", images)
        digits.write_idx(folder / f"{name}-labels-idx1-ubyte.gz", labels)


def main():
    tf.config.experimental.enable_op_determinism()
    parts = digits.load()
    write_data(parts)
    for name, build in (("digits-conv", convolutional), ("digits-dense", dense)):
        keras.utils.set_random_seed(SEED)
        model = build()
        shaped = {
            part: ((images.astype(np.float32) / 255).reshape(-1, *model.input.shape[1:]), labels)
            for part, (images, labels) in parts.items()
        }
        pretrain(model, *shaped["bench"])
        file = DEMO / f"{name}.tflite"
        file.write_bytes(quantize(model, shaped["bench"][0]))
        scores = {part: round(accuracy(model, *data), 3) for part, data in shaped.items()}
        print(f"{file.name}: {file.stat().st_size} bytes, {model.count_params()} parameters, float accuracy {scores}")


if __name__ == "__main__":
    main()
