#include "idle.h"

#include "board.h"
#include "cortex_m.h"

/* Masked, because an interrupt between the test and the WFI would otherwise be slept through; a
 * pending interrupt ends WFI even when masked (DDI 0403E, B1.5.19). */
void idle_until_interrupt(void) {
    uint32_t primask = cortex_m_mask_interrupts();
    if (board_serial_received().count == 0)
        cortex_m_wait_for_interrupt();
    cortex_m_restore_interrupts(primask);
}
