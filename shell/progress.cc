// SPDX-License-Identifier: BSD-2-Clause
#include "shell/progress.hh"

#include "lib/console.hh"

namespace shell {

void Progress::at(uint64_t done) {
  const Ticks now = time_.now();
  if (int64_t(now - next_) < 0) return;
  next_ = now + time_.milliseconds(kInterval);
  shown_ = true;
  print("\r{} of {} {}", done, total_, what_);
}

void Progress::end() {
  if (shown_) print("\r\x1b[K");
  shown_ = false;
}

}  // namespace shell
