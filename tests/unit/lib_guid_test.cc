// SPDX-License-Identifier: BSD-2-Clause
#include "lib/guid.hh"

#include <gtest/gtest.h>

#include "tests/fake/result.hh"

namespace {

constexpr std::string_view kText = "6dcbd5ed-e82d-4c44-bda1-7194199ad92a";

TEST(LibGuid, the_first_three_fields_are_little_endian) {
  const Guid guid = *parse_guid(kText);
  const std::array<uint8_t, 16> bytes = {0xed, 0xd5, 0xcb, 0x6d, 0x2d, 0xe8, 0x44, 0x4c,
                                         0xbd, 0xa1, 0x71, 0x94, 0x19, 0x9a, 0xd9, 0x2a};
  EXPECT_EQ(guid.bytes, bytes);
}

TEST(LibGuid, text_comes_back_in_lower_case) {
  EXPECT_EQ(GuidText(*parse_guid(kText)).view(), kText);
  EXPECT_EQ(GuidText(*parse_guid("6DCBD5ED-E82D-4C44-BDA1-7194199AD92A")).view(), kText);
  EXPECT_EQ(GuidText(Guid{}).view(), "00000000-0000-0000-0000-000000000000");
}

TEST(LibGuid, a_literal_is_the_same_as_a_text) {
  EXPECT_EQ("6dcbd5ed-e82d-4c44-bda1-7194199ad92a"_guid, *parse_guid(kText));
  EXPECT_NE("6dcbd5ed-e82d-4c44-bda1-7194199ad92b"_guid, *parse_guid(kText));
}

TEST(LibGuid, other_texts_are_refused) {
  for (size_t at = 0; at < kText.size(); ++at) {
    for (const char wrong : {'g', '-', ' ', '\0', '@', '`', '/', ':'}) {
      std::string text(kText);
      if (text[at] == wrong) continue;
      text[at] = wrong;
      EXPECT_EQ(error_of(parse_guid(text)), Error::BadNumber) << text;
    }
  }
  EXPECT_EQ(error_of(parse_guid("")), Error::BadNumber);
  EXPECT_EQ(error_of(parse_guid(kText.substr(0, 35))), Error::BadNumber);
  EXPECT_EQ(error_of(parse_guid(std::string(kText) + "0")), Error::BadNumber);
  EXPECT_EQ(error_of(parse_guid("{" + std::string(kText) + "}")), Error::BadNumber);
  EXPECT_EQ(error_of(parse_guid("6dcbd5ede82d4c44bda17194199ad92a")), Error::BadNumber);
}

}  // namespace
