#include "stm32_flash.h"

#include <string.h>

#include "board.h"
#include "stm32_registers.h"

/* 3.7 / 3.9: FLASH_KEYR, FLASH_SR, FLASH_CR. */
#define FLASH_KEYR REGISTER32(0x40023C04u)
#define FLASH_SR REGISTER32(0x40023C0Cu)
#define FLASH_CR REGISTER32(0x40023C10u)
#define FLASH_KEY1 0x45670123u
#define FLASH_KEY2 0xCDEF89ABu
#define FLASH_SR_EOP (1u << 0)
#define FLASH_SR_BSY (1u << 16)
#define FLASH_CR_PG (1u << 0)
#define FLASH_CR_SER (1u << 1)
#define FLASH_CR_SNB(sector) ((sector) << 3)
#define FLASH_CR_PSIZE_X32 (2u << 8)
#define FLASH_CR_STRT (1u << 16)
#define FLASH_CR_LOCK (1u << 31)

enum { WAIT_MILLISECONDS = 2 * STM32_FLASH_ERASE_MILLISECONDS };

/* The counter runs on while the core stands still; then the flag is read before the time. */
static bool wait(void) {
    const uint32_t limit = WAIT_MILLISECONDS * (board_clock().core_hertz / 1000u);
    const uint32_t begun = board_ticks();
    while ((FLASH_SR & FLASH_SR_BSY) != 0) {
        if (board_ticks() - begun > limit)
            return false;
    }
    return true;
}

/* Ends an operation: false when it is not done, or reports an error. Flags are cleared by writing 1. */
static bool finish(void) {
    cortex_m_synchronize();
    bool is_done = wait();
    uint32_t status = FLASH_SR;
    FLASH_SR = status & (stm32_flash_errors | FLASH_SR_EOP);
    return is_done && (status & stm32_flash_errors) == 0;
}

/* Clears what an earlier operation left behind, which would keep the next one from starting. False: still
 * busy, or locked until the next reset. */
static bool unlock(void) {
    IWDG_KR = IWDG_KR_REFRESH;
    if (!wait())
        return false;
    FLASH_SR = stm32_flash_errors | FLASH_SR_EOP;
    if ((FLASH_CR & FLASH_CR_LOCK) != 0) {
        FLASH_KEYR = FLASH_KEY1;
        FLASH_KEYR = FLASH_KEY2;
    }
    return (FLASH_CR & FLASH_CR_LOCK) == 0;
}

/* Selects an operation. The control register and flash lie behind different ports of the Cortex-M7, so
 * that nothing else orders this and the first word. */
static void begin(uint32_t operation) {
    stm32_flash_suspend_cache();
    FLASH_CR = FLASH_CR_PSIZE_X32 | operation;
    cortex_m_synchronize();
}

/* Writing the control register of a flash that is still busy would hold up the bus until it is not. */
static void end(void) {
    if ((FLASH_SR & FLASH_SR_BSY) == 0)
        FLASH_CR = FLASH_CR_LOCK;
    stm32_flash_resume_cache();
}

bool stm32_flash_erase(uint32_t slot) {
    if (!unlock())
        return false;
    begin(FLASH_CR_SER | FLASH_CR_SNB(stm32_flash_first_sector + slot));
    FLASH_CR |= FLASH_CR_STRT;
    bool is_erased = finish();
    end();
    return is_erased;
}

static bool program_word(volatile uint32_t *destination, const uint8_t *bytes, uint32_t byte_count) {
    uint32_t word = UINT32_MAX;
    memcpy(&word, bytes, byte_count);
    IWDG_KR = IWDG_KR_REFRESH;
    *destination = word;
    return finish();
}

bool stm32_flash_program(uint32_t slot, uint32_t offset, const uint8_t *bytes, uint32_t byte_count) {
    const uint8_t *start = stm32_flash_store.slots[slot] + offset;
    volatile uint32_t *words = (volatile uint32_t *)(uintptr_t)start;
    if (!unlock())
        return false;
    begin(FLASH_CR_PG);
    bool is_good = true;
    for (uint32_t done = 0; is_good && done < byte_count; done += 4) {
        uint32_t left = byte_count - done;
        is_good = program_word(words++, bytes + done, left < 4 ? left : 4);
    }
    end();
    return is_good;
}

const struct state_flash *board_store(void) {
    return stm32_flash_store.slot_bytes != 0 ? &stm32_flash_store : 0;
}
