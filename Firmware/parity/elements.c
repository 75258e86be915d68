/* Operations without weights. */
#include <stddef.h>

#include "add.h"
#include "average_pool2d.h"
#include "clamp_mask.h"
#include "draw.h"
#include "max_pool2d.h"
#include "mean.h"
#include "memory.h"
#include "parity.h"
#include "requantize.h"
#include "shapes.h"

/* 0 to 159 elements, then more. */
static int32_t draw_count(uint32_t number, uint32_t small) {
    return number < small ? (int32_t)number : draw_between((int32_t)small, 3000);
}

static struct clamp_stage draw_clamp(void) {
    struct clamp_stage clamp = {-128, 127};
    if (draw_one_in(2)) {
        clamp.minimum = draw_between(-128, 126);
        clamp.maximum = draw_between(clamp.minimum + 1, 127);
    }
    return clamp;
}

static struct requantize_shape draw_requantize(uint32_t number, uint32_t small) {
    struct requantize_shape shape;
    shape.rows = number < small ? 1 + (int32_t)(number % 8) : draw_between(1, 12);
    shape.channels = number < small ? 1 + (int32_t)(number / 8) : draw_between(1, 200);
    return shape;
}

void case_requantize(uint32_t number, uint32_t small) {
    struct requantize_shape shape = draw_requantize(number, small);
    struct output_stage stage = draw_output_stage(shape.channels);
    int32_t *accumulators = take_numbers("accumulators", shape.rows * shape.channels);
    int8_t *output = take_output(shape.rows * shape.channels);
    requantize_s32_s8(&shape, &stage, accumulators, output);
}

void case_requantize_once(uint32_t number, uint32_t small) {
    struct requantize_shape shape = draw_requantize(number, small);
    struct output_stage stage = draw_output_stage(shape.channels);
    int32_t *accumulators = take_numbers("accumulators", shape.rows * shape.channels);
    int8_t *output = take_output(shape.rows * shape.channels);
    requantize_once_s32_s8(&shape, &stage, accumulators, output);
}

void case_add(uint32_t number, uint32_t small) {
    int32_t count = draw_count(number, small);
    int32_t unit = draw_between(0, 1 << 20); /* of b, doubled; as a's or smaller */
    int32_t a_zero_point = draw_between(-128, 127);
    int32_t b_zero_point = draw_between(-128, 127);
    int32_t *terms = take("terms", OPERAND, 4 * 256, 0);
    struct add_stage stage = {.b_terms = terms, .minimum = -128, .maximum = 127};
    stage.a_unit = draw_one_in(4) ? -(1 << 20) : 1 << 20;
    for (int32_t code = -128; code < 128; code++) {
        int32_t term = (code - b_zero_point) * unit / 2 * 2;
        terms[code + 128] = term - a_zero_point * stage.a_unit;
    }
    int8_t left_shift;
    draw_factors(&stage.output_multiplier, &left_shift, 1);
    stage.output_left_shift = draw_one_in(2) ? -18 - draw_between(0, 3) : left_shift;
    stage.output_zero_point = draw_between(-128, 127);
    if (draw_one_in(3)) {
        struct clamp_stage clamp = draw_clamp();
        stage.minimum = clamp.minimum;
        stage.maximum = clamp.maximum;
    }
    int8_t *a = take_codes("a", count, draw_offset());
    int8_t *b = take_codes("b", count, draw_offset());
    int32_t target = draw_between(0, 2);
    int8_t *output = target == 0 ? a : target == 1 ? b : take_output(count);
    add_s8(count, &stage, a, b, output);
}

void case_sum_errors(uint32_t number, uint32_t small) {
    int32_t count = draw_count(number, small);
    int32_t limit = (1 << draw_between(4, 15)) - 1;
    int16_t *a = take_errors("a", count, INT16_MAX);
    int16_t *b = take_errors("b", count, INT16_MAX);
    struct error_range a_range = {.exponent = draw_between(-20, 0)};
    struct error_range b_range = {.exponent = a_range.exponent + draw_between(-18, 18)};
    struct error_range *range = take("range", OPERAND, (int32_t)sizeof *range, 0);
    *range = (struct error_range){.exponent = a_range.exponent + draw_between(-10, 18)};
    int32_t target = draw_between(0, 2);
    int16_t *sum = target == 0 ? a : target == 1 ? b : take("sum", OPERAND, 2 * count, 0);
    sum_errors_s16(count, limit, a, &a_range, b, &b_range, sum, range);
}

