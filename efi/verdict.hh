// SPDX-License-Identifier: BSD-2-Clause
// efi/verdict.hh - Checked<void> in two registers, for parsers that ask a lot of small questions.
#pragma once
#include "efi/refusal.hh"

namespace efi {

/// Made by {} and REFUSE, asked as a Checked<void> is; that one takes memory, and twice the code.
class Verdict {
 public:
  constexpr Verdict() : refusal_("") {}  // the NUL is Status::Success
  constexpr Verdict(const std::unexpected<Refusal>& refused) : refusal_(refused.error()) {}
  explicit operator bool() const { return refusal_.status() == Status::Success; }
  const Refusal& error() const { return refusal_; }

 private:
  Refusal refusal_;
};

/// The same verdict, on item `item`.
inline Verdict of_item(unsigned item, const Verdict& verdict) {
  if (verdict) return {};
  return std::unexpected(verdict.error().of_item(item));
}

}  // namespace efi

// An early return of a Verdict that is a refusal, from a function that returns one.
#define CHECK_VERDICT(expr)                                                 \
  do {                                                                      \
    if (const ::efi::Verdict verdict_ = (expr); !verdict_) return verdict_; \
  } while (0)
