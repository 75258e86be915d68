/* Shapes and constants that several kernels are tried with. */
#ifndef FIELDTUNE_PARITY_SHAPES_H
#define FIELDTUNE_PARITY_SHAPES_H

#include "error_range.h"
#include "output_stage.h"
#include "update.h"

/* Windows on a map along one dimension. */
struct axis {
    int32_t input, output, kernel, stride, dilation, pad;
};

struct windows {
    struct axis height, width;
    int32_t channels;
};

/* The small ones: kernels 1 to 3, strides 1 and 2, maps up to 4, 1 to 5 channels, all combinations
 * in 2880 cases. The others: kernels to 7, maps to 20, 1 to 40 channels. */
struct windows draw_windows(uint32_t number, uint32_t small, bool dilates);

/* 0, all, or some. */
int32_t draw_trained(int32_t channels);

/* Where a row of a map may begin. */
int32_t draw_offset(void);

int8_t *take_codes(const char *name, int32_t count, int32_t offset);
int16_t *take_errors(const char *name, int32_t count, int32_t limit);
int32_t *take_numbers(const char *name, int32_t count);
int8_t *take_output(int32_t count);
int16_t *take_scratch(int32_t elements);

/* Constants of a layer's output channels. */
struct output_stage draw_output_stage(int32_t channels);

/* Factors of TFLite's requantization: any shift, some channels dead. */
void draw_factors(int32_t *multiplier, int8_t *left_shift, int32_t count);

/* Mantissas of d_input, their range, and how they are made. */
struct error_output {
    struct error_stage stage;
    struct error_range from;
    int16_t *errors;
    struct error_range *range;
};

struct error_output take_error_output(int32_t channels, int32_t count);

/* How parameters move in a step. */
struct parameter_update {
    struct step_update order;
    struct update_stage stage;
    struct error_range range; /* of d_output */
    struct update_counts *counts;
};

struct parameter_update take_parameter_update(int32_t channels);

/* Weights with residual, with residual and velocity, or codes alone. */
struct weight_planes take_weight_planes(int32_t count);

#endif
