/* One row of `board_memory_regions`. Every memory.ld defines `__NAME_origin`, `__NAME_length` and
 * `__NAME_used` for its regions, absolute symbols whose addresses are the numbers. */
#ifndef FIELDTUNE_MEMORY_REGIONS_H
#define FIELDTUNE_MEMORY_REGIONS_H

#define MEMORY_REGION_SYMBOLS(region)                                                              \
    extern const char __##region##_origin[], __##region##_length[], __##region##_used[]

#define MEMORY_REGION(region)                                                                      \
    {                                                                                              \
        .name = #region, .origin = (uint32_t)__##region##_origin,                                  \
        .byte_count = (uint32_t)__##region##_length, .used_bytes = (uint32_t)__##region##_used     \
    }

#endif
