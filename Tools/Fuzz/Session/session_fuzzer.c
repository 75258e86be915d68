/* A hostile host: the input is a program of whole frames of the device's own connection, of raw bytes and of time, so
 * that the session behind the link is reached; steps yield to it too. Sanitizers and the firmware's assertions judge. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "session.h"
#include "wire_codec.h"

enum { INPUT_BYTES = 24, TARGET_BYTES = 4, STATE_BYTES = 64, OPERATIONS = 200 };

static uint8_t state[STATE_BYTES];
static int8_t input[2 * INPUT_BYTES];
static int16_t targets[2 * TARGET_BYTES / 2];
static int8_t output[5];
static uint32_t tick_count;

/* The device, and what is left of the program. */
struct bench {
    struct session session;
    uint32_t now;
    uint32_t attempt;
    const uint8_t *data;
    size_t size;
    int operations;
};

static struct bench bench;

static uint32_t ticks(void) { return tick_count += 7; }
static uint32_t stack_high_water(void) { return 0; }
static struct session_line_errors line_errors(void) { return (struct session_line_errors){0}; }
static bool is_drained(void) { return true; }
static void set_speed(uint32_t speed) { assert(speed == 921600 || speed == 2000000); }

static void reset(uint32_t seed) {
    memset(state, (int)(seed & 127), sizeof state);
}

static void evaluate(struct step_target target, struct phase_clock *clock, struct step_result *result) {
    assert(target.label < 5);
    phase_enter(clock, PHASE_FORWARD);
    for (uint32_t i = 0; i < INPUT_BYTES; i++) {
        result->loss_q16 += input[i] * (int32_t)state[8 + i] + (target.values ? target.values[0] : 0);
    }
    memset(input, 0x55, INPUT_BYTES);
    for (int i = 0; i < 4; i++) {
        phase_yield(clock);
    }
    for (uint32_t i = 0; i < INPUT_BYTES; i++) {
        assert(input[i] == 0x55); /* the step's own until it ends */
    }
}

static void train(struct step_target target, const struct step_update *update, struct phase_clock *clock,
                  struct step_result *result) {
    assert(update->rate.mantissa < UINT32_C(1) << 31);
    evaluate(target, clock, result);
    state[8 + target.label]++;
    state[0]++;
}

static void infer(struct phase_clock *clock, struct step_result *result) {
    phase_enter(clock, PHASE_FORWARD);
    memset(output, input[0], sizeof output);
    phase_yield(clock);
    result->output = output;
    result->output_count = sizeof output;
}

static const struct wire_baud_rate bauds[] = {{.bits_per_second = 921600}, {.bits_per_second = 2000000}};
static const struct step_segment segments[] = {{state, 8, STEP_SEGMENT_HEADER},
                                               {state + 8, STATE_BYTES - 8, STEP_SEGMENT_WEIGHTS}};

static void drain(struct bench *bench) {
    for (int turn = 0; turn < 8; turn++) {
        if (!bench->session.is_stepping) {
            session_poll(&bench->session);
        }
        uint8_t wire[FRAME_WIRE_BYTES];
        struct cobs_space space = cobs_space_make(wire, sizeof wire);
        uint32_t count = session_transmit(&bench->session, bench->now, &space);
        assert(count <= FRAME_WIRE_BYTES && (count == 0 || wire[count - 1] == 0));
        if (count == 0) {
            return;
        }
    }
}

static void feed(struct bench *bench, const uint8_t *bytes, uint32_t count) {
    session_receive(&bench->session, bytes, count, bench->now);
    drain(bench);
}

static void send(struct bench *bench, struct frame_header header, const uint8_t *body, uint32_t count) {
    static uint8_t wire[FRAME_WIRE_BYTES];
    const struct link *link = &bench->session.link;
    header.epoch = link->attempt & 15u;
    count = count > WIRE_MAXIMUM_BODY_BYTES ? WIRE_MAXIMUM_BODY_BYTES : count;
    struct cobs_space space = cobs_space_make(wire, sizeof wire);
    feed(bench, wire, frame_encode(&header, body, count, link->decoder.key, &space));
}

