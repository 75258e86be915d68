/* The main loop: bytes from the line to the session, one step at most, bytes to the line.
 *
 * Invariants
 *   - The transmit ring holds the longest frame, so every frame finds room once the ring has
 *     drained.
 *   - A step yields between its operations, and the line is served. During one operation the
 *     receive ring fills by itself; it holds all that a host may send on credit, however long
 *     the operation takes.
 */
#include "firmware.h"

#include <assert.h>

#include "board.h"
#include "board_facts.h"
#include "session.h"

enum {
    LINE_PIECES = 2, /* taken at once, at most: a full ring */
    MEMORY_REGIONS_MAX = 3,
    TARGET_VALUES = (1 + FIRMWARE_SAMPLE_SLOTS) * FIRMWARE_TARGET_BYTES / 2,
};

_Static_assert(FRAME_WIRE_BYTES < BOARD_TRANSMIT_RING_BYTES,
               "the transmit ring cannot take the longest frame");
/* Frames are longer than the samples in them, by a third at the most where they have 48 B or more.
 */
_Static_assert(LINK_MOST_CREDIT * 4 / 3 <= BOARD_RECEIVE_RING_BYTES,
               "the receive ring cannot take what the credit allows");

static struct session session;
#if FIRMWARE_SAMPLE_SLOTS > 0
static int8_t sample_slots[FIRMWARE_SAMPLE_SLOTS * FIRMWARE_INPUT_BYTES];
#else
static int8_t *const sample_slots = 0;
#endif
static int16_t sample_targets[TARGET_VALUES > 0 ? TARGET_VALUES : 1];
static const uint32_t ladder[] = {BOARD_BAUD_LADDER};
static struct wire_baud_rate bauds[sizeof ladder / sizeof ladder[0]];
static struct wire_memory_region memory[MEMORY_REGIONS_MAX];
static struct wire_crash_report crash;

static struct session_line_errors line_errors(void) {
    struct board_serial_errors errors = board_serial_errors();
    return (struct session_line_errors){
        .overruns = errors.overruns,
        .framing = errors.framing,
        .noise = errors.noise,
        .dropped = errors.dropped,
    };
}

static struct session_board board = {
    .name = BOARD_NAME,
    .firmware = FIRMWARE_VERSION,
    .counter_unit = BOARD_COUNTER_UNIT,
    .bauds = bauds,
    .memory = memory,
    .ticks = board_ticks,
    .stack_high_water = board_stack_high_water,
    .line_errors = line_errors,
    .is_drained = board_serial_drained,
    .set_speed = board_serial_set_baud,
    .yield = firmware_yield,
};

static void describe_memory(void) {
    uint32_t count = board_memory_region_count;
    assert(count <= MEMORY_REGIONS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        const struct board_memory_region *region = &board_memory_regions[i];
        memory[i] = (struct wire_memory_region){
            .name = wire_text_of(region->name),
            .byte_count = region->byte_count,
            .planned_bytes = region->used_bytes,
        };
    }
    board.memory_count = (uint8_t)count;
}

static void describe_crash(void) {
    struct board_crash last = board_last_crash();
    if (last.kind == BOARD_CRASH_NONE)
        return;
    crash = (struct wire_crash_report){
        .kind = (uint8_t)last.kind,
        .program_counter = last.program_counter,
        .link_register = last.link_register,
        .fault_status = last.fault_status,
        .fault_address = last.fault_address,
    };
    board.crash = &crash;
    board.crash_registers = board_crash_registers();
}

/* A clock that is not the nominal one makes fewer rates. */
static void describe_line(void) {
    for (uint32_t i = 0; i < sizeof ladder / sizeof ladder[0]; i++) {
        if (board_serial_can_set_baud(ladder[i]))
            bauds[board.baud_count++].bits_per_second = ladder[i];
    }
    board.default_speed = board.baud_count > 0 ? board_serial_baud() : 0;
}

static uint16_t clock_event(enum board_clock_source source) {
    switch (source) {
    case BOARD_CLOCK_NOMINAL:
        break;
    case BOARD_CLOCK_INTERNAL:
        return WIRE_LOG_EVENT_CLOCK_INTERNAL;
    case BOARD_CLOCK_SLOW:
        return WIRE_LOG_EVENT_CLOCK_SLOW;
    }
    return 0;
}

static void describe_board(void) {
    board_unique_id(board.uid);
    board.boot_id = board_boot_id();
    board.counter_hertz = board_clock().core_hertz;
    board.clock_event = clock_event(board_clock().source);
    describe_line();
    describe_memory();
    describe_crash();
    board.flash = board_store();
}

static bool receive(void) {
    struct board_serial_bytes piece = board_serial_received();
    if (piece.count == 0)
        return false;
    session_receive(&session, piece.bytes, piece.count, board_milliseconds());
    board_serial_take(piece.count);
    return true;
}

/* A frame leaves the session only when the ring takes all of it. */
static bool transmit(void) {
    struct board_serial_space ring = board_serial_space();
    struct cobs_space space = {
        .bytes = ring.bytes, .size = ring.size, .start = ring.start, .room = ring.room};
    uint32_t byte_count = session_transmit(&session, board_milliseconds(), &space);
    if (byte_count > 0)
        board_serial_send(byte_count);
    return byte_count > 0;
}

/* True when bytes were moved. */
static bool exchange(void) {
    uint32_t pieces = 0;
    while (pieces < LINE_PIECES && receive())
        pieces++;
    bool has_sent = false;
    while (transmit())
        has_sent = true;
    return pieces > 0 || has_sent;
}

void firmware_yield(void) {
    static uint32_t yielded_at;
    uint32_t now = board_milliseconds();
    if (now == yielded_at)
        return;
    yielded_at = now;
    board_progress();
    exchange();
}

_Noreturn void firmware_run(void) {
    board_init();
    assert(step_model.input_bytes == FIRMWARE_INPUT_BYTES);
    assert(step_model.target_bytes == FIRMWARE_TARGET_BYTES);
    describe_board();
    session_init(&session, &step_model, &board, sample_slots, FIRMWARE_SAMPLE_SLOTS,
                 sample_targets);
    for (;;) {
        board_progress();
        bool has_moved = exchange();
        bool has_more = session_poll(&session);
        if (!has_moved && !has_more)
            board_idle();
    }
}
