/* SPDX-License-Identifier: GPL-2.0-or-later */
/* soc.h - addresses of the Armada 8040, and what the files of this machine share. */
#ifndef MACCHIATOBIN_SOC_H
#define MACCHIATOBIN_SOC_H

#include "hw/boards.h"
#include "hw/sysbus.h"
#include "system/block-backend.h"
#include "target/arm/cpu.h"

#define AP_BASE   0xf0000000ull
#define CP0_BASE  0xf2000000ull
#define CP1_BASE  0xf4000000ull
#define GICD      (AP_BASE + 0x210000)
#define GICC      (AP_BASE + 0x220000)
#define GICH      (AP_BASE + 0x240000)
#define GICV      (AP_BASE + 0x260000)
#define V2M       (AP_BASE + 0x280000)
#define UART0     (AP_BASE + 0x512000)
#define EMMC      (AP_BASE + 0x6e0000)
#define CP0_SD    (CP0_BASE + 0x780000)
#define CP1_SPI1  (CP1_BASE + 0x700680)
#define RTC       0x284000 /* in each CP */
#define SPI_DIRECT 0xf9000000ull
#define BOOT_ROM  0xfff00000ull

#define MCBIN_CPUS 4
#define MCBIN_SPIS 288 /* v2m frames reach SPI 287 */

#define TYPE_MCBIN MACHINE_TYPE_NAME("macchiatobin")
OBJECT_DECLARE_SIMPLE_TYPE(McbinMachine, MCBIN)

typedef struct McbinRegs McbinRegs;
typedef struct McbinCard McbinCard;

/* Options of -M that are strings, in the order of mcbin_options[]. */
enum { OPT_BOOT, OPT_NOR, OPT_NOR_FAULT, OPT_MMC0_FAULT, OPT_MMC1_FAULT, OPT_EMMC_PROTECT, OPT_RTC, OPT_STRAY,
       OPT_STRINGS };
/* And those that are sizes in bytes. */
enum { OPT_EMMC_BOOT, OPT_EMMC_GP0, OPT_EMMC_GP1, OPT_EMMC_CACHE, OPT_SIZES };

struct McbinMachine {
    MachineState parent;
    bool el3;
    char *text[OPT_STRINGS];
    uint64_t size[OPT_SIZES];
    ARMCPU *cpu[MCBIN_CPUS];
    DeviceState *gic, *spi, *emmc, *sd;
    BlockBackend *nor_blk, *sd_blk;
    McbinRegs *regs;
    MemoryRegion guard, secure, secure_all, secure_dram, rom;
    FILE *stray;
};

/* Chosen words after a property's name: NAME or NAME=VALUE, joined by '/'. */
bool mcbin_word(const char *text, const char *word);

/* An access that no part of the machine knows, or a use that the hardware forbids: a line that starts with
 * "macchiatobin: stray: " on stderr and in the file that stray= names. A test that finds one has failed. */
void mcbin_stray(McbinMachine *m, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* bootrom.c: reads the medium that boot-from= names; called after each reset. */
void mcbin_boot_rom_init(McbinMachine *m);
void mcbin_boot_rom_reset(McbinMachine *m);

/* cpus.c */
void mcbin_cpus_init(McbinMachine *m);
void mcbin_cpus_reset(McbinMachine *m);
void mcbin_gic_init(McbinMachine *m);
bool mcbin_cpu_register(McbinMachine *m, hwaddr address, uint32_t value);

/* memory.c: DRAM, its hole and the TrustZone window of the memory controller. */
void mcbin_memory_init(McbinMachine *m);
void mcbin_trustzone(McbinMachine *m, uint32_t low, uint32_t high);

/* regs.c and reglist.c: the registers without a model. */
typedef struct RegRange {
    hwaddr base;
    uint32_t size;
    const char *name, *who;
    bool kept; /* in a reset */
} RegRange;
typedef struct RegBits {
    hwaddr address;
    uint32_t reset; /* value after a reset */
    uint32_t set, clear; /* bits that read as 1, as 0, whatever was written */
} RegBits;
extern const RegRange mcbin_reg_ranges[];
extern const RegBits mcbin_reg_bits[];
void mcbin_regs_init(McbinMachine *m);
void mcbin_regs_reset(McbinMachine *m);
uint32_t mcbin_reg(McbinMachine *m, hwaddr address);

/* mci.c: the indirect registers of the link between AP806 and CP1. */
void mcbin_mci_init(McbinMachine *m, int link, hwaddr base);

/* spi.c, nor.c */
#define TYPE_MCBIN_NOR "macchiatobin-nor"
DeviceState *mcbin_spi_init(McbinMachine *m);
BlockBackend *mcbin_drive(BlockInterfaceType type, int unit);

/* xenon.c, fault.c: the card hosts, and what goes wrong on them. */
typedef struct McbinFault {
    enum { FAULT_NONE, FAULT_SILENT, FAULT_READ_CRC, FAULT_WRITE_CRC, FAULT_READ_TIMEOUT, FAULT_WRITE_TIMEOUT } kind;
    uint32_t after; /* blocks that pass before it */
    uint32_t above; /* only when the clock is faster than this, in Hz */
    bool only_8bit, only_wide, only_highspeed;
    int64_t times; /* how often; below 0: always */
} McbinFault;
#define MCBIN_FAULTS 4
void mcbin_parse_faults(const char *text, McbinFault faults[MCBIN_FAULTS], Error **errp);
DeviceState *mcbin_sdhci_init(McbinMachine *m, hwaddr base, int spi, const char *faults);

/* emmc.c */
#define TYPE_MCBIN_EMMC "macchiatobin-emmc"
DeviceState *mcbin_emmc_init(McbinMachine *m, DeviceState *host);
bool mcbin_emmc_boot_area(DeviceState *card, BlockBackend **blk, uint64_t *offset, uint64_t *size, const char **name);
bool mcbin_emmc_mode(DeviceState *card, unsigned *width, bool *highspeed, bool *ddr);

#endif
