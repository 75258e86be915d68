#include "cortex_m_mpu.h"

#include "cortex_m.h"

/* PRIVDEFENA: the default map behind the regions. HFNMIENA stays 0: a hard fault's handler runs
 * without the unit. */
void cortex_m_mpu_start(const struct cortex_m_mpu_region *regions, uint32_t count) {
    cortex_m_order_memory();
    for (uint32_t i = 0; i < count; i++) {
        MPU_RBAR = regions[i].base | MPU_RBAR_VALID | i;
        MPU_RASR = regions[i].attributes | 1u;
    }
    MPU_CTRL = MPU_CTRL_PRIVDEFENA | MPU_CTRL_ENABLE;
    cortex_m_synchronize();
}
