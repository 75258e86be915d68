/* The independent watchdog, and the sign of life. */
#ifndef FIELDTUNE_STM32_WATCHDOG_H
#define FIELDTUNE_STM32_WATCHDOG_H

#include "stm32_gpio.h"

/* Last in board_init: from now on the board restarts unless board_progress is called. Tells also
 * whether it was the watchdog that restarted it. `led` lasts. */
void stm32_watchdog_start(const struct stm32_led *led);

/* SysTick's, in place of systick_handler. */
void stm32_tick_handler(void);

#endif
