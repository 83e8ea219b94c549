/* SPDX-License-Identifier: GPL-2.0-or-later */
/* emmc_csd.c - CID, CSD and EXT_CSD of the card: what a host may set, what lasts, what a reset takes back. */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "emmc.h"

#define BOOT_ENABLE(config) (((config) >> 3) & 7)

/* Bytes that outlive power, at their own index in the file's last 4 KiB; of PARTITION_CONFIG not the access. */
static const uint8_t lasting[] = { EXT_CSD_RST_N_FUNCTION,   EXT_CSD_BKOPS_EN,         EXT_CSD_WR_REL_SET,
                                   EXT_CSD_BOOT_BUS_CONDITIONS, EXT_CSD_BOOT_CONFIG_PROT, EXT_CSD_PART_CONFIG };

static uint8_t crc7(const uint8_t *bytes, unsigned count)
{
    uint8_t crc = 0;

    for (unsigned i = 0; i < count * 8; i++) {
        bool bit = ((bytes[i / 8] >> (7 - i % 8)) & 1) ^ (crc >> 6);

        crc = ((crc << 1) & 0x7f) ^ (bit ? 0x09 : 0);
    }
    return crc << 1 | 1;
}

static void save(McbinEmmc *s, uint8_t index)
{
    uint8_t value = s->ext_csd[index];

    if (index == EXT_CSD_PART_CONFIG) {
        value &= ~7;
    }
    if (index == EXT_CSD_BOOT_CONFIG_PROT) {
        value &= 0x10; /* the other bit holds until power goes */
    }
    blk_pwrite(s->blk, s->file_size - EMMC_STATE_BYTES + index, 1, &value, 0);
}

/* CSD of the structure that MMC uses (JESD84-B50, 7.3); fields by their bits, 127 first. */
static void csd_field(McbinEmmc *s, unsigned low, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++) {
        unsigned bit = low + i;

        s->csd[15 - bit / 8] |= ((value >> i) & 1) << bit % 8;
    }
}

static void make_csd(McbinEmmc *s)
{
    uint64_t user = s->area[0].size;

    csd_field(s, 126, 2, 3); /* structure: see EXT_CSD */
    csd_field(s, 122, 4, 4); /* version 4 */
    csd_field(s, 112, 8, 0x4f);
    csd_field(s, 96, 8, 0x32); /* 26 MHz */
    csd_field(s, 84, 12, 0x0f5); /* classes 0, 2, 4, 5, 6, 7 */
    csd_field(s, 80, 4, 9);
    csd_field(s, 62, 12, s->sectors ? 0xfff : user / (512 * BLOCK) - 1); /* C_SIZE with C_SIZE_MULT 7: 512 blocks */
    csd_field(s, 47, 3, 7);
    csd_field(s, 42, 5, 31); /* erase group: 32 * 32 blocks */
    csd_field(s, 37, 5, 31);
    csd_field(s, 22, 4, 9);
    s->csd[15] = crc7(s->csd, 15);
}

void mcbin_emmc_registers(McbinEmmc *s)
{
    static const uint8_t cid[15] = { 0x13, 0x01, 0x4e, 'C', 'O', 'R', 'B', 'E', 'L', 0x10, 0, 0, 0, 1, 0x1d };
    uint8_t *e = s->ext_csd;

    memcpy(s->cid, cid, sizeof(cid));
    s->cid[15] = crc7(s->cid, 15);
    s->sectors = s->area[0].size > 2 * GiB;
    make_csd(s);
    e[EXT_CSD_PARTITION_SUPPORT] = 1;
    e[EXT_CSD_WR_REL_PARAM] = EXT_CSD_WR_REL_PARAM_EN;
    e[EXT_CSD_REV] = 7; /* 5.0 */
    e[EXT_CSD_STRUCTURE] = 2;
    e[EXT_CSD_CARD_TYPE] = 0x17; /* 26, 52, DDR52, and HS200 at 1.8 V, which this board has not */
    e[EXT_CSD_PART_SWITCH_TIME] = 1;
    stl_le_p(e + EXT_CSD_SEC_CNT, s->area[0].size / BLOCK);
    e[EXT_CSD_REL_WR_SEC_C] = 1;
    e[EXT_CSD_HC_WP_GRP_SIZE] = 1;
    e[EXT_CSD_ERASE_TIMEOUT_MULT] = 1;
    e[EXT_CSD_HC_ERASE_GRP_SIZE] = 1; /* 512 KiB */
    e[EXT_CSD_ACC_SIZE] = 6;
    e[EXT_CSD_BOOT_MULT] = s->boot_size / (128 * KiB);
    e[EXT_CSD_BOOT_INFO] = 7;
    e[EXT_CSD_SEC_FEATURE_SUPPORT] = 0x10; /* trim */
    e[EXT_CSD_TRIM_MULT] = 1;
    e[EXT_CSD_GENERIC_CMD6_TIME] = 10;
    stl_le_p(e + EXT_CSD_CACHE_SIZE, s->cache_size * 8 / KiB); /* in kilobits */
    e[EXT_CSD_S_CMD_SET] = 1;
    for (unsigned i = 0; i < 2; i++) {
        uint32_t units = s->gp_size[i] / (512 * KiB);

        e[EXT_CSD_GP_SIZE_MULT + 3 * i] = units;
        e[EXT_CSD_GP_SIZE_MULT + 3 * i + 1] = units >> 8;
        e[EXT_CSD_GP_SIZE_MULT + 3 * i + 2] = units >> 16;
        e[EXT_CSD_PARTITION_SETTING_COMPLETED] |= units != 0;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(lasting); i++) {
        blk_pread(s->blk, s->file_size - EMMC_STATE_BYTES + lasting[i], 1, &e[lasting[i]], 0);
    }
}

