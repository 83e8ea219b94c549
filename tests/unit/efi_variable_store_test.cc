// SPDX-License-Identifier: BSD-2-Clause
#include "efi/variable_store.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/fake/area.hh"

namespace {

using efi::VariableInfo;
using efi::VariableStore;
using fake::StorageArea;

constexpr Guid kMine = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"_guid;
constexpr Guid kOther = "0c2fb0f8-6b5e-4d0b-9f6d-5d1f6a5f0b7e"_guid;
constexpr uint32_t kPart = 4096, kBlock = 1024;
constexpr uint32_t kFirst = 0x64, kHeader = 60;

std::vector<std::byte> bytes(size_t size, uint8_t first) {
  std::vector<std::byte> all(size);
  for (size_t i = 0; i < size; ++i) all[i] = std::byte(first + i);
  return all;
}

struct Value {
  std::vector<std::byte> data;
  uint32_t attributes;
  bool operator==(const Value&) const = default;
};
using Contents = std::map<std::string, Value>;  // by name and vendor

std::string key(std::string_view name, const Guid& vendor) {
  return std::string(name) + " " + std::string(GuidText(vendor).view());
}

// Everything that is listed, read; a variable that is listed twice is a failure.
Contents contents(VariableStore& store) {
  Contents all;
  for (uint32_t cursor = 0;;) {
    const auto info = store.next(cursor);
    if (!info) {
      EXPECT_EQ(info.error(), Error::NotFound);
      return all;
    }
    std::vector<std::byte> data(info->size);
    const auto size = store.get(info->name(), info->vendor, data);
    EXPECT_EQ(error_of(size), kNone);
    EXPECT_TRUE(all.insert({key(info->name(), info->vendor), {data, info->attributes}}).second) << "listed twice";
  }
}

struct EfiVariableStore : testing::Test {
  StorageArea area{3 * kPart, kBlock};
  VariableStore store{area};

  Result<void> set(std::string_view name, size_t size, uint8_t first, const Guid& vendor = kMine) {
    return store.set(name, vendor, bytes(size, first));
  }
  std::vector<std::byte> get(std::string_view name, const Guid& vendor = kMine) {
    std::vector<std::byte> data(efi::kMostVariable);
    const auto size = store.get(name, vendor, data);
    EXPECT_EQ(error_of(size), kNone);
    data.resize(size.value_or(0));
    return data;
  }
  Error get_error(std::string_view name, const Guid& vendor = kMine) {
    std::vector<std::byte> data(efi::kMostVariable);
    return error_of(store.get(name, vendor, data));
  }
  void put(uint32_t at, uint32_t word) {
    for (int i = 0; i < 4; ++i) area.data[at + unsigned(i)] = uint8_t(word >> 8 * i);
  }
};

TEST_F(EfiVariableStore, a_blank_area_becomes_what_edk2_expects_on_the_virt_machine) {
  StorageArea flash(0xc0000, 0x40000);
  VariableStore fresh(flash);
  ASSERT_EQ(error_of(fresh.load()), kNone);
  // The values of ArmVirtPkg/VarStore.fdf.inc.
  const std::vector<uint8_t> volume = {
      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x8d,
      0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c, 0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50, 0,    0,
      0x0c, 0,    0,    0,    0,    0,    0x5f, 0x46, 0x56, 0x48, 0xff, 0xfe, 0x04, 0,    0x48, 0,    0x28,
      0x09, 0,    0,    0,    2,    3,    0,    0,    0,    0,    0,    4,    0,    0,    0,    0,    0,
      0,    0,    0,    0,    0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43, 0xa1, 0x80, 0x2e, 0x14, 0x4e,
      0xc3, 0x77, 0x92, 0xb8, 0xff, 0x03, 0,    0x5a, 0xfe, 0,    0,    0,    0,    0,    0};
  const std::vector<uint8_t> working = {0x2b, 0x29, 0x58, 0x9e, 0x68, 0x7c, 0x7d, 0x49, 0xa0, 0xce, 0x65,
                                        0x00, 0xfd, 0x9f, 0x1b, 0x95, 0x5b, 0xe7, 0xc6, 0x86, 0xfe, 0xff,
                                        0xff, 0xff, 0xe0, 0xff, 0x03, 0,    0,    0,    0,    0};
  ASSERT_EQ(volume.size(), kFirst);
  EXPECT_TRUE(std::equal(volume.begin(), volume.end(), flash.data.begin()));
  EXPECT_TRUE(std::equal(working.begin(), working.end(), flash.data.begin() + 0x40000));
  EXPECT_TRUE(
      std::all_of(flash.data.begin() + kFirst, flash.data.begin() + 0x40000, [](uint8_t b) { return b == 0xff; }));
  uint32_t cursor = 0;
  EXPECT_EQ(error_of(fresh.next(cursor)), Error::NotFound);
}

TEST_F(EfiVariableStore, what_was_set_is_there_after_a_reset) {
  ASSERT_EQ(error_of(set("OsIndications", 8, 1)), kNone);
  ASSERT_EQ(error_of(set("OsIndications", 5, 2, kOther)), kNone);
  VariableStore again(area);
  EXPECT_EQ(contents(again), (Contents{{key("OsIndications", kMine), {bytes(8, 1), 7}},
                                       {key("OsIndications", kOther), {bytes(5, 2), 7}}}));
}

TEST_F(EfiVariableStore, a_variable_is_laid_out_as_edk2_does) {
  ASSERT_EQ(error_of(set("Ab", 3, 0x40)), kNone);
  const std::vector<uint8_t> head = {0xaa, 0x55, 0x3f, 0, 7, 0, 0, 0};
  EXPECT_TRUE(std::equal(head.begin(), head.end(), area.data.begin() + kFirst));
  EXPECT_EQ(area.data[kFirst + 36], 6);
  EXPECT_EQ(area.data[kFirst + 40], 3);
  EXPECT_TRUE(std::equal(kMine.bytes.begin(), kMine.bytes.end(), area.data.begin() + kFirst + 44));
  const std::vector<uint8_t> rest = {'A', 0, 'b', 0, 0, 0, 0x40, 0x41, 0x42, 0xff, 0xff, 0xff, 0xff};
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), area.data.begin() + kFirst + kHeader));
}

