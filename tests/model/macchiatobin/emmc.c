/* SPDX-License-Identifier: GPL-2.0-or-later */
/* emmc.c - an eMMC 5.0 card on QEMU's SD bus. QEMU's own loses PARTITION_CONFIG in a reset and knows no general-purpose
 * partitions. Its commands are in emmc_command.c, its registers in emmc_csd.c, its file in emmc_store.c. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/units.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "emmc.h"

static McbinEmmc *emmc(SDState *sd)
{
    return MCBIN_EMMC(sd);
}

static int emmc_command(SDState *sd, SDRequest *request, uint8_t *response)
{
    return mcbin_emmc_command(emmc(sd), request, response);
}

static void block_done(McbinEmmc *s)
{
    s->fill = 0;
    s->at += BLOCK;
    s->count -= s->counted;
    if (!s->count) {
        s->state = TRANSFER;
        s->set_count = 0;
    }
}

static uint8_t emmc_read(SDState *sd)
{
    McbinEmmc *s = emmc(sd);
    uint8_t value;

    if (s->state != DATA) {
        return 0;
    }
    if (!s->fill && !s->reading_ext_csd && !mcbin_emmc_read_block(s, s->at, s->block)) {
        s->status |= OUT_OF_RANGE;
        memset(s->block, 0, BLOCK);
    }
    value = s->block[s->fill++];
    if (s->fill == BLOCK) {
        block_done(s);
    }
    return value;
}

static void emmc_write(SDState *sd, uint8_t value)
{
    McbinEmmc *s = emmc(sd);

    if (s->state != RECEIVE) {
        return;
    }
    s->block[s->fill++] = value;
    if (s->fill < BLOCK) {
        return;
    }
    if (s->at + BLOCK > mcbin_emmc_area(s)->size) {
        s->status |= OUT_OF_RANGE;
    } else if (mcbin_emmc_protected(s)) {
        s->status |= WP_VIOLATION;
    } else {
        mcbin_emmc_write_block(s, s->at, s->block);
    }
    block_done(s);
    if (s->stuck) {
        s->state = PROGRAM; /* for ever */
    }
}

static bool emmc_receive_ready(SDState *sd) { return emmc(sd)->state == RECEIVE; }
static bool emmc_data_ready(SDState *sd) { return emmc(sd)->state == DATA; }
static bool emmc_inserted(SDState *sd) { return true; }
static bool emmc_readonly(SDState *sd) { return false; }
static void emmc_voltage(SDState *sd, uint16_t millivolts) {}
static uint8_t emmc_dat_lines(SDState *sd) { return emmc(sd)->state == PROGRAM ? 0xe : 0xf; }
static bool emmc_cmd_line(SDState *sd) { return true; }

static void emmc_reset(DeviceState *dev)
{
    McbinEmmc *s = MCBIN_EMMC(dev);

    g_hash_table_remove_all(s->cache); /* what was not flushed is lost */
    mcbin_emmc_idle(s);
}

static void emmc_realize(DeviceState *dev, Error **errp)
{
    McbinEmmc *s = MCBIN_EMMC(dev);
    const uint64_t sizes[AREAS] = { 0, s->boot_size, s->boot_size, 0, s->gp_size[0], s->gp_size[1] };
    uint64_t offset = 0;

    if (!s->blk || blk_set_perm(s->blk, BLK_PERM_CONSISTENT_READ | BLK_PERM_WRITE, BLK_PERM_ALL, errp) < 0) {
        return;
    }
    s->file_size = blk_getlength(s->blk);
    for (unsigned i = 1; i < AREAS; i++) {
        s->area[i] = (EmmcArea){ offset, sizes[i] };
        offset += sizes[i];
    }
    if (s->file_size < offset + 1 * MiB + EMMC_STATE_BYTES || s->boot_size % (128 * KiB) ||
        (s->gp_size[0] | s->gp_size[1]) % (512 * KiB)) {
        error_setg(errp, "macchiatobin: the eMMC's file is boot0 | boot1 | gp0 | gp1 | user | 4 KiB, and too small");
        return;
    }
    s->area[0] = (EmmcArea){ offset, QEMU_ALIGN_DOWN(s->file_size - EMMC_STATE_BYTES - offset, 256 * KiB) };
    s->cache = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    mcbin_emmc_registers(s);
}

