/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spi.c - Marvell's "armada-380-spi": one interface, 8 and 16 bit transfers, and the window for direct reads. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "exec/address-spaces.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "hw/ssi/ssi.h"
#include "soc.h"
#include "system/blockdev.h"

#define CONTROL   0x00
#define CONTROL_ACTIVE (1u << 0)
#define CONTROL_READY  (1u << 1)
#define CONFIG    0x04
#define CONFIG_16BIT   (1u << 5)
#define DATA_OUT  0x08
#define DATA_IN   0x0c
#define CAUSE     0x10
#define CHIPS     4
#define AMB_WINDOW (CP1_BASE + 0x70ff00) /* its window 0: attribute of SPI1's chip select 0, enable */
#define AMB_SPI1_CS0 0x1a

#define TYPE_MCBIN_SPI "macchiatobin-spi"
OBJECT_DECLARE_SIMPLE_TYPE(McbinSpi, MCBIN_SPI)
struct McbinSpi {
    SysBusDevice parent;
    MemoryRegion io, direct;
    SSIBus *bus;
    qemu_irq cs[CHIPS];
    McbinMachine *m;
    uint32_t reg[0x50 / 4];
};

static void select_chip(McbinSpi *s, int chip)
{
    for (int i = 0; i < CHIPS; i++) {
        qemu_set_irq(s->cs[i], i != chip);
    }
}

static uint64_t spi_read(void *opaque, hwaddr offset, unsigned size)
{
    McbinSpi *s = opaque;

    return s->reg[offset / 4];
}

static void spi_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    McbinSpi *s = opaque;

    switch (offset) {
    case CONTROL:
        s->reg[CONTROL / 4] = (value & ~CONTROL_READY) | (s->reg[CONTROL / 4] & CONTROL_READY);
        select_chip(s, value & CONTROL_ACTIVE ? (value >> 2) & 7 : -1);
        break;
    case DATA_OUT:
        s->reg[DATA_OUT / 4] = value;
        if (s->reg[CONFIG / 4] & CONFIG_16BIT) {
            uint32_t high = ssi_transfer(s->bus, (value >> 8) & 0xff) & 0xff;

            s->reg[DATA_IN / 4] = high << 8 | (ssi_transfer(s->bus, value & 0xff) & 0xff);
        } else {
            s->reg[DATA_IN / 4] = ssi_transfer(s->bus, value & 0xff) & 0xff;
        }
        s->reg[CONTROL / 4] |= CONTROL_READY;
        s->reg[CAUSE / 4] |= 1;
        break;
    case CAUSE: /* cleared by zeros */
        s->reg[CAUSE / 4] &= value;
        s->reg[CONTROL / 4] &= ~CONTROL_READY;
        break;
    case DATA_IN:
        break;
    default:
        s->reg[offset / 4] = value;
    }
}

static const MemoryRegionOps spi_ops = {
    .read = spi_read, .write = spi_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 4, .valid.max_access_size = 4,
};

/* The controller reads the chip by itself, once TF-A has opened the window, and while nobody else has it selected. */
static uint64_t direct_read(void *opaque, hwaddr offset, unsigned size)
{
    McbinSpi *s = opaque;
    uint32_t window = mcbin_reg(s->m, AMB_WINDOW);
    uint64_t value = 0;

    if (!(window & 1) || ((window >> 8) & 0xff) != AMB_SPI1_CS0 || (s->reg[CONTROL / 4] & CONTROL_ACTIVE)) {
        mcbin_stray(s->m, "direct read of the SPI flash at %#" HWADDR_PRIx " through a closed window", offset);
        return 0;
    }
    select_chip(s, 0);
    ssi_transfer(s->bus, 0x03);
    for (int shift = 16; shift >= 0; shift -= 8) {
        ssi_transfer(s->bus, (offset >> shift) & 0xff);
    }
    for (unsigned i = 0; i < size; i++) {
        value |= (uint64_t)(ssi_transfer(s->bus, 0) & 0xff) << 8 * i;
    }
    select_chip(s, -1);
    return value;
}

static void direct_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    mcbin_stray(MCBIN_SPI(opaque)->m, "direct write to the SPI flash at %#" HWADDR_PRIx, offset);
}

static const MemoryRegionOps direct_ops = {
    .read = direct_read, .write = direct_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 1, .valid.max_access_size = 8,
    .impl.min_access_size = 1, .impl.max_access_size = 8,
};

static void spi_reset(DeviceState *dev)
{
    McbinSpi *s = MCBIN_SPI(dev);

    memset(s->reg, 0, sizeof(s->reg));
    select_chip(s, -1);
}

static void spi_class_init(ObjectClass *oc, void *data)
{
    device_class_set_legacy_reset(DEVICE_CLASS(oc), spi_reset);
}

static void spi_instance_init(Object *o)
{
    McbinSpi *s = MCBIN_SPI(o);

    memory_region_init_io(&s->io, o, &spi_ops, s, "spi1", 0x50);
    memory_region_init_io(&s->direct, o, &direct_ops, s, "spi1.direct", 0x1000000);
    sysbus_init_mmio(SYS_BUS_DEVICE(o), &s->io);
    sysbus_init_mmio(SYS_BUS_DEVICE(o), &s->direct);
    s->bus = ssi_create_bus(DEVICE(o), "spi");
    qdev_init_gpio_out_named(DEVICE(o), s->cs, "cs", CHIPS);
}

DeviceState *mcbin_spi_init(McbinMachine *m)
{
    DeviceState *spi = qdev_new(TYPE_MCBIN_SPI), *nor;
    const char *chip = m->text[OPT_NOR], *fault = m->text[OPT_NOR_FAULT];
    bool own = !strncmp(chip, "w25q32", 6) || !strcmp(chip, "w25q256");

    MCBIN_SPI(spi)->m = m;
    sysbus_realize_and_unref(SYS_BUS_DEVICE(spi), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(spi), 0, CP1_SPI1);
    sysbus_mmio_map(SYS_BUS_DEVICE(spi), 1, SPI_DIRECT);
    m->nor_blk = mcbin_drive(IF_MTD, 0);
    if (mcbin_word(fault, "no-chip")) {
        m->nor_blk = NULL;
        return spi;
    }
    nor = qdev_new(own ? TYPE_MCBIN_NOR : chip);
    if (own) {
        qdev_prop_set_string(nor, "chip", chip);
        qdev_prop_set_string(nor, "fault", fault);
    }
    if (m->nor_blk) {
        qdev_prop_set_drive_err(nor, "drive", m->nor_blk, &error_fatal);
    }
    qdev_realize_and_unref(nor, BUS(MCBIN_SPI(spi)->bus), &error_fatal);
    qdev_connect_gpio_out_named(spi, "cs", 0, qdev_get_gpio_in_named(nor, SSI_GPIO_CS, 0));
    return spi;
}

static const TypeInfo types[] = {
    { .name = TYPE_MCBIN_SPI, .parent = TYPE_SYS_BUS_DEVICE, .instance_size = sizeof(McbinSpi),
      .instance_init = spi_instance_init, .class_init = spi_class_init },
};
DEFINE_TYPES(types)