TEST_F(EfiVariableStore, a_new_value_takes_the_place_of_the_old_one) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("B", 10, 7)), kNone);
  ASSERT_EQ(error_of(set("A", 20, 9)), kNone);
  EXPECT_EQ(get("A"), bytes(20, 9));
  EXPECT_EQ(get("B"), bytes(10, 7));
  EXPECT_EQ(contents(store).size(), 2u);
  EXPECT_EQ(area.data[kFirst + 2], 0x3c);
}

TEST_F(EfiVariableStore, the_same_value_again_writes_nothing) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  const uint64_t before = area.operations();
  EXPECT_EQ(error_of(set("A", 100, 1)), kNone);
  EXPECT_EQ(area.operations(), before);
  EXPECT_EQ(error_of(store.set("A", kMine, bytes(100, 1), 3)), kNone);
  EXPECT_EQ(contents(store).at(key("A", kMine)).attributes, 3u);
  EXPECT_GT(area.operations(), before);
}

TEST_F(EfiVariableStore, what_was_removed_is_gone_and_cannot_be_removed_again) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("B", 1, 1)), kNone);
  EXPECT_EQ(error_of(store.remove("A", kMine)), kNone);
  EXPECT_EQ(get_error("A"), Error::NotFound);
  EXPECT_EQ(error_of(store.remove("A", kMine)), Error::NotFound);
  EXPECT_EQ(error_of(store.remove("B", kOther)), Error::NotFound);
  EXPECT_EQ(contents(store).size(), 1u);
  EXPECT_EQ(area.data[kFirst + 2], 0x3d);
}