bool mcbin_emmc_boot_area(DeviceState *card, BlockBackend **blk, uint64_t *offset, uint64_t *size, const char **name)
{
    McbinEmmc *s = MCBIN_EMMC(card);
    unsigned enable = (s->ext_csd[EXT_CSD_PART_CONFIG] >> 3) & 7;
    const EmmcArea *area = &s->area[enable == 1 || enable == 2 ? enable : 0];

    *blk = s->blk;
    *offset = area->offset;
    *size = area->size;
    *name = enable == 1 ? "emmc boot0" : enable == 2 ? "emmc boot1" : "emmc user";
    return true;
}

bool mcbin_emmc_mode(DeviceState *card, unsigned *width, bool *highspeed, bool *ddr)
{
    static const uint8_t widths[] = { 1, 4, 8, 1, 1, 4, 8 };
    McbinEmmc *s = MCBIN_EMMC(card);

    *width = widths[s->ext_csd[EXT_CSD_BUS_WIDTH] % 7];
    *highspeed = s->ext_csd[EXT_CSD_HS_TIMING];
    *ddr = s->ext_csd[EXT_CSD_BUS_WIDTH] >= 5;
    return s->state >= STANDBY;
}

static const Property emmc_properties[] = {
    DEFINE_PROP_DRIVE("media", McbinEmmc, blk),
    DEFINE_PROP_STRING("protect", McbinEmmc, protect),
    DEFINE_PROP_BOOL("stuck", McbinEmmc, stuck, false),
    DEFINE_PROP_UINT64("boot-size", McbinEmmc, boot_size, 4 * MiB),
    DEFINE_PROP_UINT64("gp0-size", McbinEmmc, gp_size[0], 0),
    DEFINE_PROP_UINT64("gp1-size", McbinEmmc, gp_size[1], 0),
    DEFINE_PROP_UINT64("cache-size", McbinEmmc, cache_size, 0),
};

static void emmc_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    SDCardClass *sc = SDMMC_COMMON_CLASS(oc);

    dc->realize = emmc_realize;
    dc->vmsd = NULL;
    dc->user_creatable = false;
    device_class_set_legacy_reset(dc, emmc_reset);
    device_class_set_props(dc, emmc_properties);
    sc->do_command = emmc_command;
    sc->read_byte = emmc_read;
    sc->write_byte = emmc_write;
    sc->receive_ready = emmc_receive_ready;
    sc->data_ready = emmc_data_ready;
    sc->set_voltage = emmc_voltage;
    sc->get_dat_lines = emmc_dat_lines;
    sc->get_cmd_line = emmc_cmd_line;
    sc->get_inserted = emmc_inserted;
    sc->get_readonly = emmc_readonly;
}

DeviceState *mcbin_emmc_init(McbinMachine *m, DeviceState *host)
{
    BlockBackend *blk = mcbin_drive(IF_SD, 0);
    DeviceState *card;

    if (!blk || mcbin_word(m->text[OPT_MMC0_FAULT], "no-card")) {
        return NULL;
    }
    card = qdev_new(TYPE_MCBIN_EMMC);
    qdev_prop_set_drive_err(card, "media", blk, &error_fatal);
    qdev_prop_set_string(card, "protect", m->text[OPT_EMMC_PROTECT]);
    qdev_prop_set_bit(card, "stuck", mcbin_word(m->text[OPT_MMC0_FAULT], "stuck"));
    qdev_prop_set_uint64(card, "boot-size", m->size[OPT_EMMC_BOOT]);
    qdev_prop_set_uint64(card, "gp0-size", m->size[OPT_EMMC_GP0]);
    qdev_prop_set_uint64(card, "gp1-size", m->size[OPT_EMMC_GP1]);
    qdev_prop_set_uint64(card, "cache-size", m->size[OPT_EMMC_CACHE]);
    qdev_realize_and_unref(card, qdev_get_child_bus(host, "sd-bus"), &error_fatal);
    return card;
}

static const TypeInfo types[] = {
    { .name = TYPE_MCBIN_EMMC, .parent = TYPE_SDMMC_COMMON, .instance_size = sizeof(McbinEmmc),
      .class_init = emmc_class_init },
};
DEFINE_TYPES(types)
