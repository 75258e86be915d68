/* CRC-32C (Castagnoli): polynomial 0x1EDC6F41 reflected, initial value and final inversion of all
 * ones (RFC 3720, appendix B.4). The check value of "123456789" is 0xE3069283. */
#ifndef FIELDTUNE_CRC32C_H
#define FIELDTUNE_CRC32C_H

#include <stdint.h>

#define CRC32C_START UINT32_C(0xFFFFFFFF)

/* Feeds bytes to a running value, which begins as CRC32C_START and is inverted at the end. */
uint32_t crc32c_update(uint32_t running, const uint8_t *bytes, uint32_t count);

/* The checksum of `count` bytes. */
uint32_t crc32c(const uint8_t *bytes, uint32_t count);

#endif
