/* Weights in two planes. Trained layers keep the weights of their first input channels in SRAM, the
 * rest in flash; a row of a plane holds its own channels only.
 *
 *   convolution      trained (O, KH, KW, trained)   frozen (O, KH, KW, I - trained)
 *   depthwise        trained (KH, KW, trained)      frozen (KH, KW, O - trained)
 *   fully connected  trained (O, trained)           frozen (O, I - trained)
 *
 * The frozen planes of convolutions and dense layers lie in panels (panel_product.h) where a
 * kernel's header says so. */
#ifndef FIELDTUNE_WEIGHTS_H
#define FIELDTUNE_WEIGHTS_H

#include <stdint.h>

struct weights_s8 {
    const int8_t *trained; /* not read when no channel is trained */
    const int8_t *frozen;  /* not read when all are */
};

#endif
