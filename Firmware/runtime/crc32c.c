#include "crc32c.h"

/* Remainders of the sixteen values of four bits: 64 bytes of flash instead of 1 KB, two look-ups a
 * byte. */
static const uint32_t nibble_remainders[16] = {
    0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
    0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
};

uint32_t crc32c_update(uint32_t running, const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        running ^= bytes[i];
        running = (running >> 4) ^ nibble_remainders[running & 15u];
        running = (running >> 4) ^ nibble_remainders[running & 15u];
    }
    return running;
}

uint32_t crc32c(const uint8_t *bytes, uint32_t count) {
    return ~crc32c_update(CRC32C_START, bytes, count);
}
