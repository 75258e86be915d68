/* Memory of the F429: SRAM, and core-coupled memory that DMA cannot reach. */
#include "board.h"
#include "memory_regions.h"

MEMORY_REGION_SYMBOLS(FLASH);
MEMORY_REGION_SYMBOLS(SRAM);
MEMORY_REGION_SYMBOLS(CCM);

const struct board_memory_region board_memory_regions[] = {MEMORY_REGION(FLASH),
                                                           MEMORY_REGION(SRAM), MEMORY_REGION(CCM)};
const uint32_t board_memory_region_count = 3;
