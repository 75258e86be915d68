/* 32F429IDISCOVERY, version DISC1 (UM1670): 8 MHz crystal; the ST-LINK/V2-B's virtual COM port is
 * USART1 on PA9 (TX) and PA10 (RX), fed by APB2: 90 MHz / 98 = 918,367 baud, 0.35 % below 921,600.
 * The older 32F429IDISCOVERY (ST-LINK/V2, USB 0483:3748) has no virtual COM port. */
#include "board.h"
#include "board_facts.h"
#include "cortex_m.h"
#include "stm32_clock.h"
#include "stm32_gpio.h"
#include "stm32_registers.h"
#include "stm32_serial_dma.h"
#include "stm32_watchdog.h"
#include "stm32f429.h"

const cortex_m_vector vectors[16 + 91] __attribute__((section(".vectors"), used)) = {
    CORTEX_M_SYSTEM_VECTORS(stm32_tick_handler),
    [16 ... 52] = fault_handler,
    [16 + STM32_USART1_INTERRUPT] = stm32_usart_handler,
    [54 ... 73] = fault_handler,
    [16 + STM32_DMA2_STREAM2_INTERRUPT] = stm32_serial_receive_handler,
    [75 ... 85] = fault_handler,
    [16 + STM32_DMA2_STREAM7_INTERRUPT] = stm32_serial_transmit_handler,
    [87 ... 106] = fault_handler,
};

/* Requests of USART1: channel 4 of both. */
const struct stm32_serial_streams stm32_serial_streams = {
    .receive = STM32_DMA_STREAM(STM32_DMA2, 2, 4, STM32_DMA2_STREAM2_INTERRUPT),
    .transmit = STM32_DMA_STREAM(STM32_DMA2, 7, 4, STM32_DMA2_STREAM7_INTERRUPT),
};

static const struct stm32_led led = {.port = GPIOG, .pin = 13};

void board_init(void) {
    stm32f429_start(false);
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_DMA2EN | RCC_AHB1ENR_GPIOGEN;
    RCC_APB2ENR |= RCC_APB2ENR_USART1EN;
    (void)RCC_APB2ENR;
    stm32_gpio_select_usart(GPIOA, 9);
    stm32_gpio_select_usart(GPIOA, 10);
    stm32_serial_start((struct stm32_usart){.base = USART1,
                                            .interrupt = STM32_USART1_INTERRUPT,
                                            .clock_hertz = stm32_apb2_hertz(board_clock())},
                       BOARD_DEFAULT_BAUD);
    stm32_watchdog_start(&led);
}
