/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c - SolidRun MACCHIATObin (Marvell Armada 8040): its parts, its options, its reset. README.md tells more. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/error-report.h"
#include "qemu/units.h"
#include "exec/address-spaces.h"
#include "hw/char/serial-mm.h"
#include "hw/loader.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "hw/sd/sd.h"
#include "soc.h"
#include "system/blockdev.h"
#include "system/reset.h"
#include "system/system.h"

typedef struct Option {
    const char *name, *value, *help;
} Option;

static const Option texts[OPT_STRINGS] = {
    [OPT_BOOT] = { "boot-from", "none", "what the boot ROM reads: spi, emmc, sd, or none for an image at 0x04100000" },
    [OPT_NOR] = { "nor", "w25q32", "the SPI flash: w25q32, w25q32-nosfdp, w25q256, or a chip of QEMU's" },
    [OPT_NOR_FAULT] = { "nor-fault", "", "protected, stuck, silent, no-chip" },
    [OPT_MMC0_FAULT] = { "mmc0-fault", "", "of the eMMC: no-card, stuck, or KIND[+BLOCKS][@CONDITION][*TIMES]" },
    [OPT_MMC1_FAULT] = { "mmc1-fault", "", "of the SD card: no-card, or KIND[+BLOCKS][@CONDITION][*TIMES]" },
    [OPT_EMMC_PROTECT] = { "emmc-protect", "", "write-protected for ever: boot, user" },
    [OPT_RTC] = { "rtc", "set", "the clocks of the CPs: set up by somebody before, or lost" },
    [OPT_STRAY] = { "stray", "", "file for accesses outside the list" },
};

static const struct { const char *name; uint64_t value; } sizes[OPT_SIZES] = {
    [OPT_EMMC_BOOT] = { "emmc-boot", 4 * MiB },
    [OPT_EMMC_GP0] = { "emmc-gp0", 0 },
    [OPT_EMMC_GP1] = { "emmc-gp1", 0 },
    [OPT_EMMC_CACHE] = { "emmc-cache", 512 * KiB },
};

void mcbin_stray(McbinMachine *m, const char *format, ...)
{
    va_list args;
    g_autofree char *text = NULL;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    fprintf(stderr, "macchiatobin: stray: %s\n", text);
    if (m->stray) {
        fprintf(m->stray, "macchiatobin: stray: %s\n", text);
        fflush(m->stray);
    }
}

BlockBackend *mcbin_drive(BlockInterfaceType type, int unit)
{
    DriveInfo *info = drive_get(type, 0, unit);

    if (!info) {
        return NULL;
    }
    info->is_default = true; /* or QEMU complains when a fault keeps it out of its slot */
    return blk_by_legacy_dinfo(info);
}

static void sd_init(McbinMachine *m, DeviceState *host)
{
    BlockBackend *blk = mcbin_drive(IF_SD, 1);

    if (!blk || mcbin_word(m->text[OPT_MMC1_FAULT], "no-card")) {
        return;
    }
    m->sd_blk = blk;
    m->sd = qdev_new(TYPE_SD_CARD);
    qdev_prop_set_drive_err(m->sd, "drive", blk, &error_fatal);
    qdev_realize_and_unref(m->sd, qdev_get_child_bus(host, "sd-bus"), &error_fatal);
}

