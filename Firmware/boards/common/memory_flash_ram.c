/* Memory of boards with one contiguous RAM. */
#include "board.h"
#include "memory_regions.h"

MEMORY_REGION_SYMBOLS(FLASH);
MEMORY_REGION_SYMBOLS(RAM);

const struct board_memory_region board_memory_regions[] = {MEMORY_REGION(FLASH),
                                                           MEMORY_REGION(RAM)};
const uint32_t board_memory_region_count = 2;
