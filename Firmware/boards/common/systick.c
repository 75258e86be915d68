#include "systick.h"

#include "board.h"
#include "cortex_m.h"

static volatile uint32_t milliseconds;
static uint32_t ticks_per_period;

void systick_handler(void) {
    milliseconds++;
}

void systick_start(uint32_t ticks_per_millisecond) {
    ticks_per_period = ticks_per_millisecond;
    SYST_RVR = ticks_per_millisecond - 1u;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_CLKSOURCE_CORE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

uint32_t board_milliseconds(void) {
    return milliseconds;
}

/* The counter runs 0, period - 1, ..., 1, 0; the interrupt comes with the 0. */
uint32_t systick_ticks(void) {
    uint32_t primask = cortex_m_mask_interrupts();
    uint32_t left = SYST_CVR;
    uint32_t periods = milliseconds;
    if ((SCB_ICSR & SCB_ICSR_PENDSTSET) != 0) { /* wrapped, not counted yet: read again after it */
        left = SYST_CVR;
        periods++;
    }
    cortex_m_restore_interrupts(primask);
    return periods * ticks_per_period + (left == 0 ? 0 : ticks_per_period - left);
}
