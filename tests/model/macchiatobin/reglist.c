/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reglist.c - the registers that nothing models: which, who touches them and what for. They keep what was written; an
 * access to any other is a stray. A register that somebody polls has its bits in the second table, with the reason. */
#include "qemu/osdep.h"
#include "soc.h"

#define BOTH(offset, size, name, who) \
    { CP0_BASE + (offset), size, "cp0." name, who }, { CP1_BASE + (offset), size, "cp1." name, who }

const RegRange mcbin_reg_ranges[] = {
    /* AP806 */
    { AP_BASE + 0x30, 4, "cpu.private", "BL31: PSCI CPU_ON selects the cluster (cpus.c)" },
    { AP_BASE + 0x640, 0x20, "cpu.release", "BL31: PSCI CPU_ON, start address and release (cpus.c)" },
    { AP_BASE + 0x1a50, 8, "cpu.reset0", "BL31: PSCI CPU_ON, power-on reset of cluster 0 (cpus.c)" },
    { AP_BASE + 0x1e50, 8, "cpu.reset1", "BL31: PSCI CPU_ON, power-on reset of cluster 1 (cpus.c)" },
    { AP_BASE + 0x4000, 0x100, "ccu.windows", "BL2, BL31: address windows" },
    { AP_BASE + 0x4200, 0x80, "ccu.control", "BL31: point of coherency, errata" },
    { AP_BASE + 0x43f0, 4, "ccu.gspmu", "BL31: GSPMU control" },
    { AP_BASE + 0x8100, 4, "llc.control", "BL31: last level cache on" },
    { AP_BASE + 0x8700, 0x100, "llc.maintenance", "BL31: last level cache by way, sync" },
    { AP_BASE + 0x20020, 4, "mc.command", "BL31: PSCI SYSTEM_SUSPEND and CPU_OFF, self refresh" },
    { AP_BASE + 0x20054, 4, "mc.power", "BL31: PSCI SYSTEM_SUSPEND and CPU_OFF" },
    { AP_BASE + 0x20080, 0x80, "mc.trustzone", "BL31: closes its DRAM to the normal world (memory.c)" },
    { AP_BASE + 0x20200, 0x10, "mc.chip-select", "BL31: DRAM size of SiP 0x82000010" },
    { AP_BASE + 0x100010, 4, "smmu.sacr", "BL31: page size" },
    { AP_BASE + 0x300040, 4, "odmi.set", "BL31: PMU overflow to the GIC" },
    { AP_BASE + 0x3f0100, 0xc, "pic", "BL31: PMU overflow" },
    { AP_BASE + 0x410010, 4, "xor0.stream", "BL31: stream id" },
    { AP_BASE + 0x430010, 4, "xor1.stream", "BL31: stream id" },
    { AP_BASE + 0x450010, 4, "xor2.stream", "BL31: stream id" },
    { AP_BASE + 0x470010, 4, "xor3.stream", "BL31: stream id" },
    { AP_BASE + 0x51207c, 4, "uart0.status", "our firmware: busy, when LCR does not keep what was written" },
    { AP_BASE + 0x680000, 0x40, "cpu.power", "BL31: PSCI CPU_ON, power of each core (cpus.c)" },
    { AP_BASE + 0x6f0000, 0x74, "io.windows", "BL2, BL31: I/O windows" },
    { AP_BASE + 0x6f0084, 4, "rfu.reset", "BL31: PSCI SYSTEM_RESET (regs.c)" },
    { AP_BASE + 0x6f0100, 4, "dss", "BL31: 48 bit addresses" },
    { AP_BASE + 0x6f4000, 0x10, "ap.mpp", "BL1, U-Boot: pins" },
    { AP_BASE + 0x6f4100, 4, "ap.emmc-pads", "U-Boot: pads of the eMMC" },
    { AP_BASE + 0x6f4218, 4, "mci0.base", "BL31: where mci.c answers" },
    { AP_BASE + 0x6f4238, 4, "mci1.base", "BL31: where mci.c answers" },
    { AP_BASE + 0x6f4304, 4, "ap.reset-out", "BL31: watchdog reset output" },
    { AP_BASE + 0x6f4580, 8, "ap.axi", "BL31: cache attributes of the eMMC host" },
    { AP_BASE + 0x6f4600, 4, "ap.sdio-stream", "BL31: stream id of the eMMC host" },
    { AP_BASE + 0x6f4738, 4, "ap.mochi", "BL31: access of the CPs" },
    { AP_BASE + 0x6f8008, 4, "efuse.control", "BL31: whether there is a random number generator" },
    { AP_BASE + 0x6f8084, 0xc, "thermal", "BL31 for SiP 0x82000014" },
    { AP_BASE + 0x6f8104, 0xc, "dfx.irq", "BL31 for SiP 0x82000014" },
    { AP_BASE + 0x6f8200, 4, "sample-at-reset", "BL31 for SiP 0x82000014, U-Boot: clocks" },
    { AP_BASE + 0x6f8240, 8, "device-id", "BL31 for SiP 0x82000014" },
    { AP_BASE + 0x6f8278, 0x30, "cpu.pll", "BL31: clock dividers, also for SiP 0x82000014" },
    { AP_BASE + 0x6f8c94, 0x18, "cpu.pll-state", "BL31 for SiP 0x82000014" },
    { AP_BASE + 0x6f8f00, 0x20, "efuse.low", "BL31: chip revision and options" },
    /* CP110, twice */
    BOTH(0x120000, 0x8000, "hpipe", "BL31 for U-Boot: SerDes lanes"),
    BOTH(0x13ff00, 4, "amb.bridge", "BL31: bridge window"),
    BOTH(0x190000, 0x200, "iob.windows", "BL31: I/O windows"),
    BOTH(0x280040, 4, "mss.pcie-clock", "BL31: PCIe reference clock"),
    { CP0_BASE + RTC, 0x20, "cp0.rtc", "BL31: clock set up", true },
    { CP1_BASE + RTC, 0x20, "cp1.rtc", "BL31: clock set up", true },
    BOTH(0x284080, 8, "rtc.bridge", "BL31: clock set up"),
    BOTH(0x400240, 4, "revision", "BL31: revision of the CP110"),
    BOTH(0x440000, 0x20, "mpp", "BL31, U-Boot: pins"),
    BOTH(0x440100, 0x80, "gpio", "BL31: PCIe reset; U-Boot"),
    BOTH(0x440240, 0x40, "pads", "U-Boot: pads of the SD slot"),
    BOTH(0x440420, 0x30, "clocks", "U-Boot: USB and Ethernet clocks"),
    BOTH(0x4404f0, 4, "pcie-clock", "BL31: PCIe reference clock"),
    BOTH(0x440600, 4, "sample-at-reset", "BL31: PCIe clock direction"),
    BOTH(0x441000, 0x180, "comphy", "BL31 for U-Boot: SerDes lanes and selectors"),
    BOTH(0x441200, 0x20, "axi.protection", "BL31: access of devices"),
    BOTH(0x441300, 0x40, "axi", "BL31: cache attributes of devices"),
    BOTH(0x441900, 0x14, "soc.configuration", "BL31: secure access, bridge"),
    BOTH(0x45000c, 0x20, "streams", "BL31: stream ids"),
    BOTH(0x54ff04, 4, "sata.bridge", "BL31: cache attributes"),
    BOTH(0x6b0010, 4, "xor0.stream", "BL31: stream id"),
    BOTH(0x6d0010, 4, "xor1.stream", "BL31: stream id"),
    BOTH(0x70ff00, 0x40, "amb.windows", "BL31: where the SPI flash can be read directly"),
    /* What only U-Boot drives when it starts, and finds nothing behind */
    BOTH(0x0, 0xb000, "ppv2", "U-Boot: packet processor"),
    BOTH(0x12a200, 0x10, "mdio", "U-Boot: Ethernet management"),
    BOTH(0x130000, 0x3000, "gop", "U-Boot: Ethernet MACs"),
    BOTH(0x500000, 0x20000, "xhci", "U-Boot: USB hosts without power"),
    BOTH(0x540000, 0x200, "ahci", "U-Boot: SATA host without ports"),
    BOTH(0x580000, 0x40, "utmi", "U-Boot: USB PHY"),
    BOTH(0x600000, 0x9000, "pcie", "U-Boot: PCIe without a link"),
    BOTH(0x701000, 0x100, "i2c", "U-Boot: i2c"),
    { CP0_BASE + 0x70108c, 4, "cp0.i2c.bridge", "U-Boot: i2c" },
    BOTH(0x760000, 0x80, "trng", "BL31: random numbers, off by its fuse"),
    { 0 },
};

#define ON_BOTH(offset, reset, set, clear) \
    { CP0_BASE + (offset), reset, set, clear }, { CP1_BASE + (offset), reset, set, clear }

const RegBits mcbin_reg_bits[] = {
    /* BLE leaves the cores 1 to 3 isolated and without power. */
    { AP_BASE + 0x680010, 1u << 16, 0, 0 },
    { AP_BASE + 0x680020, 1u << 16, 0, 0 },
    { AP_BASE + 0x680030, 1u << 16, 0, 0 },
    { AP_BASE + 0x680000, 1u << 31 | 1u << 0, 0, 0 },
    { AP_BASE + 0x1a50, 1, 0, 0 },
    /* No reset is under way. */
    { AP_BASE + 0x6f0084, 1, 0, 0 },
    /* The thermal sensor has a value: 20 degrees, (423 * n + 150000) / 1000 with n of 10 bits. */
    { AP_BASE + 0x6f808c, 0, 1u << 16 | (1024 - 307), 0 },
    /* AHCI: a host reset ends at once, and there is no port. */
    ON_BOTH(0x540004, 0, 0, 1u << 0),
    ON_BOTH(0x54000c, 0, 0, ~0u),
    { 0 },
};
