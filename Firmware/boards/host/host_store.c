#define _GNU_SOURCE
#include "host_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "board.h"

enum { SLOT_BYTES = 1 << 20, STORE_BYTES = STATE_STORE_SLOTS * SLOT_BYTES };

static uint8_t *bytes;

static _Noreturn void fail(const char *path, const char *why) {
    fprintf(stderr, "host board: cannot keep states in %s: %s\n", path, why);
    exit(1);
}

static bool erase(uint32_t slot) {
    memset(bytes + slot * SLOT_BYTES, 0xFF, SLOT_BYTES);
    return true;
}

static bool program(uint32_t slot, uint32_t offset, const uint8_t *source, uint32_t byte_count) {
    uint8_t *destination = bytes + slot * SLOT_BYTES + offset;
    for (uint32_t i = 0; i < byte_count; i++)
        destination[i] &= source[i];
    return true;
}

static struct state_flash flash = {
    .slot_bytes = SLOT_BYTES,
    .bytes_per_millisecond = 1000,
    .erase = erase,
    .program = program,
};

void host_store_open(const char *path) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0)
        fail(path, strerror(errno));
    bool is_new = status.st_size == 0;
    if (!is_new && status.st_size != STORE_BYTES)
        fail(path, "its size is another than a store's: remove it to begin with an empty one");
    if (is_new && ftruncate(file, STORE_BYTES) != 0)
        fail(path, strerror(errno));
    bytes = mmap(NULL, STORE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED)
        fail(path, strerror(errno));
    for (uint32_t slot = 0; slot < STATE_STORE_SLOTS; slot++) {
        flash.slots[slot] = bytes + slot * SLOT_BYTES;
        if (is_new)
            erase(slot);
    }
}

const struct state_flash *board_store(void) {
    return bytes != NULL ? &flash : NULL;
}
