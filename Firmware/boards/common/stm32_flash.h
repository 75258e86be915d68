/* Training states in the last two sectors of the flash that the firmware runs from: RM0385 3.3 and
 * 3.7 / RM0090 3.6 and 3.9. With 2.7 to 3.6 V a word at a time.
 *
 * Invariants
 *   - The control register is locked but for the duration of one call.
 *   - Every operation's error flags are read and cleared; one of them makes it false.
 *   - Every wait has an end, beyond what the datasheets' slowest erase takes.
 *   - No cache holds what the bytes were before.
 *   - The watchdog is fed before each operation, the longest of which takes 2 s (datasheets, "Flash
 *     memory programming"). On a chip of one bank the core stands still meanwhile: whatever it
 *     fetches next waits, interrupt handlers included. */
#ifndef FIELDTUNE_STM32_FLASH_H
#define FIELDTUNE_STM32_FLASH_H

#include "state_store.h"

enum {
    STM32_FLASH_ERASE_MILLISECONDS = 2000,
    STM32_FLASH_BYTES_PER_MILLISECOND = 40, /* a word takes 16 us, and 100 at most */
};

/* As `struct state_flash` asks for them. */
bool stm32_flash_erase(uint32_t slot);
bool stm32_flash_program(uint32_t slot, uint32_t offset, const uint8_t *bytes, uint32_t byte_count);

/* What the chips differ in: stm32f4_flash.c, stm32f7_flash.c. */
extern const struct state_flash stm32_flash_store; /* slot_bytes 0: the image needs its sectors */
extern const uint32_t stm32_flash_first_sector;    /* of its two, as SNB of FLASH_CR counts */
extern const uint32_t stm32_flash_errors;          /* flags of FLASH_SR */
/* Around an operation: afterwards no cache holds what the slots held before. */
void stm32_flash_suspend_cache(void);
void stm32_flash_resume_cache(void);

/* store.ld */
extern const uint8_t __store_origin[];
extern const char __store_slot_bytes[]; /* its address is the number */

#endif
