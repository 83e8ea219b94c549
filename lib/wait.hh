// SPDX-License-Identifier: BSD-2-Clause
// lib/wait.hh - every wait of the firmware ends.
#pragma once
#include "lib/mark.hh"
#include "lib/time.hh"

/// Tells the CPU, or who emulates it, that others may run: what we wait for does not come from here.
inline void relax() {
#if defined(__aarch64__) || defined(__arm__)
  asm volatile("yield" ::: "memory");
#endif
}

/// Looks until `done()` is true, for `limit` ticks at most; false: it is not. The last look is after the limit, so that
/// a delay of ours is not taken for one of theirs.
template <class F>
bool wait_until(const Time& time, Ticks limit, F&& done) {
  Ticks start = 0;
  for (bool begun = false, over = false;; begun = true) {
    mark<kWaitLooks>();
    const bool is_done = done();  // called at one place, so that it is no function of its own
    if (is_done || over) {
      mark<kWaitEnds>();
      return is_done;
    }
    if (!begun) start = time.now();
    relax();
    over = time.now() - start >= limit;
  }
}
