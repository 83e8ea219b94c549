// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/macchiatobin/tfa/a80x0_mcbin/scmi_table.c - the clocks and resets that the board's SCMI server offers.
// They are state without hardware. Names and rates are those of the AP806 and of its two CP110 (cp0, cp1), but nothing
// is switched: a server for use would take its rates from what was sampled at reset and from the clusters' PLLs
// (AP806 0x6f8278), gate by the CP110's system controller (0x440220) and reset by it (0x440268), and would have to
// refuse what it runs from itself: the clusters' last rate, DRAM, the console.

#include "scmi_domains.h"

// What the PLLs and their dividers give; more rates than one reply holds.
#define CLUSTER                                                                                                \
  LIST(MHZ(100), MHZ(200), MHZ(400), MHZ(500), MHZ(600), MHZ(800), MHZ(1000), MHZ(1100), MHZ(1200), MHZ(1300), \
       MHZ(1400), MHZ(1600), MHZ(1800), MHZ(2000))

struct scmi_clock scmi_clocks[] = {
    {"ap-cluster-0", CLUSTER, .rate = MHZ(2000), .enabled = true},
    {"ap-cluster-1", CLUSTER, .rate = MHZ(2000), .enabled = true},
    {"ap-dram", LIST(MHZ(1200)), .rate = MHZ(1200), .enabled = true, .fixed = true},
    {"ap-mss", LIST(MHZ(200)), .rate = MHZ(200), .enabled = true, .fixed = true},
    {"ap-uart0", LIST(MHZ(200)), .rate = MHZ(200), .enabled = true, .fixed = true},
    {"ap-sdio", LIST(MHZ(100), MHZ(200), MHZ(400)), .rate = MHZ(400), .enabled = true},
    {"ap-i2c0-scl", RANGE(100000UL, 1000000UL, 1000UL), .rate = 100000UL},
    {NULL},  // cp0's NAND controller, which the board has no pins for
    {"cp0-core", LIST(MHZ(250)), .rate = MHZ(250), .enabled = true, .fixed = true},
    {"cp0-x2core", LIST(MHZ(500)), .rate = MHZ(500), .enabled = true, .fixed = true},
    {"cp0-ppv2", LIST(333333333UL), .rate = 333333333UL},
    {"cp0-sdio", LIST(MHZ(100), MHZ(200), MHZ(400)), .rate = MHZ(400), .enabled = true},
    {"cp0-slow-io", LIST(MHZ(250)), .rate = MHZ(250), .enabled = true},
    {"cp0-pcie-x4", LIST(MHZ(250), MHZ(500)), .rate = MHZ(500)},
    // The lanes to the SFP+ cages: rates that do not fit 32 bits.
    {"cp0-comphy-4", LIST(MHZ(1250), MHZ(3125), MHZ(5000), 10312500000UL), .rate = 10312500000UL},
    {"cp1-core", LIST(MHZ(250)), .rate = MHZ(250), .enabled = true, .fixed = true},
    {"cp1-slow-io", LIST(MHZ(250)), .rate = MHZ(250), .enabled = true},
    {"cp1-spi1", RANGE(MHZ(1), MHZ(125), MHZ(1)), .rate = MHZ(10), .enabled = true},
    {"cp1-sata-usb", LIST(MHZ(250)), .rate = MHZ(250)},
    {"cp1-comphy-4", LIST(MHZ(1250), MHZ(3125), MHZ(5000), 10312500000UL), .rate = 10312500000UL},
};
const size_t scmi_clock_count = ARRAY_SIZE(scmi_clocks);

struct scmi_reset scmi_resets[] = {
    {"ap-uart0"},   {"ap-sdio"},  {"cp0-sdio"}, {"cp0-pcie-x4"}, {NULL},         {"cp0-ppv2"},
    {"cp0-usb3h0"}, {"cp0-sata"}, {"cp1-spi1"}, {"cp1-sata"},    {"cp1-usb3h0"}, {"cp1-ppv2"},
};
const size_t scmi_reset_count = ARRAY_SIZE(scmi_resets);
