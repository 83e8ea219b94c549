// SPDX-License-Identifier: BSD-2-Clause
#include "disk/gpt.hh"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/fake/disk.hh"
#include "tests/fake/gpt_image.hh"

namespace {

using disk::Gpt;
using disk::Partition;
using fake::GptImage;

constexpr Guid kEsp = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"_guid, kData = "0fc63daf-8483-4772-8e79-3d69d8477de4"_guid;
constexpr Guid kOne = "11111111-0000-0000-0000-000000000000"_guid, kTwo = "22222222-0000-0000-0000-000000000000"_guid,
               kThree = "33333333-0000-0000-0000-000000000000"_guid;

struct Lab {
  explicit Lab(const GptImage& image) : disk(image.bytes, image.shape.sector) {}
  Error open(Gpt::Mbr mbr = Gpt::Mbr::Required) { return error_of(gpt->open(disk, mbr)); }
  /// "1:first-last name", ...; how it goes on after what is refused, and ends.
  std::string list() {
    std::string all;
    uint32_t cursor = 0;
    for (int i = 0; i < 2000; ++i) {
      const auto is = gpt->next(cursor);
      if (!is && is.error() == Error::NotFound) return all;
      if (is)
        all += std::to_string(is->number) + ":" + std::to_string(is->first) + "-" + std::to_string(is->last) + " " +
               std::string(is->name()) + "; ";
      else
        all += std::string(text(is.error())) + "; ";
    }
    return "endless";
  }

