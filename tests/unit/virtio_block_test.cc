// SPDX-License-Identifier: BSD-2-Clause
// A disk: what is sent, what is refused before it is sent, and what becomes of a device that does not behave. What the
// driver does against the specification fails the test by itself: tests/fake/virtio_disk.hh, virtio_core.cc.
#include "virtio/block.hh"

#include <gtest/gtest.h>

#include <memory>

#include "tests/fake/result.hh"
#include "tests/fake/timeline.hh"
#include "tests/fake/virtio_disk.hh"

namespace {

using fake::VirtioDisk;
using virtio::Block;
namespace feature = virtio::feature;

constexpr size_t kSector = 512;

struct Lab {
  explicit Lab(const VirtioDisk::Shape& shape = {}) : Lab(shape, shape.capacity) {}
  Lab(const VirtioDisk::Shape& shape, uint64_t held) : disk(shape, held) {
    disk.core.memory.add(dma_memory.get(), kDmaMemory);
    disk.core.memory.add(memory.data(), memory.size());
    for (size_t i = 0; i < disk.data.size(); ++i) disk.data[i] = std::byte(i * 7 + i / kSector);
    started = block.start();
  }

  std::span<std::byte> some(size_t sectors, size_t at = 0) { return std::span(memory).subspan(at, sectors * kSector); }
  bool is_as_on_disk(std::span<const std::byte> bytes, uint64_t sector) const {
    return std::equal(bytes.begin(), bytes.end(), disk.data.begin() + ptrdiff_t(sector * kSector));
  }
  /// After a fault: the device was reset, and starts anew.
  void expect_out_of_service(Error why) {
    EXPECT_EQ(block.error(), why);
    EXPECT_FALSE(block.running());
    EXPECT_FALSE(disk.core.running()) << "it was not reset";
    EXPECT_EQ(error_of(block.read(0, some(1))), Error::Broken);
    disk.status = [](const auto&) { return uint8_t{0}; };
    disk.length = [](uint32_t written) { return written; };
    disk.holds = false;
    EXPECT_EQ(error_of(block.start()), kNone);
    EXPECT_EQ(error_of(block.read(3, some(2))), kNone);
    EXPECT_TRUE(is_as_on_disk(some(2), 3));
  }

  static constexpr size_t kDmaMemory = 1 << 14;
  std::unique_ptr<std::byte[]> dma_memory{new std::byte[kDmaMemory]};
  Arena arena{{dma_memory.get(), kDmaMemory}};
  Dma dma{arena};
  fake::Timeline timeline;
  const virtio::Host host{dma, timeline.time};
  std::vector<std::byte> memory = std::vector<std::byte>(3 << 20);
  VirtioDisk disk;
  Block block{disk.device, host};
  Result<void> started;
};

constexpr uint64_t kPacked = feature::kVersion1 | feature::kPacked;

TEST(VirtioBlock, what_is_read_is_what_the_disk_has) {
  for (const uint64_t common : {feature::kVersion1, kPacked, kPacked | feature::kIndirect | feature::kEventIndex}) {
    Lab lab({.common = common});
    ASSERT_EQ(error_of(lab.started), kNone);
    EXPECT_EQ(lab.block.sectors(), 256u);
    EXPECT_EQ(lab.block.sector_size(), kSector);
    EXPECT_EQ(error_of(lab.block.read(5, lab.some(9))), kNone);
    EXPECT_TRUE(lab.is_as_on_disk(lab.some(9), 5));
    EXPECT_EQ(error_of(lab.block.read(255, lab.some(1))), kNone);
    EXPECT_TRUE(lab.is_as_on_disk(lab.some(1), 255));
  }
}

TEST(VirtioBlock, what_is_written_is_on_the_disk_and_nothing_beside_it) {
  Lab lab;
  const auto before = lab.disk.data;
  std::ranges::fill(lab.some(4), std::byte{0xa5});
  EXPECT_EQ(error_of(lab.block.write(100, lab.some(4))), kNone);
  EXPECT_TRUE(lab.is_as_on_disk(lab.some(4), 100));
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + 100 * kSector, lab.disk.data.begin()));
  EXPECT_TRUE(std::equal(before.begin() + 104 * kSector, before.end(), lab.disk.data.begin() + 104 * kSector));
}

TEST(VirtioBlock, nothing_is_asked_for_nothing) {
  Lab lab;
  EXPECT_EQ(error_of(lab.block.read(256, {})), kNone);
  EXPECT_TRUE(lab.disk.requests.empty());
}

