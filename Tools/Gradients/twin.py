"""A fake-quantized twin of an int8 model in PyTorch, float64.

Every activation is held twice: as the exact codes of TFLite's reference kernels, and as real values that autograd
follows. Rounding is straight-through; a clamp passes gradient where its stored code lies strictly inside it. The loss
is the cross-entropy of the logits before their requantization.
"""

import dataclasses

import numpy as np
import torch
import torch.nn.functional as F

import requantization

LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


@dataclasses.dataclass
class Activation:
    codes: np.ndarray  # int64, NHWC
    real: torch.Tensor  # float64, the same shape; scale * (codes - zero point) up to rounding of doubles


@dataclasses.dataclass
class Layer:
    """Real weights and bias as leaves of autograd, in the file's own layout."""

    name: str
    weights: torch.Tensor
    bias: torch.Tensor | None


class Twin:
    def __init__(self, graph):
        self.graph = graph
        self.layers = {}
        for position, operator in enumerate(graph.operators):
            if operator.kind in LAYERS:
                self.layers[position] = self._layer(operator)
        self.head = max(self.layers)

    def _layer(self, operator):
        source = self.graph.tensors[operator.inputs[0]]
        weights = self.graph.tensors[operator.inputs[1]]
        axis = -1 if operator.kind == "DEPTHWISE_CONV_2D" else 0
        by_channel = np.moveaxis(np.ones(weights.shape), axis, -1) * weights.scales
        real = weights.data * np.moveaxis(by_channel, -1, axis)
        bias = None
        if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
            codes = self.graph.tensors[operator.inputs[2]].data
            bias = torch.tensor(codes * source.scales[0] * weights.scales, requires_grad=True)
        name = self.graph.tensors[operator.output].name
        return Layer(name, torch.tensor(real, requires_grad=True), bias)

    def forward(self, codes):
        """`codes`: int8 of one sample. Returns every tensor's activation and the real logits."""
        tensor = self.graph.tensors[self.graph.input]
        codes = codes.astype(np.int64).reshape(tensor.shape)
        values = {self.graph.input: Activation(codes, torch.tensor(dequantized(codes, tensor)))}
        logits = None
        for position, operator in enumerate(self.graph.operators):
            if operator.kind == "SOFTMAX":
                continue
            operation = getattr(self, "_" + operator.kind.lower())
            values[operator.output] = operation(position, operator, values[operator.inputs[0]], values)
            if position == self.head:
                logits = values[operator.output].unrounded
        return values, logits

    def gradients(self, codes, label):
        """Loss, activations, and the gradients of all weights and biases in the order of the layers."""
        values, logits = self.forward(codes)
        loss = F.cross_entropy(logits.reshape(1, -1), torch.tensor([label]))
        leaves = [leaf for layer in self.layers.values() for leaf in (layer.weights, layer.bias) if leaf is not None]
        return loss.item(), values, [g.numpy() for g in torch.autograd.grad(loss, leaves)]

    # Operations: (position, operator, first operand, all values) -> activation.

    def _conv_2d(self, position, operator, x, _):
        options = operator.options
        weights = self.graph.tensors[operator.inputs[1]]
        kernel = weights.shape[1:3]

        def convolve(image, filters):
            return _convolution(image, filters.permute(0, 3, 1, 2), kernel, options, groups=1)

        return self._weighted(position, operator, x, convolve, requantization.twice)

    def _depthwise_conv_2d(self, position, operator, x, _):
        options = operator.options
        weights = self.graph.tensors[operator.inputs[1]]
        kernel = weights.shape[1:3]

        def convolve(image, filters):
            return _convolution(image, filters.permute(3, 0, 1, 2), kernel, options, groups=image.shape[-1])

        return self._weighted(position, operator, x, convolve, requantization.twice)

    def _fully_connected(self, position, operator, x, _):
        def multiply(rows, matrix):
            return rows.reshape(-1, matrix.shape[1]) @ matrix.T

        return self._weighted(position, operator, x, multiply, requantization.once)

    def _weighted(self, position, operator, x, apply, rounding):
        source, weights = (self.graph.tensors[i] for i in operator.inputs[:2])
        output = self.graph.tensors[operator.output]
        layer = self.layers[position]
        with torch.no_grad():
            sums = apply(torch.tensor((x.codes - source.zero_point).astype(np.float64)), _float64(weights.data))
        accumulators = np.rint(sums.numpy()).astype(np.int64)  # exact: below 2^53
        real = apply(x.real, layer.weights)
        if layer.bias is not None:
            accumulators = accumulators + self.graph.tensors[operator.inputs[2]].data.astype(np.int64)
            real = real + layer.bias
        factors = source.scales[0] * weights.scales / output.scales[0]
        codes = requantization.by_channel(rounding, accumulators, factors) + output.zero_point
        return straight_through(codes, real, output, operator.options.fusedActivationFunction)

    def _add(self, position, operator, a, values):
        return self._sum(operator, a, self._operand(operator.inputs[1], values), sign=1)

    def _sum(self, operator, a, b, sign):
        first, second = (self.graph.tensors[i] for i in operator.inputs)
        output = self.graph.tensors[operator.output]
        twice_largest = 2 * max(first.scales[0], second.scales[0])

        def raised(activation, tensor, sign):
            shifted = (activation.codes - tensor.zero_point) << 20
            multiplier, left_shift = requantization.quantized_multiplier(tensor.scales[0] / twice_largest)
            return requantization.twice(shifted, sign * multiplier, left_shift)

        factor = requantization.quantized_multiplier(twice_largest / (2**20 * output.scales[0]))
        codes = requantization.twice(raised(a, first, 1) + raised(b, second, sign), *factor) + output.zero_point
        return straight_through(codes, a.real + sign * b.real, output, operator.options.fusedActivationFunction)

    def _sub(self, position, operator, a, values):
        return self._sum(operator, a, values[operator.inputs[1]], sign=-1)

    def _mul(self, position, operator, a, values):
        b = self._operand(operator.inputs[1], values)
        first, second = (self.graph.tensors[i] for i in operator.inputs)
        output = self.graph.tensors[operator.output]
        products = (a.codes - first.zero_point) * (b.codes - second.zero_point)
        # TFLite forms the factor in float32.
        factor = np.float32(first.scales[0]) * np.float32(second.scales[0]) / np.float32(output.scales[0])
        codes = requantization.twice(products, *requantization.quantized_multiplier(float(factor))) + output.zero_point
        return straight_through(codes, a.real * b.real, output, operator.options.fusedActivationFunction)

    def _relu(self, position, operator, x, _):
        return self._rescaled(operator, x, activation=1)

    def _relu6(self, position, operator, x, _):
        return self._rescaled(operator, x, activation=3)

    def _rescaled(self, operator, x, activation):
        source, output = self.graph.tensors[operator.inputs[0]], self.graph.tensors[operator.output]
        factor = requantization.quantized_multiplier(float(np.float32(source.scales[0]) / np.float32(output.scales[0])))
        codes = requantization.twice(x.codes - source.zero_point, *factor) + output.zero_point
        return straight_through(codes, x.real, output, activation)

    def _leaky_relu(self, position, operator, x, _):
        source, output = self.graph.tensors[operator.inputs[0]], self.graph.tensors[operator.output]
        alpha = np.float32(operator.options.alpha)
        scales = np.float32(source.scales[0]), np.float32(output.scales[0])
        steps = x.codes - source.zero_point
        kept = requantization.twice(steps, *requantization.quantized_multiplier(float(scales[0] / scales[1])))
        bent = requantization.twice(steps, *requantization.quantized_multiplier(float(scales[0] * alpha / scales[1])))
        codes = np.where(steps >= 0, kept, bent) + output.zero_point
        return saturating(codes, F.leaky_relu(x.real, float(alpha)), output)

    def _hard_swish(self, position, operator, x, _):
        source, output = self.graph.tensors[operator.inputs[0]], self.graph.tensors[operator.output]
        codes = requantization.hard_swish(x.codes - source.zero_point, source.scales[0], output.scales[0])
        return saturating(codes + output.zero_point, F.hardswish(x.real), output)

    def _logistic(self, position, operator, x, _):
        return self._table(operator, x, torch.sigmoid, lambda v: np.float32(1) / (np.float32(1) + np.exp(-v)))

    def _tanh(self, position, operator, x, _):
        return self._table(operator, x, torch.tanh, np.tanh)

    def _table(self, operator, x, function, rounded):
        """`rounded`: the function in float32, as LiteRT fills its table."""
        source, output = self.graph.tensors[operator.inputs[0]], self.graph.tensors[operator.output]
        values = rounded(np.float32(source.scales[0]) * (x.codes - source.zero_point).astype(np.float32))
        steps = values * (np.float32(1) / np.float32(output.scales[0]))
        codes = np.trunc(steps + np.copysign(np.float32(0.5), steps)).astype(np.int64) + output.zero_point
        return saturating(codes, function(x.real), output)

    def _operand(self, index, values):
        """A computed tensor or a constant of codes."""
        if index not in values:
            tensor = self.graph.tensors[index]
            codes = tensor.data.astype(np.int64)
            return Activation(codes, torch.tensor(dequantized(codes, tensor)))
        return values[index]

    def _average_pool_2d(self, position, operator, x, _):
        options = operator.options
        kernel = (options.filterHeight, options.filterWidth)
        channels = x.real.shape[-1]
        ones = torch.ones((channels, *kernel, 1), dtype=torch.float64).permute(0, 3, 1, 2)

        def window_sum(image):
            return _convolution(image, ones, kernel, options, groups=channels)

        count = window_sum(torch.ones_like(x.real))
        sums = np.rint(window_sum(_float64(x.codes)).numpy()).astype(np.int64)
        cells = np.rint(count.numpy()).astype(np.int64)
        codes = np.sign(sums) * ((np.abs(sums) + cells // 2) // cells)
        tensor = self.graph.tensors[operator.output]
        return straight_through(codes, window_sum(x.real) / count, tensor, activation=None)

    def _mean(self, position, operator, x, _):
        source, output = self.graph.tensors[operator.inputs[0]], self.graph.tensors[operator.output]
        axes = tuple(int(axis) % x.codes.ndim for axis in self.graph.tensors[operator.inputs[1]].data.reshape(-1))
        count = int(np.prod([x.codes.shape[axis] for axis in axes]))
        sums = x.codes.sum(axis=axes) - count * source.zero_point
        codes = requantization.mean(sums, source.scales[0] / output.scales[0], count) + output.zero_point
        made = straight_through(codes, x.real.mean(dim=axes), output, activation=None)
        return _reshaped(made, output.shape)

    def _pad(self, position, operator, x, _):
        padding = self.graph.tensors[operator.inputs[1]].data.reshape(-1, 2)
        zero_point = self.graph.tensors[operator.inputs[0]].zero_point
        codes = np.pad(x.codes, padding, constant_values=zero_point)
        return Activation(codes, F.pad(x.real, [int(n) for n in padding[::-1].reshape(-1)]))

    def _transpose(self, position, operator, x, _):
        order = [int(axis) for axis in self.graph.tensors[operator.inputs[1]].data]
        return Activation(x.codes.transpose(order), x.real.permute(order))

    def _reshape(self, position, operator, x, _):
        return _reshaped(x, self.graph.tensors[operator.output].shape)


@dataclasses.dataclass
class Rounded(Activation):
    unrounded: torch.Tensor


def straight_through(codes, real, tensor, activation):
    """`codes` before the clamp. `activation`: of the schema; None where pooling hands on codes that were clamped before."""
    minimum, maximum = clamp(tensor, activation or 0)
    codes = np.clip(codes, minimum, maximum)
    passed = real
    if activation is not None:
        passed = real * torch.tensor(((codes > minimum) & (codes < maximum)).astype(np.float64))
    exact = torch.tensor(dequantized(codes, tensor))
    return Rounded(codes, passed + (exact - passed).detach(), unrounded=real)


def saturating(codes, real, tensor):
    """A function of each element, which passes where the real value lies in the range of the codes."""
    low, high = (dequantized(np.float64(code), tensor) for code in (-128, 127))
    return straight_through(codes, real.clamp(low, high), tensor, activation=None)


def clamp(tensor, activation):
    """Codes of the fused activation: NONE 0, RELU 1, RELU6 3."""
    if activation not in (0, 1, 3):
        raise ValueError(f"'{tensor.name}': activation {activation}: expected NONE, RELU or RELU6")
    minimum = -128 if activation == 0 else max(-128, tensor.zero_point)
    maximum = 127 if activation != 3 else min(127, tensor.zero_point + round(6 / tensor.scales[0]))
    return minimum, maximum


def dequantized(codes, tensor):
    return tensor.scales[0] * (codes - tensor.zero_point).astype(np.float64)


def _float64(array):
    return torch.tensor(array.astype(np.float64))


def _reshaped(x, shape):
    return Activation(x.codes.reshape(shape), x.real.reshape(shape))


def _convolution(image, filters, kernel, options, groups):
    """NHWC in and out; TFLite's padding: SAME 0, VALID 1."""
    stride = (options.strideH, options.strideW)
    dilation = (getattr(options, "dilationHFactor", 1), getattr(options, "dilationWFactor", 1))
    padding = [0, 0, 0, 0]
    if options.padding == 0:
        (top, bottom), (left, right) = (
            _same_padding(size, k, s, d) for size, k, s, d in zip(image.shape[1:3], kernel, stride, dilation)
        )
        padding = [left, right, top, bottom]
    padded = F.pad(image.permute(0, 3, 1, 2), padding)
    return F.conv2d(padded, filters, stride=stride, dilation=dilation, groups=groups).permute(0, 2, 3, 1)


def _same_padding(size, kernel, stride, dilation):
    reach = (kernel - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2
