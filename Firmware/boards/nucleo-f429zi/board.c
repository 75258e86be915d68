/* NUCLEO-F429ZI (UM1974): 8 MHz from the ST-LINK's MCO; its virtual COM port is USART3 on PD8 (TX)
 * and PD9 (RX), fed by APB1: 45 MHz / 49 = 918,367 baud, 0.35 % below 921,600. */
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
    [16 ... 27] = fault_handler,
    [16 + STM32_DMA1_STREAM1_INTERRUPT] = stm32_serial_receive_handler,
    [29] = fault_handler,
    [16 + STM32_DMA1_STREAM3_INTERRUPT] = stm32_serial_transmit_handler,
    [31 ... 54] = fault_handler,
    [16 + STM32_USART3_INTERRUPT] = stm32_usart_handler,
    [56 ... 106] = fault_handler,
};

/* Requests of USART3: channel 4 of both. */
const struct stm32_serial_streams stm32_serial_streams = {
    .receive = STM32_DMA_STREAM(STM32_DMA1, 1, 4, STM32_DMA1_STREAM1_INTERRUPT),
    .transmit = STM32_DMA_STREAM(STM32_DMA1, 3, 4, STM32_DMA1_STREAM3_INTERRUPT),
};

static const struct stm32_led led = {.port = GPIOB, .pin = 0};

void board_init(void) {
    stm32f429_start(true);
    RCC_AHB1ENR |= RCC_AHB1ENR_GPIODEN | RCC_AHB1ENR_DMA1EN | RCC_AHB1ENR_GPIOBEN;
    RCC_APB1ENR |= RCC_APB1ENR_USART3EN;
    (void)RCC_APB1ENR;
    stm32_gpio_select_usart(GPIOD, 8);
    stm32_gpio_select_usart(GPIOD, 9);
    stm32_serial_start((struct stm32_usart){.base = USART3,
                                            .interrupt = STM32_USART3_INTERRUPT,
                                            .clock_hertz = stm32_apb1_hertz(board_clock())},
                       BOARD_DEFAULT_BAUD);
    stm32_watchdog_start(&led);
}
