// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/monitor.cc - from the first C++ to the firmware: fetches it, completes the device tree, goes down.
#include "board/qemu_monitor/monitor.hh"

#include <algorithm>

#include "board/qemu_monitor/below.hh"
#include "board/qemu_monitor/fw_cfg.hh"
#include "board/qemu_monitor/map.hh"
#include "board/qemu_monitor/service.hh"
#include "board/qemu_monitor/tree.hh"

namespace board {
namespace {

/// Fetches the -kernel file and returns where it begins. Error::NoSpace: it would reach `end`.
Result<uintptr_t> fetch_firmware(FwCfg files, uintptr_t end) {
  const uint32_t size = TRY(files.kernel_size());
  uintptr_t to = kKernel;
  auto* const header = reinterpret_cast<ImageHeader*>(to);
  CHECK(files.read_kernel(header, sizeof *header));
  to += image_offset(*header);
  if (size > end - to) return failure(Error::NoSpace);
  CHECK(files.read_kernel(reinterpret_cast<void*>(to), size));
  return to;
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

  const uintptr_t pages = kRam + uintptr_t(std::min(*ram, kRamUsed)) - kPageSize;
  const auto page = [&](Page which) { return pages - which * kPageSize; };
  const auto firmware = fetch_firmware(FwCfg(reinterpret_cast<void*>(page(Scratch))), page(Scratch));
  if (!firmware) give_up("no firmware (QEMU's -kernel)", firmware.error());
  if (const auto described = tree.describe(options, pages); !described) give_up("device tree", described.error());

  start_interrupts(tree.gic());
  if (options.instances) start_service(options, pages);
  if (options.hvc)
    __builtin_memcpy(reinterpret_cast<void*>(page(Forwarder)), forwarder, size_t(forwarder_end - forwarder));
  open_below(options.el, options.hvc, page(Forwarder));
  descend(kRam, *firmware, entry_status(options.el));
}

}  // namespace board
