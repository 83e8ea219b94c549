/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpus.c - the four cores, how the AP806 powers and releases them, and their interrupt controller. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "exec/address-spaces.h"
#include "hw/arm/bsa.h"
#include "hw/intc/arm_gic.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "soc.h"
#include "system/reset.h"
#include "target/arm/arm-powerctl.h"
#include "target/arm/gtimer.h"

/* What TF-A's plat_pm.c writes. The private registers are those of the cluster that PRIVATE_UID selects. */
#define PRIVATE_UID   (AP_BASE + 0x30)
#define RVBAR         (AP_BASE + 0x640)
#define UN_RESET      (AP_BASE + 0x650)
#define PWRC(cpu)     (AP_BASE + 0x680000 + (cpu) * 0x10)
#define PWRC_POWER    (1u << 0)
#define PWRC_ISOLATED (1u << 16)
#define PWRC_READY    (1u << 31)
#define PRCR(cpu)     (AP_BASE + 0x1a50 + (cpu) / 2 * 0x400 + (cpu) % 2 * 4)
#define PRCR_UP       (1u << 0)

static uint64_t mpidr(int cpu)
{
    return ((cpu / 2) << 8) | (cpu % 2);
}

static void cpu_reset_one(void *opaque)
{
    cpu_reset(CPU(opaque));
}

void mcbin_cpus_init(McbinMachine *m)
{
    for (int i = 0; i < MACHINE(m)->smp.cpus; i++) {
        Object *o = object_new(MACHINE(m)->cpu_type);

        object_property_set_link(o, "memory", OBJECT(get_system_memory()), &error_fatal);
        if (m->el3) {
            object_property_set_link(o, "secure-memory", OBJECT(&m->secure), &error_fatal);
        } else {
            object_property_set_int(o, "psci-conduit", QEMU_PSCI_CONDUIT_SMC, &error_fatal);
        }
        object_property_set_int(o, "rvbar", m->el3 ? BOOT_ROM : 0, &error_fatal);
        object_property_set_int(o, "mp-affinity", mpidr(i), &error_fatal);
        object_property_set_int(o, "reset-cbar", GICD, &error_fatal);
        object_property_set_int(o, "cntfrq", 25000000, &error_fatal);
        object_property_set_bool(o, "has_el3", m->el3, &error_fatal);
        object_property_set_bool(o, "has_el2", true, &error_fatal);
        object_property_set_bool(o, "start-powered-off", i > 0, &error_fatal);
        qdev_realize(DEVICE(o), NULL, &error_fatal);
        m->cpu[i] = ARM_CPU(o);
        qemu_register_reset(cpu_reset_one, m->cpu[i]);
    }
}

void mcbin_cpus_reset(McbinMachine *m)
{
    for (int i = 0; i < MACHINE(m)->smp.cpus; i++) {
        m->cpu[i]->rvbar_prop = m->el3 ? BOOT_ROM : 0;
    }
}

/* A core runs once it has power, is not isolated, is out of its power-on reset, and is released. */
static void release(McbinMachine *m, int cpu)
{
    uint32_t power = mcbin_reg(m, PWRC(cpu));

    if (cpu >= MACHINE(m)->smp.cpus) {
        return;
    }
    if ((power & (PWRC_POWER | PWRC_READY | PWRC_ISOLATED)) != (PWRC_POWER | PWRC_READY) ||
        !(mcbin_reg(m, PRCR(cpu)) & PRCR_UP)) {
        mcbin_stray(m, "core %d is released without power", cpu);
        return;
    }
    m->cpu[cpu]->rvbar_prop = (uint64_t)mcbin_reg(m, RVBAR + cpu % 2 * 4) << 16;
    arm_set_cpu_on_and_reset(mpidr(cpu));
}

