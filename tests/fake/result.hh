// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/result.hh - how tests look at results: error_of() is Error{} for a success, and failures print in words.
#pragma once
#include <ostream>

#include "lib/result.hh"

template <class T>
Error error_of(const Result<T>& result) {
  return result ? Error{} : result.error();
}

inline constexpr Error kNone{};

inline void PrintTo(Error error, std::ostream* out) {
  *out << int(error) << ' ' << (error == Error{} ? std::string_view("no error") : text(error));
}
