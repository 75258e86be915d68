#include "cycle_counter.h"

#include "board.h"
#include "cortex_m.h"

void cycle_counter_start(void) {
    SCB_DEMCR |= SCB_DEMCR_TRCENA;
    DWT_LAR = DWT_LAR_UNLOCK; /* absent and ignored on the Cortex-M4 */
    DWT_CYCCNT = 0;
    DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}

uint32_t board_ticks(void) {
    return DWT_CYCCNT;
}
