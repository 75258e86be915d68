/* The core of an STM32F746 sleeps only while nothing is being sent: DMA reads zeros out of the DTCM,
 * where the transmit ring lies, of a sleeping core (errata sheet ES0290, "DTCM-RAM not accessible in
 * read when the MCU is in Sleep mode"). What is received is only written there, which works. */
#include "board.h"
#include "idle.h"

void board_idle(void) {
    if (board_serial_drained())
        idle_until_interrupt();
}
