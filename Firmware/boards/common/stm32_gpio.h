/* Pins as alternate functions and outputs (RM0385, 6.4 / RM0090, 8.4). */
#ifndef FIELDTUNE_STM32_GPIO_H
#define FIELDTUNE_STM32_GPIO_H

#include <stdint.h>

/* AF7, high speed, pulled up: an unconnected receive pin then reads as an idle line.
 * The port's clock is on. `pin` in 0...15. */
void stm32_gpio_select_usart(uint32_t port, uint32_t pin);

/* Shines while its pin is high. */
struct stm32_led {
    uint32_t port;
    uint32_t pin;
};

/* Push-pull, slow. The port's clock is on. */
void stm32_gpio_select_output(uint32_t port, uint32_t pin);

#endif
