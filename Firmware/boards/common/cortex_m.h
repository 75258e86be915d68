/* The part of the Armv7-M system control space the boards use. Names and addresses as in the
 * Armv7-M Architecture Reference Manual (DDI 0403E), section B3.2, and for the Cortex-M7 caches
 * section B2.2 and the Cortex-M7 TRM (DDI 0489) chapter 7. */
#ifndef FIELDTUNE_CORTEX_M_H
#define FIELDTUNE_CORTEX_M_H

#include <stdint.h>

#define REGISTER32(address) (*(volatile uint32_t *)(address))

/* System control block, B3.2.2. */
#define SCB_VTOR REGISTER32(0xE000ED08u)
#define SCB_AIRCR REGISTER32(0xE000ED0Cu)
#define SCB_CCR REGISTER32(0xE000ED14u)
#define SCB_SHPR3 REGISTER32(0xE000ED20u)
#define SCB_SHCSR REGISTER32(0xE000ED24u)
#define SCB_CFSR REGISTER32(0xE000ED28u)
#define SCB_HFSR REGISTER32(0xE000ED2Cu)
#define SCB_MMFAR REGISTER32(0xE000ED34u)
#define SCB_BFAR REGISTER32(0xE000ED38u)
#define SCB_CPACR REGISTER32(0xE000ED88u)
#define SCB_DEMCR REGISTER32(0xE000EDFCu)

#define SCB_AIRCR_SYSRESETREQ (0x05FA0000u | 1u << 2)
#define SCB_CCR_DIV_0_TRP (1u << 4)
#define SCB_CCR_DC (1u << 16)
#define SCB_CCR_IC (1u << 17)
#define SCB_SHCSR_FAULTS_ENABLED (7u << 16) /* USGFAULTENA, BUSFAULTENA, MEMFAULTENA */
#define SCB_CFSR_MMARVALID (1u << 7)
#define SCB_CFSR_BFARVALID (1u << 15)
#define SCB_CPACR_FPU_FULL_ACCESS (0xFu << 20) /* CP10 and CP11 */
#define SCB_DEMCR_TRCENA (1u << 24)

/* Memory protection unit, B3.5. */
#define MPU_CTRL REGISTER32(0xE000ED94u)
#define MPU_RBAR REGISTER32(0xE000ED9Cu)
#define MPU_RASR REGISTER32(0xE000EDA0u)
#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_PRIVDEFENA (1u << 2)
#define MPU_RBAR_VALID (1u << 4)

/* Cache maintenance, Cortex-M7. */
#define SCB_CCSIDR REGISTER32(0xE000ED80u)
#define SCB_CSSELR REGISTER32(0xE000ED84u)
#define SCB_ICIALLU REGISTER32(0xE000EF50u)
#define SCB_DCISW REGISTER32(0xE000EF60u)

/* SysTick, B3.3. */
#define SYST_CSR REGISTER32(0xE000E010u)
#define SYST_RVR REGISTER32(0xE000E014u)
#define SYST_CVR REGISTER32(0xE000E018u)
#define SYST_CSR_ENABLE (1u << 0)
#define SYST_CSR_TICKINT (1u << 1)
#define SYST_CSR_CLKSOURCE_CORE (1u << 2)
#define SCB_ICSR REGISTER32(0xE000ED04u)
#define SCB_ICSR_PENDSTSET (1u << 26)
#define SCB_ICSR_PENDSVSET (1u << 28)

/* Interrupt controller, B3.4. */
#define NVIC_ISER(word) REGISTER32(0xE000E100u + 4u * (word))
#define NVIC_ISPR(word) REGISTER32(0xE000E200u + 4u * (word))

/* Data watchpoint and trace unit, C1.8; LAR unlocks it on the Cortex-M7. */
#define DWT_CTRL REGISTER32(0xE0001000u)
#define DWT_CYCCNT REGISTER32(0xE0001004u)
#define DWT_LAR REGISTER32(0xE0001FB0u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_LAR_UNLOCK 0xC5ACCE55u

typedef void (*cortex_m_vector)(void);

static inline void cortex_m_enable_interrupt(uint32_t number) {
    NVIC_ISER(number / 32u) = 1u << (number % 32u);
}

/* Its handler runs as soon as interrupts are not masked. */
static inline void cortex_m_pend_interrupt(uint32_t number) {
    NVIC_ISPR(number / 32u) = 1u << (number % 32u);
}

static inline uint32_t cortex_m_mask_interrupts(void) {
    uint32_t primask;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask) : : "memory");
    return primask;
}

static inline void cortex_m_restore_interrupts(uint32_t primask) {
    __asm volatile("msr primask, %0" : : "r"(primask) : "memory");
}

/* Where it lies and what follows: with DBG_SLEEP set (cycle_counter.c sets it, and debuggers leave it
 * set until power is cut), an STM32F4 that wakes may execute something else than what follows a WFI
 * at an address ending in 4, unless that is three NOPs (errata sheet ES0182, "Debugging Sleep/Stop
 * mode with WFE/WFI entry"; seen on a NUCLEO-F429ZI too: mbed-os issue 12294). */
static inline void cortex_m_wait_for_interrupt(void) {
    __asm volatile("dsb\n\t.balign 8\n\twfi\n\tnop\n\tnop\n\tnop" : : : "memory");
}

/* Between reads and writes of memory that a DMA shares and the registers that say how far it is. */
static inline void cortex_m_order_memory(void) {
    __asm volatile("dmb" : : : "memory");
}

static inline void cortex_m_synchronize(void) {
    __asm volatile("dsb\n\tisb" : : : "memory");
}

_Noreturn void reset_handler(void); /* startup.c */
void fault_handler(void);           /* crash.c: all of them, and interrupts nobody handles */
void systick_handler(void);         /* systick.c */

extern uint32_t __stack_end[];

/* The 16 entries every Cortex-M vector table begins with (B1.5.3); the last is SysTick's. */
#define CORTEX_M_SYSTEM_VECTORS(tick_handler)                                                      \
    (cortex_m_vector)(void *) __stack_end, reset_handler, [2 ... 14] = fault_handler, tick_handler

#endif