TEST_F(EfiVariableStore, names_data_and_attributes_have_limits) {
  const std::string longest(efi::kMostVariableName, 'n');
  EXPECT_EQ(error_of(store.set(longest, kMine, bytes(efi::kMostVariable, 1))), kNone);
  EXPECT_EQ(get(longest), bytes(efi::kMostVariable, 1));
  const uint64_t before = area.operations();
  EXPECT_EQ(error_of(store.set(longest + "n", kMine, bytes(1, 1))), Error::InvalidParameters);
  EXPECT_EQ(error_of(store.set("", kMine, bytes(1, 1))), Error::InvalidParameters);
  EXPECT_EQ(error_of(store.set("a\n", kMine, bytes(1, 1))), Error::InvalidParameters);
  EXPECT_EQ(error_of(store.set("A", kMine, bytes(efi::kMostVariable + 1, 1))), Error::InvalidParameters);
  EXPECT_EQ(error_of(store.set("A", kMine, {})), Error::InvalidParameters);
  for (const uint32_t attributes : {0u, 1u, 2u, 6u, 0x27u, 0x47u})
    EXPECT_EQ(error_of(store.set("A", kMine, bytes(1, 1), attributes)), Error::InvalidParameters) << attributes;
  EXPECT_EQ(area.operations(), before);
  EXPECT_EQ(get_error(longest + "n"), Error::NotFound);
  EXPECT_EQ(get_error(""), Error::NotFound);
}

TEST_F(EfiVariableStore, too_little_memory_is_told_from_no_variable) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  std::vector<std::byte> data(99);
  EXPECT_EQ(error_of(store.get("A", kMine, data)), Error::NoSpace);
  data.resize(100);
  EXPECT_EQ(error_of(store.get("A", kMine, data)), kNone);
}

TEST_F(EfiVariableStore, a_full_store_is_compacted_and_goes_on) {
  ASSERT_EQ(error_of(set("Kept", 300, 5)), kNone);
  ASSERT_EQ(error_of(store.set("Boot", kOther, bytes(30, 6), 3)), kNone);
  const uint64_t erased = area.erased;
  for (unsigned i = 0; i < 200; ++i) ASSERT_EQ(error_of(set("Often", 200, uint8_t(i))), kNone) << i;
  EXPECT_GT(area.erased, erased + 8 * 10);
  VariableStore again(area);
  EXPECT_EQ(contents(again), (Contents{{key("Kept", kMine), {bytes(300, 5), 7}},
                                       {key("Boot", kOther), {bytes(30, 6), 3}},
                                       {key("Often", kMine), {bytes(200, 199), 7}}}));
}

TEST_F(EfiVariableStore, the_working_part_is_begun_anew_when_it_is_full) {
  ASSERT_EQ(error_of(set("Kept", 300, 5)), kNone);
  for (unsigned i = 0; i < 900; ++i) ASSERT_EQ(error_of(set("Often", 1000, uint8_t(i))), kNone) << i;
  EXPECT_EQ(get("Kept"), bytes(300, 5));
  EXPECT_EQ(get("Often"), bytes(1000, uint8_t(899)));
}

TEST_F(EfiVariableStore, what_does_not_fit_changes_nothing_and_erases_nothing) {
  unsigned many = 0;
  while (set("V" + std::to_string(many), 500, uint8_t(many))) ++many;
  EXPECT_EQ(many, 7u);  // (4096 - 100) / (60 + 6 + 500, aligned)
  const Contents before = contents(store);
  const uint64_t erased = area.erased;
  EXPECT_EQ(error_of(set("Another", 500, 1)), Error::NoSpace);
  EXPECT_EQ(error_of(set("V0", 501, 1)), Error::NoSpace);
  EXPECT_EQ(contents(store), before);
  EXPECT_EQ(area.erased, erased);
  EXPECT_EQ(error_of(store.remove("V3", kMine)), kNone);
  EXPECT_EQ(error_of(set("V0", 501, 1)), kNone);
  EXPECT_EQ(contents(store).size(), 6u);
}

TEST_F(EfiVariableStore, usage_counts_what_is_live) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("A", 100, 2)), kNone);
  const auto usage = store.usage();
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->size, kPart - kFirst);
  EXPECT_EQ(usage->live, kHeader + 4 + 100);
  EXPECT_EQ(usage->free, kPart - kFirst - 2 * usage->live);
}

TEST_F(EfiVariableStore, a_volume_that_is_damaged_is_told_and_left_alone) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  const auto sound = area.data;
  for (uint32_t at = 16; at < kFirst; ++at) {
    area.data = sound;
    area.data[at] ^= 1;
    VariableStore damaged(area);
    const uint64_t before = area.operations();
    EXPECT_EQ(error_of(damaged.load()), Error::Malformed) << at;
    std::vector<std::byte> data(100);
    EXPECT_EQ(error_of(damaged.get("A", kMine, data)), Error::Malformed) << at;
    EXPECT_EQ(error_of(damaged.set("A", kMine, data)), Error::Malformed) << at;
    EXPECT_EQ(area.operations(), before) << at;
    EXPECT_EQ(error_of(damaged.format()), kNone) << at;
    EXPECT_EQ(error_of(damaged.set("A", kMine, data)), kNone) << at;
  }
}

