/* What both F746 boards share. */
#ifndef FIELDTUNE_STM32F746_H
#define FIELDTUNE_STM32F746_H

#include <stdint.h>

#include "stm32_clock.h"

/* Memory protection, caches, 216 MHz, SysTick, cycle counter. Leaves the result for board_clock. */
void stm32f746_start(bool external_is_bypassed, struct stm32_pll external);

/* Feeds USART1 / USART3 from the core clock, which divides to 921,600 baud within 0.2 % where
 * APB1's 54 MHz would be 0.7 % off (RM0385, 5.3, RCC_DCKCFGR2). */
enum stm32f746_usart_clock_field { STM32F746_USART1SEL = 0, STM32F746_USART3SEL = 4 };
void stm32f746_clock_usart(enum stm32f746_usart_clock_field field);

#endif
