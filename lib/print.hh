// SPDX-License-Identifier: BSD-2-Clause
// lib/print.hh - print("{:<16} {:>12} Hz, {:#x}\n", name, rate, id). Types come from the arguments; the number of
// arguments is checked by the compiler. A hole is {} or {:[<|>][0][width][#][x]}; # puts 0x before a hexadecimal.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "lib/result.hh"

/// Where characters go.
class Output {
 public:
  virtual void write(std::string_view text) = 0;

 protected:
  ~Output() = default;
};

struct Arg {
  enum Kind : uint8_t { Unsigned, Signed, Text } kind;
  union {
    uint64_t u;
    int64_t i;
    std::string_view s;
  };
  constexpr Arg(std::unsigned_integral auto v) : kind(Unsigned), u(v) {}
  constexpr Arg(std::signed_integral auto v) : kind(Signed), i(v) {}
  constexpr Arg(std::string_view v) : kind(Text), s(v) {}
  constexpr Arg(const char* v) : kind(Text), s(v) {}
  Arg(Error error) : Arg(text(error)) {}
};

void braces_and_arguments_differ_in_number();  // never defined: reaching it stops the compilation

template <class... A>
struct Format {
  template <size_t N>
  consteval Format(const char (&format)[N]) : text(format, N - 1) {
    size_t holes = 0;
    for (size_t i = 0; i + 1 < N; ++i) holes += format[i] == '{' && (format[i + 1] == '}' || format[i + 1] == ':');
    if (holes != sizeof...(A)) braces_and_arguments_differ_in_number();
  }
  std::string_view text;
};

void vprint(Output& out, std::string_view format, std::span<const Arg> args);

template <class... A>
void print_to(Output& out, Format<std::type_identity_t<A>...> format, A... args) {
  if constexpr (sizeof...(A) == 0) {
    out.write(format.text);
  } else {
    const Arg list[] = {args...};
    vprint(out, format.text, list);
  }
}

/// Text into memory of the caller's; what does not fit is cut off.
class TextBuffer final : public Output {
 public:
  explicit TextBuffer(std::span<char> memory) : memory_(memory) {}
  void write(std::string_view text) override {
    for (char c : text)
      if (used_ < memory_.size()) memory_[used_++] = c;
  }
  std::string_view text() const { return {memory_.data(), used_}; }

 private:
  std::span<char> memory_;
  size_t used_ = 0;
};
