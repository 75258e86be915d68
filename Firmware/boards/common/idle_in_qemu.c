/* QEMU hands over one byte a turn of its main loop, and a sleeping core costs a thread switch each
 * turn: while bytes keep coming the core stays awake, which doubles the line's rate. */
#include "board.h"
#include "idle.h"
#include "serial_driver.h"

enum { AWAKE_MILLISECONDS = 5 };

void board_idle(void) {
    static uint32_t seen_count;
    static uint32_t seen_at;
    uint32_t count = serial_received_count;
    if (count != seen_count) {
        seen_count = count;
        seen_at = board_milliseconds();
    }
    if (board_milliseconds() - seen_at >= AWAKE_MILLISECONDS)
        idle_until_interrupt();
}

/* QEMU has neither watchdog nor LED. */
void board_progress(void) {
}