TEST(VirtioBlock, beyond_the_end_is_refused_before_anything_is_sent) {
  Lab lab;
  for (const uint64_t sector : {uint64_t{255}, uint64_t{256}, uint64_t{1} << 55, UINT64_MAX - 1, UINT64_MAX}) {
    EXPECT_EQ(error_of(lab.block.read(sector, lab.some(2))), Error::OutOfRange) << sector;
    EXPECT_EQ(error_of(lab.block.write(sector, lab.some(2))), Error::OutOfRange) << sector;
    EXPECT_EQ(error_of(lab.block.submit_read(sector, lab.some(2))), Error::OutOfRange) << sector;
  }
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(257))), Error::OutOfRange);
  EXPECT_TRUE(lab.disk.requests.empty());
}

TEST(VirtioBlock, parts_of_sectors_are_refused_before_anything_is_sent) {
  Lab lab;
  EXPECT_EQ(error_of(lab.block.read(0, std::span(lab.memory).first(511))), Error::Misaligned);
  EXPECT_EQ(error_of(lab.block.write(0, std::span(lab.memory).first(513))), Error::Misaligned);
  EXPECT_TRUE(lab.disk.requests.empty());
}

TEST(VirtioBlock, a_read_only_disk_is_not_asked_to_write) {
  Lab lab({.features = VirtioDisk::kReadOnly | VirtioDisk::kFlush});
  EXPECT_TRUE(lab.block.read_only());
  EXPECT_EQ(error_of(lab.block.write(0, lab.some(1))), Error::ReadOnly);
  EXPECT_EQ(error_of(lab.block.submit_write(0, lab.some(1))), Error::ReadOnly);
  EXPECT_TRUE(lab.disk.requests.empty());
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(1))), kNone);
}

TEST(VirtioBlock, sectors_of_another_size_are_counted_in_that_size) {
  Lab lab({.features = VirtioDisk::kBlockSize, .capacity = 259, .block_size = 4096});
  EXPECT_EQ(lab.block.sector_size(), 4096u);
  EXPECT_EQ(lab.block.sectors(), 32u) << "what is less than a sector at the end is not there";
  EXPECT_EQ(error_of(lab.block.read(31, lab.some(8))), kNone);
  EXPECT_TRUE(lab.is_as_on_disk(lab.some(8), 31 * 8));
  EXPECT_EQ(error_of(lab.block.read(32, lab.some(8))), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(4))), Error::Misaligned);
}

TEST(VirtioBlock, nonsense_in_the_configuration_keeps_it_from_starting) {
  const auto with_block = [](uint32_t size) {
    return VirtioDisk::Shape{.features = VirtioDisk::kBlockSize, .block_size = size};
  };
  for (const uint32_t size : {0u, 1u, 511u, 513u, 768u, 256u, 1u << 17, 1u << 31, ~0u}) {
    Lab lab(with_block(size));
    EXPECT_EQ(error_of(lab.started), Error::Malformed) << size;
    EXPECT_FALSE(lab.disk.core.running());
  }
  EXPECT_EQ(error_of(Lab({.capacity = UINT64_MAX / 512 + 1}, 1).started), Error::Malformed);
  EXPECT_EQ(error_of(Lab({.features = VirtioDisk::kSizeMax, .size_max = 0}).started), Error::Malformed);
  EXPECT_EQ(error_of(Lab({.features = VirtioDisk::kSizeMax, .size_max = 511}).started), Error::NotSupported);
}

TEST(VirtioBlock, the_largest_disk_has_its_last_sector) {
  Lab lab({.capacity = UINT64_MAX / 512}, 1);
  ASSERT_EQ(error_of(lab.started), kNone);
  lab.disk.status = [](const auto&) { return uint8_t{1}; };
  EXPECT_EQ(error_of(lab.block.read(UINT64_MAX / 512 - 1, lab.some(1))), Error::IoError);
  EXPECT_EQ(lab.disk.requests.back().sector, UINT64_MAX / 512 - 1);
  EXPECT_EQ(error_of(lab.block.read(UINT64_MAX / 512, lab.some(1))), Error::OutOfRange);
}

TEST(VirtioBlock, large_reads_become_several_requests_that_are_out_together) {
  Lab lab({.capacity = 6 << 10});
  lab.disk.core.on_notify = [&](uint16_t queue) { lab.timeline.after(500, [&, queue] { lab.disk.core.run(queue); }); };
  EXPECT_EQ(error_of(lab.block.read(0, lab.memory)), kNone);
  EXPECT_TRUE(lab.is_as_on_disk(lab.memory, 0));
  EXPECT_EQ(lab.disk.requests.size(), 3u);
  EXPECT_EQ(lab.disk.core.queues[0].notifications, 1u) << "one after the other";
}

