/* Written by schema-generator from Protocol/schema.json. Edit that instead.
 *
 * Decoders copy numbers and point into the message for bytes and text, so a decoded
 * struct lives as long as the message. They return false for a message that ends early,
 * a count above its maximum or a value outside of its enum, and ignore bytes behind the
 * last field, where later versions append theirs. Encoders return the bytes written,
 * 0 when `capacity` does not hold them. */
/* clang-format off */
#ifndef FIELDTUNE_PROTOCOL_GEN_H
#define FIELDTUNE_PROTOCOL_GEN_H

#include "wire_codec.h"

#define WIRE_VERSION 1u
#define WIRE_MINIMUM_VERSION 1u
#define WIRE_SCHEMA_HASH UINT64_C(0xFD45EFB579F00AAE)

/* The bytes 'F' 'T' 'U' 'N': the first field of both hellos. */
#define WIRE_MAGIC 1314214982u

/* Bytes of a frame's header. */
#define WIRE_HEADER_BYTES 8u

/* CRC-32C over header and body, least significant byte first. */
#define WIRE_CHECKSUM_BYTES 4u

/* Largest body of a frame. */
#define WIRE_MAXIMUM_BODY_BYTES 640u

/* Smallest body a sender cuts a message into, the last one aside. */
#define WIRE_MINIMUM_FRAGMENT_BYTES 16u

/* Largest message of any channel, after reassembly. */
#define WIRE_MAXIMUM_MESSAGE_BYTES 65600u

/* Largest message from host to device on every channel but samples and bulk. */
#define WIRE_MAXIMUM_CONTROL_BYTES 128u

/* Most DATA frames sent and not yet acknowledged; the width of the selective
 * acknowledgement. */
#define WIRE_WINDOW_FRAMES 64u

/* The host repeats its hello at this interval until it is answered. */
#define WIRE_HELLO_INTERVAL_MILLISECONDS 200u

/* A device that hears frames of another connection than its own says its hello, at most
 * this often. */
#define WIRE_UNASKED_HELLO_MILLISECONDS 100u

/* A host that hears nothing for this long gives the connection up and opens another. */
#define WIRE_HOST_SILENCE_MILLISECONDS 10000u

/* A device that hears nothing for this long forgets the connection and falls silent. */
#define WIRE_DEVICE_SILENCE_MILLISECONDS 10000u

/* A host that hears nothing for this long sends a PING, and after twice as long its hello. */
#define WIRE_KEEPALIVE_MILLISECONDS 250u

/* A device that was set to another line speed goes back unless SPEED_COMMIT comes within
 * this time. */
#define WIRE_SPEED_TEST_MILLISECONDS 1000u

/* A device at another line speed than after a reset goes back to that when it hears
 * nothing for this long. */
#define WIRE_SPEED_SILENCE_MILLISECONDS 2000u

/* Bits 0 to 2 of a frame's first byte. */
enum wire_frame_kind {
    /* A hello or a refusal: outside of the sequence, repeatable at any moment. */
    WIRE_FRAME_KIND_HELLO = 0,
    /* One fragment of a message, numbered, acknowledged, delivered in order. */
    WIRE_FRAME_KIND_DATA = 1,
    /* Acknowledgement and credit alone; the body is empty or the 64-bit selective
     * acknowledgement. */
    WIRE_FRAME_KIND_ACK = 2,
    /* Asks for an ACK at once; the body is empty. */
    WIRE_FRAME_KIND_PING = 3,
};

/* Bits 3 to 5 of a frame's first byte: what a message is about and who bounds it. */
enum wire_channel {
    /* Calls and their answers. */
    WIRE_CHANNEL_CONTROL = 0,
    /* SAMPLE alone, bounded by the device's credit. */
    WIRE_CHANNEL_SAMPLES = 1,
    /* STEP and OUTPUT; what does not fit the queue is dropped and counted by a GAP. */
    WIRE_CHANNEL_TELEMETRY = 2,
    /* Reading and writing of checkpoint segments, by offset. */
    WIRE_CHANNEL_BULK = 3,
    /* Text for people; dropped and counted as telemetry is. */
    WIRE_CHANNEL_LOG = 4,
    /* Clock comparison. */
    WIRE_CHANNEL_TIME = 5,
};

/* What the device does with a sample. */
enum wire_sample_mode {
    /* Forward, backward, update. */
    WIRE_SAMPLE_MODE_TRAIN = 0,
    /* Forward and loss; the training state stays as it is. */
    WIRE_SAMPLE_MODE_EVALUATE = 1,
    /* Forward; answered by OUTPUT. */
    WIRE_SAMPLE_MODE_INFER = 2,
};

/* Where the device stands. */
enum wire_run_state {
    /* No run since boot or since the last one ended. */
    WIRE_RUN_STATE_IDLE = 0,
    /* A run is open and takes samples. */
    WIRE_RUN_STATE_RUNNING = 1,
    /* The last run was ended by RUN_END; its weights are still there. */
    WIRE_RUN_STATE_ENDED = 2,
    /* The training state is not to be trusted (a crash or a broken write). */
    WIRE_RUN_STATE_FAILED = 3,
};

