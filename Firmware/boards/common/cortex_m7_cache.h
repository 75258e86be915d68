/* The Cortex-M7's caches. Code and constants are read through the AXI bus and profit; the DTCM is
 * not cached at all, and what DMA shares with the core lies there; kept training states are not
 * cached either (MPU). So nothing but the core writes what the D-cache holds, and it needs no
 * maintenance after start. */
#ifndef FIELDTUNE_CORTEX_M7_CACHE_H
#define FIELDTUNE_CORTEX_M7_CACHE_H

/* Once, after reset: both caches come up off and with undefined contents. */
void cortex_m7_cache_start(void);

#endif
