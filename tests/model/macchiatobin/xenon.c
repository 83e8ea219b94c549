/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenon.c - the card hosts: QEMU's SDHCI with Marvell's registers (Xenon) and with faults. A fault replaces the end of
 * a command or of a transfer by the error status that the hardware shows. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "exec/address-spaces.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/sd/sdhci.h"
#include "hw/sd/sdhci-internal.h"
#include "soc.h"
#include "system/reset.h"

#define CORE_CLOCK   400000000
#define SLOT_ENABLE  0x108 /* bit 0 */
#define PHY_TIMING   0x170
#define PHY_INIT     (1u << 31)
#define VENDOR_SIZE  0x100 /* from 0x100 on */
#define IDENT_CLOCK  400000
#define LEGACY_CLOCK 26000000
#define HIGH_SPEED   0x04 /* of host control */
#define SOFT_RESET   0x2f
#define EIS_TIMEOUT  0x10
#define EIS_CRC      0x20

#define TYPE_MCBIN_SDHCI "macchiatobin-sdhci"
OBJECT_DECLARE_SIMPLE_TYPE(McbinSdhci, MCBIN_SDHCI)
struct McbinSdhci {
    SDHCIState sdhci;
    const MemoryRegionOps *base;
    McbinMachine *m;
    bool emmc;
    MemoryRegion vendor_io;
    uint32_t vendor[VENDOR_SIZE / 4];
    McbinFault fault[MCBIN_FAULTS];
    uint16_t pending; /* error of the transfer under way */
};

static uint32_t card_clock(SDHCIState *s)
{
    unsigned divider = (s->clkcon >> 8) | (s->clkcon & 0xc0) << 2;

    return divider ? CORE_CLOCK / (2 * divider) : CORE_CLOCK;
}

static unsigned host_width(SDHCIState *s)
{
    return s->hostctl1 & SDHC_CTRL_8BITBUS ? 8 : s->hostctl1 & SDHC_CTRL_4BITBUS ? 4 : 1;
}

static bool applies(McbinSdhci *x, const McbinFault *f, bool multiple)
{
    SDHCIState *s = &x->sdhci;

    /* What is to happen in the middle needs one. */
    if (!f->times || (f->after && (!multiple || s->blkcnt <= f->after))) {
        return false;
    }
    return card_clock(s) > f->above && (!f->only_8bit || host_width(s) == 8) && (!f->only_wide || host_width(s) > 1) &&
           (!f->only_highspeed || (s->hostctl1 & HIGH_SPEED));
}

/* The bits of the error status that a command will end with, or 0; after how many blocks. */
static uint16_t fate(McbinSdhci *x, bool data, uint16_t trnmod, uint32_t *after)
{
    SDHCIState *s = &x->sdhci;
    unsigned width;
    bool highspeed, ddr, read = trnmod & SDHC_TRNS_READ;

    *after = 0;
    if (!(x->vendor[(SLOT_ENABLE - 0x100) / 4] & 1)) {
        return SDHC_EIS_CMDTIMEOUT;
    }
    for (unsigned i = 0; i < MCBIN_FAULTS; i++) {
        McbinFault *f = &x->fault[i];
        bool crc = f->kind == FAULT_READ_CRC || f->kind == FAULT_WRITE_CRC;
        bool reads = f->kind == FAULT_READ_CRC || f->kind == FAULT_READ_TIMEOUT;

        if (!f->kind || !applies(x, f, trnmod & SDHC_TRNS_MULTI)) {
            continue;
        }
        if (f->kind != FAULT_SILENT && (!data || read != reads)) {
            continue;
        }
        f->times -= f->times > 0;
        *after = f->after;
        return f->kind == FAULT_SILENT ? SDHC_EIS_CMDTIMEOUT : crc ? EIS_CRC : EIS_TIMEOUT;
    }
    /* A card and a host that disagree about the bus. */
    if (x->emmc && x->m->emmc) {
        bool running = mcbin_emmc_mode(x->m->emmc, &width, &highspeed, &ddr);

        if (!running && card_clock(s) > IDENT_CLOCK) {
            return SDHC_EIS_CMDTIMEOUT;
        }
        if (data && (width != host_width(s) || (!highspeed && card_clock(s) > LEGACY_CLOCK) ||
                     ddr != ((s->hostctl2 & 7) == 4))) {
            return EIS_CRC;
        }
    }
    return 0;
}

