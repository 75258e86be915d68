#include "shapes.h"

#include "draw.h"
#include "memory.h"

enum padding { SAME, VALID, ANY };

/* Every window reads at least one cell, and the last one that fits is there or left out. */
static void lay_out(struct axis *axis, enum padding padding) {
    int32_t span = (axis->kernel - 1) * axis->dilation + 1;
    if (padding == VALID && span <= axis->input) {
        axis->pad = 0;
        axis->output = (axis->input - span) / axis->stride + 1;
    } else if (padding == ANY) {
        axis->pad = draw_between(0, span - 1);
        axis->output = draw_between(1, (axis->input - 1 + axis->pad) / axis->stride + 1);
    } else {
        axis->output = (axis->input + axis->stride - 1) / axis->stride;
        int32_t wanting = (axis->output - 1) * axis->stride + span - axis->input;
        axis->pad = wanting > 0 ? wanting / 2 : 0;
    }
}

static int32_t part(uint32_t *number, uint32_t count) {
    int32_t result = (int32_t)(*number % count);
    *number /= count;
    return result;
}

static struct windows small_windows(uint32_t number) {
    struct windows w = {.height = {.dilation = 1}, .width = {.dilation = 1}};
    w.height.kernel = 1 + part(&number, 3);
    w.width.kernel = 1 + part(&number, 3);
    w.height.stride = 1 + part(&number, 2);
    w.width.stride = w.height.stride;
    w.height.input = 1 + part(&number, 4);
    w.width.input = 1 + part(&number, 4);
    enum padding padding = part(&number, 2) == 0 ? SAME : VALID;
    lay_out(&w.height, padding);
    lay_out(&w.width, padding);
    w.channels = 1 + part(&number, 5);
    return w;
}

static void draw_axis(struct axis *axis, int32_t kernel, bool dilates) {
    axis->kernel = draw_one_in(8) ? draw_between(1, 7) : kernel;
    axis->stride = draw_one_in(3) ? draw_between(2, 3) : 1;
    axis->dilation = dilates ? draw_between(1, 3) : 1;
    axis->input = draw_between(1, 20);
    int32_t padding = draw_between(0, 5);
    lay_out(axis, padding < 3 ? SAME : padding < 5 ? VALID : ANY);
}

struct windows draw_windows(uint32_t number, uint32_t small, bool dilates) {
    if (number < small) {
        return small_windows(number);
    }
    struct windows w;
    int32_t kernel = 1 + 2 * draw_between(0, 3);
    bool is_dilated = dilates && draw_one_in(8);
    draw_axis(&w.height, kernel, is_dilated);
    draw_axis(&w.width, kernel, is_dilated);
    if (draw_one_in(2)) {
        w.width.stride = w.height.stride;
        lay_out(&w.width, SAME);
    }
    w.channels = draw_one_in(2) ? 4 * draw_between(1, 10) : draw_between(1, 40);
    return w;
}

int32_t draw_trained(int32_t channels) {
    int32_t kind = draw_between(0, 2);
    return kind == 0 ? 0 : kind == 1 ? channels : draw_between(0, channels);
}

int32_t draw_offset(void) {
    int32_t offset = draw_between(0, 7);
    return offset > 3 ? 0 : offset;
}

int8_t *take_codes(const char *name, int32_t count, int32_t offset) {
    int8_t *codes = take(name, OPERAND, count, offset);
    draw_codes(codes, count);
    return codes;
}

int16_t *take_errors(const char *name, int32_t count, int32_t limit) {
    int16_t *errors = take(name, OPERAND, 2 * count, 0);
    draw_errors(errors, count, limit);
    return errors;
}

int32_t *take_numbers(const char *name, int32_t count) {
    int32_t *numbers = take(name, OPERAND, 4 * count, 0);
    draw_numbers(numbers, count);
    return numbers;
}

int8_t *take_output(int32_t count) {
    int32_t offset = draw_offset();
    return take("output", OPERAND, count, offset);
}

int16_t *take_scratch(int32_t elements) {
    return take("scratch", SCRATCH, 2 * elements, 0);
}

static int32_t draw_multiplier(void) {
    return draw_between(1 << 30, INT32_MAX);
}

void draw_factors(int32_t *multiplier, int8_t *left_shift, int32_t count) {
    int32_t usual = draw_between(-14, 0);
    bool is_wild = draw_one_in(6);
    for (int32_t o = 0; o < count; o++) {
        int32_t shift = is_wild ? draw_between(-31, 31) : usual - draw_between(0, 3);
        bool is_dead = draw_one_in(16);
        int32_t factor = draw_multiplier();
        multiplier[o] = is_dead ? 0 : factor;
        left_shift[o] = (int8_t)(is_dead ? 0 : shift);
    }
}

