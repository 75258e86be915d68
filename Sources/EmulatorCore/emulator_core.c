#define _POSIX_C_SOURCE 199309L

#include "emulator_core.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicorn/unicorn.h>

#include "thumb_access.h"

enum { REGIONS_MAX = 16, NO_EXIT = 0xFFFFFFFE };

/* Blocks by the halfword they start at: size in bytes and instructions, 0 where none has been
 * executed. */
struct block {
    uint16_t size;
    uint16_t instructions;
};

struct region {
    uint32_t start;
    uint32_t size;
    const uint8_t *bytes;
    struct block *blocks;
};

struct register_window {
    struct emulator_core *core;
    uint32_t start;
};

struct emulator_core {
    uc_engine *engine;
    struct emulator_core_owner owner;
    struct region regions[REGIONS_MAX];
    uint32_t region_count;
    struct register_window windows[REGIONS_MAX];
    uint32_t window_count;
    uint64_t executed;
    uint64_t deadline;
    uint32_t block_start; /* the one that runs */
    uint32_t block_size;
    uint32_t stalled_start;
    uint32_t stalled_end;
    bool is_interrupt_pending;
    bool is_stepping;
    bool may_pass; /* the deadline, by one block */
    bool has_counter; /* `counter` is to become the program counter at exit */
    uint32_t counter;
    bool has_exit;
    bool is_unsettled;
    struct emulator_core_exit exit;
};

/* The first reason stands: libunicorn may go on a little after it has been asked to stop. */
static void leave(struct emulator_core *core, enum emulator_core_exit_reason reason,
                  uint32_t address) {
    if (!core->has_exit) {
        core->has_exit = true;
        core->exit = (struct emulator_core_exit){.reason = reason, .address = address};
    }
    uc_emu_stop(core->engine);
}

static struct region *region_at(struct emulator_core *core, uint32_t address) {
    for (uint32_t i = 0; i < core->region_count; i++) {
        if (address - core->regions[i].start < core->regions[i].size)
            return &core->regions[i];
    }
    return NULL;
}

static uint16_t halfword_at(const uint8_t *bytes) {
    uint16_t halfword;
    memcpy(&halfword, bytes, sizeof halfword);
    return halfword;
}

static uint32_t count_instructions(const uint8_t *bytes, uint32_t size) {
    uint32_t count = 0;
    for (uint32_t offset = 0; offset < size; count++) {
        offset += thumb_size(halfword_at(bytes + offset));
    }
    return count;
}

static uint32_t instructions_of(struct emulator_core *core, uint32_t address, uint32_t size) {
    struct region *region = region_at(core, address);
    if (region == NULL)
        return 0;
    uint32_t offset = address - region->start;
    struct block *block = &region->blocks[offset / 2];
    if (block->size != size) {
        block->size = (uint16_t)size;
        block->instructions = (uint16_t)count_instructions(region->bytes + offset, size);
    }
    return block->instructions;
}

static bool is_masked(struct emulator_core *core) {
    return (emulator_core_get(core, EMULATOR_PRIMASK) & 1) != 0 ||
           (emulator_core_get(core, EMULATOR_FAULTMASK) & 1) != 0;
}

static void settle(struct emulator_core *core) {
    if (core->is_unsettled) {
        core->is_unsettled = false;
        core->owner.settle(core->owner.context);
    }
}

static void enter_block(uc_engine *engine, uint64_t address, uint32_t size, void *context) {
    (void)engine;
    struct emulator_core *core = context;
    uint32_t start = (uint32_t)address;
    settle(core);
    if (core->has_exit) {
        uc_emu_stop(core->engine);
        return;
    }
    core->block_start = start;
    core->block_size = size;
    uint32_t count = instructions_of(core, start, size);
    if (core->is_stepping) {
        core->executed += count;
        core->is_stepping = false;
        core->deadline = core->executed; /* one block, cut where it has to end */
        return;
    }
    if (core->executed + count > core->deadline && !core->may_pass)
        leave(core, EMULATOR_CORE_DEADLINE, start);
    else if (start - core->stalled_start < core->stalled_end - core->stalled_start)
        leave(core, EMULATOR_CORE_STALL, start);
    else if (core->is_interrupt_pending && !is_masked(core))
        leave(core, EMULATOR_CORE_INTERRUPT, start);
    else {
        core->may_pass = false;
        core->executed += count;
    }
}