/* Part of the training state; the numbers are those of `enum step_segment_kind`. */
enum wire_segment_kind {
    /* Step count and seed. */
    WIRE_SEGMENT_KIND_HEADER = 0,
    /* Exponent and peak of each error tensor. */
    WIRE_SEGMENT_KIND_RANGES = 1,
    /* 32-bit biases. */
    WIRE_SEGMENT_KIND_BIASES = 2,
    /* High planes of the trained weights. */
    WIRE_SEGMENT_KIND_WEIGHTS = 3,
    /* Low planes of the trained weights. */
    WIRE_SEGMENT_KIND_RESIDUALS = 4,
    /* Steps of the trained parameters not yet applied. */
    WIRE_SEGMENT_KIND_VELOCITIES = 5,
    /* Saturated and unchanged updates of each trained layer since the weights were reset. */
    WIRE_SEGMENT_KIND_COUNTERS = 6,
};

/* What a device's tick counts. */
enum wire_counter_unit {
    /* Instructions executed (QEMU with icount). */
    WIRE_COUNTER_UNIT_INSTRUCTIONS = 0,
    /* Processor cycles (DWT). */
    WIRE_COUNTER_UNIT_CYCLES = 1,
    /* Wall clock. */
    WIRE_COUNTER_UNIT_NANOSECONDS = 2,
};

/* Why a hello was refused. */
enum wire_refusal {
    /* No common protocol version. */
    WIRE_REFUSAL_PROTOCOL_VERSION = 1,
    /* The schema hashes differ. */
    WIRE_REFUSAL_SCHEMA = 2,
    /* The device cannot serve now. */
    WIRE_REFUSAL_BUSY = 3,
};

/* Why a device takes no samples for a while. */
enum wire_pause_reason {
    /* The processor stalls while flash is erased. */
    WIRE_PAUSE_REASON_FLASH_ERASE = 0,
    /* Someone asked on the board. */
    WIRE_PAUSE_REASON_USER = 1,
    /* The board cools down. */
    WIRE_PAUSE_REASON_THERMAL = 2,
};

/* What stopped the firmware; the numbers are those of `enum board_crash_kind`. */
enum wire_crash_kind {
    /* Hard fault. */
    WIRE_CRASH_KIND_HARD_FAULT = 1,
    /* Memory protection. */
    WIRE_CRASH_KIND_MEMORY_FAULT = 2,
    /* Bus fault. */
    WIRE_CRASH_KIND_BUS_FAULT = 3,
    /* Usage fault. */
    WIRE_CRASH_KIND_USAGE_FAULT = 4,
    /* An interrupt without a handler. */
    WIRE_CRASH_KIND_UNEXPECTED_INTERRUPT = 5,
    /* A failed assertion. */
    WIRE_CRASH_KIND_ASSERTION = 6,
    /* Nothing but interrupts ran for a minute. */
    WIRE_CRASH_KIND_STALLED = 7,
    /* Not even interrupts ran: the watchdog restarted the board. */
    WIRE_CRASH_KIND_WATCHDOG = 8,
};

/* Weight of a LOG. */
enum wire_log_level {
    /* For those who work on the firmware. */
    WIRE_LOG_LEVEL_DEBUG = 0,
    /* Worth knowing. */
    WIRE_LOG_LEVEL_INFO = 1,
    /* Unexpected, and dealt with. */
    WIRE_LOG_LEVEL_WARNING = 2,
    /* Something was lost. */
    WIRE_LOG_LEVEL_ERROR = 3,
};

/* What a LOG is about: the sentence, into which the two numbers go. A host that does not
 * know an event shows its number. */
enum wire_log_event {
    /* No external clock: the internal oscillator runs the core at {first} Hz. */
    WIRE_LOG_EVENT_CLOCK_INTERNAL = 1,
    /* No PLL: the bare internal oscillator runs the core at {first} Hz. */
    WIRE_LOG_EVENT_CLOCK_SLOW = 2,
    /* The receive ring was full: {first} bytes were lost since boot. */
    WIRE_LOG_EVENT_BYTES_DROPPED = 3,
    /* The UART counted {first} overruns and {second} framing or noise errors since boot. */
    WIRE_LOG_EVENT_LINE_ERRORS = 4,
    /* Nothing was heard at {first} baud; the line is back at {second} baud. */
    WIRE_LOG_EVENT_SPEED_FELL_BACK = 5,
    /* {first} messages were dropped because the queue was full. */
    WIRE_LOG_EVENT_MESSAGES_DROPPED = 6,
};

/* What becomes of a line speed that was proposed. */
enum wire_speed_state {
    /* The device's clock cannot make it; nothing changes. */
    WIRE_SPEED_STATE_REFUSED = 0,
    /* The device changes to it once this answer is acknowledged, and back unless it is
     * committed in time. */
    WIRE_SPEED_STATE_TESTING = 1,
    /* The device stays at it until it hears nothing any more or is reset. */
    WIRE_SPEED_STATE_COMMITTED = 2,
};

/* What became of a STATE_KEEP. */
enum wire_keep_result {
    /* The state outlives a power loss from now on. */
    WIRE_KEEP_RESULT_KEPT = 0,
    /* The device has nothing to keep a state in; nothing changed. */
    WIRE_KEEP_RESULT_NO_STORE = 1,
    /* The state does not fit; nothing changed. */
    WIRE_KEEP_RESULT_TOO_LARGE = 2,
    /* Flash did not take it; what was kept before is still kept. */
    WIRE_KEEP_RESULT_FLASH_FAULT = 3,
};

