/* SPDX-License-Identifier: GPL-2.0-or-later */
/* regs.c - registers without a model keep what was written, when reglist.c names them; all others are strays. */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "soc.h"
#include "system/runstate.h"

#define TRUSTZONE (AP_BASE + 0x20080) /* window 0 of the memory controller */
#define DRAM_CS0  (AP_BASE + 0x20200)
#define SOFT_RESET (AP_BASE + 0x6f0084)
#define RTC_CORRECTION 0x18
#define RTC_NOMINAL 0x2000

typedef struct RegBlock {
    MemoryRegion io;
    const RegRange *range;
    McbinMachine *m;
    uint32_t *value;
} RegBlock;

struct McbinRegs {
    unsigned count;
    RegBlock *block;
    MemoryRegion rest;
};

static RegBlock *find(McbinMachine *m, hwaddr address)
{
    for (unsigned i = 0; i < m->regs->count; i++) {
        RegBlock *b = &m->regs->block[i];

        if (address - b->range->base < b->range->size) {
            return b;
        }
    }
    return NULL;
}

static const RegBits *bits_of(hwaddr address)
{
    for (const RegBits *b = mcbin_reg_bits; b->address; b++) {
        if (b->address == address) {
            return b;
        }
    }
    return NULL;
}

uint32_t mcbin_reg(McbinMachine *m, hwaddr address)
{
    RegBlock *b = find(m, address);

    return b ? b->value[(address - b->range->base) / 4] : 0;
}

static void set(McbinMachine *m, hwaddr address, uint32_t value)
{
    RegBlock *b = find(m, address);

    b->value[(address - b->range->base) / 4] = value;
}

static uint64_t block_read(void *opaque, hwaddr offset, unsigned size)
{
    RegBlock *b = opaque;
    uint32_t value = b->value[offset / 4];
    const RegBits *bits = bits_of((b->range->base + offset) & ~3ull);

    if (bits) {
        value = (value | bits->set) & ~bits->clear;
    }
    return value >> (offset & 3) * 8;
}

static void block_write(void *opaque, hwaddr offset, uint64_t data, unsigned size)
{
    RegBlock *b = opaque;
    hwaddr address = (b->range->base + offset) & ~3ull;
    uint32_t *value = &b->value[offset / 4];

    *value = deposit32(*value, (offset & 3) * 8, size * 8, data);
    if (address == TRUSTZONE || address == TRUSTZONE + 4) {
        mcbin_trustzone(b->m, mcbin_reg(b->m, TRUSTZONE), mcbin_reg(b->m, TRUSTZONE + 4));
    } else if (address == SOFT_RESET && !(*value & 1)) {
        qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
    } else {
        mcbin_cpu_register(b->m, address, *value);
    }
}

static const MemoryRegionOps block_ops = {
    .read = block_read, .write = block_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .impl.min_access_size = 1, .impl.max_access_size = 4,
};

static uint64_t rest_read(void *opaque, hwaddr offset, unsigned size)
{
    mcbin_stray(opaque, "access outside the list: read%u %#" HWADDR_PRIx, size, (hwaddr)(AP_BASE + offset));
    return 0;
}

static void rest_write(void *opaque, hwaddr offset, uint64_t data, unsigned size)
{
    mcbin_stray(opaque, "access outside the list: write%u %#" HWADDR_PRIx " <- %#" PRIx64, size,
                (hwaddr)(AP_BASE + offset), data);
}

static const MemoryRegionOps rest_ops = {
    .read = rest_read, .write = rest_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.unaligned = true, .valid.min_access_size = 1, .valid.max_access_size = 8,
    .impl.unaligned = true, .impl.min_access_size = 1, .impl.max_access_size = 8,
};

void mcbin_regs_init(McbinMachine *m)
{
    MemoryRegion *memory = get_system_memory();
    McbinRegs *r = m->regs = g_new0(McbinRegs, 1);

    while (mcbin_reg_ranges[r->count].name) {
        r->count++;
    }
    r->block = g_new0(RegBlock, r->count);
    for (unsigned i = 0; i < r->count; i++) {
        RegBlock *b = &r->block[i];

        b->range = &mcbin_reg_ranges[i];
        b->m = m;
        b->value = g_malloc0(b->range->size);
        memory_region_init_io(&b->io, OBJECT(m), &block_ops, b, b->range->name, b->range->size);
        /* Below every device: a range of the list may hold one. */
        memory_region_add_subregion_overlap(memory, b->range->base, &b->io, -900);
    }
    /* BL31 knows by this that somebody has set up a clock before. Where nobody has, it waits half a second for each. */
    if (!strcmp(m->text[OPT_RTC], "set")) {
        set(m, CP0_BASE + RTC + RTC_CORRECTION, RTC_NOMINAL);
        set(m, CP1_BASE + RTC + RTC_CORRECTION, RTC_NOMINAL);
    }
    memory_region_init_io(&r->rest, OBJECT(m), &rest_ops, m, "strays", 0x10000000);
    memory_region_add_subregion_overlap(memory, AP_BASE, &r->rest, -1000);
}

void mcbin_regs_reset(McbinMachine *m)
{
    for (unsigned i = 0; i < m->regs->count; i++) {
        RegBlock *b = &m->regs->block[i];

        if (!b->range->kept) {
            memset(b->value, 0, b->range->size);
        }
    }
    for (const RegBits *bits = mcbin_reg_bits; bits->address; bits++) {
        set(m, bits->address, bits->reset);
    }
    /* What training leaves in the memory controller: one chip select with all of the DRAM, 2^(16 + field) bytes. */
    set(m, DRAM_CS0, 1 | ((ctz64(MACHINE(m)->ram_size) - 16) << 16));
    mcbin_trustzone(m, 0, 0);
}
