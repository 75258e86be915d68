#include "board.h"
#include "idle.h"

void board_idle(void) {
    idle_until_interrupt();
}
