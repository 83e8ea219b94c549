// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/reference.cc - an invented system on chip that has a case of everything which SCMI allows. Ids are
// places in the tables. What a row may say is in description.hh.
#include "scmi/platform/reference.hh"

namespace scmi::platform {
namespace {
using namespace literals;

constexpr uint32_t kFirmware = 1, kSecondary = 2;

constexpr Agent kAgents[] = {
    {.name = "platform"},
    {.name = "firmware", .trusted = true},
    {.name = "secondary"},
    {.name = "observer", .only_looks = true},
};

// clang-format off
constexpr Clock kHole{};
constexpr Reset kNoReset{};
constexpr Rates kCrystal = list<24_MHz>;
constexpr Rates kSerial = list<1'843'200_Hz, 3'686'400_Hz, 7'372'800_Hz, 14'745'600_Hz, 24_MHz, 48_MHz>;
constexpr Rates kBus = list<50_MHz, 100_MHz, 133'333'333_Hz, 200_MHz, 266'666'666_Hz, 400_MHz>;
constexpr Rates kCard = list<400_kHz, 25_MHz, 26_MHz, 50_MHz, 52_MHz, 100_MHz, 104_MHz, 150_MHz, 200_MHz, 208_MHz>;
constexpr Rates kCore = steps<200_MHz, 12'500_kHz, 241>;  // 200 MHz to 3.2 GHz
constexpr Rates kPixel = range<25_MHz, 600_MHz, 10_kHz>;
constexpr Rates kPll = range<600_MHz, 5_GHz, 25_MHz>;

constexpr Clock kClocks[] = {
    /*  0 */ {.name = "osc24m", .rates = kCrystal, .on = true, .rate_by = kNobody, .state_by = kNobody},
    /*  1 */ {.name = "osc32k", .rates = list<32'768_Hz>, .on = true, .notifies = false, .rate_by = kNobody,
              .state_by = kNobody},
    /*  2 */ {.name = "pll_sys", .rates = kPll, .rate = 2_GHz, .on = true, .enable_delay = 200, .parents = ids<0>,
              .state_by = kNobody},
    /*  3 */ {.name = "pll_ddr", .rates = list<1'600_MHz, 2'133_MHz, 2'400_MHz, 3'200_MHz>, .rate = 3'200_MHz,
              .on = true, .parents = ids<0>, .rate_by = kNobody, .state_by = kNobody, .parent_by = kNobody},
    /*  4 */ {.name = "pll_video", .rates = kPll, .rate = 1'200_MHz, .enable_delay = 200, .parents = ids<0>},
    /*  5 */ {.name = "pll_audio", .rates = list<361'267'200_Hz, 393'216_kHz>, .enable_delay = 350,
              .parents = ids<0, 1>},
    /*  6 */ {.name = "serdes", .rates = list<1'250_MHz, 2'500_MHz, 3'125_MHz, 5_GHz>, .rate = 5_GHz,
              .enable_delay = 1'000, .parents = ids<2>},
    /*  7 */ {.name = "cpu_cluster0", .rates = kCore, .rate = 1_GHz, .on = true, .parents = ids<2, 0>,
              .state_by = kNobody},
    /*  8 */ {.name = "cpu_cluster1", .rates = kCore, .rate = 1_GHz, .parents = ids<2, 0>},
    /*  9 */ {.name = "gpu", .rates = steps<100_MHz, 25_MHz, 37>, .rate = 500_MHz, .parents = ids<2, 4>},
    /* 10 */ {.name = "bus_main", .rates = kBus, .rate = 400_MHz, .on = true, .parents = ids<2, 0>,
              .state_by = kNobody},
    /* 11 */ {.name = "bus_periph", .rates = kBus, .rate = 200_MHz, .on = true, .parents = ids<10, 0>},
    /* 12 */ {.name = "uart0", .rates = kSerial, .rate = 24_MHz, .on = true, .parents = ids<0, 11>},
    /* 13 */ {.name = "uart1", .rates = kSerial, .parents = ids<0, 11>},
    /* 14 */ {.name = "uart2", .rates = kSerial, .parents = ids<0, 11>},
    /* 15 */ {.name = "uart3", .rates = kSerial, .parents = ids<0, 11>, .seen_by = agents(kSecondary)},
    /* 16 */ {.name = "i2c0", .rates = kBus},
    /* 17 */ {.name = "i2c1", .rates = kBus},
    /* 18 */ {.name = "i2c2", .rates = kBus},
    /* 19 */ {.name = "i2c3", .rates = kBus, .state_by = agents(kFirmware)},
    /* 20 */ kHole,
    /* 21 */ kHole,
    /* 22 */ {.name = "spi0", .rates = range<1_MHz, 200_MHz, 1_MHz>, .rate = 50_MHz},
    /* 23 */ {.name = "spi1", .rates = range<1_MHz, 200_MHz, 1_MHz>, .rate = 50_MHz},
    /* 24 */ {.name = "spi_flash", .rates = range<1_MHz, 166_MHz, 500_kHz>, .rate = 50_MHz, .on = true},
    /* 25 */ {.name = "mmc0", .rates = kCard, .parents = ids<11, 2>},
    /* 26 */ {.name = "mmc1", .rates = kCard, .parents = ids<11, 2>},
    /* 27 */ {.name = "sdio", .rates = kCard, .parents = ids<11, 2>},
    /* 28 */ {.name = "usb2_phy", .rates = list<480_MHz>, .enable_delay = 45, .rate_by = kNobody},
    /* 29 */ {.name = "usb3_phy", .rates = list<5_GHz>, .enable_delay = 120, .rate_by = kNobody},
    /* 30 */ {.name = "usb_suspend", .rates = list<32'768_Hz, 24_MHz>, .parents = ids<1, 0>},
    /* 31 */ {.name = "pcie_refclk", .rates = list<100_MHz>, .enable_delay = 10, .parents = ids<0, 6>},
    /* 32 */ {.name = "display-controller-pixel-clock", .rates = kPixel, .rate = 148'500_kHz, .parents = ids<4, 2>},
    /* 33 */ {.name = "display-controller-bus-interface-clock-of-the-second-pipeline", .rates = kBus},
    /* 34 */ {.name = "camera-sensor-master-clock", .rates = range<6_MHz, 54_MHz, 100_kHz>, .rate = 24_MHz, .duty = 50},
    /* 35 */ {.name = "fifteen-letters", .rates = kBus},
    /* 36 */ {.name = "sixteen--letters", .rates = kBus},
    /* 37 */ {.name = "audio_mclk", .rates = list<11'289'600_Hz, 12'288_kHz, 22'579'200_Hz, 24'576_kHz>,
              .parents = ids<5>, .duty = 50},
    /* 38 */ {.name = "audio_bclk", .rates = range<32_kHz, 24'576_kHz, 1_Hz>, .rate = 3'072_kHz, .parents = ids<37>,
              .duty = 50},
    /* 39 */ {.name = "pwm0", .rates = range<1_Hz, 10_MHz, 1_Hz>, .rate = 1_kHz, .duty = 25},
    /* 40 */ {.name = "pwm1", .rates = range<1_Hz, 10_MHz, 1_Hz>, .rate = 1_kHz, .duty = 75},
    /* 41 */ {.name = "watchdog", .rates = list<32'768_Hz>, .on = true, .rate_by = kNobody, .state_by = kNobody},
    /* 42 */ {.name = "timer", .rates = kCrystal, .on = true, .rate_by = kNobody, .state_by = kNobody},
    /* 43 */ {.name = "crypto", .rates = kBus, .rate = 400_MHz, .rate_by = agents(kFirmware),
              .state_by = agents(kFirmware)},
    /* 44 */ {.name = "rng", .rates = kBus, .rate = 100_MHz},
    /* 45 */ {.name = "dma", .rates = kBus, .rate = 200_MHz},
    /* 46 */ {.name = "eth0_ref", .rates = list<2'500_kHz, 25_MHz, 50_MHz, 125_MHz>, .rate = 125_MHz,
              .parents = ids<2, 0>},
    /* 47 */ {.name = "eth1_ref", .rates = list<2'500_kHz, 25_MHz, 50_MHz, 125_MHz>, .rate = 125_MHz,
              .parents = ids<2, 0>},
    /* 48 */ {.name = "eth_ptp", .rates = range<50_MHz, 250_MHz, 1_Hz>, .rate = 200_MHz},
    /* 49 */ {.name = "uart0_bus", .same_as = 12},
    /* 50 */ {.name = "can0", .rates = list<20_MHz, 40_MHz, 80_MHz>},
    /* 51 */ {.name = "can1", .rates = list<20_MHz, 40_MHz, 80_MHz>},
    /* 52 */ {.name = "adc", .rates = range<1_MHz, 20_MHz, 500_kHz>},
    /* 53 */ {.name = "dac", .rates = range<1_MHz, 20_MHz, 500_kHz>},
    /* 54 */ {.name = "gpio", .rates = kBus, .on = true},
    /* 55 */ {.name = "gpio_debounce", .rates = list<32'768_Hz, 1_MHz>},
    /* 56 */ {.name = "trace", .rates = kBus, .seen_by = agents(kFirmware)},
    /* 57 */ {.name = "debug", .rates = kBus, .seen_by = agents(kFirmware)},
    /* 58 */ kHole,
    /* 59 */ {.name = "npu_core", .rates = steps<50_MHz, 50_MHz, 24>, .rate = 600_MHz, .parents = ids<2, 4, 10>},
    /* 60 */ {.name = "npu_bus", .rates = kBus},
    /* 61 */ {.name = "isp", .rates = steps<100_MHz, 20_MHz, 31>},
    /* 62 */ {.name = "vpu_encoder", .rates = steps<100_MHz, 50_MHz, 13>, .parents = ids<4, 2>},
    /* 63 */ {.name = "vpu_decoder", .rates = steps<100_MHz, 50_MHz, 13>, .parents = ids<4, 2>},
    /* 64 */ {.name = "clkout0", .rates = range<1_kHz, 200_MHz, 1_kHz>, .parents = ids<0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
              10, 11, 12, 13, 14, 16, 17, 18, 19, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32>},
    /* 65 */ {.name = "clkout1", .rates = range<1_kHz, 200_MHz, 1_kHz>, .parents = ids<0, 1, 2>},
    /* 66 */ {.name = "sensor_hub", .rates = list<32'768_Hz, 1_MHz, 24_MHz>, .rate_by = agents(kSecondary),
              .state_by = agents(kSecondary)},
    /* 67 */ {.name = "mailbox", .rates = kBus, .on = true, .state_by = kNobody},
    /* 68 */ {.name = "semaphore", .rates = kBus},
    /* 69 */ {.name = "sram", .rates = kBus, .on = true, .rate_by = kNobody},
    /* 70 */ {.name = "rom", .rates = kBus, .rate_by = kNobody},
    /* 71 */ {.name = "spare", .rates = range<0_Hz, 1_GHz, 1_Hz>, .rate = 1_MHz},
};

constexpr Reset kResets[] = {
    /*  0 */ {.name = "uart0", .latency = 5, .notifies = true},
    /*  1 */ {.name = "uart1", .latency = 5, .notifies = true},
    /*  2 */ {.name = "i2c0", .latency = 1},
    /*  3 */ {.name = "i2c1", .latency = 1},
    /*  4 */ {.name = "spi0", .latency = 0},
    /*  5 */ {.name = "mmc0", .latency = 20, .asynchronous = true, .notifies = true},
    /*  6 */ {.name = "mmc1", .latency = 20, .asynchronous = true, .notifies = true},
    /*  7 */ {.name = "usb", .latency = 1'000, .asynchronous = true, .own_states = 2},
    /*  8 */ {.name = "pcie", .latency = 100'000, .asynchronous = true, .notifies = true, .own_states = 1},
    /*  9 */ {.name = "eth0"},
    /* 10 */ {.name = "eth1"},
    /* 11 */ {.name = "display-controller-and-its-panel", .latency = 2'000, .asynchronous = true, .notifies = true},
    /* 12 */ {.name = "gpu", .notifies = true},
    /* 13 */ {.name = "npu", .asynchronous = true},
    /* 14 */ {.name = "watchdog", .latency = 1, .used_by = kNobody},
    /* 15 */ kNoReset,
    /* 16 */ {.name = "sensor_hub", .latency = 50, .used_by = agents(kSecondary)},
    /* 17 */ {.name = "trace", .latency = 3, .seen_by = agents(kFirmware)},
};

constexpr Device kDevices[] = {
    /* 0 */ {.name = "uart0", .clocks = ids<12, 49>, .resets = ids<0>},
    /* 1 */ {.name = "uart1", .clocks = ids<13>, .resets = ids<1>},
    /* 2 */ {.name = "i2c", .clocks = ids<16, 17, 18, 19>, .resets = ids<2, 3>},
    /* 3 */ {.name = "mmc0", .clocks = ids<25>, .resets = ids<5>},
    /* 4 */ {.name = "mmc1", .clocks = ids<26>, .resets = ids<6>},
    /* 5 */ {.name = "usb", .clocks = ids<28, 29, 30>, .resets = ids<7>},
    /* 6 */ {.name = "display", .clocks = ids<4, 32, 33>, .resets = ids<11>},
    /* 7 */ {.name = "audio", .clocks = ids<5, 37, 38>},
};
// clang-format on

}  // namespace

constinit const Description kReference{
    .vendor = "corbel",
    .sub_vendor = "reference",
    .implementation_version = 0x0001'0000,
    .agents = kAgents,
    .devices = kDevices,
    .clocks = kClocks,
    .resets = kResets,
};
static_assert(valid(Description{"", "", 0, kAgents, kDevices, kClocks, kResets}));

}  // namespace scmi::platform
