// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/plat/corbel/scmi_table.c - the clocks and resets on QEMU: what a client finds hard is among them.

#include "scmi_domains.h"

struct scmi_clock scmi_clocks[] = {
    // More rates than one reply holds.
    {"cpu",
     LIST(MHZ(408), MHZ(600), MHZ(816), MHZ(1008), MHZ(1200), MHZ(1296), MHZ(1416), MHZ(1512), MHZ(1608), MHZ(1704),
          MHZ(1800), MHZ(1896), MHZ(2016), MHZ(2208)),
     .rate = MHZ(1200), .enabled = true},
    {"cluster", LIST(MHZ(400), MHZ(800), MHZ(1200)), .rate = MHZ(800), .enabled = true},
    {"ddr", LIST(MHZ(400), MHZ(800), MHZ(1066), MHZ(1600)), .rate = MHZ(1066), .enabled = true},
    {"uart", LIST(1843200UL, MHZ(24), MHZ(48)), .rate = MHZ(24), .enabled = true},
#ifdef __aarch64__
    // Rates that do not fit 32 bits.
    {"serdes", LIST(MHZ(2500), MHZ(3125), MHZ(5000), 10312500000UL), .rate = MHZ(5000)},
#else
    // The server counts hertz in an unsigned long: no rate of its own is beyond 4.29 GHz here.
    {"serdes", LIST(MHZ(2500), MHZ(3125)), .rate = MHZ(3125)},
#endif
    {"pixel", RANGE(MHZ(25), MHZ(600), 1000UL), .rate = 148500000UL},
    {"mmc", LIST(400000UL, MHZ(25), MHZ(50), MHZ(100), MHZ(200)), .rate = 400000UL},
    {NULL},
    {"rtc", LIST(32768UL), .rate = 32768UL, .enabled = true, .fixed = true},
    {"usb_phy_ref_clk", LIST(MHZ(12), 19200000UL, MHZ(24), MHZ(48)), .rate = MHZ(24)},
};

const size_t scmi_clock_count = ARRAY_SIZE(scmi_clocks);

struct scmi_reset scmi_resets[] = {{"uart"}, {"mmc"}, {"usb"}, {"pcie"}, {NULL}, {"ethernet"}};
const size_t scmi_reset_count = ARRAY_SIZE(scmi_resets);