/* Numbers of libunicorn's M-profile core: EXCP_* of QEMU's target/arm/cpu.h. */
enum {
    ENGINE_UNDEFINED = 1,
    ENGINE_SUPERVISOR_CALL = 2,
    ENGINE_PREFETCH_ABORT = 3, /* registers are no code */
    ENGINE_BREAKPOINT = 7,
    ENGINE_EXCEPTION_RETURN = 8,
    ENGINE_NO_COPROCESSOR = 17,
    ENGINE_INVALID_STATE = 18,
};

static void take_exception(uc_engine *engine, uint32_t number, void *context) {
    (void)engine;
    struct emulator_core *core = context;
    uint32_t counter = emulator_core_get(core, EMULATOR_PC);
    switch (number) {
    case ENGINE_SUPERVISOR_CALL:
        leave(core, EMULATOR_CORE_SUPERVISOR_CALL, counter);
        break;
    case ENGINE_PREFETCH_ABORT:
        leave(core, EMULATOR_CORE_FAULT_FETCH, counter);
        break;
    case ENGINE_BREAKPOINT:
        leave(core, EMULATOR_CORE_BREAKPOINT, counter);
        break;
    case ENGINE_EXCEPTION_RETURN:
        leave(core, EMULATOR_CORE_EXCEPTION_RETURN, counter | 1);
        break;
    case ENGINE_UNDEFINED:
    case ENGINE_NO_COPROCESSOR:
    case ENGINE_INVALID_STATE:
        leave(core, EMULATOR_CORE_UNDEFINED, counter);
        break;
    default:
        leave(core, EMULATOR_CORE_BROKEN, number);
        break;
    }
}

/* libunicorn knows the counter only at the beginning of a block, the other registers always: the
 * instruction whose access, computed from them, covers the address is the one. Sets the counter to
 * it at exit. */
static struct thumb_access find_instruction(struct emulator_core *core, uint32_t address) {
    const struct region *region = region_at(core, core->block_start);
    if (region == NULL || core->is_stepping)
        return (struct thumb_access){.size = 0};
    uint32_t registers[16];
    for (uint32_t number = 0; number < 15; number++)
        registers[number] = emulator_core_get(core, number);
    const uint8_t *bytes = region->bytes + (core->block_start - region->start);
    const uint32_t available = region->size - (core->block_start - region->start);
    for (uint32_t offset = 0; offset < core->block_size;) {
        uint16_t first = halfword_at(bytes + offset);
        uint32_t size = thumb_size(first);
        if (size > available - offset)
            break; /* its second half lies in the next region */
        registers[15] = core->block_start + offset;
        struct thumb_access access =
            thumb_access(first, size == 4 ? halfword_at(bytes + offset + 2) : 0, registers);
        if (address - access.address < access.size) {
            core->counter = registers[15];
            core->has_counter = true;
            return access;
        }
        offset += size;
    }
    return (struct thumb_access){.size = 0};
}

/* Single loads and stores may be unaligned, multiple ones may not: libunicorn allows both. */
static void check_alignment(uc_engine *engine, uc_mem_type type, uint64_t address, int size,
                            int64_t value, void *context) {
    (void)engine;
    (void)type;
    (void)value;
    struct emulator_core *core = context;
    if ((address & 3) == 0 || size < 4 || core->has_exit)
        return;
    if (find_instruction(core, (uint32_t)address).is_aligned)
        leave(core, EMULATOR_CORE_UNALIGNED, (uint32_t)address);
    else
        core->has_counter = false;
}

