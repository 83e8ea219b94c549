/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.c - DRAM with its hole at 3 GiB, and the window of it that only the secure world may touch. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/units.h"
#include "exec/address-spaces.h"
#include "soc.h"

static bool nobody(void *opaque, hwaddr address, unsigned size, bool is_write, MemTxAttrs attributes)
{
    return false; /* an external abort */
}

static const MemoryRegionOps guard_ops = { .endianness = DEVICE_LITTLE_ENDIAN, .valid.accepts = nobody };

static void dram(McbinMachine *m, const char *name, hwaddr at, hwaddr offset, uint64_t size)
{
    MemoryRegion *alias = g_new(MemoryRegion, 1);

    memory_region_init_alias(alias, OBJECT(m), name, MACHINE(m)->ram, offset, size);
    memory_region_add_subregion(get_system_memory(), at, alias);
}

void mcbin_memory_init(McbinMachine *m)
{
    MemoryRegion *normal = get_system_memory();
    uint64_t size = MACHINE(m)->ram_size, low = MIN(size, 3 * GiB);

    dram(m, "dram.low", 0, 0, low);
    if (size > low) {
        dram(m, "dram.high", 4 * GiB, low, size - low);
    }
    /* The secure world sees all that the normal one sees, without the guard. Devices are of the normal world. */
    memory_region_init_io(&m->guard, OBJECT(m), &guard_ops, m, "trustzone", low);
    memory_region_init(&m->secure, OBJECT(m), "secure", UINT64_MAX);
    memory_region_init_alias(&m->secure_all, OBJECT(m), "secure.all", normal, 0, UINT64_MAX);
    memory_region_add_subregion(&m->secure, 0, &m->secure_all);
    memory_region_init_alias(&m->secure_dram, OBJECT(m), "secure.dram", MACHINE(m)->ram, 0, low);
    memory_region_add_subregion_overlap(&m->secure, 0, &m->secure_dram, 2);
    memory_region_set_enabled(&m->guard, false);
    memory_region_add_subregion_overlap(normal, 0, &m->guard, 1);
}

/* The fields of the memory controller's window 0, as TF-A's mc_trustzone.c writes them: valid in bit 0, permission in
 * bits 2:1 (3: abort), size 2^(field + 12) in bits 11:7. */
void mcbin_trustzone(McbinMachine *m, uint32_t low, uint32_t high)
{
    uint64_t base = (low & ~0xfffu) | ((uint64_t)high << 32), size = 1ull << (((low >> 7) & 0x1f) + 12);
    bool on = (low & 7) == 7 && base + size <= MIN(MACHINE(m)->ram_size, 3 * GiB);

    memory_region_transaction_begin();
    memory_region_set_enabled(&m->guard, on);
    if (on) {
        memory_region_set_size(&m->guard, size);
        memory_region_set_address(&m->guard, base);
    }
    memory_region_transaction_commit();
}