/* What CMD0 and a reset take back; boot protection until power goes included, for the model's reset is the board's. */
void mcbin_emmc_reset_modes(McbinEmmc *s)
{
    static const uint8_t volatile_bytes[] = { EXT_CSD_CACHE_CTRL, EXT_CSD_POWER_OFF_NOTIFICATION, EXT_CSD_HPI_MGMT,
                                              EXT_CSD_BOOT_WP, EXT_CSD_ERASE_GROUP_DEF, EXT_CSD_BUS_WIDTH,
                                              EXT_CSD_HS_TIMING, EXT_CSD_POWER_CLASS, EXT_CSD_BOOT_WP_STATUS };

    for (unsigned i = 0; i < ARRAY_SIZE(volatile_bytes); i++) {
        s->ext_csd[volatile_bytes[i]] = 0;
    }
    s->ext_csd[EXT_CSD_PART_CONFIG] &= ~7;
    s->ext_csd[EXT_CSD_BOOT_CONFIG_PROT] &= ~1;
    if (s->ext_csd[EXT_CSD_BOOT_BUS_CONDITIONS] & 4) { /* bus width of boot mode stays */
        s->ext_csd[EXT_CSD_BUS_WIDTH] = s->ext_csd[EXT_CSD_BOOT_BUS_CONDITIONS] & 3;
    }
}

static bool acceptable(McbinEmmc *s, uint8_t index, uint8_t value)
{
    const uint8_t *e = s->ext_csd;
    unsigned access = value & 7, enable = BOOT_ENABLE(value);
    bool fixed = e[EXT_CSD_BOOT_CONFIG_PROT] & 0x11;

    switch (index) {
    case EXT_CSD_PART_CONFIG:
        return !(value & 0x80) && access < AREAS && s->area[access].size && (enable <= 2 || enable == 7) &&
               !(fixed && (value & 0x78) != (e[index] & 0x78));
    case EXT_CSD_BOOT_BUS_CONDITIONS: return !fixed && value < 0x20 && (value & 3) < 3;
    case EXT_CSD_BOOT_CONFIG_PROT: return !(e[index] & 0x10) && !(value & ~0x11);
    case EXT_CSD_BUS_WIDTH: return value <= 2 || ((value == 5 || value == 6) && e[EXT_CSD_HS_TIMING] == 1);
    case EXT_CSD_HS_TIMING: return value <= 1; /* HS200 wants 1.8 V */
    case EXT_CSD_RST_N_FUNCTION: return !e[index] && value <= 2; /* once */
    case EXT_CSD_BOOT_WP: return !(value & ~0x55);
    case EXT_CSD_CACHE_CTRL: case EXT_CSD_FLUSH_CACHE: return value <= 1 && s->cache_size;
    case EXT_CSD_BKOPS_EN: case EXT_CSD_BKOPS_START: case EXT_CSD_ERASE_GROUP_DEF: case EXT_CSD_HPI_MGMT:
    case EXT_CSD_POWER_OFF_NOTIFICATION: case EXT_CSD_POWER_CLASS: case EXT_CSD_WR_REL_SET: case EXT_CSD_CMD_SET:
        return true;
    }
    return false;
}

bool mcbin_emmc_switch(McbinEmmc *s, uint32_t argument)
{
    uint8_t index = argument >> 16, value = argument >> 8, *byte = &s->ext_csd[index];

    switch ((argument >> 24) & 3) {
    case 0: return true; /* command set */
    case 1: value = *byte | value; break;
    case 2: value = *byte & ~value; break;
    }
    if (index >= 192 || !acceptable(s, index, value)) {
        return false;
    }
    if (index == EXT_CSD_FLUSH_CACHE || (index == EXT_CSD_CACHE_CTRL && !value)) {
        mcbin_emmc_flush(s);
    }
    if (index == EXT_CSD_FLUSH_CACHE || index == EXT_CSD_BKOPS_START) {
        return true; /* writes that trigger */
    }
    *byte = value;
    if (index == EXT_CSD_BOOT_WP) {
        s->ext_csd[EXT_CSD_BOOT_WP_STATUS] = value & 4 ? 0x0a : value & 1 ? 0x05 : 0;
    }
    if (memchr(lasting, index, sizeof(lasting))) {
        save(s, index);
    }
    return true;
}

bool mcbin_emmc_protected(McbinEmmc *s)
{
    unsigned access = s->ext_csd[EXT_CSD_PART_CONFIG] & 7;
    bool boot = access == 1 || access == 2;

    return (boot && (s->ext_csd[EXT_CSD_BOOT_WP_STATUS] || mcbin_word(s->protect, "boot"))) ||
           (!boot && mcbin_word(s->protect, "user"));
}