static bool refuse_access(uc_engine *engine, uc_mem_type type, uint64_t address, int size,
                          int64_t value, void *context) {
    (void)engine;
    struct emulator_core *core = context;
    if (type == UC_MEM_WRITE_PROT &&
        core->owner.write_protected(core->owner.context, (uint32_t)address, (uint32_t)size,
                                    (uint32_t)value)) {
        core->is_unsettled = true;
        return true;
    }
    bool is_fetch = type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT;
    bool is_write = type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT;
    if (!is_fetch)
        find_instruction(core, (uint32_t)address);
    leave(core,
          is_fetch   ? EMULATOR_CORE_FAULT_FETCH
          : is_write ? EMULATOR_CORE_FAULT_WRITE
                     : EMULATOR_CORE_FAULT_READ,
          (uint32_t)address);
    return false;
}

static uint64_t read_register(uc_engine *engine, uint64_t offset, unsigned size, void *context) {
    (void)engine;
    const struct register_window *window = context;
    const struct emulator_core_owner *owner = &window->core->owner;
    return owner->read(owner->context, window->start + (uint32_t)offset, size);
}

static void write_register(uc_engine *engine, uint64_t offset, unsigned size, uint64_t value,
                           void *context) {
    (void)engine;
    const struct register_window *window = context;
    const struct emulator_core_owner *owner = &window->core->owner;
    owner->write(owner->context, window->start + (uint32_t)offset, size, (uint32_t)value);
}

/* libunicorn takes callbacks as pointers to objects; ISO C converts no functions to those. */
static void *as_object(void (*function)(void)) {
    void *object;
    memcpy(&object, &function, sizeof object);
    return object;
}

static bool add_hooks(struct emulator_core *core) {
    uc_hook hook;
    uc_engine *engine = core->engine;
    return uc_hook_add(engine, &hook, UC_HOOK_BLOCK, as_object((void (*)(void))enter_block), core,
                       1, 0) == UC_ERR_OK &&
           uc_hook_add(engine, &hook, UC_HOOK_INTR, as_object((void (*)(void))take_exception),
                       core, 1, 0) == UC_ERR_OK &&
           uc_hook_add(engine, &hook, UC_HOOK_MEM_INVALID,
                       as_object((void (*)(void))refuse_access), core, 1, 0) == UC_ERR_OK;
}

struct emulator_core *emulator_core_create(enum emulator_core_kind kind,
                                           struct emulator_core_owner owner) {
    struct emulator_core *core = calloc(1, sizeof *core);
    if (core == NULL)
        return NULL;
    core->owner = owner;
    int model = kind == EMULATOR_CORTEX_M7 ? UC_CPU_ARM_CORTEX_M7 : UC_CPU_ARM_CORTEX_M4;
    if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &core->engine) != UC_ERR_OK) {
        free(core);
        return NULL;
    }
    if (uc_ctl_set_cpu_model(core->engine, model) != UC_ERR_OK || !add_hooks(core)) {
        emulator_core_destroy(core);
        return NULL;
    }
    return core;
}

bool emulator_core_check_alignment(struct emulator_core *core) {
    uc_hook hook;
    return uc_hook_add(core->engine, &hook, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE,
                       as_object((void (*)(void))check_alignment), core, 1, 0) == UC_ERR_OK;
}

void emulator_core_destroy(struct emulator_core *core) {
    uc_close(core->engine);
    for (uint32_t i = 0; i < core->region_count; i++)
        free(core->regions[i].blocks);
    free(core);
}

static uint32_t protection(uint32_t access) {
    return ((access & EMULATOR_READ) != 0 ? UC_PROT_READ : 0u) |
           ((access & EMULATOR_WRITE) != 0 ? UC_PROT_WRITE : 0u) |
           ((access & EMULATOR_EXECUTE) != 0 ? UC_PROT_EXEC : 0u);
}

bool emulator_core_map_memory(struct emulator_core *core, uint32_t start, uint32_t size,
                              uint8_t *bytes, uint32_t access) {
    if (core->region_count == REGIONS_MAX)
        return false;
    struct block *blocks = calloc(size / 2, sizeof *blocks);
    if (blocks == NULL ||
        uc_mem_map_ptr(core->engine, start, size, protection(access), bytes) != UC_ERR_OK) {
        free(blocks);
        return false;
    }
    core->regions[core->region_count++] =
        (struct region){.start = start, .size = size, .bytes = bytes, .blocks = blocks};
    return true;
}

