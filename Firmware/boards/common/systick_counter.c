/* board_ticks for machines without a cycle counter (QEMU reads DWT CYCCNT as 0). */
#include "board.h"
#include "systick.h"

uint32_t board_ticks(void) {
    return systick_ticks();
}
