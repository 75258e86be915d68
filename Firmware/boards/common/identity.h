/* What tells one emulated device from another: words that QEMU's command line writes into the last
 * 16 bytes of RAM (`-device loader`), zero when it does not. */
#ifndef FIELDTUNE_IDENTITY_H
#define FIELDTUNE_IDENTITY_H

#include <stdint.h>

struct identity {
    uint32_t boot_seed;  /* written by QEMU, anew for every process */
    uint32_t device;     /* written by QEMU: number of the device */
    uint32_t boot_count; /* counted by the firmware, survives a reset */
    uint32_t reserved;
};

#endif
