// SPDX-License-Identifier: BSD-2-Clause
#include "lib/json.hh"

#include <gtest/gtest.h>

namespace {

struct Text final : Output {
  void write(std::string_view more) override { text += more; }
  std::string text;
};

TEST(LibJson, an_empty_list_is_brackets_and_a_line) {
  Text out;
  Json json(out);
  json.open({}, '[');
  json.close(']');
  EXPECT_EQ(out.text, "[]\n");
}

TEST(LibJson, commas_stand_between_elements_and_nowhere_else) {
  Text out;
  Json json(out);
  json.open({}, '{');
  json.add("a", 1u);
  json.add("b", -2);
  json.open("c", '[');
  json.add({}, 3u);
  json.add({}, "four");
  json.close(']');
  json.add_bool("d", true);
  json.add_bool("e", false);
  json.close('}');
  EXPECT_EQ(out.text, "{\"a\":1,\n\"b\":-2,\n\"c\":[3,\"four\"],\n\"d\":true,\n\"e\":false}\n");
}

TEST(LibJson, numbers_of_64_bits_keep_all_of_them) {
  Text out;
  Json json(out);
  json.open({}, '[');
  json.add({}, UINT64_MAX);
  json.add({}, INT64_MIN);
  json.close(']');
  EXPECT_EQ(out.text, "[18446744073709551615,\n-9223372036854775808]\n");
}

TEST(LibJson, hostile_text_cannot_leave_its_quotes) {
  Text out;
  Json json(out);
  json.open({}, '[');
  json.add({}, std::string_view("\"],\\\n\x1b[2J\0\x7f\xff", 12));
  json.close(']');
  EXPECT_EQ(out.text, "[\"\\\"],\\\\\\u000a\\u001b[2J\\u0000\\u007f\\u00ff\"]\n");
}

}  // namespace
