// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/sfdp.hh"

#include <gtest/gtest.h>

#include "tests/fake/sfdp_image.hh"

namespace {

using drivers::NorShape;
using fake::SfdpImage;

Result<NorShape> parse(const std::vector<uint8_t>& bytes) {
  MemoryReader reader(std::as_bytes(std::span(bytes)));
  NorShape is;
  CHECK(drivers::parse_sfdp(reader, is));
  return is;
}
Result<NorShape> parse(const SfdpImage& image) { return parse(image.bytes()); }

/// With words of the basic table, numbered from 1 as in the standard, that say something else.
Error with(std::initializer_list<std::pair<unsigned, uint32_t>> words, SfdpImage image = {}) {
  for (const auto& [number, word] : words) image.basic[number - 1] = word;
  return error_of(parse(image));
}

TEST(DriversSfdp, a_chip_is_what_it_says) {
  const auto is = parse(SfdpImage{});
  ASSERT_TRUE(is);
  EXPECT_EQ(is->size, 4u << 20);
  EXPECT_EQ(is->page, 256u);
  EXPECT_EQ(is->address_bytes, 3);
  EXPECT_EQ(is->read, 0x03);
  EXPECT_EQ(is->program, 0x02);
  EXPECT_FALSE(is->enter_wide);
  EXPECT_FALSE(is->flag_status);
  EXPECT_EQ(is->erases[2].size, 65536u);
  EXPECT_EQ(is->erases[2].opcode, 0xd8);
  EXPECT_EQ(is->erases[2].limit, 1600u);
  EXPECT_EQ(is->erases[1].size, 32768u);
  EXPECT_EQ(is->erases[1].opcode, 0x52);
  EXPECT_EQ(is->erases[1].limit, 1280u);
  EXPECT_EQ(is->erases[0].size, 4096u);
  EXPECT_EQ(is->erases[0].opcode, 0x20);
  EXPECT_EQ(is->erases[0].limit, 1000u);  // 480 is what it says: nobody is that punctual
  EXPECT_EQ(is->erases[3].size, 0u);
  EXPECT_EQ(is->program_limit, 20'000u);
}

TEST(DriversSfdp, the_first_edition_of_the_standard_says_nothing_of_times_and_pages) {
  SfdpImage image;
  image.basic.resize(9);
  const auto is = parse(image);
  ASSERT_TRUE(is);
  EXPECT_EQ(is->page, 256u);
  EXPECT_EQ(is->erases[0].limit, NorShape::kEraseLimit);
  EXPECT_EQ(is->program_limit, NorShape::kProgramLimit);
}

TEST(DriversSfdp, slow_chips_are_given_their_time_within_reason) {
  SfdpImage image;
  image.basic[9] = 15u | (31u | 3u << 5) << 4 | (31u | 2u << 5) << 11 | (0u | 3u << 5) << 18;
  image.basic[10] = 15u | 9u << 4 | (31u | 1u << 5) << 8;
  const auto is = parse(image);
  ASSERT_TRUE(is);
  EXPECT_EQ(is->erases[2].limit, 32'000u);  // 1 s, 32 times
  EXPECT_EQ(is->erases[1].limit, 60'000u);  // 4 s, 32 times
  EXPECT_EQ(is->erases[0].limit, 60'000u);  // 32 s, 32 times
  EXPECT_EQ(is->program_limit, 65'536u);
  EXPECT_EQ(is->page, 512u);
}

TEST(DriversSfdp, what_is_no_table_is_told_from_one_that_is_damaged) {
  EXPECT_EQ(error_of(parse(std::vector<uint8_t>(256, 0xff))), Error::NotFound);
  EXPECT_EQ(error_of(parse(std::vector<uint8_t>(256, 0x00))), Error::NotFound);
  SfdpImage image;
  image.revision = 0x206;
  EXPECT_EQ(error_of(parse(image)), Error::NotSupported);
  image = {};
  image.basic.resize(8);
  EXPECT_EQ(error_of(parse(image)), Error::Malformed);
  image = {};
  image.others.push_back({SfdpImage::kBasic, 0x107, {}});  // one that says nothing, later
  EXPECT_EQ(error_of(parse(image)), Error::Malformed);
}

TEST(DriversSfdp, it_is_refused_wherever_it_is_cut_off) {
  const auto all = SfdpImage::large(true).bytes();
  ASSERT_TRUE(parse(all));
  for (size_t size = 0; size < all.size(); ++size)
    ASSERT_EQ(error_of(parse({all.begin(), all.begin() + long(size)})), Error::OutOfRange) << size;
}

TEST(DriversSfdp, tables_that_are_not_where_tables_can_be_are_malformed) {
  const auto at = [](uint32_t pointer) {
    auto bytes = SfdpImage{}.bytes();
    for (unsigned i = 0; i < 3; ++i) bytes[12 + i] = uint8_t(pointer >> 8 * i);
    return error_of(parse(bytes));
  };
  EXPECT_EQ(at(0x80), kNone);
  EXPECT_EQ(at(0), Error::Malformed);  // over the headers
  EXPECT_EQ(at(0xc), Error::Malformed);
  EXPECT_EQ(at(0x81), Error::Malformed);
  EXPECT_EQ(at(0xff'fffc), Error::OutOfRange);
}

TEST(DriversSfdp, tables_of_vendors_and_of_later_revisions_are_passed_over) {
  SfdpImage image;
  image.others.push_back({0x01ef, 0x100, {1, 2, 3}});
  image.others.push_back({0xff05, 0x100, {1}});
  image.others.push_back({SfdpImage::kBasic, 0x200, {0, 0, 0}});
  EXPECT_EQ(error_of(parse(image)), kNone);
}

TEST(DriversSfdp, sectors_that_are_not_the_same_everywhere_are_not_supported) {
  SfdpImage image;
  image.others.push_back({SfdpImage::kMap, 0x100, {0xff00'0000, 0}});
  EXPECT_EQ(error_of(parse(image)), Error::NotSupported);
}

TEST(DriversSfdp, sizes_that_no_chip_has_are_malformed) {
  EXPECT_EQ(with({{2, 0}}), Error::Malformed);            // 1 bit
  EXPECT_EQ(with({{2, 0x01ff'fffe}}), Error::Malformed);  // one bit is missing
  EXPECT_EQ(with({{2, 0x02ff'ffff}}), Error::Malformed);  // 6 MiB
  EXPECT_EQ(with({{2, 0x0003'ffff}}), Error::Malformed);  // 32 KiB
  EXPECT_EQ(with({{2, 0x0007'ffff}}), kNone);             // 64 KiB
  EXPECT_EQ(with({{2, 0x8000'0000}}), Error::Malformed);  // a power of two that is too small
  EXPECT_EQ(with({{2, 0x8000'0024}}), Error::Malformed);  // and too large
  EXPECT_EQ(with({{2, 0xffff'ffff}}), Error::Malformed);
  EXPECT_EQ(with({{2, 0xffff'ffff}}, SfdpImage::large(true)), Error::Malformed);
  for (const uint32_t exponent : {32u, 35u}) {
    auto image = SfdpImage::large(true);
    image.basic[1] = 0x8000'0000 | exponent;
    const auto is = parse(image);
    ASSERT_TRUE(is);
    EXPECT_EQ(is->size, uint64_t{1} << (exponent - 3));
  }
}

TEST(DriversSfdp, sectors_that_do_not_fit_the_chip_or_its_pages_are_malformed) {
  EXPECT_EQ(with({{8, 0x520f'2017}}), Error::Malformed);  // 8 MiB, of 4
  EXPECT_EQ(with({{8, 0x520f'20ff}}), Error::Malformed);
  EXPECT_EQ(with({{8, 0x520f'2007}}), Error::Malformed);                     // 128 bytes
  EXPECT_EQ(with({{11, 0x0000'00f2}, {8, 0x520f'2008}}), Error::Malformed);  // 256 bytes, and pages of 32 KiB
  EXPECT_EQ(with({{11, 0x0000'0002}}), Error::Malformed);                    // pages of 1 byte
}

TEST(DriversSfdp, opcodes_that_would_do_anything_but_erase_a_sector_are_not_taken) {
  for (const uint32_t opcode : {0x00u, 0x01u, 0x02u, 0x60u, 0xc4u, 0xc7u, 0x9bu, 0xffu}) {
    SfdpImage image;
    image.basic[7] = 0x520f'000c | opcode << 8;
    const auto is = parse(image);
    ASSERT_TRUE(is) << opcode;
    EXPECT_EQ(is->erases[0].size, 32768u);
    EXPECT_EQ(is->erases[1].size, 65536u);
    EXPECT_EQ(is->erases[2].size, 0u);
  }
  EXPECT_EQ(with({{8, 0x600f'c70c}, {9, 0x0110'0010}}), Error::NotSupported);  // nothing is left
  EXPECT_EQ(with({{8, 0}, {9, 0}}), Error::NotSupported);
}

TEST(DriversSfdp, large_chips_are_addressed_by_opcodes_of_their_own_where_they_have_them) {
  const auto is = parse(SfdpImage::large(true));
  ASSERT_TRUE(is);
  EXPECT_EQ(is->size, 64u << 20);
  EXPECT_EQ(is->address_bytes, 4);
  EXPECT_FALSE(is->enter_wide);
  EXPECT_EQ(is->read, 0x13);
  EXPECT_EQ(is->program, 0x12);
  EXPECT_EQ(is->erases[0].opcode, 0x21);
  EXPECT_EQ(is->erases[1].opcode, 0x5c);
  EXPECT_EQ(is->erases[2].opcode, 0xdc);
}

TEST(DriversSfdp, erasing_that_has_no_such_opcode_is_left_out) {
  auto image = SfdpImage::large(true);
  image.others[0].words = {0x0000'0841, 0xffdc'ffff};  // 64 KiB only
  const auto is = parse(image);
  ASSERT_TRUE(is);
  EXPECT_EQ(is->erases[0].opcode, 0xdc);
  EXPECT_EQ(is->erases[1].size, 0u);
  image.others[0].words = {0x0000'0801, 0xffdc'ffff};  // none to program with: the mode, then
  const auto other = parse(image);
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->enter_wide);
  EXPECT_EQ(other->erases[2].opcode, 0xd8);
}

TEST(DriversSfdp, large_chips_without_them_are_addressed_in_a_mode_that_can_be_left_again) {
  auto image = SfdpImage::large(false);
  const auto is = parse(image);
  ASSERT_TRUE(is);
  EXPECT_EQ(is->address_bytes, 4);
  EXPECT_TRUE(is->enter_wide);
  EXPECT_EQ(is->read, 0x03);
  for (const uint32_t ways : {0x0200'8000u, 0x0300'c000u}) EXPECT_EQ(with({{16, ways}}, image), kNone);
  for (const uint32_t ways : {0x0000'4000u, 0x0100'0000u, 0x0400'0000u, 0u})
    EXPECT_EQ(with({{16, ways}}, image), Error::NotSupported) << ways;
  image.basic.resize(9);  // says nothing of it
  const auto old = parse(image);
  ASSERT_TRUE(old);
  EXPECT_TRUE(old->enter_wide);
}

TEST(DriversSfdp, addresses_and_size_have_to_agree) {
  EXPECT_EQ(with({{1, 0xfff9'20e5}}, SfdpImage::large(true)), Error::Malformed);  // 3 bytes reach 16 MiB
  EXPECT_EQ(with({{1, 0xffff'20e5}}), Error::Malformed);                          // no number of bytes
  SfdpImage image;
  image.basic[0] = 0xfffd'20e5;  // 4 bytes only
  const auto is = parse(image);
  ASSERT_TRUE(is);
  EXPECT_EQ(is->address_bytes, 4);
  EXPECT_FALSE(is->enter_wide);
  EXPECT_EQ(is->read, 0x03);
  image.basic[0] = 0xfffb'20e5;  // 4 bytes where one likes, which 4 MiB do not need
  EXPECT_EQ(parse(image)->address_bytes, 3);
}

TEST(DriversSfdp, a_chip_may_tell_by_another_register_that_it_is_busy) {
  SfdpImage image;
  image.basic[13] = 0x5cd5'bdfb;
  EXPECT_TRUE(parse(image)->flag_status);
  image.basic[13] = 0x5cd5'bdff;  // by either
  EXPECT_FALSE(parse(image)->flag_status);
}

}  // namespace
