/* Flash of the STM32F429 with 2 MB: two banks (RM0090 3.4), in each 4 sectors of 16 KB, one of 64 and 7
 * of 128. The last two of bank 2 hold training states: while they are erased, code in bank 1 runs
 * on. */
#include "stm32_flash.h"
#include "stm32_registers.h"

enum { SECTOR_BYTES = 128 * 1024 };

/* Sectors 22 and 23: SNB counts those of bank 2, 12 to 23, from 16 on (RM0090 3.9.8). */
const uint32_t stm32_flash_first_sector = 22 - 12 + 16;

/* RM0090 3.9.5: OPERR, WRPERR, PGAERR, PGPERR, PGSERR, RDERR. */
const uint32_t stm32_flash_errors = 1u << 1 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8;

const struct state_flash stm32_flash_store = {
    .slots = {__store_origin, __store_origin + SECTOR_BYTES},
    .slot_bytes = (uint32_t)__store_slot_bytes,
    .erase_milliseconds = STM32_FLASH_ERASE_MILLISECONDS,
    .bytes_per_millisecond = STM32_FLASH_BYTES_PER_MILLISECOND,
    .erase = stm32_flash_erase,
    .program = stm32_flash_program,
};

/* RM0090 3.9.2. */
#define FLASH_ACR_DCEN (1u << 10)
#define FLASH_ACR_DCRST (1u << 12)

/* The interface's data cache stays off while flash is written: reading one bank then may leave wrong bytes
 * in it (errata sheet ES0206, "read-while-write"). It can be reset only while it is off. */
void stm32_flash_suspend_cache(void) {
    FLASH_ACR &= ~FLASH_ACR_DCEN;
}

void stm32_flash_resume_cache(void) {
    FLASH_ACR |= FLASH_ACR_DCRST;
    FLASH_ACR &= ~FLASH_ACR_DCRST;
    FLASH_ACR |= FLASH_ACR_DCEN;
}
