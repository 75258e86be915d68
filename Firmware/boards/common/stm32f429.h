/* What both F429 boards share. */
#ifndef FIELDTUNE_STM32F429_H
#define FIELDTUNE_STM32F429_H

#include <stdbool.h>

/* Memory protection, 180 MHz from the 8 MHz both boards have, SysTick, cycle counter. Leaves the
 * result for board_clock. */
void stm32f429_start(bool external_is_bypassed);

#endif