TEST(VirtioBlock, small_segments_are_many_in_a_request) {
  for (const uint64_t common : {feature::kVersion1, kPacked, feature::kVersion1 | feature::kIndirect}) {
    Lab lab({.features = VirtioDisk::kSizeMax | VirtioDisk::kSegMax,
             .size_max = 1536,
             .seg_max = 5,
             .limit = 16,
             .common = common});
    EXPECT_EQ(lab.block.largest(), 5 * 1536u);
    EXPECT_EQ(error_of(lab.block.read(1, lab.some(40))), kNone);
    EXPECT_TRUE(lab.is_as_on_disk(lab.some(40), 1));
    EXPECT_EQ(lab.disk.requests.front().pieces, 5u);
    EXPECT_EQ(lab.disk.requests.size(), 3u);
    std::ranges::fill(lab.some(40), std::byte{0x11});
    EXPECT_EQ(error_of(lab.block.write(200, lab.some(40))), kNone);
    EXPECT_TRUE(lab.is_as_on_disk(lab.some(40), 200));
  }
}

TEST(VirtioBlock, without_seg_max_a_request_has_one_segment) {
  Lab lab({.features = VirtioDisk::kSizeMax, .size_max = 5000});
  EXPECT_EQ(lab.block.largest(), 4608u) << "whole sectors of it";
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(20))), kNone);
  EXPECT_TRUE(lab.is_as_on_disk(lab.some(20), 0));
  for (const auto& request : lab.disk.requests) EXPECT_EQ(request.pieces, 1u);
}

TEST(VirtioBlock, a_queue_for_one_request_is_enough) {
  Lab lab({.capacity = 6 << 10, .limit = 4});
  EXPECT_EQ(error_of(lab.block.read(0, lab.memory)), kNone);
  EXPECT_TRUE(lab.is_as_on_disk(lab.memory, 0));
  EXPECT_EQ(error_of(Lab({.limit = 2, .common = feature::kVersion1}).started), Error::NoQueue);
}

TEST(VirtioBlock, a_flush_is_sent_when_there_is_such_a_thing) {
  Lab lab;
  EXPECT_EQ(error_of(lab.block.flush()), kNone);
  ASSERT_EQ(lab.disk.requests.size(), 1u);
  EXPECT_EQ(lab.disk.requests[0].kind, VirtioDisk::kFlushes);
  Lab through({.features = 0});
  EXPECT_EQ(error_of(through.block.write(0, through.some(1))), kNone);
  EXPECT_EQ(error_of(through.block.flush()), kNone);
  EXPECT_EQ(through.disk.requests.size(), 1u);
}

TEST(VirtioBlock, what_was_written_is_flushed_before_it_stops) {
  Lab lab;
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(1))), kNone);
  EXPECT_EQ(error_of(lab.block.stop()), kNone);
  EXPECT_EQ(lab.disk.requests.size(), 1u) << "nothing was written";
  ASSERT_EQ(error_of(lab.block.start()), kNone);
  EXPECT_EQ(error_of(lab.block.write(0, lab.some(1))), kNone);
  EXPECT_EQ(error_of(lab.block.stop()), kNone);
  EXPECT_EQ(lab.disk.requests.back().kind, VirtioDisk::kFlushes);
  EXPECT_FALSE(lab.disk.core.running());
}

TEST(VirtioBlock, a_flush_that_fails_at_the_end_is_reported_and_the_disk_reset) {
  Lab lab;
  EXPECT_EQ(error_of(lab.block.write(0, lab.some(1))), kNone);
  lab.disk.status = [](const auto&) { return uint8_t{1}; };
  EXPECT_EQ(error_of(lab.block.stop()), Error::IoError);
  EXPECT_FALSE(lab.disk.core.running());
}

TEST(VirtioBlock, requests_that_are_out_are_waited_for_before_it_stops) {
  Lab lab;
  lab.disk.holds = true;
  EXPECT_TRUE(lab.block.submit_write(7, lab.some(1)));
  lab.timeline.after(2000, [&] {
    lab.disk.finish();
    lab.disk.holds = false;
  });
  EXPECT_EQ(error_of(lab.block.stop()), kNone);
  ASSERT_EQ(lab.disk.requests.size(), 2u);
  EXPECT_EQ(lab.disk.requests[0].kind, VirtioDisk::kWrite);
  EXPECT_EQ(lab.disk.requests[1].kind, VirtioDisk::kFlushes);
}