/* Which layer an ERROR_REPORT is about. */
enum wire_error_category {
    /* A message that cannot be read. */
    WIRE_ERROR_CATEGORY_MESSAGE = 1,
    /* A message that does not fit the state of the run. */
    WIRE_ERROR_CATEGORY_SESSION = 2,
    /* A sample the model cannot take. */
    WIRE_ERROR_CATEGORY_SAMPLE = 3,
    /* A read or write outside of the training state. */
    WIRE_ERROR_CATEGORY_SEGMENT = 4,
    /* The board itself. */
    WIRE_ERROR_CATEGORY_DEVICE = 5,
};

/* What is wrong; `context` carries the number named here. */
enum wire_error_code {
    /* A field reaches past the end; context: the message's identifier. */
    WIRE_ERROR_CODE_MALFORMED_MESSAGE = 101,
    /* No such message in this direction; context: its identifier. */
    WIRE_ERROR_CODE_UNKNOWN_MESSAGE = 102,
    /* More bytes than the device can hold; context: the limit. */
    WIRE_ERROR_CODE_MESSAGE_TOO_LONG = 103,
    /* A sample came while no run is open; context: its index. */
    WIRE_ERROR_CODE_NO_RUN = 201,
    /* The message names another run; context: low 32 bits of the open run. */
    WIRE_ERROR_CODE_WRONG_RUN = 202,
    /* The sample is not the next one; context: the index expected. */
    WIRE_ERROR_CODE_INDEX_AHEAD = 203,
    /* The sample was applied, and its record has left the ring; context: the oldest index
     * still kept. */
    WIRE_ERROR_CODE_INDEX_FORGOTTEN = 204,
    /* Not while a run is open; context: low 32 bits of the open run. */
    WIRE_ERROR_CODE_RUN_ACTIVE = 205,
    /* Input and target have another size together; context: the size expected. */
    WIRE_ERROR_CODE_INPUT_SIZE = 301,
    /* The label is no class; context: the class count. */
    WIRE_ERROR_CODE_LABEL_RANGE = 302,
    /* The mantissa is neither 0 nor in [2^30, 2^31); context: the mantissa found. */
    WIRE_ERROR_CODE_RATE_RANGE = 304,
    /* The step is held back or has momentum, and the model has no velocities; context: the
     * momentum. */
    WIRE_ERROR_CODE_VELOCITY_MISSING = 305,
    /* The training state has no such segment; context: the kind found. */
    WIRE_ERROR_CODE_SEGMENT_UNKNOWN = 401,
    /* Offset and count leave the segment; context: its size. */
    WIRE_ERROR_CODE_SEGMENT_RANGE = 402,
    /* The board reports a fault; context: its own code. */
    WIRE_ERROR_CODE_DEVICE_FAULT = 501,
};

/* First byte of every message. */
enum wire_message {
    WIRE_MESSAGE_HOST_HELLO = 1,
    WIRE_MESSAGE_DEVICE_HELLO = 2,
    WIRE_MESSAGE_DEVICE_INFO = 4,
    WIRE_MESSAGE_REFUSE = 3,
    WIRE_MESSAGE_RUN_BEGIN = 16,
    WIRE_MESSAGE_RUN_REPORT = 17,
    WIRE_MESSAGE_RUN_END = 18,
    WIRE_MESSAGE_RESET_STATE = 19,
    WIRE_MESSAGE_DIGEST = 20,
    WIRE_MESSAGE_DIGEST_REPORT = 21,
    WIRE_MESSAGE_TIME = 22,
    WIRE_MESSAGE_TIME_REPORT = 23,
    WIRE_MESSAGE_PAUSE = 24,
    WIRE_MESSAGE_ERROR_REPORT = 25,
    WIRE_MESSAGE_CRASH_REPORT = 26,
    WIRE_MESSAGE_SPEED_PROPOSE = 27,
    WIRE_MESSAGE_SPEED_COMMIT = 28,
    WIRE_MESSAGE_SPEED_REPORT = 29,
    WIRE_MESSAGE_LINK_COUNTERS = 30,
    WIRE_MESSAGE_LINK_COUNTERS_REPORT = 31,
    WIRE_MESSAGE_STATE_KEEP = 33,
    WIRE_MESSAGE_STATE_KEPT = 34,
    WIRE_MESSAGE_CRASH_REGISTERS = 35,
    WIRE_MESSAGE_SAMPLE = 32,
    WIRE_MESSAGE_STEP = 48,
    WIRE_MESSAGE_OUTPUT = 49,
    WIRE_MESSAGE_GAP = 50,
    WIRE_MESSAGE_SEGMENT_READ = 64,
    WIRE_MESSAGE_SEGMENT_DATA = 65,
    WIRE_MESSAGE_SEGMENT_WRITE = 66,
    WIRE_MESSAGE_SEGMENT_WRITTEN = 67,
    WIRE_MESSAGE_LINK_TEST = 68,
    WIRE_MESSAGE_LINK_TEST_REPORT = 69,
    WIRE_MESSAGE_LOG = 80,
};

