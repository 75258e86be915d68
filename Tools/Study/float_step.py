"""The float32 sides: the network of an int8 .tflite file in PyTorch, started from its dequantized weights.

Plain: nothing is quantized, activations have no range but that of their RELU or RELU6. Quantized forward: weights and
activations are rounded to the codes of the int8 network in the forward pass, gradients pass straight through (not where
a code is at its limit); parameters, gradients and updates stay float32. The plan is read from the artifact's manifest,
so all sides train the same tensors and the same channels of them.
"""

import pathlib
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "Gradients"))
import tflite_graph
import schedule

torch.set_num_threads(1)
NONE, RELU, RELU6 = 0, 1, 3
SAME = 0
EVALUATION_BATCH = 250


class FloatStep:
    def __init__(self, model, manifest, quantized_forward=False):
        self.quantized_forward = quantized_forward
        with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
            file.write(model)
            file.flush()
            self.graph = tflite_graph.read(pathlib.Path(file.name))
        self.weight_scales = {}
        self.initial = {
            position: self._layer(position, operator)
            for position, operator in enumerate(self.graph.operators) if operator.kind in LAYERS}
        self.head = max(self.initial)
        self.trained = []  # (position, "weights" or "bias")
        by_output = {self.graph.tensors[self.graph.operators[p].output].name: p for p in self.initial}
        for tensor in manifest["trainedTensors"]:
            if tensor["kind"] == "weights" and tensor["trainedChannels"] != tensor["channels"]:
                raise ValueError(f"{tensor['name']}: a share of its channels learns: expected all, or none")
            self.trained.append((by_output[tensor["layer"]], tensor["kind"]))
        self.reset()

    def reset(self):
        self.layers = {p: {k: v.clone() for k, v in layer.items()} for p, layer in self.initial.items()}
        leaves = [self.layers[position][kind].requires_grad_() for position, kind in self.trained]
        self.leaves = [(leaf, torch.zeros_like(leaf)) for leaf in leaves]
        self.moving = False  # whether a velocity differs from 0

    def _layer(self, position, operator):
        source, weights = (self.graph.tensors[i] for i in operator.inputs[:2])
        axis = weights.data.ndim - 1 if operator.kind == "DEPTHWISE_CONV_2D" else 0
        scales = weights.scales.reshape([-1 if i == axis else 1 for i in range(weights.data.ndim)])
        real = torch.tensor(weights.data * scales, dtype=torch.float32)
        if operator.kind == "CONV_2D":
            real = real.permute(0, 3, 1, 2).contiguous()
        elif operator.kind == "DEPTHWISE_CONV_2D":
            real = real.permute(3, 0, 1, 2).contiguous()
        layer = {"weights": real}
        # Along the first dimension of `real`, whatever the kind.
        by_channel = torch.tensor(weights.scales, dtype=torch.float32)
        self.weight_scales[position] = by_channel.reshape([-1] + [1] * (real.ndim - 1))
        if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
            codes = self.graph.tensors[operator.inputs[2]].data
            layer["bias"] = torch.tensor(codes * source.scales[0] * weights.scales, dtype=torch.float32)
        return layer

    @torch.no_grad()
    def prepared(self, codes):
        """int8 codes (N, bytes) -> what the first layer that learns and all behind it read of N samples. Nothing before
        it ever changes, so it is computed once."""
        first = min((position for position, _ in self.trained), default=len(self.graph.operators))
        inputs, later = self._real(codes), self.graph.operators[first:]
        read = {index for operator in later for index in operator.inputs} | {self.graph.output}
        pieces = []
        for start in range(0, len(inputs), EVALUATION_BATCH):
            values = {self.graph.input: inputs[start : start + EVALUATION_BATCH]}
            self._forward(values, range(first))
            pieces.append({index: value for index, value in values.items() if index in read})
        self.first = first
        return {index: torch.cat([piece[index] for piece in pieces]) for index in pieces[0]}

    def _real(self, codes):
        """int8 codes (N, bytes) -> NCHW or (N, features)."""
        tensor = self.graph.tensors[self.graph.input]
        real = torch.tensor(np.asarray(codes), dtype=torch.float32).reshape(-1, *tensor.shape[1:])
        real = (real - tensor.zero_point) * float(tensor.scales[0])
        return real.permute(0, 3, 1, 2).contiguous() if real.ndim == 4 else real

    def logits(self, prepared):
        values = dict(prepared)
        self._forward(values, range(self.first, len(self.graph.operators)))
        return values[self.graph.operators[self.head].output]

    def _forward(self, values, positions):
        for position in positions:
            operator = self.graph.operators[position]
            if operator.kind == "SOFTMAX":
                continue
            apply = OPERATIONS[operator.kind]
            values[operator.output] = apply(self, position, operator, values)
            # Reshaping and the largest of a window make no new codes; the loss reads accumulators.
            if self.quantized_forward and operator.kind not in ("RESHAPE", "MAX_POOL_2D") and position != self.head:
                tensor = self.graph.tensors[operator.output]
                limits = (-128 - tensor.zero_point, 127 - tensor.zero_point)
                scale = torch.tensor(tensor.scales).float()
                values[operator.output] = _rounded(values[operator.output], scale, *limits)

    def train(self, prepared, labels, order, updates):
        """One sample a step, `updates` as of schedule.UPDATE. Returns losses and predictions."""
        labels = torch.tensor(np.asarray(labels, np.int64))
        losses, predictions = np.zeros(len(order)), np.zeros(len(order), np.int64)
        leaves = [leaf for leaf, _ in self.leaves]
        rates, shares = schedule.rates_of(updates), updates["momentum"] / 65536
        for step, (sample, rate) in enumerate(zip(order, rates)):
            row = self.logits({index: value[sample : sample + 1] for index, value in prepared.items()})
            loss = F.cross_entropy(row, labels[sample : sample + 1])
            gradients = torch.autograd.grad(loss, leaves)
            self._update(gradients, rate, shares[step], updates["applies"][step])
            losses[step], predictions[step] = loss.item(), int(row.argmax())
        return losses, predictions

    @torch.no_grad()
    def _update(self, gradients, rate, momentum, applies):
        """v += rate * gradient; where the step applies: parameters -= v, v *= momentum."""
        plain = applies and momentum == 0 and not self.moving
        self.moving = not applies or momentum > 0
        for (leaf, velocity), gradient in zip(self.leaves, gradients):
            if plain:
                leaf.sub_(gradient, alpha=rate)
                continue
            velocity.add_(gradient, alpha=rate)
            if applies:
                leaf.sub_(velocity)
                velocity.mul_(momentum)

    @torch.no_grad()
    def evaluate(self, prepared, labels):
        labels = torch.tensor(np.asarray(labels, np.int64))
        losses, predictions = [], []
        for start in range(0, len(labels), EVALUATION_BATCH):
            batch = slice(start, start + EVALUATION_BATCH)
            rows = self.logits({index: value[batch] for index, value in prepared.items()})
            losses.append(F.cross_entropy(rows, labels[batch], reduction="none"))
            predictions.append(rows.argmax(1))
        return torch.cat(losses).numpy(), torch.cat(predictions).numpy()

    def _weights(self, position):
        weights = self.layers[position]["weights"]
        if not self.quantized_forward or (position, "weights") not in self.trained:
            return weights
        return _rounded(weights, self.weight_scales[position], -127, 127)

    # Operations: (position, operator, all values) -> value.

    def _conv_2d(self, position, operator, values):
        return self._convolution(position, operator, values[operator.inputs[0]], groups=1)

    def _depthwise_conv_2d(self, position, operator, values):
        image = values[operator.inputs[0]]
        return self._convolution(position, operator, image, groups=image.shape[1])

    def _convolution(self, position, operator, image, groups):
        weights, bias, options = self._weights(position), self.layers[position].get("bias"), operator.options
        stride = (options.strideH, options.strideW)
        padding = (0, 0)
        if options.padding == SAME:
            image, padding = _padded(image, weights.shape[2:], stride)
        made = F.conv2d(image, weights, bias, stride, padding, groups=groups)
        return _activated(made, options.fusedActivationFunction)

    def _fully_connected(self, position, operator, values):
        weights, x = self._weights(position), values[operator.inputs[0]]
        made = F.linear(x.reshape(-1, weights.shape[1]), weights, self.layers[position].get("bias"))
        return _activated(made, operator.options.fusedActivationFunction)

    def _add(self, _, operator, values):
        a, b = (values[i] for i in operator.inputs)
        return _activated(a + b, operator.options.fusedActivationFunction)

    def _average_pool_2d(self, _, operator, values):
        return F.avg_pool2d(values[operator.inputs[0]], *_window(operator.options))

    def _max_pool_2d(self, _, operator, values):
        return F.max_pool2d(values[operator.inputs[0]], *_window(operator.options))

    def _reshape(self, _, operator, values):
        x = values[operator.inputs[0]]
        if x.ndim == 4:
            x = x.permute(0, 2, 3, 1)  # the file's order of elements
        return x.reshape(-1, *self.graph.tensors[operator.output].shape[1:])


LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
OPERATIONS = {
    "CONV_2D": FloatStep._conv_2d,
    "DEPTHWISE_CONV_2D": FloatStep._depthwise_conv_2d,
    "FULLY_CONNECTED": FloatStep._fully_connected,
    "ADD": FloatStep._add,
    "AVERAGE_POOL_2D": FloatStep._average_pool_2d,
    "MAX_POOL_2D": FloatStep._max_pool_2d,
    "RESHAPE": FloatStep._reshape,
}


def _rounded(real, scale, minimum, maximum):
    """The nearest codes as real values; gradient straight through inside the range."""
    inside = torch.clamp(real, minimum * scale, maximum * scale)
    return inside + (torch.round(inside / scale) * scale - inside).detach()


def _window(options):
    if options.padding == SAME and (options.filterHeight > 1 or options.filterWidth > 1):
        raise ValueError("pooling: found padding SAME, expected VALID (no model of the study has another)")
    return (options.filterHeight, options.filterWidth), (options.strideH, options.strideW)


def _padded(image, kernel, stride):
    """TFLite's SAME: the odd cell goes to the end. Symmetric padding is left to the convolution, which is quicker."""
    amounts = []
    for size, k, s in zip(image.shape[2:], kernel, stride):
        total = max((-(-size // s) - 1) * s + k - size, 0)
        amounts.append((total // 2, total - total // 2))
    if all(before == after for before, after in amounts):
        return image, tuple(before for before, _ in amounts)
    (top, bottom), (left, right) = amounts
    return F.pad(image, (left, right, top, bottom)), (0, 0)


def _activated(x, activation):
    if activation == RELU:
        return F.relu(x)
    if activation == RELU6:
        return F.relu6(x)
    if activation != NONE:
        raise ValueError(f"activation {activation}: expected NONE, RELU or RELU6")
    return x
