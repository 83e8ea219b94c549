// SPDX-License-Identifier: BSD-2-Clause
#include "lib/json.hh"

#include "lib/text.hh"

void Json::open(std::string_view key, char bracket) {
  lead(key);
  out_.write({&bracket, 1});
  comma_ = false;
  ++depth_;
}

void Json::close(char bracket) {
  out_.write({&bracket, 1});
  comma_ = true;
  if (--depth_ == 0) out_.write("\n");
}

void Json::add(std::string_view key, const Arg& value) {
  lead(key);
  if (value.kind == Arg::Text)
    quote(value.s);
  else
    vprint(out_, "{}", {&value, 1});
}

void Json::add_bool(std::string_view key, bool value) {
  lead(key);
  out_.write(value ? "true" : "false");
}

// A line for each element of the outermost list, so that a person can read it too.
void Json::lead(std::string_view key) {
  if (comma_) out_.write(depth_ == 1 ? ",\n" : ",");
  comma_ = true;
  if (key.empty()) return;
  quote(key);
  out_.write(":");
}

void Json::quote(std::string_view text) {
  out_.write("\"");
  for (const char& c : text) {
    if (!printable(c)) {
      print_to(out_, "\\u{:04x}", uint8_t(c));
      continue;
    }
    if (c == '"' || c == '\\') out_.write("\\");
    out_.write({&c, 1});
  }
  out_.write("\"");
}
