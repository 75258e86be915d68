/* 32F746GDISCOVERY (UM1907): 25 MHz crystal; the ST-LINK/V2-1's virtual COM port is USART1 on PA9
 * (TX) and PB7 (RX). */
#include "board.h"
#include "board_facts.h"
#include "cortex_m.h"
#include "stm32_gpio.h"
#include "stm32_registers.h"
#include "stm32_serial_dma.h"
#include "stm32_watchdog.h"
#include "stm32f746.h"

const cortex_m_vector vectors[16 + 98] __attribute__((section(".vectors"), used)) = {
    CORTEX_M_SYSTEM_VECTORS(stm32_tick_handler),
    [16 ... 52] = fault_handler,
    [16 + STM32_USART1_INTERRUPT] = stm32_usart_handler,
    [54 ... 73] = fault_handler,
    [16 + STM32_DMA2_STREAM2_INTERRUPT] = stm32_serial_receive_handler,
    [75 ... 85] = fault_handler,
    [16 + STM32_DMA2_STREAM7_INTERRUPT] = stm32_serial_transmit_handler,
    [87 ... 113] = fault_handler,
};

/* Requests of USART1: channel 4 of both. */
const struct stm32_serial_streams stm32_serial_streams = {
    .receive = STM32_DMA_STREAM(STM32_DMA2, 2, 4, STM32_DMA2_STREAM2_INTERRUPT),
    .transmit = STM32_DMA_STREAM(STM32_DMA2, 7, 4, STM32_DMA2_STREAM7_INTERRUPT),
};

static const struct stm32_led led = {.port = GPIOI, .pin = 1};

/* 25 MHz / 25 * 432 = 432 MHz. */
void board_init(void) {
    stm32f746_start(false, (struct stm32_pll){.m = 25, .n = 432, .q = 9});
    RCC_AHB1ENR |=
        RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_GPIOBEN | RCC_AHB1ENR_DMA2EN | RCC_AHB1ENR_GPIOIEN;
    stm32f746_clock_usart(STM32F746_USART1SEL);
    RCC_APB2ENR |= RCC_APB2ENR_USART1EN;
    (void)RCC_APB2ENR;
    stm32_gpio_select_usart(GPIOA, 9);
    stm32_gpio_select_usart(GPIOB, 7);
    stm32_serial_start((struct stm32_usart){.base = USART1,
                                            .interrupt = STM32_USART1_INTERRUPT,
                                            .clock_hertz = board_clock().core_hertz},
                       BOARD_DEFAULT_BAUD);
    stm32_watchdog_start(&led);
}
