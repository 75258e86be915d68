/* The memory protection unit of Armv7-M (DDI 0403E, B3.5): regions with a power of two of bytes. */
#ifndef FIELDTUNE_CORTEX_M_MPU_H
#define FIELDTUNE_CORTEX_M_MPU_H

#include <stdint.h>

/* MPU_RASR: who may do what, what the memory is like, how large the region is. */
#define MPU_READ_ONLY (6u << 24)
#define MPU_READ_WRITE (3u << 24)
#define MPU_NO_ACCESS (0u << 24)
#define MPU_EXECUTE_NEVER (1u << 28)
#define MPU_WRITE_THROUGH (1u << 17)                      /* TEX 0, C: what flash is by default */
#define MPU_WRITE_BACK (1u << 19 | 1u << 17 | 1u << 16)   /* TEX 1, C, B: what SRAM is by default */
#define MPU_NOT_CACHED (1u << 19)                         /* TEX 1: normal memory all the same */
#define MPU_WITHOUT_EIGHTHS(mask) ((uint32_t)(mask) << 8) /* bit i: not the i-th eighth of it */
#define MPU_SIZE_LOG2(log2) (((log2)-1u) << 1)

struct cortex_m_mpu_region {
    uint32_t base; /* a multiple of its size */
    uint32_t attributes;
};

/* Switches the unit on with these regions; where they overlap, the later one holds. Outside of them
 * the architecture's default map holds. */
void cortex_m_mpu_start(const struct cortex_m_mpu_region *regions, uint32_t count);

#endif
