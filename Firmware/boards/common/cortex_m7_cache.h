/* The Cortex-M7's caches. No DMA runs in this firmware, so nothing but the core writes SRAM and the
 * D-cache needs no maintenance after start. The vector table, code and constants are read through
 * the AXI bus and profit; the DTCM is not cached at all. */
#ifndef FIELDTUNE_CORTEX_M7_CACHE_H
#define FIELDTUNE_CORTEX_M7_CACHE_H

#include <stdint.h>

/* Once, after reset: both caches come up off and with undefined contents. */
void cortex_m7_cache_start(void);

/* No line of the D-cache holds any of these bytes any more: for memory that is never written through
 * the cache, such as flash. */
void cortex_m7_cache_forget(const uint8_t *start, uint32_t byte_count);

#endif