/* One segment of the training state, in digest order. */
struct wire_segment_info {
    /* Which part. */
    uint8_t kind; /* enum wire_segment_kind */
    /* Its size. */
    uint32_t byte_count;
};

/* One line speed the device can be set to. */
struct wire_baud_rate {
    /* Baud. */
    uint32_t bits_per_second;
};

/* One line of the device's memory map. */
struct wire_memory_region {
    /* As in the linker script. */
    struct wire_text name;
    /* Its size. */
    uint32_t byte_count;
    /* What the compiler planned to use. */
    uint32_t planned_bytes;
    /* Most that was ever used, as far as it is measured; 0 when it is not. */
    uint32_t high_water_bytes;
};

/* Opens a connection, or asks whether it still stands. Travels in a HELLO frame. The
 * frame's epoch is `attempt` modulo 16. */
struct wire_host_hello {
    /* The constant `magic`; anything else is not this protocol. */
    uint32_t magic;
    /* Lowest version the host speaks. */
    uint8_t protocol_minimum;
    /* Highest version the host speaks. */
    uint8_t protocol_maximum;
    /* Random number of this host process and port; never 0. */
    uint64_t session;
    /* Counts the connections that this session tried; repeats of one hello carry the same
     * number. */
    uint32_t attempt;
    /* As the host heard it last in a DEVICE_HELLO; 0 before the first. */
    uint32_t boot_id;
    /* As the host heard it last. The device opens a connection only where this and `bootID`
     * are its own. */
    uint32_t connection;
    /* Hash of the host's schema. */
    uint64_t schema_hash;
    /* Largest body the host takes. */
    uint16_t mtu;
};

#define WIRE_HOST_HELLO_MAX_BYTES 37u
extern const uint8_t wire_host_hello_fields[];
static inline bool wire_host_hello_decode(struct wire_host_hello *message,
                                          const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_host_hello_fields, message, bytes, count);
}

/* Answers each valid host hello: which connection stands, and what the next one has to
 * name. Short, so that it arrives over a bad line; DEVICE_INFO says the rest. Travels in a
 * HELLO frame. */
struct wire_device_hello {
    /* The constant `magic`. */
    uint32_t magic;
    /* Lowest version the device speaks. */
    uint8_t protocol_minimum;
    /* Highest version the device speaks. */
    uint8_t protocol_maximum;
    /* Of the connection that stands; 0 where none does. */
    uint64_t session;
    /* Of the connection that stands; 0 where none does. */
    uint32_t attempt;
    /* New after every reset: a counter or a random number. */
    uint32_t boot_id;
    /* Connections opened since boot: with `bootID` it tells a standing connection from a new
     * one. */
    uint32_t connection;
    /* Hash of the device's schema. */
    uint64_t schema_hash;
    /* Largest body the device takes. */
    uint16_t mtu;
};

#define WIRE_DEVICE_HELLO_MAX_BYTES 37u
extern const uint8_t wire_device_hello_fields[];
static inline uint32_t wire_device_hello_encode(const struct wire_device_hello *message,
                                                uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_device_hello_fields, message, bytes, capacity);
}

/* Who the device is and where it stands: the first message of every connection, which the
 * device sends by itself. */
struct wire_device_info {
    /* As in DEVICE_HELLO. */
    uint32_t boot_id;
    /* The microcontroller's 96-bit unique number. */
    uint8_t uid[12];
    /* Name of the folder under Firmware/boards. */
    struct wire_text board;
    /* Firmware version. */
    struct wire_text firmware;
    /* Hash of the model file the step was compiled from. */
    uint64_t model_hash;
    /* Hash of the update plan and its result, the same for every board. */
    uint64_t plan_hash;
    /* Devices with equal semantics hashes reach equal digests. */
    uint64_t semantics_hash;
    /* Hash of the memory layout, which a board may change. */
    uint64_t layout_hash;
    /* Bytes of SAMPLE messages the device can hold: the largest credit. */
    uint32_t sample_queue_bytes;
    /* Samples it can hold. */
    uint16_t sample_slots;
    /* STEP records it keeps to answer repeats. */
    uint16_t record_slots;
    /* Size of a sample's input codes. */
    uint32_t input_bytes;
    /* Size of a sample's target values; 0 where the loss needs none. */
    uint32_t target_bytes;
    /* Labels are below it. */
    uint16_t class_count;
    /* The training state, in digest order. */
    const struct wire_segment_info *segments;
    uint8_t segments_count; /* at most 8 */
    /* Line speeds it can be set to; empty where there is no line. */
    const struct wire_baud_rate *bauds;
    uint8_t bauds_count; /* at most 8 */
    /* Memory map. */
    const struct wire_memory_region *memory;
    uint8_t memory_count; /* at most 8 */
    /* Unit of every tick. */
    uint8_t counter_unit; /* enum wire_counter_unit */
    /* Ticks a second; 0 when it is not known. */
    uint32_t counter_hertz;
    /* The open or last run; 0 for none since boot. */
    uint64_t run;
    /* Index of the sample it will apply next; every lower one of `run` is applied. */
    uint32_t next_index;
    /* Training steps in the state since the last reset of the weights. */
    uint32_t training_step;
    /* Generation of the checkpoint in flash; 0 for none. */
    uint32_t checkpoint_generation;
    /* Where the device stands. */
    uint8_t state; /* enum wire_run_state */
    /* Speed of its line now, baud; 0 where there is no line. */
    uint32_t bits_per_second;
};

