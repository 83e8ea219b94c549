/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bootrom.c - what the SoC's boot ROM and the binary extension (BLE) do: take the boot image from the medium that the
 * jumpers choose, after the checks of TF-A's tools/marvell/doimage, and enter it. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bswap.h"
#include "qemu/error-report.h"
#include "qemu/units.h"
#include "exec/address-spaces.h"
#include "soc.h"
#include "system/block-backend.h"

#define MAGIC      0xb105b002
#define HEADER     64
#define PROLOG_MAX (1 * MiB)
#define IMAGE_MAX  (15 * MiB) /* of DRAM that TF-A keeps for itself, from its load address on */
#define MAILBOX    0x04000400
#define BL1        0x04100000

/* Enters what the word at its end says. Without one it waits for ever: on the board, for a boot over the UART. */
static const uint32_t code[] = {
    0x580000c0, /*    ldr x0, entry */
    0xb4000040, /*    cbz x0, 1f */
    0xd61f0000, /*    br x0 */
    0xd503207f, /* 1: wfi */
    0x17ffffff, /*    b 1b */
    0, 0, 0,    /* entry, at 24 */
};
#define ENTRY 24

typedef struct Medium {
    const char *name;
    BlockBackend *blk;
    uint64_t offset, size, header; /* the area that is read, and where in it the header is wanted */
} Medium;

static bool fail(const Medium *medium, const char *why)
{
    fprintf(stderr, "boot ROM: %s: %s at %#" PRIx64 "; waits for a boot over the UART\n", medium->name, why,
            medium->header);
    return false;
}

static bool read_medium(const Medium *medium, uint64_t at, void *to, uint64_t length)
{
    return medium->blk && at + length <= medium->size && at + length >= length &&
           blk_pread(medium->blk, medium->offset + at, length, to, 0) >= 0;
}

static uint32_t sum32(const uint8_t *bytes, uint64_t length)
{
    uint32_t sum = 0;

    for (uint64_t i = 0; i + 4 <= length; i += 4) {
        sum += ldl_le_p(bytes + i);
    }
    return sum;
}

/* Fields of the main header: magic 0, prolog size 4 and checksum 8 (taken as 0 for the sum), boot image size 12 and
 * checksum 16, load address 24, entry 28. */
static bool load(McbinMachine *m, const Medium *medium, uint64_t *entry)
{
    uint8_t header[HEADER];
    g_autofree uint8_t *prolog = NULL, *image = NULL;
    uint32_t prolog_size, image_size, where;
    uint64_t low = MIN(MACHINE(m)->ram_size, 3 * GiB);

    if (!read_medium(medium, medium->header, header, HEADER) || ldl_le_p(header) != MAGIC) {
        return fail(medium, "no header");
    }
    prolog_size = ldl_le_p(header + 4);
    image_size = ldl_le_p(header + 12);
    where = ldl_le_p(header + 24);
    if (prolog_size < HEADER || prolog_size > PROLOG_MAX || prolog_size % 4 || !image_size || image_size > IMAGE_MAX ||
        image_size % 4 || (uint64_t)where + image_size > low) {
        return fail(medium, "a header with impossible sizes");
    }
    prolog = g_malloc(prolog_size);
    image = g_malloc(image_size);
    if (!read_medium(medium, medium->header, prolog, prolog_size) ||
        !read_medium(medium, medium->header + prolog_size, image, image_size)) {
        return fail(medium, "an image that ends early");
    }
    stl_le_p(prolog + 8, 0);
    if (sum32(prolog, prolog_size) != ldl_le_p(header + 8)) {
        return fail(medium, "a header with a bad checksum");
    }
    if (sum32(image, image_size) != ldl_le_p(header + 16)) {
        return fail(medium, "an image with a bad checksum");
    }
    address_space_write(&address_space_memory, where, MEMTXATTRS_UNSPECIFIED, image, image_size);
    *entry = ldl_le_p(header + 28);
    return true;
}

static void choose(McbinMachine *m, Medium *medium)
{
    const char *boot = m->text[OPT_BOOT];

    *medium = (Medium){ .name = boot };
    if (!strcmp(boot, "spi")) {
        medium->blk = m->nor_blk;
    } else if (!strcmp(boot, "sd")) {
        medium->blk = m->sd_blk;
        medium->header = 512; /* LBA 1 */
    } else {
        if (m->emmc && mcbin_emmc_boot_area(m->emmc, &medium->blk, &medium->offset, &medium->size, &medium->name)) {
            medium->header = strcmp(medium->name, "emmc user") ? 0 : 4096 * 512;
        }
        return;
    }
    medium->size = medium->blk ? blk_getlength(medium->blk) : 0;
}

void mcbin_boot_rom_init(McbinMachine *m)
{
    memory_region_init_rom(&m->rom, NULL, "boot-rom", 0x1000, &error_fatal);
    memory_region_add_subregion(get_system_memory(), BOOT_ROM, &m->rom);
    for (unsigned i = 0; i < ARRAY_SIZE(code); i++) {
        stl_le_p((uint8_t *)memory_region_get_ram_ptr(&m->rom) + 4 * i, code[i]);
    }
}

void mcbin_boot_rom_reset(McbinMachine *m)
{
    static const uint8_t no_mailbox[24];
    uint64_t entry = 0;
    Medium medium;

    if (!m->el3) {
        return;
    }
    if (!strcmp(m->text[OPT_BOOT], "none")) {
        entry = BL1;
    } else {
        choose(m, &medium);
        load(m, &medium, &entry);
    }
    /* BLE: DRAM is there, and a warm reset starts cold. */
    address_space_write(&address_space_memory, MAILBOX, MEMTXATTRS_UNSPECIFIED, no_mailbox, sizeof(no_mailbox));
    stq_le_p((uint8_t *)memory_region_get_ram_ptr(&m->rom) + ENTRY, entry);
}