void case_clamp_mask(uint32_t number, uint32_t small) {
    int32_t count = draw_count(number, small);
    struct clamp_stage clamp = draw_clamp();
    int8_t *codes = take_codes("codes", count, draw_offset());
    uint8_t *mask = take("mask", OPERAND, (count + 7) / 8, 0);
    clamp_mask_s8(count, &clamp, codes, mask);
}

void case_mask_error(uint32_t number, uint32_t small) {
    int32_t count = draw_count(number, small);
    int16_t *d_output = take_errors("d_output", count, INT16_MAX);
    uint8_t *mask = (uint8_t *)take_codes("mask", (count + 7) / 8, 0);
    int16_t *d_input = draw_one_in(2) ? d_output : take("d_input", OPERAND, 2 * count, 0);
    mask_error_s16(count, d_output, mask, d_input);
}

static struct pool2d_shape draw_pool(uint32_t number, uint32_t small) {
    struct windows w = draw_windows(number, small, false);
    return (struct pool2d_shape){
        .input_height = w.height.input,
        .input_width = w.width.input,
        .channels = w.channels,
        .output_height = w.height.output,
        .output_width = w.width.output,
        .kernel_height = w.height.kernel,
        .kernel_width = w.width.kernel,
        .stride_height = w.height.stride,
        .stride_width = w.width.stride,
        .pad_top = w.height.pad,
        .pad_left = w.width.pad,
    };
}

static int32_t pool_inputs(const struct pool2d_shape *shape) {
    return shape->input_height * shape->input_width * shape->channels;
}

static int32_t pool_outputs(const struct pool2d_shape *shape) {
    return shape->output_height * shape->output_width * shape->channels;
}

void case_max_pool(uint32_t number, uint32_t small) {
    struct pool2d_shape shape = draw_pool(number, small);
    struct clamp_stage clamp = draw_clamp();
    int8_t *input = take_codes("input", pool_inputs(&shape), draw_offset());
    int8_t *output = take_output(pool_outputs(&shape));
    uint8_t *index = draw_one_in(3) ? NULL : take("index", OPERAND, pool_outputs(&shape), 0);
    max_pool2d_s8(&shape, &clamp, input, output, index);
}

void case_max_pool_backward(uint32_t number, uint32_t small) {
    struct pool2d_shape shape = draw_pool(number, small);
    struct clamp_stage clamp = {-128, 127};
    int8_t *input = take_codes("input", pool_inputs(&shape), 0);
    int8_t *output = take_output(pool_outputs(&shape));
    uint8_t *index = take("index", OPERAND, pool_outputs(&shape), 0);
    max_pool2d_s8(&shape, &clamp, input, output, index);
    struct error_output to = take_error_output(1, pool_inputs(&shape));
    int16_t *d_output = take_errors("d_output", pool_outputs(&shape), INT16_MAX);
    max_pool2d_s8_backward(&shape, to.stage.limit, d_output, &to.from, index, to.errors, to.range);
}

void case_average_pool(uint32_t number, uint32_t small) {
    struct pool2d_shape shape = draw_pool(number, small);
    struct clamp_stage clamp = draw_clamp();
    int8_t *input = take_codes("input", pool_inputs(&shape), draw_offset());
    int8_t *output = take_output(pool_outputs(&shape));
    average_pool2d_s8(&shape, &clamp, input, output);
}

void case_average_pool_backward(uint32_t number, uint32_t small) {
    struct pool2d_shape shape = draw_pool(number, small);
    struct error_output to = take_error_output(1, pool_inputs(&shape));
    int16_t *d_output = take_errors("d_output", pool_outputs(&shape), INT16_MAX);
    average_pool2d_s8_backward(&shape, &to.stage, d_output, &to.from, to.errors, to.range);
}

void case_mean(uint32_t number, uint32_t small) {
    struct mean_shape shape;
    shape.outer = draw_between(1, 4);
    shape.count = number < small ? 1 + (int32_t)(number % 8) : draw_between(1, 600);
    shape.inner = number < small ? 1 + (int32_t)(number / 8) : draw_between(1, 40);
    struct mean_stage stage = {.input_zero_point = draw_between(-128, 127)};
    stage.output_zero_point = draw_between(-128, 127);
    int8_t left_shift;
    draw_factors(&stage.multiplier, &left_shift, 1);
    stage.left_shift = left_shift;
    int8_t *input = take_codes("input", shape.outer * shape.count * shape.inner, 0);
    int8_t *output = take_output(shape.outer * shape.inner);
    mean_s8(&shape, &stage, input, output);
}
