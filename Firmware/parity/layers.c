/* Layers with weights. */
#include <stddef.h>

#include "bias.h"
#include "conv2d.h"
#include "depthwise_conv2d.h"
#include "draw.h"
#include "fully_connected.h"
#include "memory.h"
#include "parity.h"
#include "shapes.h"

/* Codes where panel_product.h has codes, zeros where it has zeros. */
static void draw_panels(int8_t *panels, int32_t rows, int32_t columns) {
    static const int32_t order[] = {0, 2, 1, 3};
    draw_codes(panels, (rows + 1) / 2 * 2 * column_groups(columns) * COLUMN_GROUP);
    for (int32_t row = 0; row < rows; row += 2) {
        for (int32_t group = 0; group < columns; group += COLUMN_GROUP) {
            for (int32_t k = 0; k < COLUMN_GROUP; k++, panels += 2) {
                bool is_inside = group + order[k] < columns;
                panels[0] = is_inside ? panels[0] : 0;
                panels[1] = is_inside && row + 1 < rows ? panels[1] : 0;
            }
        }
    }
}

static int32_t panel_bytes(int32_t rows, int32_t columns) {
    return (rows + 1) / 2 * 2 * column_groups(columns) * COLUMN_GROUP;
}

static const int8_t *take_panels(int32_t rows, int32_t columns, int32_t count) {
    if (rows == 0 || columns == 0) {
        return NULL;
    }
    int32_t bytes = panel_bytes(rows, columns);
    int8_t *panels = take("panels", OPERAND, count * bytes, 0);
    for (int32_t i = 0; i < count; i++) {
        draw_panels(panels + i * bytes, rows, columns);
    }
    return panels;
}

static const int8_t *take_plane(const char *name, int32_t count) {
    return count == 0 ? NULL : take_codes(name, count, 0);
}

static int32_t smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

/* A large shape that takes long loses output channels. */
static struct conv2d_shape draw_conv2d(uint32_t number, uint32_t small) {
    struct windows w = draw_windows(number, small, true);
    struct conv2d_shape shape = {
        .input_height = w.height.input,
        .input_width = w.width.input,
        .input_channels = w.channels,
        .output_height = w.height.output,
        .output_width = w.width.output,
        .kernel_height = w.height.kernel,
        .kernel_width = w.width.kernel,
        .stride_height = w.height.stride,
        .stride_width = w.width.stride,
        .dilation_height = w.height.dilation,
        .dilation_width = w.width.dilation,
        .pad_top = w.height.pad,
        .pad_left = w.width.pad,
    };
    int32_t macs = shape.output_height * shape.output_width * shape.input_channels *
                   shape.kernel_height * shape.kernel_width;
    int32_t most = number < small ? 5 : smaller(40, 1 + 1000000 / macs);
    shape.output_channels = draw_between(1, most);
    if (most > 8 && draw_one_in(2)) {
        shape.output_channels = 4 * draw_between(1, most / 4);
    }
    shape.trained_channels = draw_trained(shape.input_channels);
    return shape;
}

static int32_t conv2d_taps(const struct conv2d_shape *shape) {
    return shape->kernel_height * shape->kernel_width;
}

static int32_t conv2d_inputs(const struct conv2d_shape *shape) {
    return shape->input_height * shape->input_width * shape->input_channels;
}

static int32_t conv2d_positions(const struct conv2d_shape *shape) {
    return shape->output_height * shape->output_width;
}

static int32_t conv2d_trained(const struct conv2d_shape *shape) {
    return shape->output_channels * conv2d_taps(shape) * shape->trained_channels;
}

static struct weights_s8 take_conv2d_weights(const struct conv2d_shape *shape) {
    int32_t frozen = shape->input_channels - shape->trained_channels;
    struct weights_s8 weights;
    weights.trained = take_plane("trained", conv2d_trained(shape));
    weights.frozen = take_panels(shape->output_channels, conv2d_taps(shape) * frozen, 1);
    return weights;
}