#define WIRE_DEVICE_INFO_MAX_BYTES 460u
extern const uint8_t wire_device_info_fields[];
static inline uint32_t wire_device_info_encode(const struct wire_device_info *message,
                                               uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_device_info_fields, message, bytes, capacity);
}

/* Answers a host hello that cannot be served. Travels in a HELLO frame. */
struct wire_refuse {
    /* Copied from the host's hello. */
    uint64_t session;
    /* Copied from the host's hello. */
    uint32_t attempt;
    /* Why. */
    uint8_t code; /* enum wire_refusal */
    /* Lowest version the device speaks. */
    uint8_t protocol_minimum;
    /* Highest version the device speaks. */
    uint8_t protocol_maximum;
    /* Hash of the device's schema. */
    uint64_t schema_hash;
    /* One sentence. */
    struct wire_text text;
};

#define WIRE_REFUSE_MAX_BYTES 120u
extern const uint8_t wire_refuse_fields[];
static inline uint32_t wire_refuse_encode(const struct wire_refuse *message,
                                          uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_refuse_fields, message, bytes, capacity);
}

/* Opens a run. Answered by RUN_REPORT. The run that is already open goes on where it
 * stands. */
struct wire_run_begin {
    /* Number of the run; never 0. */
    uint64_t run;
    /* Key of every random number of the run; used when the weights are reset. */
    uint32_t seed;
    /* Index of the first sample to come. */
    uint32_t first_index;
    /* Bit 0: reset the weights to the initial ones. Clear: go on with the training state as it
     * is. */
    uint8_t flags;
};

#define WIRE_RUN_BEGIN_MAX_BYTES 18u
extern const uint8_t wire_run_begin_fields[];
static inline bool wire_run_begin_decode(struct wire_run_begin *message,
                                         const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_run_begin_fields, message, bytes, count);
}

/* Where the run stands. */
struct wire_run_report {
    /* The open or last run; 0 for none. */
    uint64_t run;
    /* Index of the sample expected next. */
    uint32_t next_index;
    /* Training steps in the state. */
    uint32_t training_step;
    /* Digest of the training state. */
    uint64_t digest;
    /* Where the device stands. */
    uint8_t state; /* enum wire_run_state */
};

#define WIRE_RUN_REPORT_MAX_BYTES 26u
extern const uint8_t wire_run_report_fields[];
static inline uint32_t wire_run_report_encode(const struct wire_run_report *message,
                                              uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_run_report_fields, message, bytes, capacity);
}

/* Closes a run. Control overtakes queued samples, so the host sends it once every sample
 * is answered. Answered by RUN_REPORT. */
struct wire_run_end {
    /* Number of the run. */
    uint64_t run;
};

#define WIRE_RUN_END_MAX_BYTES 9u
extern const uint8_t wire_run_end_fields[];
static inline bool wire_run_end_decode(struct wire_run_end *message,
                                       const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_run_end_fields, message, bytes, count);
}

/* Puts the initial weights back; no run may be open. Answered by RUN_REPORT. */
struct wire_reset_state {
    /* Key of the random numbers to come. */
    uint32_t seed;
};

#define WIRE_RESET_STATE_MAX_BYTES 5u
extern const uint8_t wire_reset_state_fields[];
static inline bool wire_reset_state_decode(struct wire_reset_state *message,
                                           const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_reset_state_fields, message, bytes, count);
}

/* Asks for the digest of the training state. Answered by DIGEST_REPORT. */
struct wire_digest {
    uint8_t unused;
};

#define WIRE_DIGEST_MAX_BYTES 1u
extern const uint8_t wire_digest_fields[];
static inline bool wire_digest_decode(struct wire_digest *message,
                                      const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_digest_fields, message, bytes, count);
}

/* FNV-1a (64 bit) over the segments in order. */
struct wire_digest_report {
    /* Digest of the training state. */
    uint64_t digest;
    /* Training steps in the state. */
    uint32_t training_step;
    /* The open or last run; 0 for none. */
    uint64_t run;
    /* Index of the sample expected next. */
    uint32_t next_index;
};

#define WIRE_DIGEST_REPORT_MAX_BYTES 25u
extern const uint8_t wire_digest_report_fields[];
static inline uint32_t wire_digest_report_encode(const struct wire_digest_report *message,
                                                 uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_digest_report_fields, message, bytes, capacity);
}

/* Asks for the device's clock. Answered by TIME_REPORT. */
struct wire_time {
    /* The host's clock. */
    uint64_t host_microseconds;
};

#define WIRE_TIME_MAX_BYTES 9u
extern const uint8_t wire_time_fields[];
static inline bool wire_time_decode(struct wire_time *message,
                                    const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_time_fields, message, bytes, count);
}

/* The device's clock. */
struct wire_time_report {
    /* Copied from the question. */
    uint64_t host_microseconds;
    /* The device's counter, in the unit that DEVICE_INFO names. */
    uint64_t ticks;
};