/* Called when a register of the list has been written; true when it was one of these. */
bool mcbin_cpu_register(McbinMachine *m, hwaddr address, uint32_t value)
{
    if (address == UN_RESET || address == UN_RESET + 4) {
        uint32_t cluster = mcbin_reg(m, PRIVATE_UID) - 4;

        if (cluster < 2 && (value & 1)) {
            release(m, cluster * 2 + (address - UN_RESET) / 4);
        }
        return true;
    }
    for (int i = 1; i < MACHINE(m)->smp.cpus; i++) {
        if (address == PWRC(i) && !(value & PWRC_POWER)) {
            arm_set_cpu_off(mpidr(i));
            return true;
        }
    }
    return false;
}

void mcbin_gic_init(McbinMachine *m)
{
    int cpus = MACHINE(m)->smp.cpus;
    DeviceState *gic = m->gic = qdev_new(TYPE_ARM_GIC);
    SysBusDevice *bus = SYS_BUS_DEVICE(gic);
    MemoryRegion *alias = g_new(MemoryRegion, 1);

    qdev_prop_set_uint32(gic, "revision", 2);
    qdev_prop_set_uint32(gic, "num-cpu", cpus);
    qdev_prop_set_uint32(gic, "num-irq", MCBIN_SPIS + GIC_INTERNAL);
    qdev_prop_set_bit(gic, "has-security-extensions", m->el3);
    qdev_prop_set_bit(gic, "has-virtualization-extensions", true);
    sysbus_realize_and_unref(bus, &error_fatal);
    sysbus_mmio_map(bus, 0, GICD);
    sysbus_mmio_map(bus, 1, GICC);
    sysbus_mmio_map(bus, 2, GICH);
    sysbus_mmio_map(bus, 3, GICV);
    /* In the layout of 64 KiB pages the second page of the CPU interface also answers at 0xf000. */
    memory_region_init_alias(alias, OBJECT(m), "gicc.64k", sysbus_mmio_get_region(bus, 1), 0, 0x2000);
    memory_region_add_subregion(get_system_memory(), GICC + 0xf000, alias);

    for (int i = 0; i < cpus; i++) {
        DeviceState *cpu = DEVICE(m->cpu[i]);
        int ppi = MCBIN_SPIS + i * GIC_INTERNAL;

        sysbus_connect_irq(bus, i, qdev_get_gpio_in(cpu, ARM_CPU_IRQ));
        sysbus_connect_irq(bus, i + cpus, qdev_get_gpio_in(cpu, ARM_CPU_FIQ));
        sysbus_connect_irq(bus, i + 2 * cpus, qdev_get_gpio_in(cpu, ARM_CPU_VIRQ));
        sysbus_connect_irq(bus, i + 3 * cpus, qdev_get_gpio_in(cpu, ARM_CPU_VFIQ));
        sysbus_connect_irq(bus, i + 4 * cpus, qdev_get_gpio_in(gic, ppi + 25));
        qdev_connect_gpio_out(cpu, GTIMER_PHYS, qdev_get_gpio_in(gic, ppi + 30));
        qdev_connect_gpio_out(cpu, GTIMER_VIRT, qdev_get_gpio_in(gic, ppi + 27));
        qdev_connect_gpio_out(cpu, GTIMER_HYP, qdev_get_gpio_in(gic, ppi + 26));
        qdev_connect_gpio_out(cpu, GTIMER_SEC, qdev_get_gpio_in(gic, ppi + 29));
    }
    for (int i = 0; i < 4; i++) {
        DeviceState *frame = qdev_new("arm-gicv2m");

        qdev_prop_set_uint32(frame, "base-spi", 160 + 32 * i);
        qdev_prop_set_uint32(frame, "num-spi", 32);
        sysbus_realize_and_unref(SYS_BUS_DEVICE(frame), &error_fatal);
        sysbus_mmio_map(SYS_BUS_DEVICE(frame), 0, V2M + 0x10000 * i);
        for (int n = 0; n < 32; n++) {
            sysbus_connect_irq(SYS_BUS_DEVICE(frame), n, qdev_get_gpio_in(gic, 160 + 32 * i + n));
        }
    }
}