  fake::Disk disk;
  std::unique_ptr<Gpt> gpt = std::make_unique<Gpt>();
};

GptImage three(const GptImage::Shape& shape = {}) {
  GptImage image(shape);
  const uint64_t first = image.first_usable(), last = image.last_usable();
  image.set(0, kEsp, kOne, first, first + 9, u"EFI System");
  image.set(2, kData, kTwo, first + 10, first + 19, u"\u00fcber 1\t");
  image.set(shape.entries - 1, kData, kThree, last, last, u"of thirty-six characters, all of the");
  image.seal();
  return image;
}

TEST(DiskGpt, partitions_are_listed_in_the_order_of_the_table) {
  for (const GptImage::Shape& shape : {GptImage::Shape{},
                                       {.sectors = 64, .sector = 4096},
                                       {.entries = 4},
                                       {.entries = 5, .entry_size = 256},
                                       {.sectors = 1000, .entries = 16, .entry_size = 1024},
                                       {.sectors = 1000, .entries = 16, .entry_size = 4096},
                                       {.sectors = 1000, .entries = 1024}}) {
    const GptImage image = three(shape);
    Lab lab(image);
    ASSERT_EQ(lab.open(), kNone);
    EXPECT_EQ(lab.gpt->copy(), Gpt::Copy::Primary);
    EXPECT_EQ(lab.gpt->primary_error(), kNone);
    EXPECT_EQ(lab.gpt->disk_guid().bytes[3], 0xd3);
    const std::string f = std::to_string(image.first_usable()), l = std::to_string(image.last_usable());
    EXPECT_EQ(lab.list(), "1:" + f + "-" + std::to_string(image.first_usable() + 9) +
                              " EFI System; 3:" + std::to_string(image.first_usable() + 10) + "-" +
                              std::to_string(image.first_usable() + 19) + " ?ber 1?; " + std::to_string(shape.entries) +
                              ":" + l + "-" + l + " of thirty-six characters, all of the; ");
  }
}

TEST(DiskGpt, partitions_are_found_by_what_they_are_and_who_they_are) {
  Lab lab(three());
  ASSERT_EQ(lab.open(), kNone);
  EXPECT_EQ(lab.gpt->find_type(kEsp)->unique, kOne);
  EXPECT_EQ(lab.gpt->find_type(kData)->unique, kTwo);
  EXPECT_EQ(lab.gpt->find_type(kData, 1)->unique, kThree);
  EXPECT_EQ(error_of(lab.gpt->find_type(kData, 2)), Error::NotFound);
  EXPECT_EQ(error_of(lab.gpt->find_type(kEsp, UINT32_MAX)), Error::NotFound);
  EXPECT_EQ(error_of(lab.gpt->find_type(kOne)), Error::NotFound);
  EXPECT_EQ(lab.gpt->find_unique(kTwo)->number, 3u);
  EXPECT_EQ(error_of(lab.gpt->find_unique(kEsp)), Error::NotFound);
  EXPECT_EQ(error_of(lab.gpt->find_unique(Guid{})), Error::NotFound);  // of entries that are not used
  uint32_t cursor = UINT32_MAX;
  EXPECT_EQ(error_of(lab.gpt->next(cursor)), Error::NotFound);
}

TEST(DiskGpt, without_open_there_are_no_partitions) {
  Gpt gpt;
  uint32_t cursor = 0;
  EXPECT_EQ(error_of(gpt.next(cursor)), Error::NotFound);
  EXPECT_EQ(error_of(gpt.find_type(kEsp)), Error::NotFound);
}

TEST(DiskGpt, a_disk_without_a_protective_mbr_has_no_table_unless_told_so) {
  const auto with = [](auto&& change, Gpt::Mbr mbr = Gpt::Mbr::Required) {
    GptImage image = three();
    change(image);
    Lab lab(image);
    return lab.open(mbr);
  };
  EXPECT_EQ(with([](GptImage& is) { is.put(510, 0, 2); }), Error::NotFound);
  EXPECT_EQ(with([](GptImage& is) { is.put(446 + 4, 0x83, 1); }), Error::NotFound);
  EXPECT_EQ(with([](GptImage& is) { is.put(446 + 8, 2, 4); }), Error::NotFound);
  EXPECT_EQ(with([](GptImage& is) { is.put(510, 0, 2); }, Gpt::Mbr::Ignored), kNone);
  EXPECT_EQ(with([](GptImage& is) {  // a hybrid one
              is.put(446 + 4, 0x0c, 1);
              is.put(446 + 48 + 4, 0xee, 1);
              is.put(446 + 48 + 8, 1, 4);
            }),
            kNone);
}

TEST(DiskGpt, the_backup_stands_in_for_a_damaged_first_copy) {
  struct Damage {
    void (*change)(GptImage&);
    Error error;
  };
  for (const auto& [change, error] : {
           Damage{[](GptImage& is) { is.put(is.header(), 0, 8); }, Error::NotFound},
           {[](GptImage& is) { is.put(is.header() + 56, 0, 1); }, Error::CheckFailed},
           {[](GptImage& is) { is.put(is.table() + 16, 0x12, 1); }, Error::CheckFailed},
           {[](GptImage& is) { is.put(is.table() + 127 * 128, 0x12, 1); }, Error::CheckFailed},
           {[](GptImage& is) { is.put(is.header() + 12, 91, 4), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 12, 513, 4); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 12, 0xffffffff, 4); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 8, 0x20000, 4), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 24, 2, 8), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 40, 33, 8), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 40, 250, 8), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 48, 256, 8), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 48, UINT64_MAX, 8), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 72, 1, 8), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 72, 3, 8), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 72, UINT64_MAX, 8), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 80, 0, 4), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 84, 64, 4), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 84, 192, 4), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 84, 0, 4), is.seal(); }, Error::Malformed},
           {[](GptImage& is) { is.put(is.header() + 84, 8192, 4), is.seal(); }, Error::NotSupported},
           {[](GptImage& is) { is.put(is.header() + 84, 0x80000000, 4), is.seal(); }, Error::NotSupported},
           {[](GptImage& is) { is.put(is.header() + 84, 2048, 4), is.seal(); }, Error::NotSupported},
           {[](GptImage& is) { is.put(is.header() + 80, 1025, 4), is.seal(); }, Error::NotSupported},
           {[](GptImage& is) { is.put(is.header() + 80, 0xffffffff, 4), is.seal(); }, Error::NotSupported},
       }) {
    GptImage image = three();
    change(image);
    Lab lab(image);
    EXPECT_EQ(lab.open(), kNone) << int(error);
    EXPECT_EQ(lab.gpt->copy(), Gpt::Copy::Backup);
    EXPECT_EQ(lab.gpt->primary_error(), error);
    EXPECT_EQ(lab.gpt->find_unique(kThree)->number, 128u);
    // And when both are, it says what is wrong with the first.
    image.put(image.header(true) + 56, 0x99, 1);
    Lab neither(image);
    EXPECT_EQ(neither.open(), error);
    EXPECT_EQ(neither.list(), "");
  }
}

