// SPDX-License-Identifier: BSD-2-Clause
#include "disk/area.hh"

#include <gtest/gtest.h>

#include <string>

#include "disk/slice.hh"
#include "tests/fake/disk.hh"

namespace {

using disk::DiskArea;
using disk::Slice;

void number(fake::Disk& disk) {
  for (size_t i = 0; i < disk.data.size(); ++i) disk.data[i] = std::byte(i * 7 + i / 256);
}
std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(DiskArea, bytes_are_read_and_written_anywhere) {
  for (const uint32_t sector : {512u, 4096u}) {
    fake::Disk disk(16, sector);
    number(disk);
    DiskArea area(disk);
    EXPECT_EQ(area.size(), 16u * sector);
    EXPECT_EQ(area.erase_size(), 0u);
    EXPECT_EQ(area.name(), "disk0");
    std::vector<std::byte> model = disk.data;
    unsigned random = 1;
    for (int i = 0; i < 400; ++i) {
      random = random * 1664525 + 1013904223;
      const size_t at = random % (model.size() + 1);
      size_t size = (random >> 8) % (4 * sector);
      if (random & 0x80) size = size / sector * sector;
      size = std::min(size, model.size() - at);
      const size_t aligned = random & 0x40 ? at / sector * sector : at;
      if (i % 2) {
        const std::string from(size, char(i));
        ASSERT_EQ(error_of(area.write(aligned, std::as_bytes(std::span(from)))), kNone);
        std::memcpy(model.data() + aligned, from.data(), size);
        ASSERT_TRUE(disk.data == model);
      } else {
        std::vector<std::byte> to(size);
        ASSERT_EQ(error_of(area.read(aligned, to)), kNone);
        ASSERT_TRUE(std::equal(to.begin(), to.end(), model.begin() + ptrdiff_t(aligned)));
      }
    }
    EXPECT_EQ(error_of(area.flush()), kNone);
    EXPECT_EQ(disk.flushes, 1u);
  }
}

TEST(DiskArea, whole_sectors_go_straight_and_others_are_read_before) {
  fake::Disk disk(16);
  DiskArea area(disk);
  const std::string from(3 * 512, 'x');
  ASSERT_EQ(error_of(area.write(512, std::as_bytes(std::span(from)))), kNone);
  EXPECT_EQ(disk.reads, 0u);
  EXPECT_EQ(disk.requests, 1u);
  ASSERT_EQ(error_of(area.write(500, std::as_bytes(std::span(from)))), kNone);
  EXPECT_EQ(disk.reads, 2u);
  EXPECT_EQ(disk.writes, 3u + 4u);
}

TEST(DiskArea, what_others_write_in_between_is_seen) {
  fake::Disk disk(4);
  DiskArea area(disk);
  std::byte byte{};
  ASSERT_EQ(error_of(area.read(5, {&byte, 1})), kNone);
  disk.data[5] = std::byte{9};
  ASSERT_EQ(error_of(area.read(5, {&byte, 1})), kNone);
  EXPECT_EQ(byte, std::byte{9});
  disk.data[6] = std::byte{8};
  ASSERT_EQ(error_of(area.write(5, {&byte, 1})), kNone);
  EXPECT_EQ(disk.data[6], std::byte{8});
}

TEST(DiskArea, what_cannot_be_is_refused) {
  fake::Disk disk(4);
  DiskArea area(disk);
  std::array<std::byte, 600> some{};
  EXPECT_EQ(error_of(area.read(2048, std::span(some).first(1))), Error::OutOfRange);
  EXPECT_EQ(error_of(area.read(UINT64_MAX, std::span(some).first(2))), Error::OutOfRange);
  EXPECT_EQ(error_of(area.write(1500, some)), Error::OutOfRange);
  EXPECT_EQ(error_of(area.erase(0, 512)), Error::NotSupported);
  EXPECT_EQ(error_of(area.read(2048, {})), kNone);
  disk.locked = true;
  EXPECT_EQ(error_of(area.write(0, some)), Error::ReadOnly);
  EXPECT_EQ(disk.requests, 0u);

  fake::Disk coarse(4, 8192);
  DiskArea large(coarse);
  EXPECT_EQ(error_of(large.read(1, some)), Error::NotSupported);
  EXPECT_EQ(error_of(large.write(1, some)), Error::NotSupported);
}

TEST(DiskArea, errors_of_the_disk_leave_nothing_behind) {
  fake::Disk disk(4);
  DiskArea area(disk);
  bool bad = true;
  disk.fault = [&bad](uint64_t, bool write) { return bad && write ? Error::IoError : Error{}; };
  const std::string from = "text";
  EXPECT_EQ(error_of(area.write(10, std::as_bytes(std::span(from)))), Error::IoError);
  bad = false;
  std::array<std::byte, 4> to;
  EXPECT_EQ(error_of(area.read(10, to)), kNone);
  EXPECT_EQ(text_of(to), std::string(4, '\0'));
}

TEST(DiskSlice, has_its_own_sectors_only) {
  fake::Disk disk(100);
  number(disk);
  const auto made = Slice::of(disk, 10, 19, "vda2");
  ASSERT_TRUE(made);
  Slice slice = *made;
  EXPECT_EQ(slice.name(), "vda2");
  EXPECT_EQ(slice.sectors(), 10u);
  EXPECT_EQ(slice.sector_size(), 512u);
  std::array<std::byte, 1024> two{};
  ASSERT_EQ(error_of(slice.read(8, two)), kNone);
  EXPECT_EQ(std::memcmp(two.data(), &disk.data[18 * 512], 1024), 0);
  EXPECT_EQ(error_of(slice.read(9, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(slice.read(UINT64_MAX, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(slice.read(UINT64_MAX - 9, two)), Error::OutOfRange);  // wraps into what is before it
  EXPECT_EQ(error_of(slice.write(9, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(slice.write(8, two)), kNone);
  EXPECT_EQ(disk.written, (std::vector<uint64_t>{18, 19}));
  EXPECT_EQ(error_of(slice.read(9, std::span(two).first(513))), Error::OutOfRange);
  EXPECT_EQ(error_of(slice.read(8, std::span(two).first(513))), Error::Misaligned);
  EXPECT_EQ(error_of(slice.flush()), kNone);
  EXPECT_EQ(disk.flushes, 1u);
  disk.locked = true;
  EXPECT_TRUE(slice.read_only());
}

TEST(DiskSlice, sectors_that_the_disk_does_not_have_make_none) {
  fake::Disk disk(100);
  EXPECT_TRUE(Slice::of(disk, 0, 99, ""));
  EXPECT_EQ(error_of(Slice::of(disk, 0, 100, "")), Error::OutOfRange);
  EXPECT_EQ(error_of(Slice::of(disk, 5, 4, "")), Error::OutOfRange);
  EXPECT_EQ(error_of(Slice::of(disk, 100, 100, "")), Error::OutOfRange);
  EXPECT_EQ(error_of(Slice::of(disk, 0, UINT64_MAX, "")), Error::OutOfRange);
}

}  // namespace