TEST_F(EfiVariableStore, a_volume_that_edk2_formatted_itself_is_taken) {
  StorageArea flash(0xc0000, 0x40000);
  VariableStore fresh(flash);
  ASSERT_EQ(error_of(fresh.set("A", kMine, bytes(100, 1))), kNone);
  // As its driver writes it: other attributes, and the blocks of the flash of 64 MiB.
  const std::vector<std::pair<size_t, uint8_t>> written = {{0x2c, 0x36}, {0x2d, 0x0e}, {0x2e, 0},   {0x32, 0xf8},
                                                           {0x33, 0xf8}, {0x38, 0},    {0x39, 0x01}};
  for (const auto& [at, byte] : written) flash.data[at] = byte;
  VariableStore again(flash);
  EXPECT_EQ(contents(again), (Contents{{key("A", kMine), {bytes(100, 1), 7}}}));
}

TEST_F(EfiVariableStore, sizes_that_lead_out_of_the_store_are_malformed) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("B", 100, 1)), kNone);
  const auto sound = area.data;
  struct Case {
    uint32_t name, data;
  };
  for (const Case& c : {Case{0, 100}, Case{3, 100}, Case{4, kPart}, Case{4, 0xffffffff}, Case{0xfffffffe, 100},
                        Case{0xfffffffe, 0xffffffff}, Case{4, kPart - kFirst - kHeader - 4 + 1}}) {
    area.data = sound;
    put(kFirst + 36, c.name);
    put(kFirst + 40, c.data);
    VariableStore hostile(area);
    EXPECT_EQ(error_of(hostile.load()), Error::Malformed) << c.name << ' ' << c.data;
  }
  area.data = sound;
  put(kFirst + 40, kPart - kFirst - kHeader - 4);  // up to the very end
  VariableStore whole(area);
  EXPECT_EQ(error_of(whole.load()), kNone);
}

TEST_F(EfiVariableStore, a_header_that_was_not_finished_is_passed_over) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  const uint32_t at = kFirst + kHeader + 4 + 100;
  area.data[at] = 0xaa;
  area.data[at + 1] = 0x55;
  put(at + 36, 0xfffffff0);
  VariableStore again(area);
  EXPECT_EQ(contents(again).size(), 1u);
  EXPECT_EQ(error_of(again.set("B", kMine, bytes(3, 1))), kNone);
  VariableStore third(area);
  EXPECT_EQ(contents(third).size(), 2u);
}

TEST_F(EfiVariableStore, what_lies_behind_the_last_one_is_cleared_before_it_is_written_over) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  area.data[kFirst + kHeader + 4 + 100 + 50] = 0;
  VariableStore again(area);
  EXPECT_EQ(error_of(again.set("B", kMine, bytes(30, 1))), kNone);
  EXPECT_EQ(contents(again).size(), 2u);
}

TEST_F(EfiVariableStore, an_old_value_in_transition_counts_until_a_new_one_is_whole) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  area.data[kFirst + 2] = 0x3e;
  VariableStore again(area);
  EXPECT_EQ(contents(again), (Contents{{key("A", kMine), {bytes(100, 1), 7}}}));
  ASSERT_EQ(error_of(again.set("A", kMine, bytes(100, 2))), kNone);
  area.data[kFirst + 2] = 0x3e;  // as if it had not been marked
  VariableStore third(area);
  EXPECT_EQ(contents(third), (Contents{{key("A", kMine), {bytes(100, 2), 7}}}));
  EXPECT_EQ(error_of(third.remove("A", kMine)), kNone);
  EXPECT_EQ(contents(third).size(), 0u);
}

TEST_F(EfiVariableStore, a_value_in_transition_that_is_set_again_is_added_for_others_to_see) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  area.data[kFirst + 2] = 0x3e;
  VariableStore again(area);
  ASSERT_EQ(error_of(again.set("A", kMine, bytes(100, 1))), kNone);
  EXPECT_EQ(area.data[kFirst + 2], 0x3c);
  EXPECT_EQ(area.data[kFirst + kHeader + 4 + 100 + 2], 0x3f);
}

