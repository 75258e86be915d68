/* Flash of the STM32F746: one bank, eight sectors (RM0385 3.3.2): 4 of 32 KB, one of 128, 3 of 256.
 * The last two hold training states. */
#include "stm32_flash.h"

enum { SECTOR_BYTES = 256 * 1024 };

const uint32_t stm32_flash_first_sector = 6;

/* RM0385 3.7.4: OPERR, WRPERR, PGAERR, PGPERR, ERSERR. */
const uint32_t stm32_flash_errors = 1u << 1 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7;

const struct state_flash stm32_flash_store = {
    .slots = {__store_origin, __store_origin + SECTOR_BYTES},
    .slot_bytes = (uint32_t)__store_slot_bytes,
    .erase_milliseconds = STM32_FLASH_ERASE_MILLISECONDS,
    .bytes_per_millisecond = STM32_FLASH_BYTES_PER_MILLISECOND,
    .erase = stm32_flash_erase,
    .program = stm32_flash_program,
};

/* The MPU keeps the slots out of the D-cache (stm32f746.c), and the ART accelerator serves the ITCM
 * bus alone, over which no slot is read. */
void stm32_flash_suspend_cache(void) {
}

void stm32_flash_resume_cache(void) {
}
