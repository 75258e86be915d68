/* Any bytes on the line, before and after a connection: the device's frame decoder and its link. The same bytes cut in
 * other pieces must come to the same. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "link.h"

struct witness {
    struct link link;
    uint32_t messages;
    uint32_t bytes;
};

static uint32_t identify(void *context, uint8_t *bytes, uint32_t capacity) {
    (void)context;
    const struct wire_device_info info = {.boot_id = 5};
    return wire_device_info_encode(&info, bytes, capacity);
}

static void changed(void *context) { (void)context; }

static bool message(void *context, uint8_t channel, const uint8_t *bytes, uint32_t count) {
    struct witness *witness = context;
    witness->messages++;
    witness->bytes += count + channel + (count > 0 ? bytes[count - 1] : 0u);
    return true;
}

static bool sample(void *context, const uint8_t *bytes, uint32_t count, bool is_first, bool is_last) {
    return message(context, is_first + 2 * is_last, bytes, count);
}

static uint32_t sample_credit(void *context) {
    (void)context;
    return 3000;
}

static void start(struct witness *witness) {
    memset(witness, 0, sizeof *witness);
    link_init(&witness->link,
              (struct link_client){.context = witness,
                                   .identify = identify,
                                   .connected = changed,
                                   .disconnected = changed,
                                   .message = message,
                                   .sample = sample,
                                   .sample_credit = sample_credit},
              5);
}

static void drain(struct witness *witness) {
    uint8_t wire[FRAME_WIRE_BYTES];
    const struct cobs_space space = cobs_space_make(wire, sizeof wire);
    uint32_t count = 0;
    for (int turn = 0; turn < 100; turn++) {
        count = link_poll(&witness->link, 0, &space);
        assert(count <= FRAME_WIRE_BYTES && (count == 0 || wire[count - 1] == 0));
        if (count == 0) {
            return;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct witness whole;
    static struct witness pieces;
    start(&whole);
    start(&pieces);
    link_feed(&whole.link, data, (uint32_t)size, 0);
    for (size_t i = 0; i < size; i++) {
        link_feed(&pieces.link, data + i, 1, 0);
    }
    assert(whole.messages == pieces.messages && whole.bytes == pieces.bytes);
    assert(memcmp(&whole.link.counters, &pieces.link.counters, sizeof whole.link.counters) == 0);
    drain(&whole);
    return 0;
}