static void update_irq(SDHCIState *s)
{
    qemu_set_irq(s->irq, (s->norintsts & s->norintsigen) || (s->errintsts & s->errintsigen));
}

static void show_error(McbinSdhci *x, uint16_t error, bool command_done)
{
    SDHCIState *s = &x->sdhci;

    s->norintsts &= ~(SDHC_NIS_TRSCMP | SDHC_NIS_DMA | SDHC_NIS_RBUFRDY | SDHC_NIS_WBUFRDY);
    s->norintsts &= command_done ? 0xffff : ~SDHC_NIS_CMDCMP;
    s->errintsts = error & s->errintstsen;
    s->norintsts |= s->errintsts ? SDHC_NIS_ERR : 0;
    s->prnsts &= ~(SDHC_DOING_READ | SDHC_DOING_WRITE | SDHC_SPACE_AVAILABLE | SDHC_DATA_AVAILABLE);
    x->pending = 0;
    update_irq(s);
}

/* A single block ends on the card as well; many stay open until the host sends CMD12. */
static void end_single(SDHCIState *s)
{
    SDRequest stop = { .cmd = 12 };
    uint8_t response[16];

    if (!(s->trnmod & SDHC_TRNS_MULTI)) {
        sdbus_do_command(&s->sdbus, &stop, response);
    }
}

static void check_end(McbinSdhci *x)
{
    SDHCIState *s = &x->sdhci;

    if (x->pending && ((s->norintsts & SDHC_NIS_TRSCMP) || !(s->prnsts & (SDHC_DOING_READ | SDHC_DOING_WRITE)))) {
        show_error(x, x->pending, true);
    }
}

static void command(McbinSdhci *x, hwaddr offset, uint64_t value, unsigned size)
{
    SDHCIState *s = &x->sdhci;
    unsigned shift = offset == SDHC_TRNMOD ? 16 : offset == SDHC_CMDREG ? 0 : -8;
    uint16_t cmdreg = shift == (unsigned)-8 ? (value << 8) | (s->cmdreg & 0xff) : value >> shift;
    uint16_t trnmod = shift == 16 ? value : s->trnmod;
    bool data = cmdreg & SDHC_CMD_DATA_PRESENT;
    uint32_t after = 0;
    uint16_t error = SDHC_CLOCK_IS_ON(s->clkcon) ? fate(x, data, trnmod, &after) : 0;

    x->pending = 0;
    if (!error) {
        x->base->write(s, offset, value, size);
        return;
    }
    if (error == SDHC_EIS_CMDTIMEOUT) {
        s->cmdreg = cmdreg;
        s->trnmod = shift == 16 ? trnmod & SDHC_TRNMOD_MASK : s->trnmod;
        if (cmdreg & SDHC_CMD_RESPONSE) {
            show_error(x, error, false);
        } else {
            s->norintsts |= s->norintstsen & SDHC_NIS_CMDCMP;
            update_irq(s);
        }
        return;
    }
    if (!after) { /* the command passes, its data does not */
        value &= ~((uint64_t)SDHC_CMD_DATA_PRESENT << (shift == (unsigned)-8 ? 0 : shift));
        x->base->write(s, offset, value, size);
        s->cmdreg |= SDHC_CMD_DATA_PRESENT;
        if (!(s->errintsts & SDHC_EIS_CMDTIMEOUT)) {
            end_single(s);
            show_error(x, error, true);
            s->prnsts |= SDHC_DATA_INHIBIT | SDHC_DAT_LINE_ACTIVE; /* until the host resets the data line */
        }
        return;
    }
    s->blkcnt = MIN(s->blkcnt, after);
    if (shift == 16) {
        value &= ~(uint64_t)SDHC_TRNS_ACMD12;
    } else {
        s->trnmod &= ~SDHC_TRNS_ACMD12;
    }
    x->pending = error;
    x->base->write(s, offset, value, size);
    check_end(x);
}