static void greet(struct bench *bench) {
    uint8_t body[WIRE_HOST_HELLO_MAX_BYTES];
    const struct wire_host_hello hello = {
        .magic = WIRE_MAGIC,
        .protocol_minimum = WIRE_MINIMUM_VERSION,
        .protocol_maximum = WIRE_VERSION,
        .session = 9,
        .attempt = ++bench->attempt,
        .boot_id = bench->session.link.boot_id,
        .connection = bench->session.link.connection,
        .schema_hash = WIRE_SCHEMA_HASH,
        .mtu = WIRE_MAXIMUM_BODY_BYTES,
    };
    uint32_t count = wire_encode(wire_host_hello_fields, &hello, body, sizeof body);
    uint8_t wire[FRAME_WIRE_BYTES];
    const struct frame_header header = {
        .kind = WIRE_FRAME_KIND_HELLO, .is_first = true, .is_last = true, .epoch = bench->attempt & 15u};
    struct cobs_space space = cobs_space_make(wire, sizeof wire);
    feed(bench, wire, frame_encode(&header, body, count, 0, &space));
}

/* One operation: what to do, a small number, and bytes. */
static void act(struct bench *bench, uint8_t what, uint8_t number, const uint8_t *bytes, uint32_t count) {
    const struct link *link = &bench->session.link;
    struct frame_header header = {.kind = WIRE_FRAME_KIND_DATA,
                                  .sequence = link->receiver.expected,
                                  .acknowledged = (uint16_t)(link->sender.base + link->sender.sent),
                                  .credit = UINT16_MAX,
                                  .is_first = true,
                                  .is_last = true};
    switch (what % 9) {
    case 0:
        feed(bench, bytes, count);
        break;
    case 1: /* a whole message on any channel */
        header.channel = number % 6;
        send(bench, header, bytes, count);
        break;
    case 2: /* a piece of a sample */
        header.channel = WIRE_CHANNEL_SAMPLES;
        header.is_first = (number & 1) != 0;
        header.is_last = (number & 2) != 0;
        send(bench, header, bytes, count);
        break;
    case 3: /* a piece of anything, before its turn */
        header.channel = number % 6;
        header.sequence = (uint16_t)(header.sequence + (number >> 3));
        header.is_first = (number & 1) != 0;
        header.is_last = (number & 2) != 0;
        send(bench, header, bytes, count);
        break;
    case 4: /* acknowledgements of all kinds */
        header.kind = WIRE_FRAME_KIND_ACK;
        header.acknowledged = (uint16_t)(link->sender.base + number % 24);
        send(bench, header, bytes, count < 8 ? 0 : 8);
        break;
    case 5:
        header.kind = number & 1 ? WIRE_FRAME_KIND_PING : WIRE_FRAME_KIND_HELLO;
        send(bench, header, bytes, number & 1 ? 0 : count);
        break;
    case 6:
        bench->now += (uint32_t)number * (number & 128 ? 128 : 1);
        drain(bench);
        break;
    case 7:
        greet(bench);
        break;
    default: { /* the beginning of a run, which few inputs would guess */
        const struct wire_run_begin begin = {
            .run = number | 1u, .seed = 1, .first_index = number & 6u, .flags = number & 1u};
        uint8_t body[WIRE_RUN_BEGIN_MAX_BYTES];
        send(bench, header, body, wire_encode(wire_run_begin_fields, &begin, body, sizeof body));
    }
    }
}

/* The next operation, also in the middle of a step. */
static void perform(void) {
    if (bench.operations == 0 || bench.size < 3) {
        return;
    }
    bench.operations--;
    const uint8_t *data = bench.data;
    size_t count = data[2] < bench.size - 3 ? data[2] : bench.size - 3;
    bench.data += 3 + count;
    bench.size -= 3 + count;
    act(&bench, data[0], data[1], data + 3, (uint32_t)count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct step_model model = {.input = input,
                                            .input_bytes = INPUT_BYTES,
                                            .target_bytes = TARGET_BYTES,
                                            .class_count = 5,
                                            .segment_count = 2,
                                            .segments = segments,
                                            .reset = reset,
                                            .train = train,
                                            .evaluate = evaluate,
                                            .infer = infer};
    static const struct session_board board = {.name = "fuzz",
                                               .firmware = "fuzz",
                                               .boot_id = 5,
                                               .default_speed = 921600,
                                               .bauds = bauds,
                                               .baud_count = 2,
                                               .ticks = ticks,
                                               .stack_high_water = stack_high_water,
                                               .line_errors = line_errors,
                                               .is_drained = is_drained,
                                               .set_speed = set_speed,
                                               .yield = perform};
    bench.now = 0;
    bench.attempt = 0;
    bench.data = data;
    bench.size = size;
    bench.operations = OPERATIONS;
    session_init(&bench.session, &model, &board, input + INPUT_BYTES, 1, targets);
    greet(&bench);
    while (bench.operations > 0 && bench.size >= 3) {
        perform();
    }
    return 0;
}
