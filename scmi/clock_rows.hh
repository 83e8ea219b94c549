// SPDX-License-Identifier: BSD-2-Clause
// scmi/clock_rows.hh - attributes and rates of many clocks, several of them asked for at once: over a transport that
// takes its time a list waits an eighth as often.
#pragma once
#include "scmi/clock.hh"

namespace scmi::clock {

class Rows {
 public:
  static constexpr uint32_t kMost = 8;

  struct Row {
    Result<Info> info;
    Result<uint64_t> rate;  // hertz; asked for where there is `info`
  };

  explicit Rows(Client& client) : client_(client) {}
  /// Asks for `count` clocks from `first` on, kMost at most.
  void fetch(uint32_t first, uint32_t count);
  /// Of those the `index`th.
  Row row(uint32_t index) const;

 private:
  Client& client_;
  std::array<Info, kMost> info_;
  std::array<Error, kMost> info_error_, rate_error_;
  std::array<wire::RateGet::Reply, kMost> rate_;
};

}  // namespace scmi::clock
