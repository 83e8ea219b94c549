// SPDX-License-Identifier: BSD-2-Clause
#include "efi/esrt.hh"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace {

using efi::EsrtEntry;

constexpr Guid kType = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"_guid;
constexpr Guid kOther = "0c2fb0f8-6b5e-4d0b-9f6d-5d1f6a5f0b7e"_guid;

const EsrtEntry kEntries[] = {{.image = kType,
                               .version = 3,
                               .lowest_supported_version = 2,
                               .capsule_flags = 0x8000,
                               .last_attempt_version = 4,
                               .last_attempt_status = uint32_t(efi::Status::AuthError)},
                              {.image = kOther, .type = EsrtEntry::Type::Device, .version = 0x01020304}};

std::vector<std::byte> table() {
  std::vector<std::byte> all(efi::esrt_size(2));
  EXPECT_EQ(efi::write_esrt(kEntries, all).value_or(0), all.size());
  return all;
}

TEST(EfiEsrt, the_table_lies_as_the_specification_has_it) {
  const auto all = table();
  ASSERT_EQ(all.size(), 16u + 2 * 40);
  uint32_t words[24];
  std::memcpy(words, all.data(), sizeof(words));
  const uint32_t header[] = {2, 2, 1, 0};
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(words[i], header[i]) << i;
  EXPECT_EQ(std::memcmp(&all[16], &kType, 16), 0);
  const uint32_t first[] = {1, 3, 2, 0x8000, 4, 5}, second[] = {2, 0x01020304, 0, 0, 0, 0};
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(words[8 + i], first[i]) << i;
  EXPECT_EQ(std::memcmp(&all[56], &kOther, 16), 0);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(words[18 + i], second[i]) << i;
}

TEST(EfiEsrt, what_was_built_is_taken_apart) {
  const auto all = table();
  EsrtEntry back[3];
  EXPECT_EQ(efi::parse_esrt(all, back).value_or(0), 2u);
  EXPECT_EQ(back[0].image, kType);
  EXPECT_EQ(back[0].last_attempt_status, 5u);
  EXPECT_EQ(back[1].type, EsrtEntry::Type::Device);
  EXPECT_EQ(back[1].version, 0x01020304u);
}

TEST(EfiEsrt, little_memory_is_told) {
  std::vector<std::byte> all(efi::esrt_size(2) - 1);
  EXPECT_EQ(error_of(efi::write_esrt(kEntries, all)), Error::NoSpace);
  EsrtEntry back[1];
  EXPECT_EQ(error_of(efi::parse_esrt(table(), back)), Error::NoSpace);
  all.resize(16);
  EXPECT_EQ(efi::write_esrt({}, all).value_or(0), 16u);
  EXPECT_EQ(efi::parse_esrt(all, back).value_or(1), 0u);
}

TEST(EfiEsrt, tables_that_are_none_are_malformed) {
  struct Case {
    size_t at;
    uint32_t value;
  };
  for (const Case& c : {Case{0, 3}, Case{0, 0xffffffff}, Case{4, 1}, Case{8, 0}, Case{8, 2}, Case{12, 1}, Case{32, 4},
                        Case{72, 0xffffffff}}) {
    auto all = table();
    std::memcpy(&all[c.at], &c.value, 4);
    EsrtEntry back[4];
    EXPECT_EQ(error_of(efi::parse_esrt(all, back)), Error::Malformed) << c.at << '=' << c.value;
  }
  auto all = table();
  EsrtEntry back[4];
  for (const size_t size : {size_t{0}, size_t{15}, size_t{16}, all.size() - 1})
    EXPECT_EQ(error_of(efi::parse_esrt(std::span(all).first(size), back)), Error::Malformed) << size;
  const uint32_t more = 5;
  std::memcpy(&all[0], &more, 4);
  std::memcpy(&all[4], &more, 4);
  EXPECT_EQ(error_of(efi::parse_esrt(all, back)), Error::Malformed);
}

}  // namespace
