// SPDX-License-Identifier: BSD-2-Clause
// lib/json.hh - writes JSON, element by element; commas, line breaks and escapes are its business.
#pragma once
#include "lib/print.hh"

class Json {
 public:
  explicit Json(Output& out) : out_(out) {}

  /// `bracket`: '{' or '['. An empty key stands for none: the outermost value, or an element of an array.
  void open(std::string_view key, char bracket);
  void close(char bracket);  // }, ]; the outermost ends the line
  /// Bytes of a text that are no printable ASCII go out as \u00XX.
  void add(std::string_view key, const Arg& value);
  void add_bool(std::string_view key, bool value);

 private:
  void lead(std::string_view key);
  void quote(std::string_view text);

  Output& out_;
  bool comma_ = false;
  uint8_t depth_ = 0;
};