#define WIRE_TIME_REPORT_MAX_BYTES 17u
extern const uint8_t wire_time_report_fields[];
static inline uint32_t wire_time_report_encode(const struct wire_time_report *message,
                                               uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_time_report_fields, message, bytes, capacity);
}

/* The device will not answer for a while; silence until then is no fault. */
struct wire_pause {
    /* Why. */
    uint8_t reason; /* enum wire_pause_reason */
    /* At most this long. */
    uint32_t milliseconds;
};

#define WIRE_PAUSE_MAX_BYTES 6u
extern const uint8_t wire_pause_fields[];
static inline uint32_t wire_pause_encode(const struct wire_pause *message,
                                         uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_pause_fields, message, bytes, capacity);
}

/* A message was not carried out. Never a halt. */
struct wire_error_report {
    /* Which layer. */
    uint8_t category; /* enum wire_error_category */
    /* What is wrong. */
    uint16_t code; /* enum wire_error_code */
    /* The number the code names. */
    uint32_t context;
    /* One sentence. */
    struct wire_text text;
};

#define WIRE_ERROR_REPORT_MAX_BYTES 104u
extern const uint8_t wire_error_report_fields[];
static inline uint32_t wire_error_report_encode(const struct wire_error_report *message,
                                                uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_error_report_fields, message, bytes, capacity);
}

/* Sent after a reboot: what the fault handler kept of the crash before it. */
struct wire_crash_report {
    /* What stopped it. */
    uint8_t kind; /* enum wire_crash_kind */
    /* Where. */
    uint32_t program_counter;
    /* Called from. */
    uint32_t link_register;
    /* Configurable fault status (CFSR). */
    uint32_t fault_status;
    /* BFAR or MMFAR where valid, else 0; line number of an assertion. */
    uint32_t fault_address;
};

#define WIRE_CRASH_REPORT_MAX_BYTES 18u
extern const uint8_t wire_crash_report_fields[];
static inline uint32_t wire_crash_report_encode(const struct wire_crash_report *message,
                                                uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_crash_report_fields, message, bytes, capacity);
}

/* Asks the device to change its line speed. Answered by SPEED_REPORT at the old speed. */
struct wire_speed_propose {
    /* The new speed, baud. */
    uint32_t bits_per_second;
};

#define WIRE_SPEED_PROPOSE_MAX_BYTES 5u
extern const uint8_t wire_speed_propose_fields[];
static inline bool wire_speed_propose_decode(struct wire_speed_propose *message,
                                             const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_speed_propose_fields, message, bytes, count);
}

/* Sent at the new speed once it has proven good: the device stays at it. Answered by
 * SPEED_REPORT. */
struct wire_speed_commit {
    /* The speed, baud. */
    uint32_t bits_per_second;
};

#define WIRE_SPEED_COMMIT_MAX_BYTES 5u
extern const uint8_t wire_speed_commit_fields[];
static inline bool wire_speed_commit_decode(struct wire_speed_commit *message,
                                            const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_speed_commit_fields, message, bytes, count);
}

/* What becomes of a line speed. */
struct wire_speed_report {
    /* Copied from the question. */
    uint32_t bits_per_second;
    /* What becomes of it. */
    uint8_t state; /* enum wire_speed_state */
};

#define WIRE_SPEED_REPORT_MAX_BYTES 6u
extern const uint8_t wire_speed_report_fields[];
static inline uint32_t wire_speed_report_encode(const struct wire_speed_report *message,
                                                uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_speed_report_fields, message, bytes, capacity);
}

/* Asks what the device's end of the link has counted. Answered by LINK_COUNTERS_REPORT. */
struct wire_link_counters {
    uint8_t unused;
};

#define WIRE_LINK_COUNTERS_MAX_BYTES 1u
extern const uint8_t wire_link_counters_fields[];
static inline bool wire_link_counters_decode(struct wire_link_counters *message,
                                             const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_link_counters_fields, message, bytes, count);
}

/* What the device's end of the link has counted since boot. */
struct wire_link_counters_report {
    /* Frames with a right checksum. */
    uint32_t frames_received;
    /* Frames, those sent again included. */
    uint32_t frames_sent;
    /* Frames sent again. */
    uint32_t frames_resent;
    /* Times that nothing was acknowledged any more. */
    uint32_t timeouts;
    /* DATA received again. */
    uint32_t duplicates;
    /* DATA that found no room. */
    uint32_t refused;
    /* Pieces between two zeros that were no frame. */
    uint32_t damaged;
    /* Bodies that do not fit their kind. */
    uint32_t malformed;
    /* Bytes that the receive ring had no room for. */
    uint32_t bytes_dropped;
    /* UART overruns. */
    uint32_t overruns;
    /* UART framing errors. */
    uint32_t framing_errors;
    /* UART noise flags. */
    uint32_t noise_errors;
};

#define WIRE_LINK_COUNTERS_REPORT_MAX_BYTES 49u
extern const uint8_t wire_link_counters_report_fields[];
static inline uint32_t wire_link_counters_report_encode(const struct wire_link_counters_report *message,
                                                        uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_link_counters_report_fields, message, bytes, capacity);
}

/* Asks the device to keep its training state, run and next index through power loss. Where
 * it can, it says PAUSE, takes no samples, and writes once PAUSE is acknowledged. Answered
 * by STATE_KEPT. A state that is kept already is not written again. */
