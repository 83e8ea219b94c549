// SPDX-License-Identifier: BSD-2-Clause
#include "disk/fat.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "tests/fake/disk.hh"
#include "tests/fake/fat_image.hh"
#include "tests/fake/pattern.hh"

namespace {

using fake::pattern;

using disk::Fat;
using disk::FatEntry;
using disk::FatFile;
using fake::FatImage;

std::string u8(std::string_view text) { return std::string(text); }

struct Lab {
  explicit Lab(FatImage& made, uint32_t disk_sector = 0)
      : image(made), disk(made.bytes, disk_sector ? disk_sector : made.shape.sector) {}

  Error mount() { return error_of(fat->mount(disk)); }
  std::string read(const FatEntry& entry, size_t piece = SIZE_MAX) {
    auto file = FatFile::open(*fat, entry);
    if (!file) return "no file: " + u8(text(file.error()));
    std::string content(size_t(file->size()), '?');
    for (size_t at = 0; at < content.size();) {
      const size_t size = std::min(piece, content.size() - at);
      const auto got = file->read(at, std::as_writable_bytes(std::span(content).subspan(at, size)));
      if (!got) return "no bytes: " + u8(text(got.error()));
      at += size;
    }
    return content;
  }
  std::string read(std::string_view path, size_t piece = SIZE_MAX) {
    const auto entry = fat->find(path);
    return entry ? read(*entry, piece) : "no entry: " + u8(text(entry.error()));
  }
  /// Names in the order in which they lie, and how the list ends.
  std::vector<std::string> list(std::string_view path = "") {
    std::vector<std::string> names;
    const auto directory = fat->find(path);
    if (!directory) return {u8(text(directory.error()))};
    uint32_t cursor = 0;
    Result<FatEntry> entry = fat->list(*directory, cursor);
    for (; entry; entry = fat->list(*directory, cursor)) names.emplace_back(entry->name());
    if (entry.error() != Error::NotFound) names.push_back(u8(text(entry.error())));
    return names;
  }
  std::vector<std::string> sorted(std::string_view path = "") {
    std::vector<std::string> names;
    const auto directory = fat->find(path);
    Result<FatEntry> entry = fat->next(*directory, nullptr);
    while (entry) {
      names.emplace_back(entry->name());
      const FatEntry last = *entry;
      entry = fat->next(*directory, &last);
    }
    if (entry.error() != Error::NotFound) names.push_back(u8(text(entry.error())));
    return names;
  }

