#include "cortex_m7_cache.h"

#include "cortex_m.h"

/* DDI 0489, 4.4 (CCSIDR): NumSets - 1 in bits 27:13, associativity - 1 in bits 12:3; lines are 32
 * bytes, so DCISW holds the set from bit 5 and the way (of 4) from bit 30 (DDI 0403E, B2.2.7). */
static void invalidate_data_cache(void) {
    SCB_CSSELR = 0;
    cortex_m_synchronize();
    uint32_t last_set = SCB_CCSIDR >> 13 & 0x7FFFu;
    uint32_t last_way = SCB_CCSIDR >> 3 & 0x3FFu;
    for (uint32_t set = 0; set <= last_set; set++) {
        for (uint32_t way = 0; way <= last_way; way++)
            SCB_DCISW = set << 5 | way << 30;
    }
    cortex_m_synchronize();
}

void cortex_m7_cache_start(void) {
    cortex_m_synchronize();
    SCB_ICIALLU = 0;
    cortex_m_synchronize();
    SCB_CCR |= SCB_CCR_IC;
    cortex_m_synchronize();
    invalidate_data_cache();
    SCB_CCR |= SCB_CCR_DC;
    cortex_m_synchronize();
}
