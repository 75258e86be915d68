#include "parity.h"

#include <stddef.h>

#include "draw.h"
#include "memory.h"

static char line[96];
static int32_t written;

static void put(char character) {
    line[written++] = character;
}

static void put_text(const char *text) {
    while (*text != 0) {
        put(*text++);
    }
}

static void put_number(uint32_t number) {
    char digits[10];
    int32_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0) {
        put(digits[--count]);
    }
}

static void put_hex(uint64_t number) {
    for (int32_t shift = 60; shift >= 0; shift -= 4) {
        put("0123456789abcdef"[number >> shift & 15]);
    }
}

static void say_line(void) {
    put('\n');
    put(0);
    written = 0;
    parity_say(line);
}

static void say_broken(const char *kernel, uint32_t number, const char *operand) {
    put_text("guard of ");
    put_text(operand);
    put_text(" overwritten by ");
    put_text(kernel);
    put_text(", case ");
    put_number(number);
    say_line();
}

static void say_digest(const char *kernel, uint32_t cases, uint64_t digest) {
    put_text(kernel);
    put(' ');
    put_number(cases);
    put(' ');
    put_hex(digest);
    say_line();
}

/* Kernels by number: the board's stack has a bound, so nothing is called through a pointer. */
#define KERNELS(KERNEL)                                                                            \
    KERNEL(conv2d, CONV2D_SMALL)                                                                   \
    KERNEL(conv2d_accumulate, CONV2D_SMALL)                                                        \
    KERNEL(conv2d_backward_input, CONV2D_SMALL)                                                    \
    KERNEL(conv2d_update, CONV2D_SMALL)                                                            \
    KERNEL(depthwise, CONV2D_SMALL)                                                                \
    KERNEL(depthwise_accumulate, CONV2D_SMALL)                                                     \
    KERNEL(depthwise_backward_input, CONV2D_SMALL)                                                 \
    KERNEL(depthwise_update, CONV2D_SMALL)                                                         \
    KERNEL(dense, DENSE_SMALL)                                                                     \
    KERNEL(dense_accumulate, DENSE_SMALL)                                                          \
    KERNEL(dense_backward_input, DENSE_SMALL)                                                      \
    KERNEL(dense_update, DENSE_SMALL)                                                              \
    KERNEL(bias_update, ELEMENTS_SMALL)                                                            \
    KERNEL(requantize, ELEMENTS_SMALL)                                                             \
    KERNEL(requantize_once, ELEMENTS_SMALL)                                                        \
    KERNEL(add, ELEMENTS_SMALL)                                                                    \
    KERNEL(sum_errors, ELEMENTS_SMALL)                                                             \
    KERNEL(clamp_mask, ELEMENTS_SMALL)                                                             \
    KERNEL(mask_error, ELEMENTS_SMALL)                                                             \
    KERNEL(max_pool, CONV2D_SMALL)                                                                 \
    KERNEL(max_pool_backward, CONV2D_SMALL)                                                        \
    KERNEL(average_pool, CONV2D_SMALL)                                                             \
    KERNEL(average_pool_backward, CONV2D_SMALL)                                                    \
    KERNEL(mean, ELEMENTS_SMALL)

enum kernel {
#define KERNEL(name, small) KERNEL_##name,
    KERNELS(KERNEL)
#undef KERNEL
        KERNEL_COUNT
};

struct kernel_cases {
    const char *name;
    uint32_t small;
};

static const struct kernel_cases kernels[] = {
#define KERNEL(name, small) {#name, small},
    KERNELS(KERNEL)
#undef KERNEL
};

static void run(enum kernel kernel, uint32_t number, uint32_t small) {
    switch (kernel) {
#define KERNEL(name, small_cases)                                                                  \
    case KERNEL_##name:                                                                            \
        case_##name(number, small);                                                                \
        break;
        KERNELS(KERNEL)
#undef KERNEL
    case KERNEL_COUNT:
        break;
    }
}

bool parity_run(uint32_t seed, uint32_t seeded_cases) {
    bool is_right = true;
    for (uint32_t kernel = 0; kernel < KERNEL_COUNT; kernel++) {
        const struct kernel_cases *cases = &kernels[kernel];
        uint64_t digest = UINT64_C(0xcbf29ce484222325);
        for (uint32_t number = 0; number < cases->small + seeded_cases; number++) {
            draw_begin(seed, kernel, number);
            run((enum kernel)kernel, number, cases->small);
            digest = digest_operands(digest);
            const char *broken = broken_guard();
            if (broken != NULL) {
                say_broken(cases->name, number, broken);
                is_right = false;
            }
            release_all();
        }
        say_digest(cases->name, cases->small + seeded_cases, digest);
    }
    return is_right;
}
