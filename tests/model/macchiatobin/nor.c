/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nor.c - the SPI NOR flash: Winbond's W25Q32 of the board, with what QEMU's own chips lack: a busy time, pages that
 * wrap, protected blocks, a write-protect pin, SFDP, and data that is in the file before the command ends. Chips:
 * w25q32, w25q32-nosfdp (an early one), w25q256 (32 MiB, 4 byte addresses). */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/units.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "hw/ssi/ssi.h"
#include "qemu/timer.h"
#include "soc.h"

#define PAGE   256
#define BUSY   (1u << 0)
#define WEL    (1u << 1)
#define SRP0   (1u << 7)
#define CMP    (1u << 6) /* of the second status register */
#define BUSY_READS 2     /* a program or erase ends after this many looks at the status, */
#define BUSY_NS 1000000  /* or after this time: a guest that was kept from looking finds it done, as on a board */

OBJECT_DECLARE_SIMPLE_TYPE(McbinNor, MCBIN_NOR)
struct McbinNor {
    SSIPeripheral parent;
    char *chip, *fault;
    BlockBackend *blk;
    uint8_t *data;
    uint32_t size;
    bool large, has_sfdp, stuck, silent, four_bytes, wp_low, asleep, armed_reset;
    uint8_t status[3];
    int64_t busy, since; /* looks at the status until it is over, below 0: never; virtual time when it began */
    uint8_t opcode;
    uint32_t count, address; /* bytes since the chip was selected */
    uint8_t page[PAGE];
    uint32_t page_bytes;
    uint8_t sfdp[256];
};

static void put32(uint8_t *at, const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        stl_le_p(at + 4 * i, words[i]);
    }
}

/* JESD216B: header, basic flash parameters at 0x80, instructions with 4 byte addresses at 0xc0. */
static void make_sfdp(McbinNor *s)
{
    const uint32_t header[] = { 0x50444653, 0xff000106 | (s->large ? 0x00010000 : 0),
                                0x10010600, 0xff000080, 0x02010084, 0xff0000c0 };
    uint32_t basic[] = { 0xfff120e5, s->size * 8 - 1, 0x6b08eb44, 0xbb423b08, 0xfffffffe, 0x0000ffff, 0xeb40ffff,
                         0x520f200c, 0x0000d810, 0x00a60236, 0xc914ea82, 0x337663e9, 0x757a757a, 0x5cd5a2f7, 0xff4de930,
                         0x00001001 };
    static const uint32_t four[] = { 0x00000a43, 0xffdcff21 };

    memset(s->sfdp, 0xff, sizeof(s->sfdp));
    if (s->large) {
        basic[0] |= 1u << 17;
        basic[15] |= 0x25004000;
        put32(s->sfdp + 0xc0, four, 2);
    }
    put32(s->sfdp, header, s->large ? 6 : 4);
    put32(s->sfdp + 0x80, basic, 16);
}

static bool protected(McbinNor *s, uint32_t at, uint32_t length)
{
    unsigned field = (s->status[0] >> 2) & (s->large ? 0xf : 0x7);
    bool bottom = s->status[0] & (s->large ? 1u << 6 : 1u << 5), sectors = !s->large && (s->status[0] & (1u << 6));
    bool all = field >= (s->large ? 10 : 7), complement = s->status[1] & CMP;
    uint64_t size = !field ? 0 : all ? s->size : (sectors ? 4 * KiB : 64 * KiB) << (field - 1);
    uint64_t from = bottom ? 0 : s->size - size, to = from + size;

    return complement ? at < from || at + length > to : size && at < to && at + length > from;
}