TEST_F(EfiVariableStore, names_of_others_are_listed_as_far_as_they_can_be_printed) {
  ASSERT_EQ(error_of(set("Abc", 4, 1)), kNone);
  area.data[kFirst + kHeader + 3] = 0x04;  // a letter that is not ASCII
  ASSERT_EQ(error_of(store.set(std::string(64, 'x'), kMine, bytes(100, 1))), kNone);
  const uint32_t at = kFirst + 72;
  put(at + 36, 160);  // a name of 80 characters with no NUL, half of which was data
  put(at + 40, 70);
  VariableStore again(area);
  uint32_t cursor = 0;
  const auto first = again.next(cursor);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->name(), "A?c");
  const auto second = again.next(cursor);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->name(), std::string(64, 'x'));
  EXPECT_EQ(second->size, 70u);
}

TEST_F(EfiVariableStore, variables_that_only_signed_data_may_change_are_left_alone) {
  ASSERT_EQ(error_of(set("PK", 100, 1)), kNone);
  area.data[kFirst + 4] = 0x27;
  VariableStore again(area);
  EXPECT_EQ(error_of(again.set("PK", kMine, bytes(100, 2))), Error::Denied);
  EXPECT_EQ(error_of(again.remove("PK", kMine)), Error::Denied);
  EXPECT_EQ(contents(again).at(key("PK", kMine)), (Value{bytes(100, 1), 0x27}));
}

TEST_F(EfiVariableStore, areas_of_another_shape_are_not_supported) {
  for (const auto& [size, block] : {std::pair<uint64_t, uint32_t>{3 * kPart, 0},
                                    {3 * kPart, 2 * kPart},
                                    {4096, 1024},
                                    {3 * kPart + 1024, 1024},
                                    {0, 1024}}) {
    StorageArea odd(size, block);
    VariableStore none(odd);
    EXPECT_EQ(error_of(none.load()), Error::NotSupported) << size << ' ' << block;
    EXPECT_EQ(error_of(none.format()), Error::NotSupported) << size << ' ' << block;
  }
}

TEST_F(EfiVariableStore, a_copy_that_edk2_began_is_finished) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  const auto sound = area.data;
  // The spare holds a volume with another value, the record says that it is whole.
  ASSERT_EQ(error_of(set("A", 100, 2)), kNone);
  std::copy_n(area.data.begin(), kPart, area.data.begin() + 2 * kPart);
  std::copy_n(sound.begin(), kPart, area.data.begin());
  const uint32_t at = kPart + 32 + 80;  // the first record is that of formatting
  std::fill_n(area.data.begin() + at, 80, 0xff);
  area.data[at] = 0xfc;
  std::fill_n(area.data.begin() + at + 4, 16, 0x11);
  for (const uint32_t field : {24u, 32u, 48u, 56u, 64u}) std::fill_n(area.data.begin() + at + field, 8, 0);
  put(at + 24, 1);
  put(at + 56, 0x48);
  put(at + 64, kPart - 0x48);
  put(at + 72, uint32_t(-2 * int(kPart)));
  area.data[at + 40] = 0xfd;
  const auto begun = area.data;

  VariableStore again(area);
  EXPECT_EQ(contents(again), (Contents{{key("A", kMine), {bytes(100, 2), 7}}}));
  EXPECT_EQ(area.data[at], 0xf8);
  EXPECT_EQ(area.data[at + 40], 0xf9);

  // Not when the spare is no volume.
  area.data = begun;
  area.data[2 * kPart + 0x20] ^= 1;
  VariableStore third(area);
  EXPECT_EQ(contents(third), (Contents{{key("A", kMine), {bytes(100, 1), 7}}}));

  // And a copy to somewhere else is nobody's.
  for (const uint32_t field : {48u, 56u, 64u, 72u, 24u, 32u}) {
    area.data = begun;
    put(at + field, 0x10000);
    VariableStore odd(area);
    EXPECT_EQ(error_of(odd.load()), Error::Malformed) << field;
  }
}

