// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/outcome.hh - a value, or a sentence for the person who started the program.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <utility>

#include "efi/refusal.hh"
#include "lib/guid.hh"
#include "lib/print.hh"
#include "lib/result.hh"

namespace capsule {

enum class Exit : uint8_t {
  Good = 0,
  Failed = 1,  // a capsule is refused, a file could not be read or written, a key does not work
  Usage = 2,   // the command line cannot be meant so
};

struct Failure {
  std::string text;  // what is wrong and what to do next, without "error: " and without a full stop
  Exit exit = Exit::Failed;
};

template <class T>
using Outcome = std::expected<T, Failure>;

// What TRY() and CHECK() leave with.
using ::failure;
inline std::unexpected<Failure> failure(Failure why) { return std::unexpected<Failure>(std::move(why)); }

class StringOutput final : public Output {
 public:
  void write(std::string_view text) override { text_ += text; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

inline Arg arg(const std::string& text) { return std::string_view(text); }
template <class T>
Arg arg(const T& value) {
  return value;
}

/// The text of a format as print_to() takes it.
template <class... A>
std::string say(Format<std::type_identity_t<A>...> format, A... args) {
  StringOutput out;
  if constexpr (sizeof...(A) == 0) {
    out.write(format.text);
  } else {
    const Arg list[] = {arg(args)...};
    vprint(out, format.text, list);
  }
  return out.take();
}
template <class... A>
std::unexpected<Failure> failed(Format<std::type_identity_t<A>...> format, A... args) {
  return failure(Failure{say(format, args...), Exit::Failed});
}
template <class... A>
std::unexpected<Failure> misused(Format<std::type_identity_t<A>...> format, A... args) {
  return failure(Failure{say(format, args...), Exit::Usage});
}

inline std::string say(const Guid& guid) { return std::string(GuidText(guid).view()); }
inline std::string say(const efi::Refusal& refusal) {
  StringOutput out;
  efi::print_refusal(out, refusal);
  return out.take();
}

}  // namespace capsule

// TRY() for a value that cannot be copied.
#define TRY_MOVE(expr)                                                \
  ({                                                                  \
    auto try_result_ = (expr);                                        \
    if (!try_result_) return failure(std::move(try_result_.error())); \
    std::move(*try_result_);                                          \
  })
