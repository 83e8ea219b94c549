/* SPDX-License-Identifier: GPL-2.0-or-later */
/* emmc.h - the card: its state, and the bytes of EXT_CSD (JESD84-B50, 7.4) that it knows. */
#ifndef MACCHIATOBIN_EMMC_H
#define MACCHIATOBIN_EMMC_H

#include "hw/sd/sd.h"
#include "hw/sd/sdmmc-internal.h"
#include "soc.h"

#define BLOCK 512
#define AREAS 6 /* user, boot0, boot1, none (RPMB), gp0, gp1: the first six values of PARTITION_ACCESS but RPMB */
#define EMMC_STATE_BYTES 4096 /* at the end of the file; the first 512 are the lasting bytes of EXT_CSD */

enum { IDLE, READY, IDENT, STANDBY, TRANSFER, DATA, RECEIVE, PROGRAM, DISCONNECT, SLEEP = 10, INACTIVE = 15 };

typedef struct EmmcArea {
    uint64_t offset, size;
} EmmcArea;

OBJECT_DECLARE_SIMPLE_TYPE(McbinEmmc, MCBIN_EMMC)
struct McbinEmmc {
    union {
        DeviceState parent;
        uint8_t common[4096]; /* the SDState that TYPE_SDMMC_COMMON has and hides; QOM checks that it fits */
    };
    BlockBackend *blk;
    char *protect;
    bool stuck;
    uint64_t boot_size, gp_size[2], cache_size;
    EmmcArea area[AREAS];
    uint64_t file_size;
    unsigned state, looks;
    uint16_t rca;
    uint32_t status, set_count, count, erase_first, erase_last;
    bool sectors, counted, reading_ext_csd;
    uint64_t at; /* next byte in the current area */
    uint8_t block[BLOCK];
    unsigned fill; /* bytes of the block that have moved */
    uint8_t chunk[64 * 1024]; /* read ahead from the file */
    uint64_t chunk_at, chunk_size;
    uint8_t ext_csd[BLOCK], cid[16], csd[16];
    GHashTable *cache; /* sector of the file -> 512 bytes that are not in it yet */
};

/* emmc_command.c */
void mcbin_emmc_idle(McbinEmmc *s);
int mcbin_emmc_command(McbinEmmc *s, const SDRequest *request, uint8_t *response);

/* emmc_csd.c: registers. */
void mcbin_emmc_registers(McbinEmmc *s);
void mcbin_emmc_reset_modes(McbinEmmc *s);
bool mcbin_emmc_switch(McbinEmmc *s, uint32_t argument); /* false: SWITCH_ERROR */
bool mcbin_emmc_protected(McbinEmmc *s);

/* emmc_store.c: the file and the volatile cache in front of it. */
EmmcArea *mcbin_emmc_area(McbinEmmc *s);
bool mcbin_emmc_read_block(McbinEmmc *s, uint64_t at, uint8_t *to);
void mcbin_emmc_write_block(McbinEmmc *s, uint64_t at, const uint8_t *from);
void mcbin_emmc_erase(McbinEmmc *s, uint64_t at, uint64_t length);
void mcbin_emmc_flush(McbinEmmc *s);

#endif
