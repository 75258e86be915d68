#include "cycle_counter.h"

#include "board.h"
#include "cortex_m.h"

/* RM0385 40.16.3, RM0090 38.16.3: the counter keeps counting while the core sleeps. */
#define DBGMCU_CR REGISTER32(0xE0042004u)
#define DBGMCU_CR_DBG_SLEEP (1u << 0)

void cycle_counter_start(void) {
    DBGMCU_CR |= DBGMCU_CR_DBG_SLEEP;
    SCB_DEMCR |= SCB_DEMCR_TRCENA;
    DWT_LAR = DWT_LAR_UNLOCK; /* absent and ignored on the Cortex-M4 */
    DWT_CYCCNT = 0;
    DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}

uint32_t board_ticks(void) {
    return DWT_CYCCNT;
}
