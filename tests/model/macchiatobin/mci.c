/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mci.c - the link between AP806 and CP1: its registers behind a data and a command register, as TF-A's mci.c uses. */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "soc.h"

#define READ      0x1
#define CIRCULAR  0x3 /* writes both ends */
#define LOCAL     (1u << 5)
#define DONE      (1u << 6)
#define READY     (1u << 7)
#define AXI_HB    1
#define ACCESS    0x0 /* of the AXI side; its bit 0, PCIe mode, shows in bit 24 of TX_CONTROL */
#define TX_CONTROL 0xd

typedef struct Mci {
    MemoryRegion io;
    uint32_t data, command;
    uint32_t value[2][4][64]; /* remote and local, hop, register */
} Mci;

static uint64_t mci_read(void *opaque, hwaddr offset, unsigned size)
{
    Mci *s = opaque;

    return offset == 0 ? s->data : offset == 4 ? s->command : 0;
}

static void mci_write(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    Mci *s = opaque;
    unsigned hop = (value >> 8) & 3, number = (value >> 16) & 0x3f;
    uint32_t *reg = s->value[!!(value & LOCAL)][hop];

    if (offset == 0) {
        s->data = value;
    }
    if (offset != 4) {
        return;
    }
    s->command = (value & ~(DONE | READY)) | DONE;
    if ((value & 3) == READ) {
        s->data = reg[number];
        s->command |= READY;
        return;
    }
    reg[number] = s->data;
    if ((value & 3) == CIRCULAR && hop == AXI_HB && number == ACCESS) {
        for (int side = 0; side < 2; side++) {
            uint32_t *control = &s->value[side][AXI_HB][TX_CONTROL];

            *control = (*control & ~(1u << 24)) | ((s->data & 1) << 24);
        }
    }
}

static const MemoryRegionOps mci_ops = {
    .read = mci_read, .write = mci_write, .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 4, .valid.max_access_size = 4,
};

void mcbin_mci_init(McbinMachine *m, int link, hwaddr base)
{
    Mci *s = g_new0(Mci, 1);
    g_autofree char *name = g_strdup_printf("mci%d", link);

    memory_region_init_io(&s->io, OBJECT(m), &mci_ops, s, name, 8);
    memory_region_add_subregion(get_system_memory(), base, &s->io);
}
