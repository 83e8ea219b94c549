// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/timeline.hh - time that moves only when somebody looks at it, so waits are quick and tests repeatable.
#pragma once
#include <functional>
#include <map>

#include "lib/time.hh"

namespace fake {

/// One at a time. A tick is a microsecond; each look at the clock takes kStep of them.
class Timeline {
 public:
  static constexpr Ticks kStep = 50;

  Timeline() { current = this; }
  ~Timeline() { current = nullptr; }
  Timeline(const Timeline&) = delete;

  /// Runs `what` at the first look at the clock that is `delay` microseconds or more from now.
  void after(Ticks delay, std::function<void()> what) { planned_.emplace(ticks_ + delay, std::move(what)); }
  Ticks elapsed() const { return ticks_; }

  const Time time{[] { return current->look(); }, 1'000'000};

 private:
  Ticks look() {
    ticks_ += kStep;
    while (!planned_.empty() && planned_.begin()->first <= ticks_) {
      const auto what = std::move(planned_.begin()->second);
      planned_.erase(planned_.begin());
      what();
    }
    return ticks_;
  }

  static inline Timeline* current = nullptr;
  Ticks ticks_ = 0;
  std::multimap<Ticks, std::function<void()>> planned_;
};

}  // namespace fake
