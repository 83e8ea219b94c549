// SPDX-License-Identifier: BSD-2-Clause
// efi/refusal.hh - why a capsule is not taken: which item, which check, and why, for one line.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "lib/print.hh"
#include "lib/result.hh"

namespace efi {

/// LAST_ATTEMPT_STATUS of the ESRT (UEFI 2.10, 23.4), which is what an operating system gets to know of it.
enum class Status : uint32_t {
  Success = 0,
  Unsuccessful = 1,
  InsufficientResources = 2,
  IncorrectVersion = 3,
  InvalidFormat = 4,
  AuthError = 5,
  PowerAc = 6,
  PowerBattery = 7,
  UnsatisfiedDependencies = 8,
};

/// Both texts are literals. "item 1: signature: made by no key that this firmware trusts".
struct Refusal {
  static constexpr int kCapsule = -1;  // the capsule itself, no item of it

  Status status = Status::InvalidFormat;
  int item = kCapsule;     // counted from 0
  std::string_view check;  // what was looked at, by the specification's name where it has one: "HeaderSize"
  std::string_view why;    // what is wrong with it: "less than 28"
  Error error{};           // what the storage said, where that is the reason
};

/// "item 1: HeaderSize: less than 28", without a newline.
void print_refusal(Output& out, const Refusal& refusal);

template <class T>
using Checked = std::expected<T, Refusal>;

constexpr std::unexpected<Refusal> refuse(std::string_view check, std::string_view why,
                                          Status status = Status::InvalidFormat) {
  return std::unexpected<Refusal>(Refusal{status, Refusal::kCapsule, check, why, Error{}});
}
/// The capsule could not be read, or something of ours not be written.
constexpr std::unexpected<Refusal> refuse(std::string_view check, Error error, Status status = Status::Unsuccessful) {
  return std::unexpected<Refusal>(Refusal{status, Refusal::kCapsule, check, {}, error});
}
/// The same refusal, of item `item`.
constexpr std::unexpected<Refusal> of_item(int item, Refusal refusal) {
  refusal.item = item;
  return std::unexpected<Refusal>(refusal);
}

}  // namespace efi

// Value of `expr`, or an early return of its refusal; the same where there is no value to take.
#define TRY_CHECKED(expr)                                                    \
  ({                                                                         \
    auto checked_ = (expr);                                                  \
    if (!checked_) return std::unexpected<::efi::Refusal>(checked_.error()); \
    *checked_;                                                               \
  })
#define CHECK_CHECKED(expr)                                                                          \
  do {                                                                                               \
    if (auto checked_ = (expr); !checked_) return std::unexpected<::efi::Refusal>(checked_.error()); \
  } while (0)