TEST_F(EfiVariableStore, after_an_error_of_the_flash_the_store_is_read_anew) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  area.cut_power(80, 1);
  EXPECT_EQ(error_of(set("A", 100, 2)), Error::IoError);
  EXPECT_EQ(get_error("A"), Error::IoError);
  area.power_on();
  EXPECT_EQ(get("A"), bytes(100, 1));
  EXPECT_EQ(error_of(set("A", 100, 3)), kNone);
  EXPECT_EQ(get("A"), bytes(100, 3));
}

// Cuts the power in each operation of `act`, in some ways, and looks at what is there afterwards.
struct EfiVariableStorePower : EfiVariableStore {
  using Act = std::function<Result<void>(VariableStore&)>;

  static Contents after(StorageArea& flash) {
    VariableStore booted(flash);
    EXPECT_EQ(error_of(booted.load()), kNone);
    return contents(booted);
  }

  void survive(const Act& act, uint64_t at_least) {
    const auto before = area.data;
    const bool blank = std::all_of(before.begin(), before.end(), [](uint8_t byte) { return byte == 0xff; });
    StorageArea trial(area.size(), area.erase_size());
    trial.data = before;
    const Contents old = blank ? Contents{} : after(trial);
    trial.data = before;
    const uint64_t begin = trial.operations();
    {
      VariableStore first(trial);
      ASSERT_EQ(error_of(act(first)), kNone);
    }
    const uint64_t operations = trial.operations() - begin;
    const Contents next = after(trial);
    EXPECT_GE(operations, at_least);
    unsigned olds = 0, news = 0;
    for (uint64_t cut = 0; cut < operations; ++cut)
      for (uint32_t how = 1; how <= 3; ++how) {
        trial.data = before;
        trial.cut_power(cut, how * 7919 + uint32_t(cut));
        VariableStore broken(trial);
        ASSERT_NE(error_of(act(broken)), kNone) << cut;
        ASSERT_FALSE(trial.has_power());
        trial.power_on();
        // Power fails in what is made good, too, now and then.
        if (how == 3) {
          trial.cut_power(cut % 97 * 5, uint32_t(cut));
          VariableStore again(trial);
          static_cast<void>(again.load());
          trial.power_on();
        }
        const Contents now = after(trial);
        ASSERT_TRUE(now == old || now == next) << "cut in operation " << cut << " in way " << how;
        ++(now == next ? news : olds);
        VariableStore on(trial);
        ASSERT_EQ(error_of(on.set("A", kMine, bytes(50, 77))), kNone) << cut << ' ' << how;
        Contents more = now;
        more[key("A", kMine)] = {bytes(50, 77), 7};
        ASSERT_EQ(after(trial), more) << cut << ' ' << how;
      }
    EXPECT_TRUE(old == next || olds) << "none was before the step";
    EXPECT_TRUE(blank || news) << "none was after the step";
  }
};

TEST_F(EfiVariableStorePower, formatting_a_blank_area) {
  survive([](VariableStore& on) { return on.load(); }, kPart);
}

TEST_F(EfiVariableStorePower, setting_the_first_variable_of_a_blank_area) {
  survive([](VariableStore& on) { return on.set("A", kMine, bytes(100, 1)); }, kPart + 100);
}

TEST_F(EfiVariableStorePower, adding_a_variable) {
  ASSERT_EQ(error_of(set("B", 30, 1)), kNone);
  survive([](VariableStore& on) { return on.set("A", kMine, bytes(100, 1)); }, 100);
}

TEST_F(EfiVariableStorePower, changing_a_variable) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("B", 30, 1)), kNone);
  survive([](VariableStore& on) { return on.set("A", kMine, bytes(120, 2)); }, 120);
}

TEST_F(EfiVariableStorePower, changing_a_variable_that_is_there_twice) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("A", 100, 2)), kNone);
  area.data[kFirst + 2] = 0x3e;
  survive([](VariableStore& on) { return on.set("A", kMine, bytes(120, 3)); }, 120);
}

TEST_F(EfiVariableStorePower, removing_a_variable) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("B", 30, 1)), kNone);
  survive([](VariableStore& on) { return on.remove("A", kMine); }, 1);
}

TEST_F(EfiVariableStorePower, removing_a_variable_that_is_there_twice) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("A", 100, 2)), kNone);
  area.data[kFirst + 2] = 0x3e;
  survive([](VariableStore& on) { return on.remove("A", kMine); }, 2);
}

