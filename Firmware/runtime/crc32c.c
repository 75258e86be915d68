#include "crc32c.h"

/* Remainders of a byte's low and high four bits: 128 bytes of flash instead of 1 KB, and two look-ups
 * a byte that do not wait for each other. */
static const uint32_t low_remainders[16] = {
    0x00000000, 0xF26B8303, 0xE13B70F7, 0x1350F3F4, 0xC79A971F, 0x35F1141C, 0x26A1E7E8, 0xD4CA64EB,
    0x8AD958CF, 0x78B2DBCC, 0x6BE22838, 0x9989AB3B, 0x4D43CFD0, 0xBF284CD3, 0xAC78BF27, 0x5E133C24,
};
static const uint32_t high_remainders[16] = {
    0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
    0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
};

uint32_t crc32c_update(uint32_t running, const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t byte = (running ^ bytes[i]) & 0xFFu;
        running = (running >> 8) ^ low_remainders[byte & 15u] ^ high_remainders[byte >> 4];
    }
    return running;
}

uint32_t crc32c(const uint8_t *bytes, uint32_t count) {
    return ~crc32c_update(CRC32C_START, bytes, count);
}
