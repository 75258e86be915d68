#include "stm32_gpio.h"

#include "stm32_registers.h"

enum { MODE_OUTPUT = 1, MODE_ALTERNATE = 2, SPEED_HIGH = 2, PULL_UP = 1, FUNCTION_USART1_TO_3 = 7 };

static uint32_t with_field(uint32_t value, uint32_t shift, uint32_t width, uint32_t field) {
    uint32_t mask = ((1u << width) - 1u) << shift;
    return (value & ~mask) | field << shift;
}

/* The function before the mode, so that the pin never drives another function's level. */
void stm32_gpio_select_usart(uint32_t port, uint32_t pin) {
    uint32_t function = GPIO_AFR(port, pin);
    GPIO_AFR(port, pin) = with_field(function, 4u * (pin % 8u), 4, FUNCTION_USART1_TO_3);
    GPIO_OSPEEDR(port) = with_field(GPIO_OSPEEDR(port), 2u * pin, 2, SPEED_HIGH);
    GPIO_PUPDR(port) = with_field(GPIO_PUPDR(port), 2u * pin, 2, PULL_UP);
    GPIO_MODER(port) = with_field(GPIO_MODER(port), 2u * pin, 2, MODE_ALTERNATE);
}

void stm32_gpio_select_output(uint32_t port, uint32_t pin) {
    GPIO_MODER(port) = with_field(GPIO_MODER(port), 2u * pin, 2, MODE_OUTPUT);
}