  FatImage& image;
  fake::Disk disk;
  std::unique_ptr<Fat> fat = std::make_unique<Fat>();
};

using Names = std::vector<std::string>;

// Of each kind, sectors of several sizes.
std::vector<FatImage::Shape> shapes() {
  return {{.kind = 12, .clusters = 300},
          {.kind = 12, .clusters = 4084},
          {.kind = 12, .clusters = 200, .sector = 4096, .fats = 1},
          {.kind = 16, .clusters = 4085},
          {.kind = 16, .clusters = 5000, .in_cluster = 4, .root_entries = 512},
          {.kind = 16, .clusters = 4100, .sector = 2048},
          {.kind = 32, .clusters = 65525},
          {.kind = 32, .clusters = 500, .sector = 1024, .in_cluster = 2},
          {.kind = 32, .clusters = 300, .fats = 3}};
}

TEST(DiskFat, every_kind_is_known_by_its_clusters_and_read) {
  for (const auto& shape : shapes()) {
    SCOPED_TRACE(testing::Message() << shape.kind << ' ' << shape.clusters << ' ' << shape.sector);
    FatImage image(shape);
    const std::string small = pattern(10), large = pattern(40'000, 2);
    image.add(0, "SMALL.TXT", small);
    const uint32_t directory = image.add_directory(0, "EFI");
    image.add(directory, u"large file.cap", {.content = large, .step = 3});
    image.add(directory, "EMPTY", "");
    Lab lab(image);
    ASSERT_EQ(lab.mount(), kNone);
    EXPECT_EQ(unsigned(lab.fat->kind()), shape.kind);
    EXPECT_EQ(lab.fat->cluster_size(), shape.sector * shape.in_cluster);
    EXPECT_FALSE(lab.fat->dirty());
    EXPECT_EQ(lab.list(), (Names{"SMALL.TXT", "EFI"}));
    EXPECT_EQ(lab.list("EFI"), (Names{"large file.cap", "EMPTY"}));
    EXPECT_EQ(lab.read("small.txt"), small);
    EXPECT_EQ(lab.read("EFI/large file.cap"), large);
    EXPECT_EQ(lab.read("\\efi\\LARGE FILE.CAP", 700), large);
    EXPECT_EQ(lab.read("EFI/EMPTY"), "");
  }
}

TEST(DiskFat, sectors_of_a_file_system_may_be_larger_than_those_of_the_disk_but_not_smaller) {
  FatImage image({.kind = 16, .clusters = 4100, .sector = 2048});
  image.add(0, "A", pattern(5000));
  Lab fine(image, 512), coarse(image, 4096);
  ASSERT_EQ(fine.mount(), kNone);
  EXPECT_EQ(fine.read("A", 999), pattern(5000));
  EXPECT_EQ(coarse.mount(), Error::NotSupported);
}

TEST(DiskFat, what_is_no_fat_is_not_found) {
  const auto with = [](auto&& change) {
    FatImage image({.kind = 12, .clusters = 300});
    change(image);
    Lab lab(image);
    return lab.mount();
  };
  EXPECT_EQ(with([](FatImage&) {}), kNone);
  EXPECT_EQ(with([](FatImage& is) { is.put16(510, 0); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put8(0, 0xfa); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put16(11, 256); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put16(11, 8192); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put16(11, 513); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put8(13, 0); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put8(13, 3); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put16(14, 0); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put8(16, 0); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.put8(21, 0xf7); }), Error::NotFound);
  EXPECT_EQ(with([](FatImage& is) { is.bytes.clear(); }), Error::NotFound);
}

TEST(DiskFat, numbers_that_no_file_system_has_are_malformed) {
  const auto with = [](FatImage::Shape shape, auto&& change) {
    FatImage image(shape);
    change(image);
    Lab lab(image);
    return lab.mount();
  };
  const FatImage::Shape kSmall{.kind = 12, .clusters = 300}, kLarge{.kind = 32, .clusters = 300};
  EXPECT_EQ(with(kSmall, [](FatImage& is) { is.put16(19, 0); }), Error::Malformed);
  EXPECT_EQ(with(kSmall, [](FatImage& is) { is.put16(19, 1000); }), Error::Malformed);  // larger than the disk
  EXPECT_EQ(with(kSmall, [](FatImage& is) { is.put16(19, 7); }), Error::Malformed);     // no room for a cluster
  EXPECT_EQ(with(kSmall, [](FatImage& is) { is.put16(14, 310); }), Error::Malformed);
  EXPECT_EQ(with(kSmall, [](FatImage& is) { is.put16(22, 0); }), Error::Malformed);  // no FAT
  EXPECT_EQ(with(kSmall, [](FatImage& is) { is.put16(22, 0xffff); }), Error::Malformed);
  EXPECT_EQ(with({.kind = 12, .clusters = 343}, [](FatImage& is) { is.put16(22, 1); }), Error::Malformed);  // too small
  EXPECT_EQ(with(kSmall, [](FatImage& is) { is.put16(17, 0); }), Error::Malformed);
  EXPECT_EQ(with(kLarge, [](FatImage& is) { is.put16(17, 16); }), Error::Malformed);
  EXPECT_EQ(with(kLarge, [](FatImage& is) { is.put32(36, 0xffffffff); }), Error::Malformed);
  EXPECT_EQ(with(kLarge, [](FatImage& is) { is.put16(40, 0x82); }), Error::Malformed);  // a third of two FATs
  EXPECT_EQ(with(kLarge, [](FatImage& is) { is.put32(44, 1); }), Error::Malformed);
  EXPECT_EQ(with(kLarge, [](FatImage& is) { is.put32(44, 302); }), Error::Malformed);
  EXPECT_EQ(with(kLarge, [](FatImage& is) { is.put32(44, 301); }), kNone);
  EXPECT_EQ(with(kLarge, [](FatImage& is) { is.put16(42, 1); }), Error::NotSupported);
  // More clusters than FAT16 has, without being FAT32.
  EXPECT_EQ(with({.kind = 16, .clusters = 65524}, [](FatImage&) {}), kNone);
  EXPECT_EQ(with({.kind = 16, .clusters = 65526}, [](FatImage&) {}), Error::Malformed);
}

TEST(DiskFat, a_file_system_that_was_not_unmounted_says_so) {
  const auto dirty = [](FatImage::Shape shape, auto&& change) {
    FatImage image(shape);
    change(image);
    Lab lab(image);
    EXPECT_EQ(lab.mount(), kNone);
    return lab.fat->dirty();
  };
  const FatImage::Shape k16{.kind = 16}, k32{.kind = 32, .clusters = 300}, k12{.kind = 12, .clusters = 300};
  EXPECT_FALSE(dirty(k16, [](FatImage&) {}));
  EXPECT_FALSE(dirty(k12, [](FatImage& is) { is.set_fat(1, 0x0ff); }));  // has no such bits
  EXPECT_TRUE(dirty(k16, [](FatImage& is) { is.set_fat(1, 0x7fff); }));
  EXPECT_TRUE(dirty(k16, [](FatImage& is) { is.set_fat(1, 0xbfff); }));
  EXPECT_TRUE(dirty(k32, [](FatImage& is) { is.set_fat(1, 0x07ffffff); }));
  EXPECT_TRUE(dirty(k32, [](FatImage& is) { is.set_fat(1, 0x0bffffff); }));
  EXPECT_TRUE(dirty(k16, [](FatImage& is) { is.put8(37, 1); }));
  EXPECT_TRUE(dirty(k32, [](FatImage& is) { is.put8(65, 1); }));
}

TEST(DiskFat, names_are_shown_as_they_were_given_and_found_in_any_case) {
  FatImage image({.kind = 16});
  const std::string longest(255, 'n');
  image.add(0, u"", {.content = "1", .lower = 8, .short_name = "MIXED   TXT"});
  image.add(0, u"", {.content = "2", .lower = 16, .short_name = "MIXED2  TXT"});
  image.add(0, u"", {.content = "3", .short_name = "TWO WO  RDS"});
  image.add(0, u"A long name.with.dots", {.content = "4", .short_name = "ALONGN~1DOT"});
  image.add(0, std::u16string(13, u'x'), {.content = "5", .short_name = "XXXXXX~1   "});  // fills its entry
  image.add(0, std::u16string(255, u'n'), {.content = "6", .short_name = "NNNNNN~1   "});
  image.add(0, u"\u00fcber\x1b.cap", {.content = "7", .short_name = "BER~1   CAP"});
  image.add(0, u"",
            {.content = "8",
             .short_name = "\x05"
                           "CD     X  "});  // begins with 0xe5
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_EQ(lab.list(), (Names{"mixed.TXT", "MIXED2.txt", "TWO WO.RDS", "A long name.with.dots", std::string(13, 'x'),
                               longest, "?ber?.cap", "?CD.X"}));
  EXPECT_EQ(lab.read("MIXED.txt"), "1");
  EXPECT_EQ(lab.read("mixed2.TXT"), "2");
  EXPECT_EQ(lab.read("two wo.rds"), "3");
  EXPECT_EQ(lab.read("a LONG name.with.dots"), "4");
  EXPECT_EQ(lab.read("alongn~1.dot"), "4");
  EXPECT_EQ(lab.read(std::string(13, 'X')), "5");
  EXPECT_EQ(lab.read(longest), "6");
  EXPECT_EQ(lab.read("/ber~1.cap"), "7");
  // A name that is not ASCII is not guessed at, but can be taken from a list.
  EXPECT_EQ(error_of(lab.fat->find("?ber?.cap")), Error::NotFound);
  EXPECT_EQ(error_of(lab.fat->find("?CD.X")), Error::NotFound);
  uint32_t cursor = 0;
  Result<FatEntry> entry;
  do entry = lab.fat->list(lab.fat->root(), cursor);
  while (entry && entry->name() != "?CD.X");
  ASSERT_TRUE(entry);
  EXPECT_EQ(lab.read(*entry), "8");
}

TEST(DiskFat, a_long_name_that_does_not_belong_to_its_entry_is_not_taken) {
  const auto names = [](auto&& damage) {
    FatImage image({.kind = 16});
    image.add(0, u"a name that needs three entries.txt", {.content = "x", .short_name = "SHORT~1 TXT"});
    damage(image, image.slots);
    Lab lab(image);
    EXPECT_EQ(lab.mount(), kNone);
    return lab.list();
  };
  using Slots = std::vector<size_t>;
  const Names kLong{"a name that needs three entries.txt"}, kShort{"SHORT~1.TXT"};
  EXPECT_EQ(names([](FatImage&, const Slots&) {}), kLong);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(names([i](FatImage& is, const Slots& s) { is.put8(s[i] + 13, 0); }), kShort);   // checksum
    EXPECT_EQ(names([i](FatImage& is, const Slots& s) { is.put8(s[i] + 12, 1); }), kShort);   // type
    EXPECT_EQ(names([i](FatImage& is, const Slots& s) { is.put16(s[i] + 26, 2); }), kShort);  // cluster
    EXPECT_EQ(names([i](FatImage& is, const Slots& s) { is.put8(s[i], 0xe5); }), kShort);
    EXPECT_EQ(names([i](FatImage& is, const Slots& s) { is.put8(s[i], 0x3f); }), kShort);
    EXPECT_EQ(names([i](FatImage& is, const Slots& s) { is.put8(s[i], 0x40); }), kShort);
    EXPECT_EQ(names([i](FatImage& is, const Slots& s) { is.put8(s[i], 0x7f); }), kShort);
  }
  EXPECT_EQ(names([](FatImage& is, const Slots& s) { is.put16(s[1] + 5, 0); }), kShort);  // ends too early
  EXPECT_EQ(names([](FatImage& is, const Slots& s) { is.put16(s[2] + 1, 0); }), kShort);
  EXPECT_EQ(names([](FatImage& is, const Slots& s) { is.put8(s[3], 'T'); }), Names{"THORT~1.TXT"});  // renamed by DOS
}

TEST(DiskFat, a_long_name_of_more_than_255_characters_is_not_taken) {
  FatImage image({.kind = 16});
  image.add(0, std::u16string(256, u'n'), {.content = "x", .short_name = "SHORT~1 TXT"});
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_EQ(lab.list(), Names{"SHORT~1.TXT"});
}

TEST(DiskFat, labels_deleted_entries_and_names_of_blanks_are_left_out) {
  FatImage image({.kind = 16});
  image.add(0, u"", {.attributes = 8, .short_name = "VOLUME     "});
  image.add(0, "A", "a");
  const size_t deleted = (image.add(0, u"gone with its name", {.content = "b"}), image.slots.front());
  for (const size_t slot : image.slots) image.put8(slot, 0xe5);
  image.add(0, u"", {.attributes = 0x10, .short_name = std::string(11, ' ')});
  image.add(0, "C", "c");
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_EQ(lab.list(), (Names{"A", "C"}));
  image.put8(deleted, 0);  // nothing counts behind the end
  Lab shorter(image);
  ASSERT_EQ(shorter.mount(), kNone);
  EXPECT_EQ(shorter.list(), Names{"A"});
}

TEST(DiskFat, paths_that_lead_nowhere_are_not_found) {
  FatImage image({.kind = 16});
  const uint32_t directory = image.add_directory(0, "DIR");
  image.add(directory, "FILE", "x");
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_TRUE(lab.fat->find("DIR/FILE"));
  EXPECT_TRUE(lab.fat->find("//DIR\\\\FILE"));
  for (const char* path : {"FILE", "DIR/FILE/X", "DIR/OTHER", "DIR/.", "DIR/..", "DIRE", "DI", " DIR"})
    EXPECT_EQ(error_of(lab.fat->find(path)), Error::NotFound) << path;
  EXPECT_TRUE(lab.fat->find("/")->is_directory());
  EXPECT_EQ(lab.fat->find("")->name(), "");
  const FatEntry file = *lab.fat->find("DIR/FILE"), folder = *lab.fat->find("DIR");
  uint32_t cursor = 0;
  EXPECT_EQ(error_of(lab.fat->list(file, cursor)), Error::NotSupported);
  EXPECT_EQ(error_of(lab.fat->next(file, nullptr)), Error::NotSupported);
  EXPECT_EQ(error_of(FatFile::open(*lab.fat, folder)), Error::NotSupported);
  EXPECT_EQ(error_of(FatFile::open(*lab.fat, lab.fat->root())), Error::NotSupported);
}

TEST(DiskFat, names_come_in_the_order_of_capitals_whatever_their_place) {
  FatImage image({.kind = 32, .clusters = 300});
  const uint32_t directory = image.add_directory(0, "D");
  for (const char* name : {"zebra.cap", "Alpha.cap", "B", "beta.cap", "ALPHA2.CAP", "a", "A_.CAP", "A-1.CAP"})
    image.add(directory, name, "");
  image.add(directory, u"\u4e00", {.short_name = "ONE~1      "});
  image.add(directory, u"\u4e8c", {.short_name = "TWO~1      "});
  image.add(directory, u"", {.short_name = "B          "});  // twice
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_EQ(lab.sorted("D"),
            (Names{"?", "?", "a", "A-1.CAP", "Alpha.cap", "ALPHA2.CAP", "A_.CAP", "B", "B", "beta.cap", "zebra.cap"}));
  EXPECT_EQ(lab.sorted(""), Names{"D"});
}

TEST(DiskFat, directories_go_on_from_cluster_to_cluster) {
  FatImage image({.kind = 12, .clusters = 1000});
  const uint32_t directory = image.add_directory(0, "MANY");
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) {
    names.push_back("a file with a long name " + std::to_string(i));
    image.add(directory, names.back(), i % 10 == 0 ? names.back() : "");
  }
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_EQ(lab.list("MANY"), names);
  for (int i = 0; i < 300; i += 10) EXPECT_EQ(lab.read("MANY/" + names[i]), names[i]);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(lab.sorted("many"), names);
}

