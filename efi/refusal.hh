// SPDX-License-Identifier: BSD-2-Clause
// efi/refusal.hh - why a capsule is not taken: which item, which check, and why, for one line.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <string_view>

#include "lib/print.hh"
#include "lib/result.hh"

namespace efi {

/// LAST_ATTEMPT_STATUS of the ESRT (UEFI 2.10, 23.4), which is what an operating system gets to know of it.
enum class Status : uint8_t {
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

/// "item 1: signature: made by no key that this firmware trusts". Made by REFUSE and REFUSE_ERROR alone, so that each
/// costs one address where it happens: there are many.
class Refusal {
 public:
  static constexpr int kCapsule = -1;  // the capsule itself, no item of it

  constexpr explicit Refusal(const char* text, Error error = Error{}) : text_(text), rest_(uint8_t(error)) {}
  /// The same, of item `item`, counted from 0.
  constexpr Refusal of_item(unsigned item) const {
    Refusal refusal = *this;
    refusal.rest_ = uint8_t(rest_) | uint64_t{item + 1} << 32;
    return refusal;
  }

  Status status() const { return Status(text_[0]); }
  int item() const { return int(rest_ >> 32) - 1; }
  /// What it means for item `item`: one bad item stops all others.
  Status status_of(unsigned item) const {
    return rest_ >> 32 == 0 || rest_ >> 32 == uint64_t{item} + 1 ? status() : Status::Unsuccessful;
  }
  /// What was looked at, by the specification's name where it has one: "HeaderSize".
  std::string_view check() const { return {text_ + 3, uint8_t(text_[1])}; }
  /// What is wrong with it: "less than 28"; empty where the storage said why, in error().
  std::string_view why() const { return {text_ + 3 + uint8_t(text_[1]), uint8_t(text_[2])}; }
  Error error() const { return Error(int8_t(rest_)); }

 private:
  const char* text_;  // status, two lengths, then what they count
  uint64_t rest_;     // of the error 8 bits, from bit 32 on the item counted from 1: one register
};

/// "item 1: HeaderSize: less than 28", without a newline.
void print_refusal(Output& out, const Refusal& refusal);

template <class T>
using Checked = std::expected<T, Refusal>;

template <size_t C, size_t W>
consteval auto refusal_text(const char (&check)[C], const char (&why)[W], Status status) {
  static_assert(C <= 256 && W <= 256);
  std::array<char, 1 + C + W> text{char(status), char(C - 1), char(W - 1)};
  for (size_t i = 0; i + 1 < C; ++i) text[3 + i] = check[i];
  for (size_t i = 0; i + 1 < W; ++i) text[2 + C + i] = why[i];
  return text;
}

}  // namespace efi

// return REFUSE("HeaderSize", "less than 28", InvalidFormat); both texts are literals, the last names a Status.
#define REFUSE(check, why, status)                                                                \
  ({                                                                                              \
    static constexpr auto refusal_text_ = ::efi::refusal_text(check, why, ::efi::Status::status); \
    std::unexpected<::efi::Refusal>(::efi::Refusal(refusal_text_.data()));                        \
  })
// The same where a Result says why: return REFUSE_ERROR("capsule", read.error(), Unsuccessful);
#define REFUSE_ERROR(check, error, status)                                                       \
  ({                                                                                             \
    static constexpr auto refusal_text_ = ::efi::refusal_text(check, "", ::efi::Status::status); \
    std::unexpected<::efi::Refusal>(::efi::Refusal(refusal_text_.data(), error));                \
  })
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
