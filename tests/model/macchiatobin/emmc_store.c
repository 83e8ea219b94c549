/* SPDX-License-Identifier: GPL-2.0-or-later */
/* emmc_store.c - the card's file, boot0 | boot1 | gp0 | gp1 | user | 4 KiB of state, and the volatile cache over it. */
#include "qemu/osdep.h"
#include "emmc.h"

EmmcArea *mcbin_emmc_area(McbinEmmc *s)
{
    unsigned access = s->ext_csd[EXT_CSD_PART_CONFIG] & 7;

    return &s->area[access < AREAS ? access : 0];
}

static gpointer sector_key(uint64_t at)
{
    return GSIZE_TO_POINTER(at / BLOCK + 1);
}

bool mcbin_emmc_read_block(McbinEmmc *s, uint64_t at, uint8_t *to)
{
    EmmcArea *area = mcbin_emmc_area(s);
    const uint8_t *cached;

    if (at + BLOCK > area->size) {
        return false;
    }
    at += area->offset;
    cached = g_hash_table_lookup(s->cache, sector_key(at));
    if (cached) {
        memcpy(to, cached, BLOCK);
        return true;
    }
    if (at < s->chunk_at || at + BLOCK > s->chunk_at + s->chunk_size) {
        /* One block ahead of a single read, more of a long one. */
        s->chunk_size = MIN(s->count > 8 ? sizeof(s->chunk) : BLOCK, s->file_size - at);
        s->chunk_at = at;
        if (blk_pread(s->blk, at, s->chunk_size, s->chunk, 0) < 0) {
            s->chunk_size = 0;
            return false;
        }
    }
    memcpy(to, s->chunk + (at - s->chunk_at), BLOCK);
    return true;
}

void mcbin_emmc_write_block(McbinEmmc *s, uint64_t at, const uint8_t *from)
{
    at += mcbin_emmc_area(s)->offset;
    s->chunk_size = 0;
    /* A reliable write goes past the cache. */
    if (!(s->ext_csd[EXT_CSD_CACHE_CTRL] & 1) || (s->set_count & (1u << 31))) {
        g_hash_table_remove(s->cache, sector_key(at));
        blk_pwrite(s->blk, at, BLOCK, from, 0);
        return;
    }
    if ((g_hash_table_size(s->cache) + 1) * BLOCK > s->cache_size) {
        mcbin_emmc_flush(s);
    }
    g_hash_table_insert(s->cache, sector_key(at), g_memdup2(from, BLOCK));
}

void mcbin_emmc_erase(McbinEmmc *s, uint64_t at, uint64_t length)
{
    at += mcbin_emmc_area(s)->offset;
    s->chunk_size = 0;
    mcbin_emmc_flush(s);
    blk_pwrite_zeroes(s->blk, at, length, 0);
}

void mcbin_emmc_flush(McbinEmmc *s)
{
    GHashTableIter i;
    gpointer key, block;

    g_hash_table_iter_init(&i, s->cache);
    while (g_hash_table_iter_next(&i, &key, &block)) {
        blk_pwrite(s->blk, (uint64_t)(GPOINTER_TO_SIZE(key) - 1) * BLOCK, BLOCK, block, 0);
    }
    g_hash_table_remove_all(s->cache);
}
