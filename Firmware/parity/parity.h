/* Kernels on drawn operands, one digest for each kernel over everything it may write. Built for the
 * host from the kernels' plain C and for a board from their assembly: the digests have to be equal.
 * Every case has a seed of its own, so it can be run alone. */
#ifndef FIELDTUNE_PARITY_H
#define FIELDTUNE_PARITY_H

#include <stdbool.h>
#include <stdint.h>

/* Runs the kernels on all small shapes and on `seeded_cases` larger ones, and says a line
 * `kernel cases digest` for each, and one for each guard that was overwritten. False if any was. */
bool parity_run(uint32_t seed, uint32_t seeded_cases);

/* Offered by firmware.c and host.c. `text` ends with a line feed. */
void parity_say(const char *text);

/* The cases of a kernel: those below `small` walk through small shapes, the others are larger. */
typedef void parity_case(uint32_t number, uint32_t small);

enum { CONV2D_SMALL = 2880, DENSE_SMALL = 864, ELEMENTS_SMALL = 160 };

parity_case case_conv2d, case_conv2d_accumulate, case_conv2d_backward_input, case_conv2d_update;
parity_case case_depthwise, case_depthwise_accumulate, case_depthwise_backward_input,
    case_depthwise_update;
parity_case case_dense, case_dense_accumulate, case_dense_backward_input, case_dense_update;
parity_case case_bias_update, case_requantize, case_requantize_once;
parity_case case_add, case_sum_errors, case_clamp_mask, case_mask_error;
parity_case case_max_pool, case_max_pool_backward, case_average_pool, case_average_pool_backward,
    case_mean;

#endif
