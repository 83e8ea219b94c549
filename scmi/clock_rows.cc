// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/clock_rows.hh"

#include <algorithm>

namespace scmi::clock {
namespace {

constexpr Error error_of(const Result<void>& done) { return done ? Error{} : done.error(); }

}  // namespace

void Rows::fetch(uint32_t first, uint32_t count) {
  count = std::min(count, kMost);
  Flight flights[kMost];
  for (uint32_t i = 0; i < count; ++i)
    info_error_[i] = error_of(client_.begin(flights[i], wire::Attributes{.clock = first + i}, info_[i]));
  for (uint32_t i = 0; i < count; ++i) {
    if (info_error_[i] == Error{}) info_error_[i] = error_of(client_.finish(flights[i]));
    if (info_error_[i] == Error{}) continue;
    Result<Info> info = failure(info_error_[i]);
    Clock(client_).forgive(info, info_error_[i]);
    if (info) info_[i] = *info, info_error_[i] = {};
  }
  for (uint32_t i = 0; i < count; ++i) {
    rate_error_[i] = info_error_[i];
    if (info_error_[i] == Error{})
      rate_error_[i] = error_of(client_.begin(flights[i], wire::RateGet{.clock = first + i}, rate_[i]));
  }
  for (uint32_t i = 0; i < count; ++i)
    if (rate_error_[i] == Error{}) rate_error_[i] = error_of(client_.finish(flights[i]));
}

Rows::Row Rows::row(uint32_t index) const {
  const auto& word = rate_[index];
  return {.info = info_error_[index] == Error{} ? Result<Info>(info_[index]) : failure(info_error_[index]),
          .rate = rate_error_[index] == Error{} ? Result<uint64_t>(join(word.low, word.high))
                                                : failure(rate_error_[index])};
}

}  // namespace scmi::clock