void case_conv2d(uint32_t number, uint32_t small) {
    struct conv2d_shape shape = draw_conv2d(number, small);
    struct output_stage stage = draw_output_stage(shape.output_channels);
    int8_t *input = take_codes("input", conv2d_inputs(&shape), draw_offset());
    struct weights_s8 weights = take_conv2d_weights(&shape);
    int32_t *bias = take_numbers("bias", shape.output_channels);
    int16_t *scratch = take_scratch(conv2d_scratch(&shape));
    int8_t *output = take_output(conv2d_positions(&shape) * shape.output_channels);
    conv2d_s8(&shape, &stage, input, weights, bias, scratch, output);
}

void case_conv2d_accumulate(uint32_t number, uint32_t small) {
    struct conv2d_shape shape = draw_conv2d(number, small);
    struct output_stage stage = draw_output_stage(shape.output_channels);
    int8_t *input = take_codes("input", conv2d_inputs(&shape), draw_offset());
    struct weights_s8 weights = take_conv2d_weights(&shape);
    int32_t *bias = take_numbers("bias", shape.output_channels);
    int16_t *scratch = take_scratch(conv2d_scratch(&shape));
    int32_t outputs = conv2d_positions(&shape) * shape.output_channels;
    int32_t *accumulators = take("accumulators", OPERAND, 4 * outputs, 0);
    conv2d_s8_accumulate(&shape, &stage, input, weights, bias, scratch, accumulators);
}

void case_conv2d_backward_input(uint32_t number, uint32_t small) {
    struct conv2d_shape shape = draw_conv2d(number, small);
    int32_t outputs = conv2d_positions(&shape) * shape.output_channels;
    struct error_output to = take_error_output(shape.output_channels, conv2d_inputs(&shape));
    int16_t *d_output = take_errors("d_output", outputs, INT16_MAX);
    struct weights_s8 weights;
    weights.trained = take_plane("trained", conv2d_trained(&shape));
    weights.frozen = take_panels(shape.input_channels - shape.trained_channels,
                                 shape.output_channels, conv2d_taps(&shape));
    int16_t *scratch = take_scratch(conv2d_backward_scratch(&shape));
    conv2d_s8_backward_input(&shape, &to.stage, d_output, &to.from, weights, scratch, to.errors,
                             to.range);
}

void case_conv2d_update(uint32_t number, uint32_t small) {
    struct conv2d_shape shape = draw_conv2d(number, small);
    if (shape.trained_channels == 0) {
        shape.trained_channels = draw_between(1, shape.input_channels);
    }
    int32_t outputs = conv2d_positions(&shape) * shape.output_channels;
    struct parameter_update update = take_parameter_update(shape.output_channels);
    int32_t zero_point = draw_between(-128, 127);
    int8_t *input = take_codes("input", conv2d_inputs(&shape), 0);
    int16_t *d_output = take_errors("d_output", outputs, INT16_MAX);
    struct weight_planes planes = take_weight_planes(conv2d_trained(&shape));
    int16_t *scratch = take_scratch(conv2d_update_scratch(&shape));
    conv2d_s8_update_weights(&shape, &update.stage, &update.order, zero_point, input, d_output,
                             &update.range, scratch, planes, update.counts);
}

static struct depthwise_conv2d_shape draw_depthwise(uint32_t number, uint32_t small) {
    struct windows w = draw_windows(number, small, true);
    struct depthwise_conv2d_shape shape = {
        .input_height = w.height.input,
        .input_width = w.width.input,
        .input_channels = w.channels,
        .output_height = w.height.output,
        .output_width = w.width.output,
        .kernel_height = w.height.kernel,
        .kernel_width = w.width.kernel,
        .stride_height = w.height.stride,
        .stride_width = w.width.stride,
        .dilation_height = w.height.dilation,
        .dilation_width = w.width.dilation,
        .pad_top = w.height.pad,
        .pad_left = w.width.pad,
    };
    shape.multiplier = draw_one_in(8) ? draw_between(2, 3) : 1;
    shape.output_channels = shape.input_channels * shape.multiplier;
    shape.trained_channels = draw_trained(shape.output_channels);
    return shape;
}

static int32_t depthwise_taps(const struct depthwise_conv2d_shape *shape) {
    return shape->kernel_height * shape->kernel_width;
}

static int32_t depthwise_inputs(const struct depthwise_conv2d_shape *shape) {
    return shape->input_height * shape->input_width * shape->input_channels;
}

static int32_t depthwise_outputs(const struct depthwise_conv2d_shape *shape) {
    return shape->output_height * shape->output_width * shape->output_channels;
}

