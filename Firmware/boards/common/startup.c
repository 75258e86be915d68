/* From reset to firmware_run. Nothing before it relies on variables until they are filled here. */
#include "cortex_m.h"
#include "crash.h"
#include "firmware.h"
#include "stack.h"

extern const uint32_t __data_load[];
extern uint32_t __data_start[];
extern uint32_t __data_end[];
extern uint32_t __bss_start[];
extern uint32_t __bss_end[];
extern uint32_t __arena_start[];
extern uint32_t __arena_end[];
extern uint32_t __training_state_start[];
extern uint32_t __training_state_end[];
extern const cortex_m_vector vectors[];

static void enable_faults_and_fpu(void) {
    SCB_VTOR = (uint32_t)(uintptr_t)vectors;
    SCB_CPACR |= SCB_CPACR_FPU_FULL_ACCESS;
    SCB_SHCSR |= SCB_SHCSR_FAULTS_ENABLED;
    SCB_CCR |= SCB_CCR_DIV_0_TRP;
    cortex_m_synchronize();
}

static void clear(uint32_t *start, const uint32_t *end) {
    for (uint32_t *word = start; word < end; word++)
        *word = 0;
}

_Noreturn void reset_handler(void) {
    uint32_t *stack_pointer;
    __asm volatile("cpsid i\n\tmov %0, sp" : "=r"(stack_pointer));
    for (uint32_t *word = __stack_start; word < stack_pointer; word++)
        *word = STACK_PAINT;
    const uint32_t *load = __data_load;
    for (uint32_t *word = __data_start; word < __data_end; word++)
        *word = *load++;
    clear(__bss_start, __bss_end);
    clear(__arena_start, __arena_end);
    clear(__training_state_start, __training_state_end);
    enable_faults_and_fpu();
    crash_take_record();
    __asm volatile("cpsie i" : : : "memory");
    firmware_run();
}
