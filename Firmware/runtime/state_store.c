#include "state_store.h"

#include <string.h>

#include "crc32c.h"
#include "digest.h"

/* "FTS1": a training state of fieldtune, in the layout below. */
#define STATE_MAGIC 0x31535446u

/* What a state must have in common with the model to be one of it. */
struct state_identity {
    uint32_t magic;
    uint32_t byte_count; /* of the segments behind the header, each padded to a multiple of 4 */
    uint64_t model_hash;
    uint64_t plan_hash;
    uint64_t semantics_hash;
    uint64_t layout_hash;
};

/* First in a slot. Little endian, as every target is. */
struct state_header {
    uint32_t checksum; /* CRC-32C of all that follows, header and segments; written last */
    uint32_t generation;
    uint64_t run;
    uint32_t next_index;
    uint32_t unused; /* 0 */
    uint64_t digest; /* of the training state, as DIGEST_REPORT tells it */
    struct state_identity identity;
};

_Static_assert(sizeof(struct state_header) == 72, "the header has gaps");

static uint32_t padded(uint32_t byte_count) {
    return (byte_count + 3u) & ~3u;
}

static struct state_identity identity_of(const struct step_model *model) {
    struct state_identity identity = {
        .magic = STATE_MAGIC,
        .model_hash = model->model_hash,
        .plan_hash = model->plan_hash,
        .semantics_hash = model->semantics_hash,
        .layout_hash = model->layout_hash,
    };
    for (uint32_t i = 0; i < model->segment_count; i++)
        identity.byte_count += padded(model->segments[i].byte_count);
    return identity;
}

static const struct state_header *header_in(const struct state_flash *flash, uint32_t slot) {
    return (const struct state_header *)(const void *)flash->slots[slot];
}

static uint32_t checksum_of(const struct state_header *header, uint32_t byte_count) {
    return crc32c((const uint8_t *)header + sizeof header->checksum,
                  (uint32_t)sizeof *header - (uint32_t)sizeof header->checksum + byte_count);
}

bool state_store_fits(const struct state_store *store, const struct step_model *model) {
    uint32_t room = store->flash->slot_bytes - (uint32_t)sizeof(struct state_header);
    return identity_of(model).byte_count <= room;
}

uint32_t state_store_milliseconds(const struct state_store *store, const struct step_model *model) {
    const struct state_flash *flash = store->flash;
    return flash->erase_milliseconds + identity_of(model).byte_count / flash->bytes_per_millisecond;
}

static bool counts(const struct state_header *header, const struct state_identity *identity) {
    return memcmp(&header->identity, identity, sizeof *identity) == 0 &&
           header->checksum == checksum_of(header, identity->byte_count);
}

static void copy_state(const struct step_model *model, const struct state_header *header) {
    const uint8_t *bytes = (const uint8_t *)(header + 1);
    for (uint32_t i = 0; i < model->segment_count; i++) {
        const struct step_segment *segment = &model->segments[i];
        memcpy(segment->data, bytes, segment->byte_count);
        bytes += padded(segment->byte_count);
    }
}

bool state_store_open(struct state_store *store, const struct state_flash *flash,
                      const struct step_model *model, struct state_place *place) {
    *store = (struct state_store){.flash = flash};
    if (flash == 0 || !state_store_fits(store, model))
        return false;
    const struct state_identity identity = identity_of(model);
    for (uint32_t slot = 0; slot < STATE_STORE_SLOTS; slot++) {
        const struct state_header *header = header_in(flash, slot);
        if (counts(header, &identity) && header->generation > store->generation) {
            store->generation = header->generation;
            store->newest = slot;
        }
    }
    if (store->generation == 0)
        return false;
    const struct state_header *newest = header_in(flash, store->newest);
    copy_state(model, newest);
    *place = (struct state_place){.run = newest->run, .next_index = newest->next_index};
    return true;
}

bool state_store_holds(const struct state_store *store, const struct step_model *model,
                       struct state_place place) {
    if (store->generation == 0)
        return false;
    const struct state_header *newest = header_in(store->flash, store->newest);
    return newest->run == place.run && newest->next_index == place.next_index &&
           newest->digest == digest_of_state(model);
}

static bool write(const struct state_flash *flash, uint32_t slot, uint32_t offset, const void *bytes,
                  uint32_t byte_count) {
    return flash->program(slot, offset, bytes, byte_count) &&
           memcmp(flash->slots[slot] + offset, bytes, byte_count) == 0;
}

static bool write_segments(const struct state_flash *flash, uint32_t slot,
                           const struct step_model *model) {
    uint32_t offset = sizeof(struct state_header);
    for (uint32_t i = 0; i < model->segment_count; i++) {
        const struct step_segment *segment = &model->segments[i];
        if (!write(flash, slot, offset, segment->data, segment->byte_count))
            return false;
        offset += padded(segment->byte_count);
    }
    return true;
}

static bool write_header(const struct state_flash *flash, uint32_t slot,
                         const struct state_header *header) {
    const uint32_t first = sizeof header->checksum;
    if (!write(flash, slot, first, (const uint8_t *)header + first, (uint32_t)sizeof *header - first))
        return false;
    uint32_t checksum = checksum_of(header_in(flash, slot), header->identity.byte_count);
    return write(flash, slot, 0, &checksum, sizeof checksum);
}

bool state_store_keep(struct state_store *store, const struct step_model *model,
                      struct state_place place) {
    const struct state_flash *flash = store->flash;
    const struct state_header header = {
        .generation = store->generation + 1u,
        .run = place.run,
        .next_index = place.next_index,
        .digest = digest_of_state(model),
        .identity = identity_of(model),
    };
    uint32_t slot = store->newest ^ 1u;
    if (!flash->erase(slot) || !write_segments(flash, slot, model) ||
        !write_header(flash, slot, &header)) {
        return false;
    }
    store->generation = header.generation;
    store->newest = slot;
    return true;
}
