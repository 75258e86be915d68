#include "thumb_access.h"

static uint32_t bits(uint32_t value, uint32_t low, uint32_t count) {
    return value >> low & ((1u << count) - 1u);
}

static uint32_t set_bits(uint32_t list) {
    uint32_t count = 0;
    for (; list != 0; list &= list - 1u)
        count++;
    return count;
}

static struct thumb_access access_of(uint32_t address, uint32_t size) {
    return (struct thumb_access){.address = address, .size = size};
}

static struct thumb_access aligned(uint32_t address, uint32_t size) {
    return (struct thumb_access){.address = address, .size = size, .is_aligned = true};
}

/* The counter as a base: four bytes on, rounded down to a word (A5.1.2). */
static uint32_t base_of(const uint32_t registers[16], uint32_t number) {
    return number == 15 ? (registers[15] + 4u) & ~3u : registers[number];
}

static struct thumb_access narrow(uint16_t code, const uint32_t registers[16]) {
    static const uint8_t sizes_by_register_offset[8] = {4, 2, 1, 1, 4, 2, 1, 2};
    uint32_t base = registers[bits(code, 3, 3)];
    uint32_t immediate = bits(code, 6, 5);
    switch (bits(code, 12, 4)) {
    case 0x4:
        if (bits(code, 11, 1) == 1)
            return access_of(base_of(registers, 15) + 4u * bits(code, 0, 8), 4);
        break;
    case 0x5:
        return access_of(base + registers[bits(code, 6, 3)],
                         sizes_by_register_offset[bits(code, 9, 3)]);
    case 0x6:
        return access_of(base + 4u * immediate, 4);
    case 0x7:
        return access_of(base + immediate, 1);
    case 0x8:
        return access_of(base + 2u * immediate, 2);
    case 0x9:
        return access_of(registers[13] + 4u * bits(code, 0, 8), 4);
    case 0xB:
        if (bits(code, 9, 3) == 2) { /* PUSH */
            uint32_t size = 4u * set_bits(bits(code, 0, 9));
            return aligned(registers[13] - size, size);
        }
        if (bits(code, 9, 3) == 6) /* POP */
            return aligned(registers[13], 4u * set_bits(bits(code, 0, 9)));
        break;
    case 0xC:
        return aligned(registers[bits(code, 8, 3)], 4u * set_bits(bits(code, 0, 8)));
    default:
        break;
    }
    return access_of(0, 0);
}

/* LDM, STM and their decrementing forms; registers of both halves. */
static struct thumb_access multiple(uint16_t first, uint16_t second, const uint32_t registers[16]) {
    uint32_t size = 4u * set_bits(second);
    uint32_t base = registers[bits(first, 0, 4)];
    bool is_decrementing = bits(first, 7, 2) == 2;
    return aligned(is_decrementing ? base - size : base, size);
}

/* LDRD and STRD, exclusives and table branches (A5.3.6). */
static struct thumb_access dual(uint16_t first, uint16_t second, const uint32_t registers[16]) {
    uint32_t base = base_of(registers, bits(first, 0, 4));
    bool is_indexed = bits(first, 8, 1) == 1;
    bool writes_back = bits(first, 5, 1) == 1;
    if (!is_indexed && !writes_back)
        return access_of(base, 4); /* not emitted for this firmware: sizes differ, 4 covers all */
    uint32_t offset = 4u * bits(second, 0, 8);
    if (!is_indexed)
        return aligned(base, 8);
    return aligned(bits(first, 7, 1) == 1 ? base + offset : base - offset, 8);
}

/* One byte, halfword or word (A5.3.7 to A5.3.10). */
static struct thumb_access single(uint16_t first, uint16_t second, const uint32_t registers[16]) {
    uint32_t number = bits(first, 0, 4);
    uint32_t base = base_of(registers, number);
    uint32_t size = 1u << bits(first, 5, 2);
    if (number == 15) {
        uint32_t offset = bits(second, 0, 12);
        return access_of(bits(first, 7, 1) == 1 ? base + offset : base - offset, size);
    }
    if (bits(first, 7, 1) == 1)
        return access_of(base + bits(second, 0, 12), size);
    if (bits(second, 11, 1) == 0)
        return access_of(base + (registers[bits(second, 0, 4)] << bits(second, 4, 2)), size);
    uint32_t offset = bits(second, 0, 8);
    if (bits(second, 10, 1) == 0)
        return access_of(base, size);
    return access_of(bits(second, 9, 1) == 1 ? base + offset : base - offset, size);
}

/* VLDR, VSTR, VLDM, VSTM (A6.6). */
static struct thumb_access floating(uint16_t first, uint16_t second, const uint32_t registers[16]) {
    uint32_t base = base_of(registers, bits(first, 0, 4));
    uint32_t offset = 4u * bits(second, 0, 8);
    bool is_indexed = bits(first, 8, 1) == 1;
    bool is_upwards = bits(first, 7, 1) == 1;
    if (is_indexed && bits(first, 5, 1) == 0)
        return aligned(is_upwards ? base + offset : base - offset,
                         bits(second, 8, 1) == 1 ? 8 : 4);
    return aligned(is_upwards ? base : base - offset, offset);
}

struct thumb_access thumb_access(uint16_t first, uint16_t second, const uint32_t registers[16]) {
    if (thumb_size(first) == 2)
        return narrow(first, registers);
    switch (bits(first, 9, 7)) {
    case 0x74: /* 1110 100 */
        return bits(first, 6, 1) == 1 ? dual(first, second, registers)
                                      : multiple(first, second, registers);
    case 0x76: /* 1110 110: coprocessors, of which 10 and 11 are the FPU */
        return bits(second, 9, 3) == 5 ? floating(first, second, registers) : access_of(0, 0);
    case 0x7C: /* 1111 100 */
        return single(first, second, registers);
    default:
        return access_of(0, 0);
    }
}
