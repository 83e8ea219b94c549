// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/tree.hh - the device tree that QEMU made, and what the monitor adds to it.
#pragma once
#include <string_view>

#include "board/qemu_monitor/interrupts.hh"
#include "board/qemu_monitor/options.hh"
#include "lib/result.hh"

namespace board {

class Tree {
 public:
  /// Takes the tree at `blob`, which may grow to `room` bytes. Error::BadTree: there is none.
  Result<void> open(void* blob, size_t room);

  /// Empty when there are none.
  std::string_view bootargs() const;
  /// Bytes of RAM from kRam on. Error::BadTree: the tree does not say.
  Result<uint64_t> ram() const;
  Gic gic() const;

  /// Adds PSCI, the SCMI instances and their memory, `pages` being where Page 0 lies: the others lie below it.
  /// Error::BadTree: no room, or damaged.
  Result<void> describe(const Options& options, uint64_t pages);

 private:
  void* blob_ = nullptr;
};

}  // namespace board
