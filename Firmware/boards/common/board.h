/* What a board offers to the runtime. One implementation per folder of Firmware/boards.
 *
 * What does not need code stands in the folder's board.json, from which the build writes
 * board_facts.h: name, baud rates, unit of the counter.
 *
 * Invariants
 *   - Nothing here blocks, `board_init`'s bounded waits and `board_idle` aside.
 *   - The receive ring is filled by DMA or interrupt, so bytes arrive while an operation runs.
 *   - Everything but the interrupt handlers runs in one thread: the main loop.
 *   - Nothing here allocates.
 */
#ifndef FIELDTUNE_BOARD_H
#define FIELDTUNE_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "state_store.h"

enum {
    BOARD_UNIQUE_ID_BYTES = 12,
    BOARD_RECEIVE_RING_BYTES = 4096,
    BOARD_TRANSMIT_RING_BYTES = 1024, /* one byte stays free; holds the longest frame */
};

/* Clocks, caches, serial line, counters. Called once, before anything else of this header. */
void board_init(void);

/* The same at every boot of one device, different on every other (zero-filled if shorter). */
void board_unique_id(uint8_t id[BOARD_UNIQUE_ID_BYTES]);

/* A number that differs from boot to boot: STM32 random number generator, QEMU command line,
 * getrandom(2) on the host. Two calls in one boot return the same number. */
uint32_t board_boot_id(void);

/* The oldest received bytes, where they were received, as far as they lie in one piece: the ring
 * has at most two. Count 0: nothing waits. They hold until they are taken, unless the line
 * overwrites them, which `dropped` will tell and a frame's checksum does. */
struct board_serial_bytes {
    const uint8_t *bytes;
    uint32_t count;
};

struct board_serial_bytes board_serial_received(void);

/* The first `byte_count` of them are no longer needed. */
void board_serial_take(uint32_t byte_count);

/* Where bytes to send are written: byte i at bytes[(start + i) % size], up to `room` of them. */
struct board_serial_space {
    uint8_t *bytes;
    uint32_t size;
    uint32_t start;
    uint32_t room;
};

struct board_serial_space board_serial_space(void);

/* Sends the first `byte_count` bytes written there. */
void board_serial_send(uint32_t byte_count);

/* True once every accepted byte has left the wire. */
bool board_serial_drained(void);

/* The line rate; 0 where the line has none (a socket). */
uint32_t board_serial_baud(void);

/* True when the clock makes this rate within 2 %. */
bool board_serial_can_set_baud(uint32_t baud);

/* Sets the line rate at once, after `board_serial_drained`, to one that can be set. */
void board_serial_set_baud(uint32_t baud);

/* Counted since boot. */
struct board_serial_errors {
    uint32_t overruns; /* the receiver was not read in time (ORE) */
    uint32_t noise;    /* NF */
    uint32_t framing;  /* FE */
    uint32_t dropped;  /* the receive ring was full */
    uint32_t dma;      /* transfer, direct mode and FIFO errors */
};

struct board_serial_errors board_serial_errors(void);

/* Free-running counter, wraps at 2^32, at board_clock().core_hertz: SysTick under QEMU, DWT CYCCNT
 * on boards, nanoseconds on the host. */
uint32_t board_ticks(void);

/* Milliseconds since boot, wraps at 2^32. */
uint32_t board_milliseconds(void);

/* The main loop turns, or a step goes on: keeps the watchdog from restarting the board, and the LED
 * blinking. To be called between the operations of a step and in every turn of the main loop. */
void board_progress(void);

/* Sleeps until the next interrupt (at most 1 ms on boards, 10 ms on the host), at once back when
 * received bytes are waiting. */
void board_idle(void);

enum board_clock_source {
    BOARD_CLOCK_NOMINAL = 0,  /* external clock and PLL, the frequency of board.json */
    BOARD_CLOCK_INTERNAL = 1, /* no external clock: same frequency from the internal oscillator */
    BOARD_CLOCK_SLOW = 2,     /* no PLL either: the bare internal oscillator */
};

struct board_clock {
    uint32_t core_hertz;
    enum board_clock_source source;
};

struct board_clock board_clock(void);

/* The most bytes of the stack ever used: it is painted at start. */
uint32_t board_stack_high_water(void);

/* Memory the linker may fill, in board.json's order; `used_bytes` includes the whole stack. */
struct board_memory_region {
    const char *name;
    uint32_t origin;
    uint32_t byte_count;
    uint32_t used_bytes;
};

extern const struct board_memory_region board_memory_regions[];
extern const uint32_t board_memory_region_count;

/* Where training states outlive a power loss; null where nothing does. Its functions block, for up
 * to seconds. */
const struct state_flash *board_store(void);

/* What stopped the previous boot. `kind` 0: nothing did. */
enum board_crash_kind {
    BOARD_CRASH_NONE = 0,
    BOARD_CRASH_HARD_FAULT = 1,
    BOARD_CRASH_MEMORY_FAULT = 2,
    BOARD_CRASH_BUS_FAULT = 3,
    BOARD_CRASH_USAGE_FAULT = 4,
    BOARD_CRASH_UNEXPECTED_INTERRUPT = 5,
    BOARD_CRASH_ASSERTION = 6,
    BOARD_CRASH_STALLED = 7,  /* interrupts ran, and nothing else did */
    BOARD_CRASH_WATCHDOG = 8, /* not even they: no record */
};

struct board_crash {
    uint32_t kind; /* enum board_crash_kind */
    uint32_t program_counter;
    uint32_t link_register;
    uint32_t fault_status;  /* CFSR */
    uint32_t fault_address; /* BFAR or MMFAR where valid, else 0; line number of an assertion */
};

struct board_crash board_last_crash(void);

/* Of the code that a fault stopped, as they are told; null where there are none. */
struct wire_crash_registers;
const struct wire_crash_registers *board_crash_registers(void);

/* Restarts the firmware as the reset button would; the serial line stays open on the other side. */
_Noreturn void board_reset(void);

#endif