bool emulator_core_map_registers(struct emulator_core *core, uint32_t start, uint32_t size) {
    if (core->window_count == REGIONS_MAX)
        return false;
    struct register_window *window = &core->windows[core->window_count++];
    *window = (struct register_window){.core = core, .start = start};
    return uc_mmio_map(core->engine, start, size, read_register, window, write_register, window) ==
           UC_ERR_OK;
}

bool emulator_core_protect(struct emulator_core *core, uint32_t start, uint32_t size,
                           uint32_t access) {
    return uc_mem_protect(core->engine, start, size, protection(access)) == UC_ERR_OK;
}

static void report_read(uc_engine *engine, uc_mem_type type, uint64_t address, int size,
                        int64_t value, void *context) {
    (void)engine;
    (void)type;
    (void)value;
    struct emulator_core *core = context;
    core->owner.read_watched(core->owner.context, (uint32_t)address, (uint32_t)size);
}

/* What has been translated so far does not look at hooks of loads. */
bool emulator_core_watch_reads(struct emulator_core *core, uint32_t start_address,
                               uint32_t end_address) {
    uc_hook hook;
    uc_ctl_flush_tlb(core->engine);
    return uc_hook_add(core->engine, &hook, UC_HOOK_MEM_READ,
                       as_object((void (*)(void))report_read), core, start_address,
                       end_address - 1u) == UC_ERR_OK;
}

void emulator_core_forget(struct emulator_core *core, uint32_t start, uint32_t size) {
    uc_ctl_remove_cache(core->engine, (uint64_t)start, (uint64_t)start + size);
    struct region *region = region_at(core, start);
    if (region == NULL)
        return;
    uint32_t offset = start - region->start;
    uint32_t end = offset + size < region->size ? offset + size : region->size;
    memset(&region->blocks[offset / 2], 0, (end - offset) / 2 * sizeof region->blocks[0]);
}

static int engine_register(enum emulator_core_register number) {
    if (number <= EMULATOR_R12)
        return UC_ARM_REG_R0 + (int)number;
    if (number >= EMULATOR_S0)
        return UC_ARM_REG_S0 + (int)(number - EMULATOR_S0);
    switch (number) {
    case EMULATOR_SP:
        return UC_ARM_REG_SP;
    case EMULATOR_LR:
        return UC_ARM_REG_LR;
    case EMULATOR_PC:
        return UC_ARM_REG_PC;
    case EMULATOR_XPSR:
        return UC_ARM_REG_XPSR;
    case EMULATOR_PRIMASK:
        return UC_ARM_REG_PRIMASK;
    case EMULATOR_FAULTMASK:
        return UC_ARM_REG_FAULTMASK;
    case EMULATOR_BASEPRI:
        return UC_ARM_REG_BASEPRI;
    case EMULATOR_CONTROL:
        return UC_ARM_REG_CONTROL;
    default:
        return UC_ARM_REG_FPSCR;
    }
}

uint32_t emulator_core_get(struct emulator_core *core, enum emulator_core_register number) {
    uint32_t value = 0;
    uc_reg_read(core->engine, engine_register(number), &value);
    return value;
}

void emulator_core_set(struct emulator_core *core, enum emulator_core_register number,
                       uint32_t value) {
    if (number == EMULATOR_XPSR) { /* libunicorn leaves the exception number alone here */
        uint32_t exception = value & 0x1FF;
        uc_reg_write(core->engine, UC_ARM_REG_XPSR_NZCVQG, &value);
        uc_reg_write(core->engine, UC_ARM_REG_IPSR, &exception);
    } else {
        uc_reg_write(core->engine, engine_register(number), &value);
    }
}

uint64_t emulator_core_executed(const struct emulator_core *core) {
    return core->executed;
}

/* YIELD and WFE may do nothing (A6.7.2 of DDI 0403E: hints). libunicorn ends behind them with an
 * error of its own, without an exception. */
static bool is_behind_hint(struct emulator_core *core, uint32_t counter) {
    const struct region *region = region_at(core, counter - 4);
    if (region == NULL)
        return false;
    const uint8_t *bytes = region->bytes + (counter - 4 - region->start);
    uint16_t hint = halfword_at(bytes + 2);
    bool is_wide = halfword_at(bytes) == 0xF3AF;
    return hint == 0xBF10 || hint == 0xBF20 || (is_wide && (hint == 0x8001 || hint == 0x8002));
}