struct wire_state_keep {
    uint8_t unused;
};

#define WIRE_STATE_KEEP_MAX_BYTES 1u
extern const uint8_t wire_state_keep_fields[];
static inline bool wire_state_keep_decode(struct wire_state_keep *message,
                                          const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_state_keep_fields, message, bytes, count);
}

/* What became of a STATE_KEEP. */
struct wire_state_kept {
    /* Of the state kept now: counts the states written; 0 for none. */
    uint32_t generation;
    /* How long writing took; 0 where nothing was written. */
    uint32_t milliseconds;
    /* What became of it. */
    uint8_t result; /* enum wire_keep_result */
};

#define WIRE_STATE_KEPT_MAX_BYTES 10u
extern const uint8_t wire_state_kept_fields[];
static inline uint32_t wire_state_kept_encode(const struct wire_state_kept *message,
                                              uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_state_kept_fields, message, bytes, capacity);
}

/* Sent with a CRASH_REPORT of a fault: the registers of the code it stopped. */
struct wire_crash_registers {
    /* R0. */
    uint32_t r0;
    /* R1. */
    uint32_t r1;
    /* R2. */
    uint32_t r2;
    /* R3. */
    uint32_t r3;
    /* R12. */
    uint32_t r12;
    /* XPSR. */
    uint32_t program_status;
    /* MSP in the handler, below what the fault pushed; outside of the stack the other
     * registers are 0. */
    uint32_t stack_pointer;
    /* HFSR. */
    uint32_t hard_fault_status;
};

#define WIRE_CRASH_REGISTERS_MAX_BYTES 33u
extern const uint8_t wire_crash_registers_fields[];
static inline uint32_t wire_crash_registers_encode(const struct wire_crash_registers *message,
                                                   uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_crash_registers_fields, message, bytes, capacity);
}

/* One sample. Answered by STEP (train, evaluate) or OUTPUT (infer); a repeat of an applied
 * index is answered from the ring of records and not applied again. */
struct wire_sample {
    /* The open run. */
    uint64_t run;
    /* Position in the run; each index is applied once, after the one before it. */
    uint32_t index;
    /* What to do with it. */
    uint8_t mode; /* enum wire_sample_mode */
    /* The true class; 0 for infer and where the loss takes none. */
    uint16_t label;
    /* Learning rate = mantissa * 2^-shift; in [2^30, 2^31) or 0. */
    uint32_t rate_mantissa;
    /* See `rateMantissa`. */
    uint8_t rate_shift;
    /* Share of an applied step that stays in the velocity, in 1/65536. */
    uint16_t momentum;
    /* Share of each trained weight that an applied step takes off, in 1/65536. */
    uint16_t decay;
    /* Bit 0: the step is held back: it goes into the velocity, and no parameter moves. */
    uint8_t flags;
    /* Input codes, int8; behind them, unless for infer, the target's values, int16:
     * `targetBytes` of DEVICE_INFO. */
    struct wire_bytes input;
};

#define WIRE_SAMPLE_MAX_BYTES 65563u
extern const uint8_t wire_sample_fields[];
static inline bool wire_sample_decode(struct wire_sample *message,
                                      const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_sample_fields, message, bytes, count);
}

/* Reads all but the last field's bytes: their count is set, their data is null. Those
 * bytes follow the head. */
#define WIRE_SAMPLE_HEAD_BYTES 28u
extern const uint8_t wire_sample_head_fields[];
static inline bool wire_sample_decode_head(struct wire_sample *message,
                                           const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_sample_head_fields, message, bytes, count);
}

/* What became of one sample. */
struct wire_step {
    /* The run. */
    uint64_t run;
    /* The sample's index. */
    uint32_t index;
    /* What was done. */
    uint8_t mode; /* enum wire_sample_mode */
    /* Loss with 16 fraction bits: nats, or squares of the output's unit. */
    int32_t loss_q16;
    /* The class with the largest output code, the lowest such. */
    uint16_t prediction;
    /* The sample's label. */
    uint16_t label;
    /* 1 when the two agree. */
    uint8_t correct;
    /* Training steps in the state after this sample. */
    uint32_t training_step;
    /* Waiting for this sample. */
    uint32_t wait_ticks;
    /* Forward pass and loss. */
    uint32_t forward_ticks;
    /* Backward pass. */
    uint32_t backward_ticks;
    /* Weight update. */
    uint32_t update_ticks;
    /* Weights that met the end of their range. */
    uint32_t saturated;
    /* Trained parameters whose update rounded to zero. */
    uint32_t unchanged;
    /* Deepest stack since boot; 0 when it is not measured. */
    uint32_t stack_high_water_bytes;
    /* UART overruns since boot. */
    uint32_t overruns;
    /* UART framing errors since boot. */
    uint32_t framing_errors;
    /* UART noise flags since boot. */
    uint32_t noise_errors;
    /* Bit 0: `digest` is present. Bit 1: answered from the ring of records. */
    uint8_t flags;
    /* Digest of the training state after this sample; 0 when absent. */
    uint64_t digest;
};

#define WIRE_STEP_MAX_BYTES 76u
extern const uint8_t wire_step_fields[];
static inline uint32_t wire_step_encode(const struct wire_step *message,
                                        uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_step_fields, message, bytes, capacity);
}