static struct weights_s8 take_depthwise_weights(const struct depthwise_conv2d_shape *shape) {
    int32_t frozen = shape->output_channels - shape->trained_channels;
    struct weights_s8 weights;
    weights.trained = take_plane("trained", depthwise_taps(shape) * shape->trained_channels);
    weights.frozen = take_plane("frozen", depthwise_taps(shape) * frozen);
    return weights;
}

void case_depthwise(uint32_t number, uint32_t small) {
    struct depthwise_conv2d_shape shape = draw_depthwise(number, small);
    struct output_stage stage = draw_output_stage(shape.output_channels);
    int8_t *input = take_codes("input", depthwise_inputs(&shape), draw_offset());
    struct weights_s8 weights = take_depthwise_weights(&shape);
    int32_t *bias = take_numbers("bias", shape.output_channels);
    int16_t *scratch = take_scratch(depthwise_conv2d_scratch(&shape));
    int8_t *output = take_output(depthwise_outputs(&shape));
    depthwise_conv2d_s8(&shape, &stage, input, weights, bias, scratch, output);
}

void case_depthwise_accumulate(uint32_t number, uint32_t small) {
    struct depthwise_conv2d_shape shape = draw_depthwise(number, small);
    struct output_stage stage = draw_output_stage(shape.output_channels);
    int8_t *input = take_codes("input", depthwise_inputs(&shape), draw_offset());
    struct weights_s8 weights = take_depthwise_weights(&shape);
    int32_t *bias = take_numbers("bias", shape.output_channels);
    int16_t *scratch = take_scratch(depthwise_conv2d_scratch(&shape));
    int32_t *accumulators = take("accumulators", OPERAND, 4 * depthwise_outputs(&shape), 0);
    depthwise_conv2d_s8_accumulate(&shape, &stage, input, weights, bias, scratch, accumulators);
}

void case_depthwise_backward_input(uint32_t number, uint32_t small) {
    struct depthwise_conv2d_shape shape = draw_depthwise(number, small);
    struct error_output to = take_error_output(shape.output_channels, depthwise_inputs(&shape));
    int16_t *d_output = take_errors("d_output", depthwise_outputs(&shape), INT16_MAX);
    struct weights_s8 weights = take_depthwise_weights(&shape);
    int16_t *scratch = take_scratch(depthwise_conv2d_backward_scratch(&shape));
    depthwise_conv2d_s8_backward_input(&shape, &to.stage, d_output, &to.from, weights, scratch,
                                       to.errors, to.range);
}

void case_depthwise_update(uint32_t number, uint32_t small) {
    struct depthwise_conv2d_shape shape = draw_depthwise(number, small);
    if (shape.trained_channels == 0) {
        shape.trained_channels = draw_between(1, shape.output_channels);
    }
    struct parameter_update update = take_parameter_update(shape.output_channels);
    int32_t zero_point = draw_between(-128, 127);
    int8_t *input = take_codes("input", depthwise_inputs(&shape), 0);
    int16_t *d_output = take_errors("d_output", depthwise_outputs(&shape), INT16_MAX);
    struct weight_planes planes =
        take_weight_planes(depthwise_taps(&shape) * shape.trained_channels);
    int16_t *scratch = take_scratch(depthwise_conv2d_update_scratch(&shape));
    depthwise_conv2d_s8_update_weights(&shape, &update.stage, &update.order, zero_point, input,
                                       d_output, &update.range, scratch, planes, update.counts);
}

/* The small ones: 1 to 4 rows, 1 to 12 inputs, 1 to 6 outputs, a plane or both. */
static struct dense_shape draw_dense(uint32_t number, uint32_t small) {
    struct dense_shape shape;
    if (number < small) {
        shape.rows = 1 + (int32_t)(number % 4);
        shape.input_channels = 1 + (int32_t)(number / 4 % 12);
        shape.output_channels = 1 + (int32_t)(number / 48 % 6);
        int32_t kind = (int32_t)(number / 288);
        shape.trained_channels = kind * shape.input_channels / 2;
        return shape;
    }
    shape.rows = draw_one_in(2) ? 1 : draw_between(2, 12);
    shape.input_channels = draw_one_in(2) ? 4 * draw_between(1, 100) : draw_between(1, 400);
    shape.output_channels = draw_between(1, 60);
    shape.trained_channels = draw_trained(shape.input_channels);
    return shape;
}