TEST(DiskGpt, the_backup_has_to_be_as_sound_as_the_first_copy) {
  for (void (*const change)(GptImage&) : {
           +[](GptImage& is) { is.put(is.header(true), 0, 8); },
           +[](GptImage& is) { is.put(is.header(true) + 24, 1, 8), is.seal(); },
           +[](GptImage& is) { is.put(is.header(true) + 72, 2, 8), is.seal(); },
           +[](GptImage& is) { is.put(is.header(true) + 72, 224, 8), is.seal(); },
           +[](GptImage& is) { is.put(is.header(true) + 72, UINT64_MAX - 8, 8), is.seal(); },
           +[](GptImage& is) { is.put(is.header(true) + 48, 230, 8), is.seal(); },
           +[](GptImage& is) { is.put(is.table(true) + 16, 0x12, 1); },
       }) {
    GptImage image = three();
    change(image);
    image.put(image.header() + 56, 0x99, 1);
    Lab lab(image);
    EXPECT_EQ(lab.open(), Error::CheckFailed);
  }
}

TEST(DiskGpt, disks_that_are_too_small_have_no_table) {
  for (const uint64_t sectors : {0u, 1u, 2u}) {
    fake::Disk disk(sectors);
    Gpt gpt;
    EXPECT_NE(error_of(gpt.open(disk, Gpt::Mbr::Required)), kNone);
    EXPECT_EQ(error_of(gpt.open(disk, Gpt::Mbr::Ignored)), Error::NotFound);
  }
  fake::Disk coarse(16, 8192);
  Gpt gpt;
  EXPECT_EQ(error_of(gpt.open(coarse, Gpt::Mbr::Ignored)), Error::NotSupported);
}

TEST(DiskGpt, a_partition_beyond_the_usable_sectors_is_refused_and_the_others_are_not) {
  const auto list = [](uint64_t first, uint64_t last) {
    GptImage image = three();
    image.set(2, kData, kTwo, first, last, u"x");
    image.seal();
    Lab lab(image);
    EXPECT_EQ(lab.open(), kNone);
    EXPECT_EQ(error_of(lab.gpt->find_unique(kTwo)), lab.gpt->find_type(kData) ? kNone : Error::Malformed);
    return lab.list();
  };
  const std::string before = "1:34-43 EFI System; ", behind = "128:222-222 of thirty-six characters, all of the; ";
  EXPECT_EQ(list(100, 99), before + "malformed; " + behind);
  EXPECT_EQ(list(33, 33), before + "malformed; " + behind);
  EXPECT_EQ(list(223, 223), before + "malformed; " + behind);
  EXPECT_EQ(list(100, UINT64_MAX), before + "malformed; " + "malformed; ");
  EXPECT_EQ(list(100, 100).substr(0, before.size() + 10), before + "3:100-100 ");
}

TEST(DiskGpt, partitions_that_overlap_are_refused_and_the_others_are_not) {
  GptImage image = three();
  image.set(5, kData, "55555555-0000-0000-0000-000000000000"_guid, 53, 60);  // the last of the second
  image.seal();
  Lab lab(image);
  ASSERT_EQ(lab.open(), kNone);
  EXPECT_EQ(lab.list(), "1:34-43 EFI System; malformed; malformed; 128:222-222 of thirty-six characters, all of the; ");
  EXPECT_EQ(error_of(lab.gpt->find_unique(kTwo)), Error::Malformed);
}

TEST(DiskGpt, a_table_that_changes_after_it_was_opened_is_noticed) {
  const GptImage image = three();
  Lab lab(image);
  ASSERT_EQ(lab.open(), kNone);
  lab.disk.data[image.table() + 64 * 128] ^= std::byte{1};
  EXPECT_EQ(error_of(lab.gpt->find_type(kEsp)), Error::CheckFailed);

  // Even between the look at an entry and the look at all of them.
  Lab quick(image);
  ASSERT_EQ(quick.open(), kNone);
  uint64_t looks = 0;
  quick.disk.fault = [&](uint64_t sector, bool) {
    if (sector == 2 && ++looks == 2) quick.disk.data[image.table() + 40] ^= std::byte{0x80};
    return Error{};
  };
  EXPECT_EQ(error_of(quick.gpt->find_type(kEsp)), Error::CheckFailed);
}

TEST(DiskGpt, errors_of_the_disk_are_handed_on_unless_the_backup_helps) {
  for (uint64_t bad = 0; bad < 256; ++bad) {
    Lab lab(three());
    lab.disk.fault = [bad](uint64_t sector, bool) { return sector == bad ? Error::Timeout : Error{}; };
    const Error opened = lab.open();
    EXPECT_EQ(opened, bad == 0 ? Error::Timeout : kNone) << bad;
    EXPECT_EQ(lab.gpt->copy() == Gpt::Copy::Backup, bad >= 1 && bad < 34);
    if (opened == kNone) EXPECT_TRUE(lab.gpt->find_unique(kThree));
  }
}

}  // namespace
