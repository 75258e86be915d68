#include "identity.h"

#include "board.h"

static volatile struct identity identity __attribute__((section(".identity")));

/* A counter step away from any other boot of this process, spread over the word. */
uint32_t board_boot_id(void) {
    static uint32_t boot_id;
    if (boot_id == 0) {
        identity.boot_count++;
        boot_id = (identity.boot_seed + identity.boot_count) * 0x9E3779B1u;
        if (boot_id == 0)
            boot_id = 1;
    }
    return boot_id;
}

void board_unique_id(uint8_t id[BOARD_UNIQUE_ID_BYTES]) {
    uint32_t device = identity.device;
    for (uint32_t i = 0; i < BOARD_UNIQUE_ID_BYTES; i++) {
        id[i] = i < 4 ? (uint8_t)(device >> (8 * i)) : 0;
    }
}