static void set_busy(McbinNor *s, int64_t looks)
{
    s->busy = looks;
    s->since = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static bool is_busy(McbinNor *s)
{
    if (s->busy > 0 && qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - s->since >= BUSY_NS) {
        s->busy = 0;
    }
    return s->busy;
}

static void store(McbinNor *s, uint32_t at, uint32_t length)
{
    if (s->blk) {
        blk_pwrite(s->blk, at, length, s->data + at, 0);
    }
    set_busy(s, s->stuck ? -1 : BUSY_READS);
}

static void erase(McbinNor *s, uint32_t at, uint32_t length)
{
    at &= ~(length - 1) & (s->size - 1);
    if (!protected(s, at, length)) {
        memset(s->data + at, 0xff, length);
        store(s, at, length);
    }
}

static void program(McbinNor *s)
{
    uint32_t base = s->address & ~(PAGE - 1) & (s->size - 1), first = s->address % PAGE;

    if (!s->page_bytes || protected(s, base, PAGE)) {
        return;
    }
    /* More than a page goes round in it: the last byte for each place counts. */
    for (uint32_t i = 0; i < MIN(s->page_bytes, PAGE); i++) {
        uint32_t place = (first + s->page_bytes - 1 - i) % PAGE;

        s->data[base + place] &= s->page[place];
    }
    store(s, base, PAGE);
}

static unsigned address_bytes(McbinNor *s)
{
    switch (s->opcode) {
    case 0x03: case 0x0b: case 0x02: case 0x20: case 0x52: case 0xd8: return s->four_bytes ? 4 : 3;
    case 0x13: case 0x0c: case 0x12: case 0x21: case 0xdc: return s->large ? 4 : 0;
    case 0x5a: case 0x90: return 3;
    }
    return 0;
}

/* The chip is deselected: what was only received so far takes effect. */
static void finish(McbinNor *s)
{
    bool enabled = s->status[0] & WEL, locked = s->wp_low && (s->status[0] & SRP0);
    bool addressed = s->count == 1 + address_bytes(s), alone = s->count == 1;

    switch (s->opcode) {
    case 0x06: case 0x50: s->status[0] |= WEL; return;
    case 0x04: s->status[0] &= ~WEL; return;
    case 0xb7: s->four_bytes = s->large; return;
    case 0xe9: s->four_bytes = false; return;
    case 0xb9: s->asleep = true; return;
    case 0xab: s->asleep = false; return;
    case 0x66: s->armed_reset = true; return;
    case 0x99: s->four_bytes &= !s->armed_reset; s->status[0] &= ~WEL; break;
    case 0x01: case 0x31: case 0x11:
        if (enabled && !locked && s->count > 1) {
            unsigned which = s->opcode == 0x01 ? 0 : s->opcode == 0x31 ? 1 : 2;

            s->status[which] = which ? s->page[0] : s->page[0] & ~(BUSY | WEL);
            if (!which && s->count > 2) {
                s->status[1] = s->page[1];
            }
            set_busy(s, BUSY_READS);
        }
        s->status[0] &= ~WEL;
        return;
    case 0x02: case 0x12: if (enabled) { program(s); } break;
    case 0x20: case 0x21: if (enabled && addressed) { erase(s, s->address, 4 * KiB); } break;
    case 0x52: if (enabled && addressed) { erase(s, s->address, 32 * KiB); } break;
    case 0xd8: case 0xdc: if (enabled && addressed) { erase(s, s->address, 64 * KiB); } break;
    case 0xc7: case 0x60: if (enabled && alone) { erase(s, 0, s->size); } break;
    default: return;
    }
    s->armed_reset = false;
    s->status[0] &= ~WEL;
}

static int nor_set_cs(SSIPeripheral *dev, bool high)
{
    McbinNor *s = MCBIN_NOR(dev);

    if (high && s->count) {
        finish(s);
    }
    s->count = 0;
    return 0;
}

static uint8_t read_status(McbinNor *s, unsigned which)
{
    uint8_t value = s->status[which];

    if (!which && is_busy(s)) {
        value |= BUSY;
        s->busy -= s->busy > 0;
    }
    return value;
}

static uint32_t nor_transfer(SSIPeripheral *dev, uint32_t in)
{
    McbinNor *s = MCBIN_NOR(dev);
    const uint8_t id[] = { 0xef, 0x40, s->large ? 0x19 : 0x16 };
    uint32_t index = s->count++, addresses, at;

    if (s->silent) {
        s->count = 0;
        return 0xff;
    }
    if (!index) {
        s->opcode = in;
        s->address = s->page_bytes = 0;
        memset(s->page, 0xff, PAGE);
        /* Busy or asleep it hears little. */
        if ((is_busy(s) && in != 0x05 && in != 0x35 && in != 0x15) || (s->asleep && in != 0xab)) {
            s->opcode = 0;
        }
        return 0xff;
    }
    addresses = address_bytes(s);
    if (index <= addresses) {
        s->address = s->address << 8 | (in & 0xff);
        return 0xff;
    }
    at = index - 1 - addresses;
    switch (s->opcode) {
    case 0x05: return read_status(s, 0);
    case 0x35: return read_status(s, 1);
    case 0x15: return (s->status[2] & ~1u) | (s->large && s->four_bytes);
    case 0x9f: return at < 3 ? id[at] : 0xff;
    case 0x90: return at % 2 ? (s->large ? 0x18 : 0x15) : 0xef;
    case 0xab: return s->large ? 0x18 : 0x15;
    case 0x03: case 0x13: return s->data[(s->address + at) & (s->size - 1)];
    case 0x0b: case 0x0c: return at ? s->data[(s->address + at - 1) & (s->size - 1)] : 0xff;
    case 0x5a: return at && s->has_sfdp ? s->sfdp[(s->address + at - 1) & 0xff] : 0xff;
    case 0x01: case 0x31: case 0x11: s->page[at % PAGE] = in; return 0xff;
    case 0x02: case 0x12: s->page[(s->address + at) % PAGE] = in; s->page_bytes = at + 1; return 0xff;
    }
    return 0xff;
}

static void nor_realize(SSIPeripheral *dev, Error **errp)
{
    McbinNor *s = MCBIN_NOR(dev);

    s->large = !strcmp(s->chip, "w25q256");
    s->size = s->large ? 32 * MiB : 4 * MiB;
    s->has_sfdp = strcmp(s->chip, "w25q32-nosfdp");
    s->stuck = mcbin_word(s->fault, "stuck");
    s->silent = mcbin_word(s->fault, "silent");
    if (!s->large && strcmp(s->chip, "w25q32") && strcmp(s->chip, "w25q32-nosfdp")) {
        error_setg(errp, "macchiatobin: no such flash chip: '%s'", s->chip);
        return;
    }
    s->data = g_malloc(s->size);
    memset(s->data, 0xff, s->size);
    make_sfdp(s);
    if (mcbin_word(s->fault, "protected")) { /* all blocks, and the pin keeps it so */
        s->status[0] = SRP0 | 7u << 2 | (s->large ? 1u << 5 : 0);
        s->wp_low = true;
    }
    if (s->blk) {
        if (blk_set_perm(s->blk, BLK_PERM_CONSISTENT_READ | BLK_PERM_WRITE, BLK_PERM_ALL, errp) < 0) {
            return;
        }
        if (blk_getlength(s->blk) != s->size || blk_pread(s->blk, 0, s->size, s->data, 0) < 0) {
            error_setg(errp, "macchiatobin: the file of the flash must have %" PRIu32 " bytes", s->size);
        }
    }
}

/* A reset of the SoC is none of the chip's: it has no reset line. The boot ROM takes it out of 4 byte addresses. */
static void nor_reset(DeviceState *dev)
{
    MCBIN_NOR(dev)->four_bytes = false;
    MCBIN_NOR(dev)->asleep = false;
}

static const Property nor_properties[] = {
    DEFINE_PROP_STRING("chip", McbinNor, chip),
    DEFINE_PROP_STRING("fault", McbinNor, fault),
    DEFINE_PROP_DRIVE("drive", McbinNor, blk),
};

static void nor_class_init(ObjectClass *oc, void *data)
{
    SSIPeripheralClass *sc = SSI_PERIPHERAL_CLASS(oc);

    sc->realize = nor_realize;
    sc->transfer = nor_transfer;
    sc->set_cs = nor_set_cs;
    sc->cs_polarity = SSI_CS_LOW;
    device_class_set_legacy_reset(DEVICE_CLASS(oc), nor_reset);
    device_class_set_props(DEVICE_CLASS(oc), nor_properties);
}

static const TypeInfo types[] = {
    { .name = TYPE_MCBIN_NOR, .parent = TYPE_SSI_PERIPHERAL, .instance_size = sizeof(McbinNor),
      .class_init = nor_class_init },
};
DEFINE_TYPES(types)