TEST(DiskFat, a_directory_that_runs_in_a_circle_ends) {
  for (const unsigned kind : {12u, 16u, 32u}) {
    FatImage image({.kind = kind, .clusters = kind == 16 ? 4085u : 50u});
    const uint32_t directory = image.add_directory(0, "LOOP");
    for (int i = 0; i < 14; ++i) image.add(directory, "F" + std::to_string(i), "");
    image.set_fat(directory, directory);
    Lab lab(image);
    ASSERT_EQ(lab.mount(), kNone);
    EXPECT_EQ(error_of(lab.fat->find("LOOP/NONE")), Error::Malformed);
    EXPECT_EQ(error_of(lab.fat->next(*lab.fat->find("LOOP"), nullptr)), Error::Malformed);
    EXPECT_LT(lab.disk.reads, 20'000u);
    image.set_fat(directory, 1);
    Lab broken(image);
    ASSERT_EQ(broken.mount(), kNone);
    EXPECT_EQ(error_of(broken.fat->find("LOOP/NONE")), Error::Malformed);
    EXPECT_TRUE(broken.fat->find("LOOP/F3"));
  }
}

TEST(DiskFat, a_directory_that_begins_nowhere_is_malformed) {
  for (const uint32_t cluster : {0u, 1u, 302u, 0xffffu}) {
    FatImage image({.kind = 12, .clusters = 300});
    image.add_directory(0, "DIR");
    image.put16(image.slots.back() + 26, uint16_t(cluster));
    Lab lab(image);
    ASSERT_EQ(lab.mount(), kNone);
    EXPECT_EQ(error_of(lab.fat->find("DIR/X")), Error::Malformed) << cluster;
    uint32_t cursor = 0;
    EXPECT_EQ(error_of(lab.fat->list(*lab.fat->find("DIR"), cursor)), Error::Malformed);
  }
}

TEST(DiskFat, a_file_is_read_at_any_place_and_in_any_order) {
  for (const auto& shape : shapes()) {
    FatImage image(shape);
    const std::string content = pattern(30'001, 7);
    image.add(0, u"FILE", {.content = content, .step = 2});
    Lab lab(image);
    ASSERT_EQ(lab.mount(), kNone);
    auto file = FatFile::open(*lab.fat, *lab.fat->find("FILE"));
    ASSERT_TRUE(file);
    ASSERT_EQ(file->size(), content.size());
    unsigned random = 1;
    for (int i = 0; i < 300; ++i) {
      random = random * 1664525 + 1013904223;
      const size_t at = random % (content.size() + 1), size = std::min<size_t>(random >> 18, content.size() - at);
      std::string part(size, '?');
      ASSERT_EQ(error_of(file->read(at, std::as_writable_bytes(std::span(part)))), kNone);
      ASSERT_TRUE(part == content.substr(at, size)) << at << ' ' << size;
    }
    std::byte byte;
    EXPECT_EQ(error_of(file->read(content.size(), {&byte, 1})), Error::OutOfRange);
    EXPECT_EQ(error_of(file->read(UINT64_MAX, {&byte, 1})), Error::OutOfRange);
    EXPECT_EQ(error_of(file->read(content.size(), {})), kNone);
  }
}

TEST(DiskFat, what_lies_side_by_side_is_one_request) {
  FatImage image({.kind = 32, .clusters = 3000, .in_cluster = 4});
  const std::string content = pattern(1'000'000);
  image.add(0, "BIG", content);
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  const FatEntry entry = *lab.fat->find("BIG");
  const uint64_t before = lab.disk.requests, sectors = lab.disk.reads;
  EXPECT_TRUE(lab.read(entry) == content);
  // The data at once, what is left of its last sector, and the sectors of the FAT.
  EXPECT_LE(lab.disk.requests - before, 2 + 489 * 4 / 512 + 2);
  EXPECT_LE(lab.disk.reads - sectors, 1'000'000 / 512 + 1 + 489 * 4 / 512 + 2);
}

TEST(DiskFat, reading_on_in_small_pieces_reads_every_sector_once) {
  FatImage image({.kind = 16, .clusters = 5000});
  const std::string content = pattern(200'000);
  image.add(0, u"FILE", {.content = content, .step = 2});
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  const FatEntry entry = *lab.fat->find("FILE");
  const uint64_t before = lab.disk.reads;
  EXPECT_TRUE(lab.read(entry, 100) == content);
  EXPECT_LE(lab.disk.reads - before, 200'000 / 512 + 1 + 800 * 2 / 512 + 2);
}

TEST(DiskFat, a_chain_that_is_shorter_than_its_file_or_leaves_the_clusters_is_malformed) {
  for (const unsigned kind : {12u, 16u, 32u}) {
    const uint32_t clusters = kind == 16 ? 4085 : 400;
    FatImage image({.kind = kind, .clusters = clusters});
    const std::string content = pattern(20 * 512);
    const uint32_t first = image.add(0, "FILE", content);
    const uint32_t bad = image.end_of_chain() - 8;
    for (const uint32_t value : {0u, 1u, clusters + 2, bad, image.end_of_chain()}) {
      image.set_fat(first + 9, value);
      Lab lab(image);
      ASSERT_EQ(lab.mount(), kNone);
      auto file = FatFile::open(*lab.fat, *lab.fat->find("FILE"));
      ASSERT_TRUE(file);
      std::string part(20 * 512, '?');
      EXPECT_EQ(error_of(file->read(0, std::as_writable_bytes(std::span(part).first(10 * 512)))), kNone);
      EXPECT_TRUE(std::string_view(part).substr(0, 10 * 512) == std::string_view(content).substr(0, 10 * 512));
      EXPECT_EQ(error_of(file->read(0, std::as_writable_bytes(std::span(part)))), Error::Malformed) << value;
      EXPECT_EQ(error_of(file->read(10 * 512, std::as_writable_bytes(std::span(part).first(1)))), Error::Malformed);
      EXPECT_EQ(error_of(file->read(0, std::as_writable_bytes(std::span(part).first(100)))), kNone);
    }
  }
}

TEST(DiskFat, a_file_with_more_bytes_than_clusters_or_without_a_first_one_is_malformed) {
  FatImage image({.kind = 12, .clusters = 300});
  image.add(0, "FILE", "content");
  const size_t slot = image.slots.back();
  const auto opened = [&] {
    Lab lab(image);
    EXPECT_EQ(lab.mount(), kNone);
    return error_of(FatFile::open(*lab.fat, *lab.fat->find("FILE")));
  };
  for (const uint32_t size : {300u * 512, 1u}) {
    image.put32(slot + 28, size);
    EXPECT_EQ(opened(), kNone);
  }
  for (const uint32_t size : {300u * 512 + 1, 0xffffffffu}) {
    image.put32(slot + 28, size);
    EXPECT_EQ(opened(), Error::Malformed);
  }
  image.put32(slot + 28, 7);
  for (const unsigned cluster : {0u, 1u, 302u, 0xffffu}) {
    image.put16(slot + 26, uint16_t(cluster));
    EXPECT_EQ(opened(), Error::Malformed);
  }
  image.put32(slot + 28, 0);  // nothing is read of an empty one
  EXPECT_EQ(opened(), kNone);
}

// What is left of an image after a removal, seen by the builder.
uint32_t free_in(const FatImage& image, const fake::Disk& disk, unsigned fat = 0) {
  FatImage seen = image;
  seen.bytes = disk.data;
  if (fat) seen.shape.active = fat;
  return seen.free_clusters();
}

TEST(DiskFat, a_removed_file_leaves_its_clusters_free_and_all_else_as_it_was) {
  for (const auto& shape : shapes()) {
    SCOPED_TRACE(testing::Message() << shape.kind << ' ' << shape.clusters << ' ' << shape.sector);
    FatImage image(shape);
    const std::string other = pattern(9000, 3);
    const uint32_t directory = image.add_directory(0, "EFI");
    const uint32_t empty = image.free_clusters();
    image.add(directory, u"another file before.cap", {.content = other, .step = 2});
    const uint32_t with_other = image.free_clusters();
    const uint32_t first =
        image.add(directory, u"the capsule to be removed.cap", {.content = pattern(25'000), .step = 2});
    const std::vector<size_t> slots = image.slots;
    image.add(directory, "AFTER", "after");
    const uint32_t full = image.free_clusters();
    if (shape.kind == 32) image.set_fat(first, image.fat(first) | 0xa000'0000);
    Lab lab(image);
    ASSERT_EQ(lab.mount(), kNone);
    ASSERT_EQ(error_of(lab.fat->remove("efi/THE capsule to be removed.cap")), kNone);

    EXPECT_EQ(lab.list("EFI"), (Names{"another file before.cap", "AFTER"}));
    Lab again(image);
    again.disk.data = lab.disk.data;
    ASSERT_EQ(again.mount(), kNone);
    EXPECT_EQ(again.list("EFI"), (Names{"another file before.cap", "AFTER"}));
    EXPECT_TRUE(again.read("EFI/another file before.cap") == other);
    EXPECT_EQ(again.read("EFI/AFTER"), "after");
    const uint32_t freed = empty - with_other, in_cluster = shape.sector * shape.in_cluster;
    EXPECT_EQ(freed, (9000 + in_cluster - 1) / in_cluster);
    EXPECT_EQ(free_in(image, lab.disk), full + (25'000 + in_cluster - 1) / in_cluster);
    for (const size_t slot : slots) EXPECT_EQ(lab.disk.data[slot], std::byte{0xe5});
    // All FATs are alike, what is not an entry's own is kept, and FSInfo counts.
    const size_t size = size_t{image.fat_sectors} * shape.sector;
    const auto* at = &lab.disk.data[image.offset_of_fat()];
    for (unsigned i = 1; i < shape.fats; ++i)
      EXPECT_EQ(std::memcmp(at, &lab.disk.data[image.offset_of_fat(i)], size), 0);
    if (shape.kind == 32) {
      FatImage seen = image;
      seen.bytes = lab.disk.data;
      EXPECT_EQ(seen.get32(image.offset_of_fat() + first * 4), 0xa000'0000u);
      EXPECT_EQ(seen.get32(shape.sector + 488), seen.free_clusters());
    }
    EXPECT_GE(lab.disk.flushes, 2u);
  }
}

TEST(DiskFat, a_file_without_clusters_is_removed) {
  FatImage image({.kind = 16});
  image.add(0, "EMPTY", "");
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_EQ(error_of(lab.fat->remove("EMPTY")), kNone);
  EXPECT_EQ(lab.list(), Names{});
  EXPECT_EQ(lab.disk.writes, 1u);
}

TEST(DiskFat, only_the_fat_that_counts_is_read_and_changed) {
  FatImage image({.kind = 32, .clusters = 300, .active = 0x81});
  image.add(0, "FILE", pattern(3000));
  for (uint32_t cluster = 2; cluster < 302; ++cluster) image.set_fat(cluster, 0x123, 0);  // nonsense
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_EQ(lab.read("FILE"), pattern(3000));
  EXPECT_EQ(error_of(lab.fat->remove("FILE")), kNone);
  EXPECT_EQ(free_in(image, lab.disk), 299u);
  EXPECT_EQ(std::memcmp(&lab.disk.data[image.offset_of_fat(0)], &image.bytes[image.offset_of_fat(0)],
                        size_t{image.fat_sectors} * 512),
            0);
}

TEST(DiskFat, a_count_of_free_clusters_that_is_not_known_or_not_possible_is_not_made_up) {
  for (const uint32_t was : {0xffffffffu, 301u, 299u}) {
    FatImage image({.kind = 32, .clusters = 300});
    image.add(0, "FILE", pattern(3000));
    image.put32(512 + 488, was);
    Lab lab(image);
    ASSERT_EQ(lab.mount(), kNone);
    ASSERT_EQ(error_of(lab.fat->remove("FILE")), kNone);
    image.bytes = lab.disk.data;
    EXPECT_EQ(image.get32(512 + 488), 0xffffffffu);
  }
  FatImage image({.kind = 32, .clusters = 300});
  image.add(0, "FILE", pattern(3000));
  image.put32(512, 0);  // not FSInfo
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  ASSERT_EQ(error_of(lab.fat->remove("FILE")), kNone);
  EXPECT_EQ(std::memcmp(&lab.disk.data[512], &image.bytes[512], 512), 0);
}

TEST(DiskFat, what_may_not_be_removed_stays) {
  FatImage image({.kind = 16});
  image.add_directory(0, "DIR");
  image.add(0, u"FIXED", {.content = "x", .attributes = 0x21});
  image.add(0, "FILE", "y");
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  EXPECT_EQ(error_of(lab.fat->remove("DIR")), Error::NotSupported);
  EXPECT_EQ(error_of(lab.fat->remove("")), Error::NotSupported);
  EXPECT_EQ(error_of(lab.fat->remove("FIXED")), Error::ReadOnly);
  EXPECT_EQ(error_of(lab.fat->remove("NONE")), Error::NotFound);
  lab.disk.locked = true;
  EXPECT_EQ(error_of(lab.fat->remove("FILE")), Error::ReadOnly);
  EXPECT_EQ(lab.disk.writes, 0u);
}

TEST(DiskFat, an_entry_that_is_not_there_any_more_is_not_removed) {
  FatImage image({.kind = 16});
  image.add(0, u"a long name for a file", {.content = "x"});
  image.add(0, "OTHER", "y");
  Lab lab(image);
  ASSERT_EQ(lab.mount(), kNone);
  const FatEntry entry = *lab.fat->find("a long name for a file");
  const auto removed = [&](auto&& change) {
    FatEntry stale = entry;
    change(stale);
    return error_of(lab.fat->remove(stale));
  };
  EXPECT_EQ(removed([](FatEntry& is) { ++is.size; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { ++is.cluster; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { ++is.index; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { is.index = UINT32_MAX; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { is.index = 1, is.long_entries = 2; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { --is.long_entries; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { is.name_bytes[0] = 'A'; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { is.attributes = 0; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { is.directory = 1; }), Error::NotFound);
  EXPECT_EQ(removed([](FatEntry& is) { is.directory = UINT32_MAX; }), Error::NotFound);
  EXPECT_EQ(lab.disk.writes, 0u);
  EXPECT_EQ(removed([](FatEntry&) {}), kNone);
  EXPECT_EQ(removed([](FatEntry&) {}), Error::NotFound);
}

TEST(DiskFat, clusters_that_may_be_somebody_elses_are_left_alone) {
  const auto free_after = [](auto&& damage) {
    FatImage image({.kind = 16});
    const uint32_t first = image.add(0, "FILE", pattern(10 * 512));
    damage(image, first);
    const uint32_t before = image.free_clusters();
    Lab lab(image);
    EXPECT_EQ(lab.mount(), kNone);
    EXPECT_EQ(error_of(lab.fat->remove("FILE")), kNone);
    EXPECT_EQ(lab.list(), Names{});
    return free_in(image, lab.disk) - before;
  };
  EXPECT_EQ(free_after([](FatImage&, uint32_t) {}), 10u);
  EXPECT_EQ(free_after([](FatImage& is, uint32_t) { is.put8(37, 1); }), 0u);                           // dirty
  EXPECT_EQ(free_after([](FatImage& is, uint32_t first) { is.set_fat(first + 9, first); }), 0u);       // a circle
  EXPECT_EQ(free_after([](FatImage& is, uint32_t first) { is.set_fat(first + 9, first + 20); }), 0u);  // longer
  EXPECT_EQ(free_after([](FatImage& is, uint32_t first) { is.set_fat(first + 4, 0xffff); }), 0u);      // shorter
  EXPECT_EQ(free_after([](FatImage& is, uint32_t first) { is.set_fat(first + 4, 1); }), 0u);
  EXPECT_EQ(free_after([](FatImage& is, uint32_t) { is.put16(is.slots.back() + 26, 0); }), 0u);
  EXPECT_EQ(free_after([](FatImage& is, uint32_t) { is.put32(is.slots.back() + 28, 0xffffffff); }), 0u);
  EXPECT_EQ(free_after([](FatImage& is, uint32_t) { is.put32(is.slots.back() + 28, 0); }), 0u);
}

TEST(DiskFat, a_loss_of_power_during_a_removal_leaves_the_file_whole_or_gone_and_the_others_alone) {
  for (const unsigned kind : {12u, 16u, 32u}) {
    FatImage image({.kind = kind, .clusters = kind == 16 ? 4100u : 1500u});
    const uint32_t directory = image.add_directory(0, "EFI");
    const std::string other = pattern(50'000, 3), content = pattern(300'000);
    const std::u16string name(250, u'c');
    image.add(directory, u"other.cap", {.content = other, .step = 2});
    image.add(directory, name, {.content = content, .step = 2});  // its entries lie in three sectors
    const std::string path = "EFI/" + std::string(250, 'c');
    bool done = false;
    for (uint64_t power = 0; !done; ++power) {
      Lab lab(image);
      ASSERT_EQ(lab.mount(), kNone);
      lab.disk.power = power;
      const Result<void> result = lab.fat->remove(path);
      done = bool(result);
      if (!done) EXPECT_EQ(result.error(), Error::IoError);
      ASSERT_LT(power, 100u);

      Lab after(image);
      after.disk.data = lab.disk.data;
      ASSERT_EQ(after.mount(), kNone);
      EXPECT_FALSE(after.fat->dirty());
      EXPECT_TRUE(after.read("EFI/other.cap") == other) << power;
      const auto entry = after.fat->find(path);
      if (power == 0)
        EXPECT_TRUE(entry && after.read(*entry) == content);
      else
        EXPECT_EQ(after.list("EFI"), Names{"other.cap"}) << power;
      if (!done) EXPECT_EQ(error_of(lab.fat->find("EFI/other.cap")), kNone);  // goes on to work
    }
  }
}

TEST(DiskFat, errors_of_the_disk_are_handed_on) {
  FatImage image({.kind = 12, .clusters = 100});
  const uint32_t directory = image.add_directory(0, "DIR");
  image.add(directory, "FILE", pattern(3000));
  for (uint64_t bad = 0; bad < image.bytes.size() / 512; ++bad) {
    Lab lab(image);
    bool hit = false;
    lab.disk.fault = [&](uint64_t sector, bool) {
      hit |= sector == bad;
      return sector == bad ? Error::Timeout : Error{};
    };
    const Error mounted = lab.mount();
    if (mounted != kNone) {
      EXPECT_EQ(mounted, Error::Timeout);
      continue;
    }
    const auto entry = lab.fat->find("DIR/FILE");
    if (!entry) {
      EXPECT_EQ(entry.error(), Error::Timeout);
      continue;
    }
    const std::string content = lab.read(*entry);
    EXPECT_TRUE(content == pattern(3000) || content == "no bytes: " + std::string(text(Error::Timeout)));
    const auto removed = lab.fat->remove(*entry);
    EXPECT_EQ(hit, content != pattern(3000) || error_of(removed) == Error::Timeout);
  }
}

}  // namespace
