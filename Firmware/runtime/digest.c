#include "digest.h"

#define FNV_PRIME UINT64_C(0x00000100000001b3)

uint64_t digest_update(uint64_t digest, const uint8_t *bytes, size_t byte_count) {
    for (size_t i = 0; i < byte_count; i++) {
        digest = (digest ^ bytes[i]) * FNV_PRIME;
    }
    return digest;
}

uint64_t digest_of_state(const struct step_model *model) {
    uint64_t digest = DIGEST_EMPTY;
    for (uint32_t i = 0; i < model->segment_count; i++) {
        digest = digest_update(digest, model->segments[i].data, model->segments[i].byte_count);
    }
    return digest;
}
