/* Registers the STM32F746 (RM0385) and the STM32F429 (RM0090) share, address and layout alike;
 * what differs stands in the drivers that differ. Section numbers are RM0385's / RM0090's. */
#ifndef FIELDTUNE_STM32_REGISTERS_H
#define FIELDTUNE_STM32_REGISTERS_H

#include "cortex_m.h"

/* Memory map: 2.2.2 / 2.3. */
#define GPIOA 0x40020000u
#define GPIOB 0x40020400u
#define GPIOD 0x40020C00u
#define GPIOG 0x40021800u
#define GPIOI 0x40022000u
#define USART1 0x40011000u
#define USART3 0x40004800u

/* Interrupt numbers: vector tables of chapter 10 / chapter 12. */
enum {
    STM32_DMA1_STREAM1_INTERRUPT = 12,
    STM32_DMA1_STREAM3_INTERRUPT = 14,
    STM32_USART1_INTERRUPT = 37,
    STM32_USART3_INTERRUPT = 39,
    STM32_DMA2_STREAM2_INTERRUPT = 58,
    STM32_DMA2_STREAM7_INTERRUPT = 70,
};

/* Flash access control: 3.7.1 / 3.9.2. The bits between differ. */
#define FLASH_ACR REGISTER32(0x40023C00u)
#define FLASH_ACR_LATENCY 0xFu
#define FLASH_ACR_PRFTEN (1u << 8)

/* Reset and clock control: 5.3 / 6.3. */
#define RCC_CR REGISTER32(0x40023800u)
#define RCC_PLLCFGR REGISTER32(0x40023804u)
#define RCC_CFGR REGISTER32(0x40023808u)
#define RCC_AHB1ENR REGISTER32(0x40023830u)
#define RCC_AHB2ENR REGISTER32(0x40023834u)
#define RCC_APB1ENR REGISTER32(0x40023840u)
#define RCC_APB2ENR REGISTER32(0x40023844u)
#define RCC_CSR REGISTER32(0x40023874u)

#define RCC_CR_HSION (1u << 0)
#define RCC_CR_HSIRDY (1u << 1)
#define RCC_CR_HSEON (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_HSEBYP (1u << 18)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_PLLCFGR_PLLSRC_HSE (1u << 22)
#define RCC_PLLCFGR_RESERVED 0xF0000000u /* to be written as read */
#define RCC_CFGR_SW_MASK 3u
#define RCC_CFGR_SW_HSI 0u
#define RCC_CFGR_SW_PLL 2u
#define RCC_CFGR_SWS_MASK (3u << 2)
#define RCC_CFGR_SWS_PLL (2u << 2)
#define RCC_CFGR_PPRE1_DIV4 (5u << 10)
#define RCC_CFGR_PPRE2_DIV2 (4u << 13)
#define RCC_CFGR_PRESCALERS (0xFu << 4 | 7u << 10 | 7u << 13) /* HPRE, PPRE1, PPRE2 */
#define RCC_AHB1ENR_GPIOAEN (1u << 0)
#define RCC_AHB1ENR_GPIOBEN (1u << 1)
#define RCC_AHB1ENR_GPIODEN (1u << 3)
#define RCC_AHB1ENR_GPIOGEN (1u << 6)
#define RCC_AHB1ENR_GPIOIEN (1u << 8)
#define RCC_AHB1ENR_DMA1EN (1u << 21)
#define RCC_AHB1ENR_DMA2EN (1u << 22)
#define RCC_AHB2ENR_RNGEN (1u << 6)
#define RCC_APB1ENR_USART3EN (1u << 18)
#define RCC_APB1ENR_PWREN (1u << 28)
#define RCC_APB2ENR_USART1EN (1u << 4)
#define RCC_CSR_RMVF (1u << 24)
#define RCC_CSR_IWDGRSTF (1u << 29)

/* Power control: 4.4 / 5.5 (PWR_CR1 and PWR_CSR1 / PWR_CR and PWR_CSR). */
#define PWR_CR1 REGISTER32(0x40007000u)
#define PWR_CSR1 REGISTER32(0x40007004u)
#define PWR_CR1_VOS_SCALE_1 (3u << 14)
#define PWR_CR1_ODEN (1u << 16)
#define PWR_CR1_ODSWEN (1u << 17)
#define PWR_CSR1_VOSRDY (1u << 14)
#define PWR_CSR1_ODRDY (1u << 16)
#define PWR_CSR1_ODSWRDY (1u << 17)

/* Ports: 6.4 / 8.4. */
#define GPIO_MODER(port) REGISTER32((port) + 0x00u)
#define GPIO_OSPEEDR(port) REGISTER32((port) + 0x08u)
#define GPIO_PUPDR(port) REGISTER32((port) + 0x0Cu)
#define GPIO_BSRR(port) REGISTER32((port) + 0x18u)
#define GPIO_AFR(port, pin) REGISTER32((port) + 0x20u + 4u * ((pin) / 8u))

/* Random number generator: chapter "RNG", its register map / 24.4. */
#define RNG_CR REGISTER32(0x50060800u)
#define RNG_SR REGISTER32(0x50060804u)
#define RNG_DR REGISTER32(0x50060808u)
#define RNG_CR_RNGEN (1u << 2)
#define RNG_SR_DRDY (1u << 0)

/* Independent watchdog: its register map / 21.4. */
#define IWDG_KR REGISTER32(0x40003000u)
#define IWDG_PR REGISTER32(0x40003004u)
#define IWDG_RLR REGISTER32(0x40003008u)
#define IWDG_SR REGISTER32(0x4000300Cu)
#define IWDG_KR_UNLOCK 0x5555u
#define IWDG_KR_REFRESH 0xAAAAu
#define IWDG_KR_START 0xCCCCu
#define IWDG_SR_PVU (1u << 0)
#define IWDG_SR_RVU (1u << 1)

/* Debug support: 40.16.4 / 38.16.4. */
#define DBGMCU_APB1_FZ REGISTER32(0xE0042008u)
#define DBGMCU_APB1_FZ_IWDG_STOP (1u << 12)

#endif