static struct emulator_core_exit start(struct emulator_core *core, uint32_t end) {
    core->has_exit = false;
    core->has_counter = false;
    uint32_t counter = emulator_core_get(core, EMULATOR_PC);
    uc_err error = uc_emu_start(core->engine, counter | 1, end, 0, 0);
    settle(core);
    if (core->has_counter)
        emulator_core_set(core, EMULATOR_PC, core->counter);
    if (core->has_exit)
        return core->exit;
    counter = emulator_core_get(core, EMULATOR_PC);
    switch (error) {
    case UC_ERR_OK:
        if (counter == NO_EXIT) /* libunicorn's end, and what a jump through erased flash finds */
            return (struct emulator_core_exit){.reason = EMULATOR_CORE_FAULT_FETCH,
                                               .address = counter};
        return (struct emulator_core_exit){.reason = counter == end ? EMULATOR_CORE_DEADLINE
                                                                    : EMULATOR_CORE_WAIT,
                                           .address = counter};
    case UC_ERR_INSN_INVALID:
        if (is_behind_hint(core, counter))
            return (struct emulator_core_exit){.reason = EMULATOR_CORE_HINT, .address = counter};
        return (struct emulator_core_exit){.reason = EMULATOR_CORE_UNDEFINED, .address = counter};
    default:
        return (struct emulator_core_exit){.reason = EMULATOR_CORE_BROKEN,
                                           .address = (uint32_t)error};
    }
}

struct emulator_core_exit emulator_core_run(struct emulator_core *core, uint64_t deadline,
                                            bool may_pass) {
    core->deadline = deadline;
    core->may_pass = may_pass;
    return start(core, NO_EXIT);
}

/* The block is translated anew, to end there; and forgotten again after. libunicorn's own counting
 * stays in what is translated later, and its clearing of all translations is 1 GB to clear. */
static void forget_translations(struct emulator_core *core, uint32_t start, uint32_t end) {
    uc_ctl_remove_cache(core->engine, (uint64_t)start, (uint64_t)end + 4);
}

struct emulator_core_exit emulator_core_step(struct emulator_core *core, uint32_t count) {
    uint32_t counter = emulator_core_get(core, EMULATOR_PC);
    if (count == 0)
        return (struct emulator_core_exit){.reason = EMULATOR_CORE_DEADLINE, .address = counter};
    const struct region *region = region_at(core, counter);
    uint32_t end = counter;
    for (uint32_t i = 0; region != NULL && i < count; i++)
        end += thumb_size(halfword_at(region->bytes + (end - region->start)));
    forget_translations(core, counter, end);
    core->is_stepping = true;
    struct emulator_core_exit exit = start(core, end);
    core->is_stepping = false; /* also when nothing could be fetched */
    forget_translations(core, counter, end);
    return exit;
}

void emulator_core_set_deadline(struct emulator_core *core, uint64_t deadline) {
    core->deadline = deadline;
}

void emulator_core_request_stop(struct emulator_core *core) {
    leave(core, EMULATOR_CORE_REQUESTED, 0);
}

void emulator_core_set_interrupt_pending(struct emulator_core *core, bool is_pending) {
    core->is_interrupt_pending = is_pending;
}

void emulator_core_set_stalled_range(struct emulator_core *core, uint32_t start_address,
                                     uint32_t end_address) {
    core->stalled_start = start_address;
    core->stalled_end = end_address;
}

uint64_t emulator_core_processor_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void emulator_core_visit_executed(const struct emulator_core *core, void *context,
                                  void (*visit)(void *context, uint32_t start, uint32_t size)) {
    for (uint32_t i = 0; i < core->region_count; i++) {
        const struct region *region = &core->regions[i];
        for (uint32_t halfword = 0; halfword < region->size / 2; halfword++) {
            if (region->blocks[halfword].size != 0)
                visit(context, region->start + 2 * halfword, region->blocks[halfword].size);
        }
    }
}
