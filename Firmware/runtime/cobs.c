#include "cobs.h"

/* Not inlined at each of its calls: a device sends little. */
__attribute__((noinline)) static void put(struct cobs_encoder *encoder, uint8_t byte) {
    encoder->space->bytes[encoder->position++] = byte;
    if (encoder->position == encoder->space->size) {
        encoder->position = 0;
    }
    encoder->count++;
}

static void open_block(struct cobs_encoder *encoder) {
    encoder->code_position = encoder->position;
    put(encoder, 0);
    encoder->code = 1;
    encoder->owes_block = false;
}

static void close_block(struct cobs_encoder *encoder) {
    encoder->space->bytes[encoder->code_position] = encoder->code;
}

void cobs_encoder_start(struct cobs_encoder *encoder, const struct cobs_space *space) {
    encoder->space = space;
    encoder->count = 0;
    encoder->position = space->start;
    open_block(encoder);
}

void cobs_encoder_add(struct cobs_encoder *encoder, const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (encoder->owes_block) {
            open_block(encoder);
        }
        if (bytes[i] == 0) {
            close_block(encoder);
            open_block(encoder);
            continue;
        }
        put(encoder, bytes[i]);
        if (++encoder->code == 0xFF) {
            close_block(encoder);
            encoder->owes_block = true;
        }
    }
}

uint32_t cobs_encoder_finish(struct cobs_encoder *encoder) {
    if (!encoder->owes_block) {
        close_block(encoder);
    }
    put(encoder, 0);
    return encoder->count;
}

void cobs_decoder_start(struct cobs_decoder *decoder) {
    *decoder = (struct cobs_decoder){0};
}

bool cobs_decoder_is_whole(const struct cobs_decoder *decoder) {
    return decoder->code != 0 && decoder->left == 0;
}