TEST(VirtioBlock, requests_are_collected_in_the_order_in_which_the_device_finishes_them) {
  Lab lab;
  lab.disk.holds = true;
  std::vector<uint16_t> sent, done;
  for (size_t i = 0; i < 4; ++i) sent.push_back(*lab.block.submit_read(10 * i, lab.some(2, i * 4096)));
  EXPECT_EQ(lab.block.outstanding(), 4u);
  lab.timeline.after(1000, [&] { lab.disk.finish(); });
  for (size_t i = 0; i < 4; ++i) {
    const auto one = lab.block.collect();
    ASSERT_TRUE(one);
    EXPECT_EQ(one->error, kNone);
    done.push_back(one->tag);
  }
  EXPECT_EQ(done, std::vector<uint16_t>(sent.rbegin(), sent.rend()));
  for (size_t i = 0; i < 4; ++i) EXPECT_TRUE(lab.is_as_on_disk(lab.some(2, i * 4096), 10 * i));
  EXPECT_EQ(error_of(lab.block.collect()), Error::NotFound);
}

TEST(VirtioBlock, more_requests_than_fit_are_refused_until_one_is_collected) {
  Lab lab;
  size_t count = 0;
  Result<uint16_t> last;
  while ((last = lab.block.submit_read(count, lab.some(1, count * kSector)))) ++count;
  EXPECT_EQ(last.error(), Error::Busy);
  EXPECT_GE(count, 8u);
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(1))), Error::Busy);
  EXPECT_EQ(error_of(lab.block.flush()), Error::Busy);
  const auto one = lab.block.collect();
  ASSERT_TRUE(one);
  EXPECT_EQ(error_of(lab.block.submit_read(0, lab.some(1, one->tag * kSector))), kNone);
  while (lab.block.outstanding()) ASSERT_TRUE(lab.block.collect());
}

TEST(VirtioBlock, a_request_that_is_too_large_or_empty_is_refused) {
  Lab lab({.capacity = 6 << 10});
  EXPECT_EQ(error_of(lab.block.submit_read(0, {})), Error::InvalidParameters);
  EXPECT_EQ(error_of(lab.block.submit_read(0, lab.some(lab.block.largest() / kSector + 1))), Error::InvalidParameters);
  EXPECT_EQ(lab.block.outstanding(), 0u);
  EXPECT_TRUE(lab.block.submit_read(0, lab.some(lab.block.largest() / kSector)));
  EXPECT_TRUE(lab.block.collect());
}

TEST(VirtioBlock, errors_of_the_disk_leave_it_running) {
  Lab lab;
  for (const auto& [status, error] : {std::pair{1, Error::IoError}, std::pair{2, Error::NotSupported}}) {
    lab.disk.status = [status](const auto& request) { return uint8_t(request.sector == 7 ? status : 0); };
    EXPECT_EQ(error_of(lab.block.read(7, lab.some(1))), error);
    EXPECT_EQ(error_of(lab.block.write(7, lab.some(1))), error);
    EXPECT_TRUE(lab.block.running());
    EXPECT_EQ(error_of(lab.block.read(8, lab.some(1))), kNone);
    EXPECT_TRUE(lab.is_as_on_disk(lab.some(1), 8));
  }
}

TEST(VirtioBlock, after_an_error_what_is_out_is_waited_for) {
  Lab lab({.capacity = 6 << 10});
  lab.disk.status = [](const auto& request) { return uint8_t(request.sector == 0); };
  EXPECT_EQ(error_of(lab.block.read(0, lab.memory)), Error::IoError);
  EXPECT_EQ(lab.block.outstanding(), 0u);
  EXPECT_TRUE(lab.block.running());
}

TEST(VirtioBlock, a_status_that_is_none_ends_the_device) {
  for (const uint8_t status : {uint8_t{3}, uint8_t{0x80}, uint8_t{0xff}}) {
    Lab lab;
    lab.disk.status = [status](const auto&) { return status; };
    EXPECT_EQ(error_of(lab.block.read(0, lab.some(1))), Error::Malformed);
    lab.expect_out_of_service(Error::Malformed);
  }
}

TEST(VirtioBlock, a_read_that_did_not_write_all_ends_the_device) {
  for (const uint32_t written : {0u, 1u, 512u}) {
    Lab lab;
    lab.disk.length = [written](uint32_t) { return written; };
    EXPECT_EQ(error_of(lab.block.read(0, lab.some(1))), Error::Malformed) << written;
    lab.expect_out_of_service(Error::Malformed);
  }
}

TEST(VirtioBlock, more_written_than_there_was_room_for_ends_the_device) {
  Lab lab;
  lab.disk.holds = true;
  const uint16_t tag = *lab.block.submit_read(0, lab.some(1));
  lab.disk.core.run(0);
  lab.disk.core.ring(0).put_used(uint32_t(tag) * 4, 514);
  EXPECT_EQ(error_of(lab.block.collect()), Error::UsedLength);
  lab.expect_out_of_service(Error::UsedLength);
}