static uint64_t xenon_read(void *opaque, hwaddr offset, unsigned size)
{
    McbinSdhci *x = MCBIN_SDHCI(opaque);
    uint64_t value = x->base->read(&x->sdhci, offset, size);

    check_end(x);
    return value;
}

static void xenon_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    McbinSdhci *x = MCBIN_SDHCI(opaque);

    /* The last byte of the command register starts it. */
    if (offset <= SDHC_CMDREG + 1 && offset + size == SDHC_CMDREG + 2) {
        command(x, offset, value, size);
        return;
    }
    if (offset == SOFT_RESET && (value & 6) == 6) { /* QEMU's knows one line at a time */
        x->base->write(&x->sdhci, offset, 2, 1);
        value = 4;
    }
    x->base->write(&x->sdhci, offset, value, size);
    check_end(x);
}

static const MemoryRegionOps xenon_ops = {
    .read = xenon_read, .write = xenon_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 1, .valid.max_access_size = 4,
};

static uint64_t vendor_read(void *opaque, hwaddr offset, unsigned size)
{
    return MCBIN_SDHCI(opaque)->vendor[offset / 4];
}

static void vendor_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    McbinSdhci *x = MCBIN_SDHCI(opaque);

    /* The PHY's initialisation ends by itself, but only with a clock. */
    if (offset == PHY_TIMING - 0x100 && (x->sdhci.clkcon & SDHC_CLOCK_INT_STABLE)) {
        value &= ~(uint64_t)PHY_INIT;
    }
    x->vendor[offset / 4] = value;
}

static const MemoryRegionOps vendor_ops = {
    .read = vendor_read, .write = vendor_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 4, .valid.max_access_size = 4,
};

static void vendor_reset(void *opaque)
{
    McbinSdhci *x = opaque;

    memset(x->vendor, 0, sizeof(x->vendor));
    x->pending = 0;
}

static void sdhci_instance_init(Object *o)
{
    McbinSdhci *x = MCBIN_SDHCI(o);

    x->base = x->sdhci.io_ops;
    x->sdhci.io_ops = &xenon_ops;
}

DeviceState *mcbin_sdhci_init(McbinMachine *m, hwaddr base, int spi, const char *faults)
{
    DeviceState *dev = qdev_new(TYPE_MCBIN_SDHCI);
    McbinSdhci *x = MCBIN_SDHCI(dev);

    x->m = m;
    x->emmc = base == EMMC;
    mcbin_parse_faults(faults, x->fault, &error_fatal);
    qdev_prop_set_uint8(dev, "sd-spec-version", 3);
    qdev_prop_set_uint8(dev, "uhs", UHS_I);
    qdev_prop_set_uint64(dev, "capareg", 0x35fe6481ull | (0x57ull << 32));
    sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(dev), 0, base);
    sysbus_connect_irq(SYS_BUS_DEVICE(dev), 0, qdev_get_gpio_in(m->gic, spi));
    memory_region_init_io(&x->vendor_io, OBJECT(dev), &vendor_ops, x, "xenon", VENDOR_SIZE);
    memory_region_add_subregion(get_system_memory(), base + 0x100, &x->vendor_io);
    qemu_register_reset(vendor_reset, x);
    return dev;
}

static const TypeInfo types[] = {
    { .name = TYPE_MCBIN_SDHCI, .parent = TYPE_SYSBUS_SDHCI, .instance_size = sizeof(McbinSdhci),
      .instance_init = sdhci_instance_init },
};
DEFINE_TYPES(types)
