/* The instruction set of a Cortex-M4F or M7, by libunicorn, and what has to happen at every basic
 * block: instructions are counted, deadlines and interrupts looked at, stalls noticed.
 *
 * libunicorn executes instructions and knows no NVIC: exceptions are entered and left by the owner
 * of this core, with `emulator_core_get` and `_set`.
 *
 * Invariants
 *   - A core stops between two basic blocks, before the second one; `emulator_core_step` between any
 *     two instructions. A register access lies within a block, and the block is finished first.
 *   - `executed` counts every instruction once. Within a block it already counts the whole block.
 */
#ifndef FIELDTUNE_EMULATOR_CORE_H
#define FIELDTUNE_EMULATOR_CORE_H

#include <stdbool.h>
#include <stdint.h>

enum emulator_core_kind { EMULATOR_CORTEX_M4 = 4, EMULATOR_CORTEX_M7 = 7 };

/* Register accesses; `width` in bytes: 1, 2 or 4. */
struct emulator_core_owner {
    void *context;
    uint32_t (*read)(void *context, uint32_t address, uint32_t width);
    void (*write)(void *context, uint32_t address, uint32_t width, uint32_t value);
    /* A store to memory that is mapped and not writable. True: the core stores it all the same, and
     * `settle` is called before the next block, for what memory shall hold then. False: a fault. */
    bool (*write_protected)(void *context, uint32_t address, uint32_t width, uint32_t value);
    void (*settle)(void *context);
    /* Loads from what emulator_core_watch_reads names. */
    void (*read_watched)(void *context, uint32_t address, uint32_t width);
};

enum emulator_core_exit_reason {
    EMULATOR_CORE_DEADLINE,         /* the next block would pass it */
    EMULATOR_CORE_REQUESTED,        /* emulator_core_request_stop */
    EMULATOR_CORE_INTERRUPT,        /* one is pending and not masked */
    EMULATOR_CORE_STALL,            /* the next block lies in the stalled range */
    EMULATOR_CORE_WAIT,             /* WFI; the counter stands behind it */
    EMULATOR_CORE_HINT, /* YIELD or WFE, which end nothing; the counter stands behind it */
    EMULATOR_CORE_EXCEPTION_RETURN, /* `address`: EXC_RETURN */
    EMULATOR_CORE_SUPERVISOR_CALL,
    EMULATOR_CORE_UNDEFINED,   /* no such instruction, or the FPU is off; counter at it */
    EMULATOR_CORE_BREAKPOINT,  /* BKPT; counter at it */
    EMULATOR_CORE_FAULT_READ,  /* nothing there, or not allowed, at `address`; counter at it */
    EMULATOR_CORE_FAULT_WRITE,
    EMULATOR_CORE_FAULT_FETCH,
    EMULATOR_CORE_UNALIGNED, /* an LDM, LDRD or VLDR, or their like, at `address`; counter at it */
    EMULATOR_CORE_BROKEN, /* libunicorn's error in `address` */
};

struct emulator_core_exit {
    enum emulator_core_exit_reason reason;
    uint32_t address;
};

enum emulator_core_register {
    EMULATOR_R0, /* R0 to R12 in a row */
    EMULATOR_R12 = 12,
    EMULATOR_SP,
    EMULATOR_LR,
    EMULATOR_PC,
    EMULATOR_XPSR, /* exception number included */
    EMULATOR_PRIMASK,
    EMULATOR_FAULTMASK,
    EMULATOR_BASEPRI,
    EMULATOR_CONTROL,
    EMULATOR_FPSCR,
    EMULATOR_S0, /* S0 to S31 in a row */
    EMULATOR_S31 = EMULATOR_S0 + 31,
};

enum emulator_core_access {
    EMULATOR_READ = 1,
    EMULATOR_WRITE = 2,
    EMULATOR_EXECUTE = 4,
};

struct emulator_core;

/* NULL when libunicorn refuses. */
struct emulator_core *emulator_core_create(enum emulator_core_kind kind,
                                           struct emulator_core_owner owner);
void emulator_core_destroy(struct emulator_core *core);

/* From now on EMULATOR_CORE_UNALIGNED is looked for, which slows every load down. Before anything
 * runs. */
bool emulator_core_check_alignment(struct emulator_core *core);

/* Memory that is `bytes` of this process; start and size are multiples of 4,096. False: refused. */
bool emulator_core_map_memory(struct emulator_core *core, uint32_t start, uint32_t size,
                              uint8_t *bytes, uint32_t access);
bool emulator_core_map_registers(struct emulator_core *core, uint32_t start, uint32_t size);
/* Changes what code may do with memory that is mapped. */
bool emulator_core_protect(struct emulator_core *core, uint32_t start, uint32_t size,
                           uint32_t access);
/* Loads from [start, end) are reported from now on: slow, for all loads. Not while code runs. */
bool emulator_core_watch_reads(struct emulator_core *core, uint32_t start, uint32_t end);
/* Code in this range has changed. */
void emulator_core_forget(struct emulator_core *core, uint32_t start, uint32_t size);

uint32_t emulator_core_get(struct emulator_core *core, enum emulator_core_register number);
void emulator_core_set(struct emulator_core *core, enum emulator_core_register number,
                       uint32_t value);

uint64_t emulator_core_executed(const struct emulator_core *core);

/* Runs until `executed` would pass `deadline`, or something happens. `may_pass`: the first block may
 * pass it. */
struct emulator_core_exit emulator_core_run(struct emulator_core *core, uint64_t deadline,
                                            bool may_pass);
/* Exactly `count` instructions, fewer than the next block has, unless something happens. */
struct emulator_core_exit emulator_core_step(struct emulator_core *core, uint32_t count);

/* The deadline may be brought nearer while a register is accessed. */
void emulator_core_set_deadline(struct emulator_core *core, uint64_t deadline);
void emulator_core_request_stop(struct emulator_core *core);
/* While set, the core stops at the first block boundary at which PRIMASK and FAULTMASK are 0. */
void emulator_core_set_interrupt_pending(struct emulator_core *core, bool is_pending);
/* Fetching from there stalls; an empty range: nothing does. */
void emulator_core_set_stalled_range(struct emulator_core *core, uint32_t start, uint32_t end);

/* Nanoseconds the calling thread has had a processor of this computer. */
uint64_t emulator_core_processor_time(void);

/* Calls back for every block executed so far, in order of address. */
void emulator_core_visit_executed(const struct emulator_core *core, void *context,
                                  void (*visit)(void *context, uint32_t start, uint32_t size));

#endif