static void machine_init(MachineState *ms)
{
    McbinMachine *m = MCBIN(ms);
    static const char *const media[] = { "spi", "emmc", "sd", "none", NULL };

    if (!g_strv_contains(media, m->text[OPT_BOOT])) {
        error_report("macchiatobin: boot-from=%s is none of spi, emmc, sd, none", m->text[OPT_BOOT]);
        exit(1);
    }
    if (strcmp(m->text[OPT_RTC], "set") && strcmp(m->text[OPT_RTC], "lost")) {
        error_report("macchiatobin: rtc=%s is none of set, lost", m->text[OPT_RTC]);
        exit(1);
    }
    if (!is_power_of_2(ms->ram_size) || ms->ram_size < 256 * MiB || ms->ram_size > 16 * GiB) {
        error_report("macchiatobin: -m is a power of two from 256M to 16G, as the memory controller's chip select");
        exit(1);
    }
    if (*m->text[OPT_STRAY] && !(m->stray = fopen(m->text[OPT_STRAY], "a"))) {
        error_report("macchiatobin: cannot write %s", m->text[OPT_STRAY]);
        exit(1);
    }
    mcbin_memory_init(m);
    mcbin_boot_rom_init(m);
    mcbin_cpus_init(m);
    mcbin_regs_init(m);
    mcbin_mci_init(m, 0, 0xfd000000);
    mcbin_mci_init(m, 1, 0xfe000000);
    mcbin_gic_init(m);
    serial_mm_init(get_system_memory(), UART0, 2, qdev_get_gpio_in(m->gic, 19), 200000000 / 16, serial_hd(0),
                   DEVICE_LITTLE_ENDIAN);
    m->spi = mcbin_spi_init(m);
    m->emmc = mcbin_emmc_init(m, mcbin_sdhci_init(m, EMMC, 16, m->text[OPT_MMC0_FAULT]));
    sd_init(m, mcbin_sdhci_init(m, CP0_SD, 69, m->text[OPT_MMC1_FAULT]));
    if (ms->kernel_filename && load_image_targphys(ms->kernel_filename, 0, 64 * MiB) < 0) {
        error_report("macchiatobin: cannot load %s", ms->kernel_filename);
        exit(1);
    }
}

static void machine_reset(MachineState *ms, ResetType type)
{
    McbinMachine *m = MCBIN(ms);

    mcbin_regs_reset(m);
    mcbin_cpus_reset(m);
    qemu_devices_reset(type);
    mcbin_boot_rom_reset(m);
}

static bool get_el3(Object *o, Error **errp)
{
    return MCBIN(o)->el3;
}

static void set_el3(Object *o, bool value, Error **errp)
{
    MCBIN(o)->el3 = value;
}

static void get_text(Object *o, Visitor *v, const char *name, void *opaque, Error **errp)
{
    visit_type_str(v, name, &MCBIN(o)->text[(const Option *)opaque - texts], errp);
}

static void set_text(Object *o, Visitor *v, const char *name, void *opaque, Error **errp)
{
    char *text;

    if (visit_type_str(v, name, &text, errp)) {
        char **to = &MCBIN(o)->text[(const Option *)opaque - texts];

        g_free(*to);
        *to = text;
    }
}

static void access_size(Object *o, Visitor *v, const char *name, void *opaque, Error **errp)
{
    visit_type_size(v, name, &MCBIN(o)->size[(uintptr_t)opaque], errp);
}

static void instance_init(Object *o)
{
    for (unsigned i = 0; i < OPT_STRINGS; i++) {
        MCBIN(o)->text[i] = g_strdup(texts[i].value);
    }
    for (unsigned i = 0; i < OPT_SIZES; i++) {
        MCBIN(o)->size[i] = sizes[i].value;
    }
}

static void class_init(ObjectClass *oc, void *data)
{
    MachineClass *mc = MACHINE_CLASS(oc);

    mc->desc = "SolidRun MACCHIATObin (Marvell Armada 8040)";
    mc->init = machine_init;
    mc->reset = machine_reset;
    mc->min_cpus = 1;
    mc->default_cpus = mc->max_cpus = MCBIN_CPUS;
    mc->default_cpu_type = ARM_CPU_TYPE_NAME("cortex-a72");
    mc->default_ram_size = 4 * GiB;
    mc->default_ram_id = "dram";
    mc->block_default_type = IF_SD;
    mc->no_parallel = mc->no_floppy = mc->no_cdrom = 1;
    object_class_property_add_bool(oc, "el3", get_el3, set_el3);
    object_class_property_set_description(oc, "el3", "start at EL3, in the boot ROM; without it at EL2, at address 0");
    for (unsigned i = 0; i < OPT_STRINGS; i++) {
        object_class_property_add(oc, texts[i].name, "str", get_text, set_text, NULL, (void *)&texts[i]);
        object_class_property_set_description(oc, texts[i].name, texts[i].help);
    }
    for (unsigned i = 0; i < OPT_SIZES; i++) {
        object_class_property_add(oc, sizes[i].name, "size", access_size, access_size, NULL, (void *)(uintptr_t)i);
    }
}

static const TypeInfo types[] = {
    { .name = TYPE_MCBIN, .parent = TYPE_MACHINE, .instance_size = sizeof(McbinMachine), .instance_init = instance_init,
      .class_init = class_init },
};
DEFINE_TYPES(types)
