// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/monitor.cc - from the first C++ to the firmware: fetches it, completes the device tree, goes down.
#include "board/qemu_monitor/monitor.hh"

#include <algorithm>

#include "board/qemu_monitor/fw_cfg.hh"
#include "board/qemu_monitor/map.hh"
#include "board/qemu_monitor/service.hh"
#include "board/qemu_monitor/tree.hh"

namespace board {
namespace {

/// Header of a Linux arm64 Image (Documentation/arch/arm64/booting.rst), as far as it matters here.
struct ImageHeader {
  uint32_t code[2];
  uint64_t text_offset, image_size, flags, reserved[3];
  uint32_t magic, reserved1;
};
static_assert(sizeof(ImageHeader) == 64);
constexpr uint32_t kImageMagic = 0x644d'5241;
constexpr uint64_t kMostOffset = 0x20'0000;

/// Fetches the -kernel file and returns where it begins. Error::NoSpace: it would reach `end`.
Result<uint64_t> fetch_firmware(FwCfg files, uint64_t end) {
  const uint32_t size = TRY(files.kernel_size());
  uint64_t to = kKernel;
  auto* const header = reinterpret_cast<ImageHeader*>(to);
  CHECK(files.read_kernel(header, sizeof *header));
  if (header->magic == kImageMagic && header->text_offset % 0x1000 == 0 && header->text_offset < kMostOffset)
    to += header->text_offset;
  if (size > end - to) return failure(Error::NoSpace);
  CHECK(files.read_kernel(reinterpret_cast<void*>(to), size));
  return to;
}

/// QEMU's machine has no EL2 without virtualization=on.
bool has_el2() { return (SYSTEM_READ("id_aa64pfr0_el1") >> 8 & 0xf) != 0; }

/// What has to be settled at EL3 so that nothing of the world below traps here that it has a right to.
void open_below(const Options& options, uint64_t forwarder_page) {
  constexpr uint64_t kNonSecure = 1, kFiq = 1 << 2, kRes1 = 3 << 4, kHvc = 1 << 8, kA64 = 1 << 10;
  constexpr uint64_t kPointerAuthentication = 3 << 16, kFineTraps = 1 << 27, kHcrx = uint64_t{1} << 38,
                     kTpidr2 = uint64_t{1} << 41;
  const bool hvc = options.el == 2 || options.hvc;
  SYSTEM_WRITE("scr_el3", kNonSecure | kFiq | kRes1 | (hvc ? kHvc : 0) | kA64 | kPointerAuthentication | kFineTraps |
                              kHcrx | kTpidr2);
  SYSTEM_WRITE("cptr_el3", 1 << 12 | 1 << 8);  // SME and SVE, where there are
  SYSTEM_WRITE("mdcr_el3", 0);
  asm volatile("isb");
  SYSTEM_WRITE("sctlr_el1", 0x30d0'0800);  // RES1: MMU and caches off
  if (!has_el2()) return;
  SYSTEM_WRITE("sctlr_el2", 0x30c5'0830);
  SYSTEM_WRITE("cntvoff_el2", 0);
  if (options.el == 2) {
    SYSTEM_WRITE("hcr_el2", 0);
    return;
  }
  // EL2 is there but stays out of the way.
  SYSTEM_WRITE("hcr_el2", uint64_t{1} << 31);
  SYSTEM_WRITE("cptr_el2", 0x33ff);
  SYSTEM_WRITE("cnthctl_el2", 3);
  SYSTEM_WRITE("hstr_el2", 0);
  SYSTEM_WRITE("vttbr_el2", 0);
  SYSTEM_WRITE("vpidr_el2", SYSTEM_READ("midr_el1"));
  SYSTEM_WRITE("vmpidr_el2", SYSTEM_READ("mpidr_el1"));
  __builtin_memcpy(reinterpret_cast<void*>(forwarder_page), forwarder, size_t(forwarder_end - forwarder));
  SYSTEM_WRITE("vbar_el2", forwarder_page);
}

[[noreturn]] void give_up(std::string_view what, Error error) {
  print_to(uart(), "monitor: {}: {}\n", what, error);
  power_off();
}

}  // namespace

void monitor_main() {
  Tree tree;
  if (const auto opened = tree.open(reinterpret_cast<void*>(kRam), kKernel - kRam); !opened)
    give_up("no device tree", opened.error());
  const auto ram = tree.ram();
  if (!ram || *ram < 64 << 20) give_up("RAM", ram ? Error::NoSpace : ram.error());

  Options options;
  std::string_view bad;
  if (!parse_options(tree.bootargs(), options, bad)) print_to(uart(), "monitor: not understood: {}\n", bad);

  if (!has_el2()) {
    options.el = 1;
    options.hvc = false;
  }

  const uint64_t pages = kRam + std::min(*ram, kRamUsed) - kPageSize;
  const auto page = [&](Page which) { return pages - which * kPageSize; };
  const auto firmware = fetch_firmware(FwCfg(reinterpret_cast<void*>(page(Scratch))), page(Scratch));
  if (!firmware) give_up("no firmware (QEMU's -kernel)", firmware.error());
  if (const auto described = tree.describe(options, pages); !described) give_up("device tree", described.error());

  start_interrupts(tree.gic());
  if (options.instances) start_service(options, pages);
  open_below(options, page(Forwarder));
  descend(kRam, *firmware, options.el == 2 ? 0x3c9 : 0x3c5);  // EL2h or EL1h, all masked
}

}  // namespace board
