#include "multiply.h"

static void multiply_run(int32_t count, const struct multiply_stage *stage, const int8_t *a,
                         int32_t a_step, const int8_t *b, int32_t b_step, int8_t *output) {
    for (int32_t i = 0; i < count; i++) {
        /* |product| <= 255 * 255 < 2^16 */
        int32_t product = (*a - stage->a_zero_point) * (*b - stage->b_zero_point);
        output[i] = output_code(requantize(product, stage->multiplier, stage->left_shift),
                                stage->output_zero_point, stage->minimum, stage->maximum);
        a += a_step;
        b += b_step;
    }
}

void multiply_s8(const struct broadcast_shape *shape, const struct multiply_stage *stage,
                 const int8_t *a, const int8_t *b, int8_t *output) {
    struct broadcast_run run = {0};
    do {
        multiply_run(shape->extent[2], stage, a + run.a, shape->a_step[2], b + run.b,
                     shape->b_step[2], output);
        output += shape->extent[2];
    } while (next_broadcast_run(shape, &run));
}

/* Where one element of the operand stands in d_output and in the other factor. */
struct place {
    int32_t output;
    int32_t factor;
};

static int32_t sum_of_products(const struct broadcast_gradient_shape *shape, struct place at,
                               const int16_t *d_output, const int8_t *factor, int32_t zero_point) {
    int32_t sum = 0;
    for (int32_t i = 0; i < shape->summed[0]; i++) {
        const int16_t *error = d_output + at.output + i * shape->summed_output_step[0];
        const int8_t *code = factor + at.factor + i * shape->summed_factor_step[0];
        for (int32_t j = 0; j < shape->summed[1]; j++) {
            /* y = x * w  =>  d_x = sum of d_y * w; |sum| < 2^31 by the bits of d_output */
            sum = multiply_accumulate(sum, *error, *code - zero_point);
            error += shape->summed_output_step[1];
            code += shape->summed_factor_step[1];
        }
    }
    return sum;
}

void multiply_s8_backward(const struct broadcast_gradient_shape *shape,
                          const struct error_stage *stage, int32_t factor_zero_point,
                          const int16_t *d_output, const struct error_range *d_output_range,
                          const int8_t *factor, int16_t *d_input,
                          struct error_range *d_input_range) {
    struct error_writer errors = input_error_writer(stage, d_output_range, d_input_range);
    for (int32_t i = 0; i < shape->kept[0]; i++) {
        for (int32_t j = 0; j < shape->kept[1]; j++) {
            struct place at = {
                i * shape->kept_output_step[0] + j * shape->kept_output_step[1],
                i * shape->kept_factor_step[0] + j * shape->kept_factor_step[1],
            };
            for (int32_t k = 0; k < shape->kept[2]; k++) {
                int32_t sum = sum_of_products(shape, at, d_output, factor, factor_zero_point);
                *d_input++ = error_write(&errors, sum);
                at.output += shape->kept_output_step[2];
                at.factor += shape->kept_factor_step[2];
            }
        }
    }
    d_input_range->observed = errors.observed;
}

static int32_t sum_of_errors(const struct broadcast_gradient_shape *shape, const int16_t *d_output) {
    int32_t sum = 0;
    for (int32_t i = 0; i < shape->summed[0]; i++) {
        const int16_t *error = d_output + i * shape->summed_output_step[0];
        for (int32_t j = 0; j < shape->summed[1]; j++) {
            /* y = x + ...  =>  d_x = sum of d_y; |sum| < 2^31 by the bits of d_output */
            sum += *error;
            error += shape->summed_output_step[1];
        }
    }
    return sum;
}

void broadcast_s16_backward(const struct broadcast_gradient_shape *shape,
                            const struct error_stage *stage, int32_t sign, const int16_t *d_output,
                            const struct error_range *d_output_range, int16_t *d_input,
                            struct error_range *d_input_range) {
    struct error_writer errors = input_error_writer(stage, d_output_range, d_input_range);
    for (int32_t i = 0; i < shape->kept[0]; i++) {
        for (int32_t j = 0; j < shape->kept[1]; j++) {
            const int16_t *error =
                d_output + i * shape->kept_output_step[0] + j * shape->kept_output_step[1];
            for (int32_t k = 0; k < shape->kept[2]; k++) {
                int32_t sum = sign * sum_of_errors(shape, error);
                *d_input++ = error_write(&errors, sum);
                error += shape->kept_output_step[2];
            }
        }
    }
    d_input_range->observed = errors.observed;
}
