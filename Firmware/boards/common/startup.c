/* From reset to firmware_run, and from a fault back to reset.
 *
 * Invariants
 *   - Nothing before firmware_run relies on variables until they are filled here.
 *   - A fault leaves its record in .noinit, which startup does not touch, and restarts the board:
 *     the record is reported with the next HELLO.
 */
#include "board.h"
#include "cortex_m.h"
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

#define CRASH_MAGIC 0x43525348u /* "CRSH" */

static struct {
    uint32_t magic;
    struct board_crash crash;
} crash_record __attribute__((section(".noinit.crash")));

static struct board_crash last_crash;

static void enable_faults_and_fpu(void) {
    SCB_VTOR = (uint32_t)(uintptr_t)vectors;
    SCB_CPACR |= SCB_CPACR_FPU_FULL_ACCESS;
    SCB_SHCSR |= SCB_SHCSR_FAULTS_ENABLED;
    SCB_CCR |= SCB_CCR_DIV_0_TRP;
    cortex_m_synchronize();
}

static void take_crash_record(void) {
    if (crash_record.magic == CRASH_MAGIC)
        last_crash = crash_record.crash;
    crash_record.magic = 0;
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
    take_crash_record();
    __asm volatile("cpsie i" : : : "memory");
    firmware_run();
}

struct board_crash board_last_crash(void) {
    return last_crash;
}

_Noreturn void board_reset(void) {
    cortex_m_synchronize();
    SCB_AIRCR = SCB_AIRCR_SYSRESETREQ;
    cortex_m_synchronize();
    for (;;) {
    }
}

/* The frame the processor pushed on exception entry (B1.5.6). */
struct exception_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

static uint32_t fault_address(uint32_t status) {
    if ((status & SCB_CFSR_BFARVALID) != 0)
        return SCB_BFAR;
    if ((status & SCB_CFSR_MMARVALID) != 0)
        return SCB_MMFAR;
    return 0;
}

/* A frame outside the stack (overflow) cannot be read without a second fault. */
static bool is_on_stack(const struct exception_frame *frame) {
    return (uintptr_t)frame >= (uintptr_t)__stack_start &&
           (uintptr_t)(frame + 1) <= (uintptr_t)__stack_end;
}

/* Exceptions 3 to 6 are the faults (B1.5.2); anything else nobody asked for. */
static uint32_t crash_kind(void) {
    uint32_t exception;
    __asm volatile("mrs %0, ipsr" : "=r"(exception));
    switch (exception) {
    case 3:
        return BOARD_CRASH_HARD_FAULT;
    case 4:
        return BOARD_CRASH_MEMORY_FAULT;
    case 5:
        return BOARD_CRASH_BUS_FAULT;
    case 6:
        return BOARD_CRASH_USAGE_FAULT;
    default:
        return BOARD_CRASH_UNEXPECTED_INTERRUPT;
    }
}

_Noreturn void crash_and_reset(const struct exception_frame *frame);

_Noreturn void crash_and_reset(const struct exception_frame *frame) {
    uint32_t status = SCB_CFSR;
    bool is_readable = is_on_stack(frame);
    crash_record.crash = (struct board_crash){
        .kind = crash_kind(),
        .program_counter = is_readable ? frame->pc : 0,
        .link_register = is_readable ? frame->lr : 0,
        .fault_status = status,
        .fault_address = fault_address(status),
    };
    crash_record.magic = CRASH_MAGIC;
    board_reset();
}

/* A failed assert() of the runtime (newlib's hook). */
_Noreturn void __assert_func(const char *file, int line, const char *function,
                             const char *expression);

_Noreturn void __assert_func(const char *file, int line, const char *function,
                             const char *expression) {
    (void)file;
    (void)function;
    (void)expression;
    crash_record.crash = (struct board_crash){
        .kind = BOARD_CRASH_ASSERTION,
        .link_register = (uint32_t)(uintptr_t)__builtin_return_address(0),
        .fault_address = (uint32_t)line,
    };
    crash_record.magic = CRASH_MAGIC;
    board_reset();
}

/* The stack may be what failed: with too little of it left, continue at its top. */
__attribute__((naked)) void fault_handler(void) {
    __asm volatile("mrs r0, msp\n\t"
                   "ldr r1, =__stack_start + 256\n\t"
                   "cmp r0, r1\n\t"
                   "itt lo\n\t"
                   "ldrlo r1, =__stack_end\n\t"
                   "movlo sp, r1\n\t"
                   "b crash_and_reset");
}
