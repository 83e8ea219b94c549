// SPDX-License-Identifier: BSD-2-Clause
#include "efi/fwu_metadata.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include "lib/crc32.hh"
#include "tests/fake/area.hh"

namespace {

using efi::BankState;
using efi::FwuMetadata;
using efi::FwuStore;
using fake::StorageArea;

constexpr Guid kFirmware = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"_guid;
constexpr Guid kData = "0c2fb0f8-6b5e-4d0b-9f6d-5d1f6a5f0b7e"_guid;
constexpr Guid kDisk = "5a7021f5-fef2-48b4-aaba-832e777418c0"_guid;
constexpr Guid kBanks[] = {"3c1b7a5e-52a4-4c0e-8f0a-6d2f1c9be0a1"_guid, "9e4d21c7-0b3f-4f6a-a5d8-17c3e2f4b0b2"_guid,
                           "11111111-0b3f-4f6a-a5d8-17c3e2f4b0b2"_guid, "22222222-0b3f-4f6a-a5d8-17c3e2f4b0b2"_guid};

FwuMetadata fresh(size_t banks = 2, size_t images = 2) {
  std::vector<efi::FwuImagePlace> places;
  for (size_t i = 0; i < images; ++i)
    places.push_back({i % 2 ? kData : kFirmware, i % 2 ? kDisk : Guid{}, std::span(kBanks).first(banks)});
  FwuMetadata metadata;
  EXPECT_EQ(error_of(efi::make_fwu_metadata(places, metadata)), kNone);
  return metadata;
}

std::vector<std::byte> written(const FwuMetadata& metadata) {
  std::vector<std::byte> all(efi::kMostFwuMetadata);
  all.resize(efi::write_fwu_metadata(metadata, all));
  return all;
}

void fix_crc(std::vector<std::byte>& all) {
  const uint32_t crc = crc32(std::span(all).subspan(4));
  std::memcpy(all.data(), &crc, 4);
}

void put(std::vector<std::byte>& all, size_t at, uint32_t value, size_t size) { std::memcpy(&all[at], &value, size); }

Error parsed(std::span<const std::byte> all, unsigned images_v1 = 2) {
  FwuMetadata metadata;
  return error_of(efi::parse_fwu_metadata(all, images_v1, metadata));
}

// As bytes, for they have no padding that matters.
bool same(const FwuMetadata& a, const FwuMetadata& b) { return written(a) == written(b); }

TEST(EfiFwuMetadata, fresh_metadata_has_one_accepted_bank) {
  const FwuMetadata metadata = fresh(3, 2);
  EXPECT_EQ(metadata.version, 2u);
  EXPECT_EQ(metadata.active, 0);
  EXPECT_EQ(metadata.previous, 0);
  EXPECT_EQ(metadata.banks, 3);
  EXPECT_EQ(metadata.images, 2);
  EXPECT_EQ(metadata.states,
            (std::array{BankState::Accepted, BankState::Invalid, BankState::Invalid, BankState::Invalid}));
  EXPECT_TRUE(metadata.accepted(0));
  EXPECT_FALSE(metadata.accepted(1));
  EXPECT_FALSE(metadata.accepted(2));
  ASSERT_NE(metadata.find(kData), nullptr);
  EXPECT_EQ(metadata.find(kData)->location, kDisk);
  EXPECT_EQ(metadata.find(kData)->banks[2].image, kBanks[2]);
  EXPECT_EQ(metadata.find(kDisk), nullptr);
}

TEST(EfiFwuMetadata, fresh_metadata_of_impossible_counts_is_refused) {
  FwuMetadata metadata;
  const efi::FwuImagePlace two{kFirmware, {}, std::span(kBanks).first(2)}, one{kData, {}, std::span(kBanks).first(1)};
  const efi::FwuImagePlace none{kData, {}, {}};
  const Guid five[5] = {};
  EXPECT_EQ(error_of(efi::make_fwu_metadata({}, metadata)), Error::InvalidParameters);
  EXPECT_EQ(error_of(efi::make_fwu_metadata(std::vector{two, one}, metadata)), Error::InvalidParameters);
  EXPECT_EQ(error_of(efi::make_fwu_metadata(std::vector{none}, metadata)), Error::InvalidParameters);
  EXPECT_EQ(error_of(efi::make_fwu_metadata(std::vector{efi::FwuImagePlace{kData, {}, five}}, metadata)),
            Error::InvalidParameters);
  EXPECT_EQ(error_of(efi::make_fwu_metadata(std::vector(efi::kMostFwuImages + 1, two), metadata)),
            Error::InvalidParameters);
  EXPECT_EQ(error_of(efi::make_fwu_metadata(std::vector(efi::kMostFwuImages, two), metadata)), kNone);
}

TEST(EfiFwuMetadata, version_2_lies_as_the_specification_has_it) {
  FwuMetadata metadata = fresh(2, 1);
  metadata.active = 1;
  metadata.states[1] = BankState::Valid;
  const auto all = written(metadata);
  ASSERT_EQ(all.size(), 40u + 32 + 2 * 24);
  const std::vector<uint8_t> header = {2, 0, 0,    0,    1,    0,    0, 0, 0, 0, 0, 0, 120, 0, 0,  0, 0x20, 0,
                                       0, 0, 0xfc, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 2, 0, 1,   0, 80, 0, 24,   0};
  for (size_t i = 0; i < header.size(); ++i) EXPECT_EQ(uint8_t(all[4 + i]), header[i]) << i;
  uint32_t crc;
  std::memcpy(&crc, all.data(), 4);
  EXPECT_EQ(crc, crc32(std::span(all).subspan(4)));
  EXPECT_EQ(std::memcmp(&all[40], &kFirmware, 16), 0);
  EXPECT_EQ(std::memcmp(&all[72 + 24], &kBanks[1], 16), 0);
  EXPECT_EQ(uint8_t(all[72 + 16]), 1);
  EXPECT_EQ(uint8_t(all[72 + 24 + 16]), 0);
}

TEST(EfiFwuMetadata, what_was_written_is_read_in_either_version) {
  for (uint32_t version : {1u, 2u})
    for (size_t banks = 1; banks <= 4; ++banks)
      for (size_t images = 1; images <= efi::kMostFwuImages; ++images) {
        if (version == 1 && banks != 2) continue;
        FwuMetadata metadata = fresh(banks, images);
        metadata.version = version;
        metadata.active = uint8_t(banks - 1);
        metadata.image[images - 1].banks[banks - 1].accepted = true;
        auto all = written(metadata);
        const size_t size = all.size();
        all.resize(efi::kMostFwuMetadata, std::byte{0xff});
        FwuMetadata back;
        ASSERT_EQ(error_of(efi::parse_fwu_metadata(all, unsigned(images), back)), kNone) << version << banks << images;
        EXPECT_EQ(written(back), written(metadata)) << version << banks << images;
        EXPECT_EQ(parsed(std::span(all).first(size), unsigned(images)), kNone);
        EXPECT_NE(parsed(std::span(all).first(size - 1), unsigned(images)), kNone);
      }
}

TEST(EfiFwuMetadata, each_bit_counts) {
  for (uint32_t version : {1u, 2u}) {
    FwuMetadata metadata = fresh();
    metadata.version = version;
    const auto sound = written(metadata);
    for (size_t bit = 0; bit < 8 * sound.size(); ++bit) {
      auto all = sound;
      all[bit / 8] ^= std::byte(1 << bit % 8);
      EXPECT_NE(parsed(all), kNone) << "version " << version << " bit " << bit;
    }
  }
}

TEST(EfiFwuMetadata, a_wrong_checksum_is_told_from_wrong_fields) {
  auto all = written(fresh());
  all[50] ^= std::byte{1};
  EXPECT_EQ(parsed(all), Error::CheckFailed);
  all[50] ^= std::byte{1};
  all[0] ^= std::byte{1};
  EXPECT_EQ(parsed(all), Error::CheckFailed);
}

TEST(EfiFwuMetadata, fields_that_no_metadata_has_are_malformed_though_the_checksum_is_right) {
  struct Case {
    size_t at, size;
    uint32_t value;
  };
  const Case cases[] = {{4, 4, 0},   {4, 4, 3},    {8, 4, 2},   {8, 4, 0xffffffff}, {12, 4, 2},      {12, 4, 256},
                        {16, 4, 0},  {16, 4, 199}, {20, 2, 0},  {20, 2, 0x24},      {24, 1, 0xfd},   {25, 1, 0},
                        {32, 1, 0},  {32, 1, 5},   {34, 2, 0},  {34, 2, 3},         {34, 2, 0xffff}, {34, 2, 17},
                        {36, 2, 79}, {36, 2, 0},   {38, 2, 25}, {38, 2, 0},         {32, 1, 1}};
  for (const Case& c : cases) {
    auto all = written(fresh());
    put(all, c.at, c.value, c.size);
    fix_crc(all);
    EXPECT_EQ(parsed(all), Error::Malformed) << c.at << '=' << c.value;
  }
  auto all = written(fresh());
  put(all, 26, 0, 1);  // the state of a bank that there is not
  fix_crc(all);
  EXPECT_EQ(parsed(all), kNone);
  FwuMetadata metadata = fresh();
  metadata.version = 1;
  for (const unsigned images : {0u, 17u, 0xffffffffu})
    EXPECT_EQ(parsed(written(metadata), images), Error::Malformed) << images;
  EXPECT_EQ(parsed(written(metadata), 1), Error::CheckFailed);
  EXPECT_EQ(parsed(written(metadata), 3), Error::Malformed);  // more than there is
  EXPECT_EQ(parsed({}), Error::Malformed);
}

TEST(EfiFwuMetadata, the_data_of_a_vendor_is_not_thrown_away) {
  for (const size_t more : {size_t{1}, size_t{100}, efi::kMostFwuMetadata}) {
    auto all = written(fresh());
    all.resize(all.size() + more);
    put(all, 16, uint32_t(all.size()), 4);
    fix_crc(all);
    EXPECT_EQ(parsed(all), Error::NotSupported) << more;
  }
}

TEST(EfiFwuMetadata, what_fails_leaves_what_was_there) {
  FwuMetadata metadata = fresh(3, 3);
  const FwuMetadata before = metadata;
  auto all = written(fresh(2, 1));
  all.back() ^= std::byte{1};
  EXPECT_EQ(error_of(efi::parse_fwu_metadata(all, 1, metadata)), Error::CheckFailed);
  EXPECT_TRUE(same(metadata, before));
}

TEST(EfiFwuMetadata, states_of_version_1_follow_from_the_images) {
  FwuMetadata metadata = fresh(), back;
  metadata.version = 1;
  ASSERT_EQ(error_of(efi::parse_fwu_metadata(written(metadata), 2, back)), kNone);
  EXPECT_EQ(back.states[0], BankState::Accepted);
  EXPECT_EQ(back.states[1], BankState::Invalid);
  metadata.active = 1;
  metadata.image[0].banks[1].accepted = true;
  ASSERT_EQ(error_of(efi::parse_fwu_metadata(written(metadata), 2, back)), kNone);
  EXPECT_EQ(back.states[1], BankState::Valid);
  metadata.image[1].banks[1].accepted = true;
  ASSERT_EQ(error_of(efi::parse_fwu_metadata(written(metadata), 2, back)), kNone);
  EXPECT_EQ(back.states[1], BankState::Accepted);
}

struct EfiFwuStore : testing::TestWithParam<uint32_t> {
  static constexpr uint64_t kSize = 4096;
  StorageArea first{kSize, GetParam(), "first"}, second{kSize, GetParam(), "second"};
  FwuStore store;

