#include "draw.h"

static uint64_t state;

void draw_begin(uint32_t seed, uint32_t kernel, uint32_t number) {
    state =
        ((uint64_t)seed << 32 | number) + ((uint64_t)kernel << 24) * UINT64_C(0x9e3779b97f4a7c15);
    (void)draw_word();
}

/* SplitMix64 (Steele, Lea, Flood, 2014), the upper half. */
uint32_t draw_word(void) {
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) >> 32);
}

int32_t draw_between(int32_t low, int32_t high) {
    uint64_t count = (uint64_t)((int64_t)high - low + 1);
    return (int32_t)(low + (int64_t)(draw_word() * count >> 32));
}

bool draw_one_in(int32_t count) {
    return draw_between(1, count) == 1;
}

/* How values of a tensor are spread. */
enum spread { EVEN, ENDS, SPARSE };

static enum spread draw_spread(void) {
    int32_t number = draw_between(0, 7);
    return number == 0 ? ENDS : number == 1 ? SPARSE : EVEN;
}

static int32_t draw_value(enum spread spread, int32_t low, int32_t high) {
    int32_t value = draw_between(low, high);
    switch (spread) {
    case ENDS:
        return value & 1 ? low : high;
    case SPARSE:
        return value & 7 ? 0 : value;
    default:
        return value;
    }
}

void draw_codes(int8_t *codes, int32_t count) {
    enum spread spread = draw_spread();
    for (int32_t i = 0; i < count; i++) {
        codes[i] = (int8_t)draw_value(spread, -128, 127);
    }
}

void draw_errors(int16_t *errors, int32_t count, int32_t limit) {
    enum spread spread = draw_spread();
    for (int32_t i = 0; i < count; i++) {
        errors[i] = (int16_t)draw_value(spread, -limit, limit);
    }
}

void draw_numbers(int32_t *numbers, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        int32_t bits = draw_one_in(4) ? 31 : draw_between(0, 20);
        numbers[i] = (int32_t)draw_word() >> (31 - bits);
    }
}