/* Answers a sample of mode infer. */
struct wire_output {
    /* The run. */
    uint64_t run;
    /* The sample's index. */
    uint32_t index;
    /* The class with the largest output code, the lowest such. */
    uint16_t prediction;
    /* Output codes, int8; the first 600 where there are more. */
    struct wire_bytes codes;
};

#define WIRE_OUTPUT_MAX_BYTES 617u
extern const uint8_t wire_output_fields[];
static inline uint32_t wire_output_encode(const struct wire_output *message,
                                          uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_output_fields, message, bytes, capacity);
}

/* Messages the device dropped because its queue was full. */
struct wire_gap {
    /* Where. */
    uint8_t channel; /* enum wire_channel */
    /* How many since the last gap. */
    uint32_t count;
};

#define WIRE_GAP_MAX_BYTES 6u
extern const uint8_t wire_gap_fields[];
static inline uint32_t wire_gap_encode(const struct wire_gap *message,
                                       uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_gap_fields, message, bytes, capacity);
}

/* Asks for part of a segment. Answered by one SEGMENT_DATA, which may be shorter. */
struct wire_segment_read {
    /* Which segment. */
    uint8_t segment; /* enum wire_segment_kind */
    /* First byte. */
    uint32_t offset;
    /* Bytes wanted. */
    uint32_t count;
};

#define WIRE_SEGMENT_READ_MAX_BYTES 10u
extern const uint8_t wire_segment_read_fields[];
static inline bool wire_segment_read_decode(struct wire_segment_read *message,
                                            const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_segment_read_fields, message, bytes, count);
}

/* Part of a segment. */
struct wire_segment_data {
    /* Which segment. */
    uint8_t segment; /* enum wire_segment_kind */
    /* First byte. */
    uint32_t offset;
    /* The bytes. */
    struct wire_bytes data;
};

#define WIRE_SEGMENT_DATA_MAX_BYTES 608u
extern const uint8_t wire_segment_data_fields[];
static inline uint32_t wire_segment_data_encode(const struct wire_segment_data *message,
                                                uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_segment_data_fields, message, bytes, capacity);
}

/* Overwrites part of a segment; no run may be open. Answered by SEGMENT_WRITTEN. */
struct wire_segment_write {
    /* Which segment. */
    uint8_t segment; /* enum wire_segment_kind */
    /* First byte. */
    uint32_t offset;
    /* The bytes. */
    struct wire_bytes data;
};

#define WIRE_SEGMENT_WRITE_MAX_BYTES 608u
extern const uint8_t wire_segment_write_fields[];
static inline bool wire_segment_write_decode(struct wire_segment_write *message,
                                             const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_segment_write_fields, message, bytes, count);
}

/* The write was carried out. */
struct wire_segment_written {
    /* Which segment. */
    uint8_t segment; /* enum wire_segment_kind */
    /* First byte. */
    uint32_t offset;
    /* Bytes written. */
    uint32_t count;
};

#define WIRE_SEGMENT_WRITTEN_MAX_BYTES 10u
extern const uint8_t wire_segment_written_fields[];
static inline uint32_t wire_segment_written_encode(const struct wire_segment_written *message,
                                                   uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_segment_written_fields, message, bytes, capacity);
}

/* A pattern that measures the line. Answered by LINK_TEST_REPORT, whatever the device is
 * doing. */
struct wire_link_test {
    /* Copied into the answer. */
    uint32_t number;
    /* Bytes of pattern the answer is to carry, at most 600. */
    uint16_t answer_bytes;
    /* Any bytes. */
    struct wire_bytes pattern;
};

#define WIRE_LINK_TEST_MAX_BYTES 609u
extern const uint8_t wire_link_test_fields[];
static inline bool wire_link_test_decode(struct wire_link_test *message,
                                         const uint8_t *bytes, uint32_t count) {
    return wire_decode(wire_link_test_fields, message, bytes, count);
}

/* Answers LINK_TEST. */
struct wire_link_test_report {
    /* Copied from the question. */
    uint32_t number;
    /* Bytes of the question's pattern. */
    uint16_t received_bytes;
    /* Byte i is 167 * (number + i) + 13, modulo 256. */
    struct wire_bytes pattern;
};

#define WIRE_LINK_TEST_REPORT_MAX_BYTES 609u
extern const uint8_t wire_link_test_report_fields[];
static inline uint32_t wire_link_test_report_encode(const struct wire_link_test_report *message,
                                                    uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_link_test_report_fields, message, bytes, capacity);
}

/* Something worth telling a person, as the number of a sentence. */
struct wire_log {
    /* How much it matters. */
    uint8_t level; /* enum wire_log_level */
    /* A `logEvent`. */
    uint16_t event;
    /* First number of the sentence. */
    uint32_t first;
    /* Second number of the sentence. */
    uint32_t second;
    /* When, since boot. */
    uint32_t milliseconds;
};

#define WIRE_LOG_MAX_BYTES 16u
extern const uint8_t wire_log_fields[];
static inline uint32_t wire_log_encode(const struct wire_log *message,
                                       uint8_t *bytes, uint32_t capacity) {
    return wire_encode(wire_log_fields, message, bytes, capacity);
}

#endif