  EfiFwuStore() { store.use(&first, &second, 2); }
  static FwuMetadata with_active(uint8_t bank) {
    FwuMetadata metadata = fresh();
    metadata.active = bank;
    return metadata;
  }
  static void put_copy(StorageArea& area, const FwuMetadata& metadata) {
    const auto all = written(metadata);
    std::fill(area.data.begin(), area.data.end(), 0xff);
    std::memcpy(area.data.data(), all.data(), all.size());
    ASSERT_EQ(error_of(area.flush()), kNone);
  }
  static void damage(StorageArea& area) {
    area.data[60] ^= 1;
    ASSERT_EQ(error_of(area.flush()), kNone);
  }
  // Both at once; what was not flushed is gone, or there in part.
  void lose_power(uint32_t how) {
    for (StorageArea* area : {&first, &second}) {
      area->cut_power(0, how);
      static_cast<void>(area->flush());
      area->power_on();
    }
  }
  // What another boot loader reads: the first if it is sound, else the second (TF-A, drivers/fwu/fwu.c).
  static int active_for_others(const StorageArea& one, const StorageArea& other) {
    FwuMetadata metadata;
    for (const StorageArea* area : {&one, &other})
      if (efi::parse_fwu_metadata(std::as_bytes(std::span(area->data)), 2, metadata)) return metadata.active;
    return -1;
  }
};

TEST_P(EfiFwuStore, no_place_is_not_found) {
  store.use(nullptr, nullptr, 2);
  EXPECT_EQ(error_of(store.load()), Error::NotFound);
  EXPECT_EQ(error_of(store.commit(fresh())), Error::NotFound);
}

TEST_P(EfiFwuStore, fresh_metadata_goes_over_anything) {
  EXPECT_EQ(error_of(store.load()), Error::Malformed);
  EXPECT_EQ(error_of(store.commit(fresh())), kNone);
  EXPECT_TRUE(same(store.metadata(), fresh()));
  FwuStore again;
  again.use(&first, &second, 2);
  EXPECT_EQ(error_of(again.load()), kNone);
  EXPECT_TRUE(same(again.metadata(), fresh()));
  EXPECT_EQ(again.state(0), FwuStore::Copy::Good);
  EXPECT_EQ(again.state(1), FwuStore::Copy::Good);
}

TEST_P(EfiFwuStore, one_sound_copy_is_enough_and_restores_the_other) {
  for (StorageArea* bad : {&first, &second}) {
    put_copy(first, with_active(1));
    put_copy(second, with_active(1));
    damage(*bad);
    ASSERT_EQ(error_of(store.load()), kNone);
    EXPECT_EQ(store.metadata().active, 1);
    const unsigned which = bad == &second;
    EXPECT_EQ(store.state(which), FwuStore::Copy::Damaged);
    EXPECT_EQ(store.state(!which), FwuStore::Copy::Good);
    const uint64_t other = (which ? first : second).operations();
    EXPECT_EQ(error_of(store.commit(store.metadata())), kNone);
    EXPECT_EQ((which ? first : second).operations(), other) << "the sound one was written";
    EXPECT_EQ(store.state(which), FwuStore::Copy::Good);
    EXPECT_EQ(first.data, second.data);
    ASSERT_EQ(error_of(store.load()), kNone);
    EXPECT_EQ(store.metadata().active, 1);
  }
}

TEST_P(EfiFwuStore, of_two_sound_copies_that_differ_the_first_counts) {
  put_copy(first, with_active(1));
  put_copy(second, with_active(0));
  ASSERT_EQ(error_of(store.load()), kNone);
  EXPECT_EQ(store.metadata().active, 1);
  EXPECT_EQ(store.state(0), FwuStore::Copy::Good);
  EXPECT_EQ(store.state(1), FwuStore::Copy::Differs);
}

TEST_P(EfiFwuStore, two_damaged_copies_are_an_error_with_a_name) {
  put_copy(first, fresh());
  put_copy(second, fresh());
  damage(first);
  damage(second);
  const auto before = first.data;
  EXPECT_EQ(error_of(store.load()), Error::CheckFailed);
  EXPECT_EQ(store.state(0), FwuStore::Copy::Damaged);
  EXPECT_EQ(store.state(1), FwuStore::Copy::Damaged);
  first.data.assign(kSize, 0);
  EXPECT_EQ(error_of(store.load()), Error::Malformed);
  first.data = before;
}

TEST_P(EfiFwuStore, one_place_alone_works_and_is_reported) {
  for (const bool is_first : {true, false}) {
    StorageArea only(kSize, GetParam());
    FwuStore alone;
    alone.use(is_first ? &only : nullptr, is_first ? nullptr : &only, 2);
    EXPECT_EQ(error_of(alone.load()), Error::Malformed);
    EXPECT_EQ(error_of(alone.commit(with_active(1))), kNone);
    ASSERT_EQ(error_of(alone.load()), kNone);
    EXPECT_EQ(alone.metadata().active, 1);
    EXPECT_EQ(alone.state(is_first), FwuStore::Copy::Absent);
    EXPECT_EQ(alone.state(!is_first), FwuStore::Copy::Good);
  }
}

TEST_P(EfiFwuStore, a_place_that_is_too_small_is_told) {
  StorageArea small(64, GetParam() ? 64 : 0);
  FwuStore alone;
  alone.use(&small, nullptr, 2);
  EXPECT_EQ(error_of(alone.load()), Error::Malformed);
  EXPECT_EQ(error_of(alone.commit(fresh())), Error::NoSpace);
}

TEST_P(EfiFwuStore, an_error_on_the_first_copy_leaves_the_second_alone) {
  ASSERT_EQ(error_of(store.commit(fresh())), kNone);
  ASSERT_EQ(error_of(store.load()), kNone);
  first.read_only = true;
  const auto before = second.data;
  EXPECT_EQ(error_of(store.commit(with_active(1))), Error::ReadOnly);
  EXPECT_EQ(second.data, before);
  EXPECT_EQ(store.metadata().active, 0);
  EXPECT_EQ(store.state(0), FwuStore::Copy::Damaged);
}

// Each state that two copies can be in, and a loss of power in each operation of writing over them: whoever reads them
// afterwards finds what counted before, or what was to be, and one copy that is sound.
TEST_P(EfiFwuStore, power_may_fail_in_each_operation) {
  const FwuMetadata now = with_active(0), next = with_active(1);
  FwuMetadata older = now;
  older.previous = 1;
  older.states[1] = BankState::Valid;
  struct Case {
    const char* what;
    std::function<void()> prepare;
  };
  const Case cases[] = {{"both", [&] { put_copy(first, now), put_copy(second, now); }},
                        {"second damaged", [&] { put_copy(first, now), put_copy(second, now), damage(second); }},
                        {"first damaged", [&] { put_copy(first, now), put_copy(second, now), damage(first); }},
                        {"second older", [&] { put_copy(first, now), put_copy(second, older); }}};
  for (const Case& c : cases) {
    unsigned olds = 0, news = 0;
    for (StorageArea* breaks : {&first, &second}) {
      for (uint64_t cut = 0;; ++cut) {
        bool completed = true;
        for (uint32_t how = 0; how < 4; ++how) {
          c.prepare();
          FwuStore writer;
          writer.use(&first, &second, 2);
          ASSERT_EQ(error_of(writer.load()), kNone);
          breaks->cut_power(cut, how * 7919 + uint32_t(cut));
          const auto done = writer.commit(next);
          if (done) {
            lose_power(how);
            FwuStore reader;
            reader.use(&first, &second, 2);
            ASSERT_EQ(error_of(reader.load()), kNone) << c.what;
            ASSERT_TRUE(same(reader.metadata(), next)) << c.what << ": what was done is undone";
            continue;
          }
          completed = false;
          lose_power(how);
          FwuStore reader;
          reader.use(&first, &second, 2);
          ASSERT_EQ(error_of(reader.load()), kNone) << c.what << ' ' << cut << ' ' << how;
          ASSERT_TRUE(same(reader.metadata(), now) || same(reader.metadata(), next)) << c.what << ' ' << cut;
          ASSERT_EQ(active_for_others(first, second), reader.metadata().active) << c.what << ' ' << cut;
          ++(same(reader.metadata(), next) ? news : olds);
          ASSERT_EQ(error_of(reader.commit(reader.metadata())), kNone);
          ASSERT_TRUE(std::equal(first.data.begin(), first.data.begin() + 200, second.data.begin()));
        }
        if (completed) break;
      }
    }
    EXPECT_GT(olds, 0u) << c.what;
    EXPECT_GT(news, 0u) << c.what;
  }
}

INSTANTIATE_TEST_SUITE_P(EfiFwuFlash, EfiFwuStore, testing::Values(1024u));
INSTANTIATE_TEST_SUITE_P(EfiFwuDisk, EfiFwuStore, testing::Values(0u));

}  // namespace