TEST_F(EfiVariableStorePower, compacting_when_the_store_is_full) {
  ASSERT_EQ(error_of(set("B", 300, 3)), kNone);
  for (uint8_t i = 0; i < 8; ++i) ASSERT_EQ(error_of(set("A", 350, i)), kNone);
  ASSERT_EQ(error_of(store.set("C", kOther, bytes(30, 3), 3)), kNone);
  survive([](VariableStore& on) { return on.set("A", kMine, bytes(400, 99)); }, kPart);
}

TEST_F(EfiVariableStorePower, compacting_when_the_working_part_is_full_too) {
  ASSERT_EQ(error_of(set("B", 300, 3)), kNone);
  const uint32_t last = kPart + 32 + (kPart - 32) / 80 * 80 - 80;
  for (unsigned i = 0; area.data[last] == 0xff; ++i) ASSERT_EQ(error_of(set("A", 1000, uint8_t(i))), kNone);
  for (uint8_t i = 0; store.usage()->free >= 1064; ++i) ASSERT_EQ(error_of(set("A", 1000, uint8_t(200 + i))), kNone);
  survive([](VariableStore& on) { return on.set("A", kMine, bytes(1001, 99)); }, kPart);
}

TEST_F(EfiVariableStorePower, compacting_keeps_an_old_value_that_nothing_replaced) {
  ASSERT_EQ(error_of(set("B", 300, 3)), kNone);
  area.data[kFirst + 2] = 0x3e;
  for (uint8_t i = 0; i < 8; ++i) ASSERT_EQ(error_of(set("A", 350, i)), kNone);
  VariableStore fresh(area);
  ASSERT_EQ(contents(fresh).size(), 2u);
  survive([](VariableStore& on) { return on.set("A", kMine, bytes(500, 99)); }, kPart);
}

TEST_F(EfiVariableStore, compacting_makes_an_old_value_a_new_one_for_others_to_see) {
  ASSERT_EQ(error_of(set("B", 300, 3)), kNone);
  area.data[kFirst + 2] = 0x3e;
  const uint64_t erased = area.erased;
  for (uint8_t i = 0; area.erased == erased; ++i) ASSERT_EQ(error_of(set("A", 350, i)), kNone);
  EXPECT_EQ(area.data[kFirst + 2], 0x3f);
  EXPECT_EQ(get("B"), bytes(300, 3));
}

// Bits that come back while the queue is erased make its last copy look like one to be done: what it would copy is
// older than what there is.
TEST_F(EfiVariableStore, a_queue_that_is_half_erased_copies_nothing) {
  const uint32_t last = kPart + 32 + (kPart - 32) / 80 * 80 - 80;
  for (unsigned i = 0; area.data[last] == 0xff; ++i) ASSERT_EQ(error_of(set("A", 1000, uint8_t(i))), kNone);
  while (store.usage()->free >= 1064) ASSERT_EQ(error_of(set("A", 1000, uint8_t(store.usage()->free))), kNone);
  const auto before = area.data;
  const auto now = get("A");
  const auto working = [](StorageArea& flash) {
    return std::vector<uint8_t>(flash.data.begin() + kPart + 32, flash.data.begin() + 2 * kPart);
  };
  const auto queue = working(area);
  unsigned seen = 0;
  for (uint64_t cut = 0; cut < 100; ++cut) {
    area.data = before;
    area.cut_power(cut, uint32_t(cut));
    VariableStore broken(area);
    ASSERT_NE(error_of(broken.set("A", kMine, bytes(1001, 9))), kNone);
    area.power_on();
    if (working(area) == queue) continue;
    ++seen;
    std::copy_n(before.begin() + kPart, kPart, area.data.begin() + kPart);
    area.data[last] |= 4;
    area.data[last + 40] |= 4;
    VariableStore again(area);
    std::vector<std::byte> data(1000);
    ASSERT_EQ(error_of(again.get("A", kMine, data)), kNone) << cut;
    EXPECT_EQ(data, now) << cut;
  }
  EXPECT_GT(seen, 10u);
}

TEST_F(EfiVariableStorePower, formatting_a_store_with_variables) {
  ASSERT_EQ(error_of(set("A", 100, 1)), kNone);
  ASSERT_EQ(error_of(set("B", 30, 1)), kNone);
  survive([](VariableStore& on) { return on.format(); }, kPart);
}

}  // namespace
