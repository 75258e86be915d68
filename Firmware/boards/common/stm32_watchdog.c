/* Two watchdogs, one upon the other.
 *
 * An operation of a training step may take seconds without a yield: 2.4e8 multiplications, the most
 * that fit into 320 KB, take 2 s at 216 MHz and up to 30 s on the bare internal oscillator, where
 * code has as many wait states. So the hardware's period cannot tell a long operation from a loop
 * that hangs, and SysTick refreshes the watchdog, but only while the firmware has shown progress in
 * the last STALL_MILLISECONDS. After that it pends PendSV, whose vector is the fault handler's: it
 * runs as soon as SysTick's is back, on the interrupted code's frame, so that the crash report
 * names the line that hung.
 *
 * What stops SysTick too (masked interrupts, a fault in the fault handler, a core that locked up)
 * is left to the hardware, after 4,096 periods of the LSI / 64: 8.2 s at its nominal 32 kHz, 5.6 s
 * at the fastest, 47 kHz (data sheets, "Low-speed internal (LSI) RC oscillator"). That is more than
 * the longest erase of a flash sector, for which the core stands still (at most 4 s). */
#include "stm32_watchdog.h"

#include "board.h"
#include "crash.h"
#include "stm32_registers.h"
#include "stm32_wait.h"
#include "systick.h"

enum { STALL_MILLISECONDS = 60000, LSI_DIVIDED_BY_64 = 4, RELOAD = 4095 };
enum { HEALTHY_BLINK_BIT = 9, CRASHED_BLINK_BIT = 6 }; /* of milliseconds: 1 Hz, 8 Hz */

static const struct stm32_led *led;
static uint8_t blink_bit;
static volatile uint32_t progressed_at;

/* The flag stays until it is removed (5.3.21 / 6.3.21, RCC_CSR). */
static void report_reset(void) {
    if ((RCC_CSR & RCC_CSR_IWDGRSTF) != 0)
        crash_without_record(BOARD_CRASH_WATCHDOG);
    RCC_CSR |= RCC_CSR_RMVF;
    blink_bit = board_last_crash().kind == BOARD_CRASH_NONE ? HEALTHY_BLINK_BIT : CRASHED_BLINK_BIT;
}

/* The watchdog's start starts the LSI, without which prescaler and reload are not taken over. A
 * debugger that stops the core stops the watchdog. */
void stm32_watchdog_start(const struct stm32_led *board_led) {
    led = board_led;
    stm32_gpio_select_output(led->port, led->pin);
    report_reset();
    DBGMCU_APB1_FZ |= DBGMCU_APB1_FZ_IWDG_STOP;
    board_progress();
    IWDG_KR = IWDG_KR_START;
    IWDG_KR = IWDG_KR_UNLOCK;
    IWDG_PR = LSI_DIVIDED_BY_64;
    IWDG_RLR = RELOAD;
    stm32_wait(&IWDG_SR, IWDG_SR_PVU | IWDG_SR_RVU, 0);
    IWDG_KR = IWDG_KR_REFRESH;
}

void board_progress(void) {
    uint32_t now = board_milliseconds();
    progressed_at = now;
    GPIO_BSRR(led->port) = 1u << (led->pin + ((now >> blink_bit & 1u) != 0 ? 0u : 16u));
}

void stm32_tick_handler(void) {
    systick_handler();
    if (board_milliseconds() - progressed_at < STALL_MILLISECONDS)
        IWDG_KR = IWDG_KR_REFRESH;
    else
        SCB_ICSR = SCB_ICSR_PENDSVSET;
}