static struct weights_s8 take_dense_weights(const struct dense_shape *shape) {
    struct weights_s8 weights;
    weights.trained = take_plane("trained", shape->output_channels * shape->trained_channels);
    weights.frozen =
        take_panels(shape->output_channels, shape->input_channels - shape->trained_channels, 1);
    return weights;
}

void case_dense(uint32_t number, uint32_t small) {
    struct dense_shape shape = draw_dense(number, small);
    struct output_stage stage = draw_output_stage(shape.output_channels);
    int8_t *input = take_codes("input", shape.rows * shape.input_channels, 0);
    struct weights_s8 weights = take_dense_weights(&shape);
    int32_t *bias = take_numbers("bias", shape.output_channels);
    int16_t *scratch = take_scratch(fully_connected_scratch(&shape));
    int8_t *output = take_output(shape.rows * shape.output_channels);
    fully_connected_s8(&shape, &stage, input, weights, bias, scratch, output);
}

void case_dense_accumulate(uint32_t number, uint32_t small) {
    struct dense_shape shape = draw_dense(number, small);
    struct output_stage stage = draw_output_stage(shape.output_channels);
    int8_t *input = take_codes("input", shape.rows * shape.input_channels, 0);
    struct weights_s8 weights = take_dense_weights(&shape);
    int32_t *bias = take_numbers("bias", shape.output_channels);
    int16_t *scratch = take_scratch(fully_connected_scratch(&shape));
    int32_t outputs = shape.rows * shape.output_channels;
    int32_t *accumulators = take("accumulators", OPERAND, 4 * outputs, 0);
    fully_connected_s8_accumulate(&shape, &stage, input, weights, bias, scratch, accumulators);
}

void case_dense_backward_input(uint32_t number, uint32_t small) {
    struct dense_shape shape = draw_dense(number, small);
    int32_t frozen = shape.input_channels - shape.trained_channels;
    struct error_output to =
        take_error_output(shape.output_channels, shape.rows * shape.input_channels);
    int16_t *d_output = take_errors("d_output", shape.rows * shape.output_channels, INT16_MAX);
    struct weights_s8 weights;
    weights.trained = take_plane("trained", shape.output_channels * shape.trained_channels);
    weights.frozen = take_plane("frozen", shape.output_channels * frozen);
    int16_t *scratch = take_scratch(fully_connected_backward_scratch(&shape));
    fully_connected_s8_backward_input(&shape, &to.stage, d_output, &to.from, weights, scratch,
                                      to.errors, to.range);
}

void case_dense_update(uint32_t number, uint32_t small) {
    struct dense_shape shape = draw_dense(number, small);
    if (shape.trained_channels == 0) {
        shape.trained_channels = draw_between(1, shape.input_channels);
    }
    struct parameter_update update = take_parameter_update(shape.output_channels);
    int32_t zero_point = draw_between(-128, 127);
    int8_t *input = take_codes("input", shape.rows * shape.input_channels, 0);
    int16_t *d_output = take_errors("d_output", shape.rows * shape.output_channels, INT16_MAX);
    struct weight_planes planes =
        take_weight_planes(shape.output_channels * shape.trained_channels);
    int16_t *scratch = take_scratch(fully_connected_update_scratch(&shape));
    fully_connected_s8_update_weights(&shape, &update.stage, &update.order, zero_point, input,
                                      d_output, &update.range, scratch, planes, update.counts);
}

void case_bias_update(uint32_t number, uint32_t small) {
    struct bias_shape shape;
    shape.positions = number < small ? 1 + (int32_t)(number % 10) : draw_between(1, 400);
    shape.channels = number < small ? 1 + (int32_t)(number / 10) : draw_between(1, 60);
    struct parameter_update update = take_parameter_update(shape.channels);
    int16_t *d_output = take_errors("d_output", shape.positions * shape.channels, INT16_MAX);
    int32_t *bias = take_numbers("bias", shape.channels);
    int32_t *velocity = draw_one_in(2) ? take_numbers("velocity", shape.channels) : NULL;
    bias_s32_update(&shape, &update.stage, &update.order, d_output, &update.range, bias, velocity,
                    update.counts);
}
