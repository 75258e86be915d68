/* Where sliding windows and maps meet, along one dimension: tap k of window p reads coordinate
 * p * stride + k * dilation - pad. Used for rows and for columns. */
#ifndef FIELDTUNE_WINDOW_H
#define FIELDTUNE_WINDOW_H

#include <stdint.h>

/* Half-open range. */
struct span {
    int32_t begin, end;
};

/* Taps k with 0 <= start + k * dilation < extent; `start` is where the window begins. */
static inline struct span taps_inside(int32_t start, int32_t dilation, int32_t kernel,
                                      int32_t extent) {
    struct span span = {0, kernel};
    while (span.begin < kernel && start + span.begin * dilation < 0) {
        span.begin++;
    }
    while (span.end > span.begin && start + (span.end - 1) * dilation >= extent) {
        span.end--;
    }
    return span;
}

/* Windows p with 0 <= p * stride + offset < extent; `offset` is k * dilation - pad of one tap. */
static inline struct span windows_inside(int32_t offset, int32_t stride, int32_t count,
                                         int32_t extent) {
    struct span span = {0, count};
    while (span.begin < count && span.begin * stride + offset < 0) {
        span.begin++;
    }
    while (span.end > span.begin && (span.end - 1) * stride + offset >= extent) {
        span.end--;
    }
    return span;
}

/* The (tap, window) pairs that read one coordinate: an arithmetic progression, because
 * tap * dilation = coordinate + pad (modulo stride) has evenly spaced solutions. */
struct tap_walk {
    int32_t count;
    int32_t tap, tap_step;
    int32_t window, window_step; /* windows come down while taps go up: window_step <= 0 */
};

/* `padded` is the coordinate + pad. */
static inline struct tap_walk taps_reading(int32_t padded, int32_t stride, int32_t dilation,
                                           int32_t kernel, int32_t window_count) {
    struct tap_walk walk = {0, 0, 0, 0, 0};
    for (int32_t tap = 0; tap < kernel && tap * dilation <= padded; tap++) {
        int32_t start = padded - tap * dilation;
        if (start % stride != 0 || start / stride >= window_count) {
            continue;
        }
        int32_t window = start / stride;
        if (walk.count == 0) {
            walk.tap = tap;
            walk.window = window;
        } else if (walk.count == 1) {
            walk.tap_step = tap - walk.tap;
            walk.window_step = window - walk.window;
        }
        walk.count++;
    }
    return walk;
}

#endif