TEST(VirtioBlock, a_request_that_is_not_out_ends_the_device) {
  Lab lab;
  lab.disk.holds = true;
  ASSERT_TRUE(lab.block.submit_read(0, lab.some(1)));
  lab.disk.core.run(0);
  lab.disk.core.ring(0).put_used(8, 513);
  EXPECT_EQ(error_of(lab.block.collect()), Error::UsedId);
  lab.expect_out_of_service(Error::UsedId);
}

TEST(VirtioBlock, silence_ends_the_device_and_its_late_answer_changes_nothing) {
  Lab lab;
  lab.disk.holds = true;
  const Ticks start = lab.timeline.elapsed();
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(1))), Error::Timeout);
  EXPECT_GT(lab.timeline.elapsed() - start, 5'000'000u) << "a disk may have to spin up";
  EXPECT_LT(lab.timeline.elapsed() - start, 20'000'000u);
  EXPECT_EQ(lab.block.outstanding() != 0 && lab.block.running(), false);
  EXPECT_EQ(error_of(lab.block.collect()), Error::Broken);
  lab.expect_out_of_service(Error::Timeout);
}

TEST(VirtioBlock, a_device_that_keeps_the_memory_for_ever_says_so) {
  Lab lab;
  lab.disk.holds = true;
  lab.disk.core.reset_looks = fake::VirtioCore::kNever;
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(1))), Error::ResetStuck);
  EXPECT_EQ(lab.block.error(), Error::ResetStuck);
}

TEST(VirtioBlock, a_device_that_needs_a_reset_is_not_waited_for_long) {
  Lab lab;
  lab.disk.holds = true;
  lab.timeline.after(10'000, [&] { lab.disk.core.break_down(); });
  const Ticks start = lab.timeline.elapsed();
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(1))), Error::NeedsReset);
  EXPECT_LT(lab.timeline.elapsed() - start, 1'000'000u);
  lab.expect_out_of_service(Error::NeedsReset);
}

TEST(VirtioBlock, a_slow_disk_is_waited_for) {
  Lab lab;
  lab.disk.holds = true;
  lab.timeline.after(4'000'000, [&] { lab.disk.finish(); });
  EXPECT_EQ(error_of(lab.block.read(9, lab.some(1))), kNone);
  EXPECT_TRUE(lab.is_as_on_disk(lab.some(1), 9));
}

TEST(VirtioBlock, the_device_is_told_only_when_there_is_something_new) {
  Lab lab({.common = feature::kVersion1});
  lab.disk.holds = true;
  ASSERT_TRUE(lab.block.submit_read(0, lab.some(1)));
  ASSERT_TRUE(lab.block.submit_read(1, lab.some(1, 4096)));
  lab.timeline.after(1000, [&] { lab.disk.finish(); });
  ASSERT_TRUE(lab.block.collect());
  ASSERT_TRUE(lab.block.collect());
  EXPECT_EQ(lab.disk.core.queues[0].notifications, 1u);
}

struct Maintained {
  static inline std::vector<std::pair<const void*, size_t>> cleaned, invalidated;
};

TEST(VirtioBlock, caches_are_maintained_around_data_where_they_must_be) {
  Lab lab;
  Maintained::cleaned.clear();
  Maintained::invalidated.clear();
  lab.dma.clean = [](const void* from, size_t size) { Maintained::cleaned.emplace_back(from, size); };
  lab.dma.invalidate = [](void* from, size_t size) { Maintained::invalidated.emplace_back(from, size); };
  ASSERT_EQ(error_of(lab.block.start()), kNone);
  using List = std::vector<std::pair<const void*, size_t>>;
  const void* const at = lab.memory.data();
  EXPECT_EQ(error_of(lab.block.read(0, lab.some(2))), kNone);
  EXPECT_EQ(Maintained::invalidated, (List{{at, 1024}, {at, 1024}})) << "before and after";
  EXPECT_TRUE(Maintained::cleaned.empty());
  EXPECT_EQ(error_of(lab.block.write(0, lab.some(3))), kNone);
  EXPECT_EQ(Maintained::cleaned, (List{{at, 1536}}));
  EXPECT_EQ(Maintained::invalidated.size(), 2u);
}

TEST(VirtioBlock, starting_again_takes_no_more_memory) {
  Lab lab;
  const size_t used = lab.arena.used();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(error_of(lab.block.start()), kNone);
  EXPECT_EQ(lab.arena.used(), used);
}

}  // namespace
