// SPDX-License-Identifier: BSD-2-Clause
// shell/progress.hh - one line that says how far a long work is, and leaves nothing behind.
#pragma once
#include <string_view>

#include "lib/time.hh"

namespace shell {

class Progress {
 public:
  Progress(const Time& time, std::string_view what, uint64_t total)
      : time_(time), what_(what), total_(total), next_(time.now() + time.milliseconds(kInterval)) {}
  /// What takes less than half a second says nothing; afterwards it says so twice a second.
  void at(uint64_t done);
  void end();

 private:
  static constexpr uint64_t kInterval = 500;

  const Time& time_;
  std::string_view what_;
  uint64_t total_;
  Ticks next_;
  bool shown_ = false;
};

}  // namespace shell
