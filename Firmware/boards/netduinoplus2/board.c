/* Netduino Plus 2 in QEMU: an STM32F405 whose USART1 runs the driver of the F429 boards. QEMU
 * models neither its clocks nor its pins, so none are set up, and the core runs at 168 MHz from
 * reset. */
#include "board.h"
#include "board_facts.h"
#include "cortex_m.h"
#include "stm32_registers.h"
#include "stm32_serial_interrupt.h"
#include "systick.h"

enum { CORE_HERTZ = 168000000, APB2_HERTZ = CORE_HERTZ / 2 };

const cortex_m_vector vectors[16 + 82] __attribute__((section(".vectors"), used)) = {
    CORTEX_M_SYSTEM_VECTORS(systick_handler),
    [16 ... 52] = fault_handler,
    [16 + STM32_USART1_INTERRUPT] = stm32_usart_handler,
    [54 ... 97] = fault_handler,
};

void board_init(void) {
    systick_start(CORE_HERTZ / 1000);
    stm32_serial_start((struct stm32_usart){.base = USART1,
                                            .interrupt = STM32_USART1_INTERRUPT,
                                            .clock_hertz = APB2_HERTZ},
                       BOARD_DEFAULT_BAUD);
}

struct board_clock board_clock(void) {
    return (struct board_clock){.core_hertz = CORE_HERTZ, .source = BOARD_CLOCK_NOMINAL};
}