struct output_stage draw_output_stage(int32_t channels) {
    int32_t *multiplier = take("multiplier", OPERAND, 4 * channels, 0);
    int8_t *left_shift = take("left shift", OPERAND, channels, 0);
    draw_factors(multiplier, left_shift, channels);
    struct output_stage stage = {
        .multiplier = multiplier, .left_shift = left_shift, .minimum = -128, .maximum = 127};
    int32_t extreme = draw_between(0, 3);
    stage.input_zero_point = extreme == 0 ? -128 : extreme == 1 ? 127 : draw_between(-128, 127);
    extreme = draw_between(0, 3);
    stage.output_zero_point = extreme == 0 ? -128 : extreme == 1 ? 127 : draw_between(-128, 127);
    if (draw_one_in(3)) { /* a fused activation */
        stage.minimum = draw_between(-128, 126);
        stage.maximum = draw_between(stage.minimum + 1, 127);
    }
    stage.bias_fraction_bits = draw_one_in(2) ? 0 : draw_between(1, 16);
    return stage;
}

struct error_output take_error_output(int32_t channels, int32_t count) {
    struct error_output to;
    uint16_t *prescale = take("prescale", OPERAND, 2 * channels, 0);
    for (int32_t o = 0; o < channels; o++) {
        prescale[o] = (uint16_t)(draw_one_in(4) ? 1 << 15 : draw_between(0, 1 << 15));
    }
    to.from = (struct error_range){.exponent = draw_between(-25, 0)};
    to.range = take("range", OPERAND, (int32_t)sizeof *to.range, 0);
    *to.range = (struct error_range){.exponent = draw_between(-25, 0)};
    /* Accumulators of some 2^20 times 2^30. */
    int32_t shift = draw_one_in(8) ? draw_between(-5, 70) : draw_between(32, 48);
    to.stage = (struct error_stage){.prescale_q15 = prescale, .multiplier = draw_multiplier()};
    to.stage.shift = shift - to.range->exponent + to.from.exponent;
    to.stage.limit = (1 << draw_between(4, 15)) - 1;
    to.errors = take("d_input", OPERAND, 2 * count, 0);
    return to;
}

struct parameter_update take_parameter_update(int32_t channels) {
    struct parameter_update update = {.range = {.exponent = draw_between(-20, 0)}};
    update.order.rate.mantissa = draw_one_in(16) ? 0 : (uint32_t)draw_multiplier();
    update.order.rate.shift = (uint32_t)draw_between(31, 45);
    update.order.momentum = (uint16_t)(draw_one_in(2) ? 0 : draw_between(0, 65535));
    update.order.decay = (uint16_t)(draw_one_in(2) ? 0 : draw_between(0, 65535));
    update.order.applies = !draw_one_in(4);
    int32_t *multiplier = take("multiplier", OPERAND, 4 * channels, 0);
    int16_t *shift = take("shift", OPERAND, 2 * channels, 0);
    int32_t usual = draw_one_in(8) ? draw_between(0, 63) : draw_between(38, 54);
    for (int32_t o = 0; o < channels; o++) {
        bool is_dead = draw_one_in(16);
        int32_t factor = draw_multiplier();
        int32_t total = usual + draw_between(0, 3);
        multiplier[o] = is_dead ? 0 : factor;
        shift[o] = (int16_t)(total - (int32_t)update.order.rate.shift + 31 + update.range.exponent);
    }
    update.stage = (struct update_stage){.multiplier = multiplier, .shift = shift};
    update.counts = take("counts", OPERAND, (int32_t)sizeof *update.counts, 0);
    *update.counts = (struct update_counts){0, 0};
    return update;
}

struct weight_planes take_weight_planes(int32_t count) {
    struct weight_planes planes = {.weight = take_codes("weights", count, 0)};
    int32_t kind = draw_between(0, 4); /* residuals alone have the fastest way */
    if (kind < 3) {
        planes.residual = take_codes("residuals", count, 0);
    }
    if (kind == 2) {
        planes.velocity = take("velocity", OPERAND, 4 * count, 0);
        for (int32_t i = 0; i < count; i++) {
            planes.velocity[i] = draw_between(-0x7fff0000, 0x7fff0000);
        }
    }
    planes.rounds_randomly = kind == 3;
    planes.random_key = draw_word();
    return planes;
}
