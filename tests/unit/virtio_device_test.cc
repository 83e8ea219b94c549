// SPDX-License-Identifier: BSD-2-Clause
// The life of a device (3.1), over a bus that is nothing but the device. What the driver does against the specification
// on the way fails the test by itself: tests/fake/virtio_core.cc.
#include "virtio/device.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "lib/console.hh"
#include "tests/fake/result.hh"
#include "tests/fake/virtio_board.hh"
#include "tests/fake/virtio_device.hh"

namespace {

using namespace virtio::status;
using virtio::Type;
namespace feature = virtio::feature;

constexpr uint64_t kOwn = 1 << 3, kUnknown = 1 << 9;
constexpr uint64_t kOffered = feature::kVersion1 | feature::kIndirect | feature::kEventIndex | kOwn | kUnknown;

class Driver final : public virtio::Device {
 public:
  Driver(virtio::Transport& transport, const virtio::Host& host) : Device(transport, host) {}
  virtual ~Driver() = default;

  std::array<virtio::Queue::Request, 4> requests{};
  virtio::Queue queue{requests};
  std::function<Result<void>()> on_set_up = [this] { return add_queue(0, queue, 2); };
  std::function<void()> when_running = [] {};
  std::function<Result<void>()> when_stopping = [] { return Result<void>(); };
  uint64_t wants = kOwn | feature::kIndirect;
  unsigned stopped = 0;

  using Device::add_queue;
  using Device::config;

 private:
  Result<void> set_up() override { return on_set_up(); }
  void on_running() override { when_running(); }
  Result<void> on_stopping() override { return when_stopping(); }
  void on_stopped() override { ++stopped; }
  uint64_t wanted() const override { return wants; }
};

struct Lab : fake::VirtioBoard<1 << 14> {
  explicit Lab(uint64_t offered = kOffered, std::vector<uint16_t> limits = {8})
      : device(Type::Entropy, offered, std::move(limits)) {
    device.core.memory.add(memory.get(), kMemory);
  }

  fake::VirtioDevice device;
  fake::VirtioCore& core = device.core;
  Driver driver{device, host};

  // A request of 4 bytes to read and 4 to write, there and back.
  void use() {
    std::array<uint32_t, 2> words{17, 0};
    core.memory.add(&words, sizeof words);
    core.serve = [](uint16_t, const fake::VirtioCore::Chain& chain) { return chain.write(chain.read()); };
    const virtio::Segment segments[] = {{Dma::address(&words[0]), 4}, {Dma::address(&words[1]), 4}};
    driver.queue.post(1, segments, 1);
    driver.queue.kick();
    const auto used = driver.queue.pop();
    ASSERT_TRUE(used);
    EXPECT_EQ(used.tag, 1u);
    EXPECT_EQ(used.length, 4u);
    EXPECT_EQ(words[1], 17u);
    core.memory.remove(&words);
  }
};

TEST(VirtioDevice, starts_step_by_step) {
  Lab lab;
  EXPECT_FALSE(lab.driver.running());
  EXPECT_EQ(error_of(lab.driver.check()), Error::NoDevice) << "it was not started";
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  EXPECT_EQ(lab.core.statuses,
            (std::vector<uint8_t>{0, kAcknowledge, kAcknowledge | kDriver, kAcknowledge | kDriver | kFeaturesOk,
                                  kAcknowledge | kDriver | kFeaturesOk | kDriverOk}));
  EXPECT_TRUE(lab.driver.running());
  EXPECT_EQ(lab.driver.error(), kNone);
  EXPECT_EQ(error_of(lab.driver.check()), kNone);
  EXPECT_EQ(lab.driver.type(), Type::Entropy);
  EXPECT_EQ(&lab.driver.transport(), &lab.device);
  ASSERT_EQ(lab.driver.queues().size(), 1u);
  EXPECT_EQ(lab.driver.queues()[0], &lab.driver.queue);
  lab.use();
}

TEST(VirtioDevice, accepts_what_is_offered_and_wanted_and_nothing_else) {
  Lab lab(kOffered | feature::kAccessPlatform);
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  const uint64_t expected = kOwn | feature::kIndirect | feature::kVersion1 | feature::kAccessPlatform;
  EXPECT_EQ(lab.core.accepted(), expected);
  EXPECT_EQ(lab.driver.features(), expected);
  EXPECT_EQ(lab.driver.offered(), kOffered | feature::kAccessPlatform);
  EXPECT_TRUE(lab.driver.has(kOwn));
  EXPECT_FALSE(lab.driver.has(feature::kPacked)) << "not offered";
  EXPECT_FALSE(lab.driver.has(feature::kEventIndex)) << "not wanted";
  EXPECT_FALSE(lab.driver.has(kUnknown));
}

TEST(VirtioDevice, the_queue_has_the_format_that_was_agreed_upon) {
  for (const bool packed : {false, true}) {
    Lab lab(kOffered | (packed ? feature::kPacked : 0));
    lab.driver.wants = feature::kCommon;
    ASSERT_EQ(error_of(lab.driver.start()), kNone);
    EXPECT_EQ(lab.driver.queue.packed(), packed);
    EXPECT_TRUE(lab.driver.queue.event_index());
    lab.use();
  }
}

TEST(VirtioDevice, one_of_before_version_1_is_refused) {
  Lab lab(kOffered & ~feature::kVersion1);
  EXPECT_EQ(error_of(lab.driver.start()), Error::FeaturesRefused);
  EXPECT_EQ(lab.driver.error(), Error::FeaturesRefused);
  EXPECT_EQ(lab.core.status_now(), 0u) << "it was reset";
  EXPECT_FALSE(lab.driver.running());
}

TEST(VirtioDevice, one_that_refuses_what_it_offered_is_given_up) {
  Lab lab;
  lab.core.refuses_features = true;
  EXPECT_EQ(error_of(lab.driver.start()), Error::FeaturesRefused);
  EXPECT_EQ(lab.core.status_now(), 0u);
  ASSERT_GE(lab.core.statuses.size(), 2u);
  EXPECT_TRUE(lab.core.statuses[lab.core.statuses.size() - 2] & kFailed) << "and was told so";
}

TEST(VirtioDevice, a_reset_is_waited_for) {
  Lab lab;
  lab.core.reset_looks = 5;
  EXPECT_EQ(error_of(lab.driver.start()), kNone);
  EXPECT_EQ(lab.core.resets, 1u);
  EXPECT_EQ(error_of(lab.driver.stop()), kNone);
  EXPECT_EQ(lab.core.resets, 2u);
  EXPECT_EQ(lab.core.status_now(), 0u);
}

TEST(VirtioDevice, a_reset_that_never_completes_is_given_up_after_a_second) {
  Lab lab;
  lab.core.reset_looks = fake::VirtioCore::kNever;
  EXPECT_EQ(error_of(lab.driver.start()), kNone) << "the status was 0 all the time";
  EXPECT_EQ(error_of(lab.driver.stop()), Error::ResetStuck);
  EXPECT_GE(lab.timeline.elapsed(), 1'000'000u);
  EXPECT_LT(lab.timeline.elapsed(), 1'500'000u);
  EXPECT_FALSE(lab.driver.running());
  EXPECT_EQ(error_of(lab.driver.start()), Error::ResetStuck);
  EXPECT_EQ(lab.driver.error(), Error::ResetStuck);
  EXPECT_EQ(error_of(lab.driver.check()), Error::Broken);
  EXPECT_LT(lab.timeline.elapsed(), 2'500'000u);
  lab.core.reset_looks = 0;  // one day it comes back
  EXPECT_EQ(error_of(lab.driver.start()), kNone);
  EXPECT_EQ(error_of(lab.driver.check()), kNone);
}

TEST(VirtioDevice, that_it_does_not_come_out_of_reset_outranks_why_it_was_to) {
  Lab lab;
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  lab.core.reset_looks = fake::VirtioCore::kNever;
  EXPECT_EQ(lab.driver.fail(Error::UsedId), Error::ResetStuck) << "it still has our memory";
  EXPECT_EQ(lab.driver.error(), Error::ResetStuck);
}

TEST(VirtioDevice, a_queue_that_is_missing_or_of_no_size_ends_the_start) {
  for (const uint16_t limit : {0, 3, 6, 1, 40'000}) {  // 1: too small for a request of two segments
    Lab lab(kOffered, {limit});
    lab.driver.wants = 0;
    EXPECT_EQ(error_of(lab.driver.start()), Error::NoQueue) << limit;
    EXPECT_EQ(lab.core.status_now(), 0u);
    EXPECT_EQ(lab.core.resets, 2u);
    EXPECT_FALSE(lab.driver.running());
  }
  Lab lab;
  lab.driver.on_set_up = [&] { return lab.driver.add_queue(1, lab.driver.queue, 2); };
  EXPECT_EQ(error_of(lab.driver.start()), Error::NoQueue) << "it has one";
}

TEST(VirtioDevice, a_queue_that_the_device_does_not_take_ends_the_start) {
  Lab lab;
  lab.core.refuses_queues = true;
  EXPECT_EQ(error_of(lab.driver.start()), Error::NoQueue);
  EXPECT_EQ(lab.core.status_now(), 0u);
}

TEST(VirtioDevice, too_little_memory_ends_the_start) {
  Lab lab;
  ASSERT_TRUE(lab.arena.take<std::byte>(lab.arena.size() - 64));
  EXPECT_EQ(error_of(lab.driver.start()), Error::NoSpace);
  EXPECT_EQ(lab.driver.error(), Error::NoSpace);
  EXPECT_EQ(lab.core.status_now(), 0u);
}

TEST(VirtioDevice, what_its_driver_finds_ends_the_start) {
  Lab lab;
  lab.driver.on_set_up = [] { return Result<void>(failure(Error::NotSupported)); };
  EXPECT_EQ(error_of(lab.driver.start()), Error::NotSupported);
  EXPECT_EQ(lab.core.status_now(), 0u);
}

TEST(VirtioDevice, what_goes_wrong_when_it_has_begun_to_run_keeps_its_name) {
  Lab lab;
  lab.driver.when_running = [&] { lab.driver.fail(Error::UsedLength); };
  EXPECT_EQ(error_of(lab.driver.start()), Error::UsedLength);
  EXPECT_EQ(lab.driver.error(), Error::UsedLength);
  EXPECT_EQ(lab.core.status_now(), 0u);
}

TEST(VirtioDevice, one_that_needs_a_reset_is_taken_out_of_service) {
  Lab lab;
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  lab.core.break_down();
  EXPECT_EQ(error_of(lab.driver.check()), Error::NeedsReset);
  EXPECT_EQ(lab.driver.error(), Error::NeedsReset);
  EXPECT_EQ(lab.core.status_now(), 0u);
  EXPECT_FALSE(lab.driver.running());
  EXPECT_EQ(lab.driver.stopped, 1u);
  EXPECT_EQ(error_of(lab.driver.check()), Error::Broken);
  EXPECT_EQ(error_of(lab.driver.start()), kNone) << "until it is started anew";
  EXPECT_EQ(lab.driver.error(), kNone);
  lab.use();
}

TEST(VirtioDevice, one_that_needs_a_reset_while_it_starts_does_not_start) {
  for (const unsigned when : {0, 1}) {
    Lab lab;
    if (when == 0)
      lab.driver.on_set_up = [&] {
        lab.core.break_down();
        return lab.driver.add_queue(0, lab.driver.queue, 2);
      };
    else
      lab.driver.when_running = [&] { lab.core.break_down(); };
    EXPECT_EQ(error_of(lab.driver.start()), Error::NeedsReset);
    EXPECT_EQ(lab.driver.error(), Error::NeedsReset);
    EXPECT_EQ(lab.core.status_now(), 0u);
  }
}

TEST(VirtioDevice, failing_tells_the_device_and_resets_it) {
  Lab lab;
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  lab.core.statuses.clear();
  EXPECT_EQ(lab.driver.fail(Error::UsedIndex), Error::UsedIndex);
  ASSERT_EQ(lab.core.statuses.size(), 2u);
  EXPECT_EQ(lab.core.statuses[0], kAcknowledge | kDriver | kFeaturesOk | kDriverOk | kFailed);
  EXPECT_EQ(lab.core.statuses[1], 0u);
  EXPECT_EQ(error_of(lab.driver.check()), Error::Broken);
}

TEST(VirtioDevice, queues_of_one_out_of_service_bring_nothing_back) {
  for (const uint64_t format : {uint64_t{0}, feature::kPacked})
    for (unsigned how = 0; how < 4; ++how) {
      Lab lab(kOffered | format);
      lab.driver.wants = feature::kCommon;
      ASSERT_EQ(error_of(lab.driver.start()), kNone);
      uint32_t word = 0;
      lab.core.memory.add(&word, sizeof word);
      const virtio::Segment segment{Dma::address(&word), 4};
      lab.driver.queue.post(1, {&segment, 1}, 0);
      lab.driver.queue.kick();
      switch (how) {  // it is there, and nobody has looked yet
        case 0: EXPECT_EQ(error_of(lab.driver.stop()), kNone); break;
        case 1: EXPECT_EQ(lab.driver.fail(Error::IoError), Error::IoError); break;
        case 2:
          lab.core.break_down();
          EXPECT_EQ(error_of(lab.driver.check()), Error::NeedsReset);
          break;
        default: lab.core.offered = 0; EXPECT_EQ(error_of(lab.driver.start()), Error::FeaturesRefused);
      }
      EXPECT_FALSE(lab.driver.queue.pop()) << how;
      EXPECT_EQ(lab.driver.queue.error(), Error::Broken);
      EXPECT_EQ(lab.driver.queue.outstanding(), 0u);
    }
}

TEST(VirtioDevice, it_starts_as_often_as_is_wanted_in_the_same_memory) {
  Lab lab;
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  const size_t used = lab.arena.used();
  for (unsigned turn = 0; turn < 20; ++turn) {
    lab.use();
    if (turn % 3 == 0) ASSERT_EQ(error_of(lab.driver.stop()), kNone);
    if (turn % 3 == 1) lab.driver.fail(Error::UsedId);
    ASSERT_EQ(error_of(lab.driver.start()), kNone);
    EXPECT_EQ(lab.driver.queues().size(), 1u);
  }
  EXPECT_EQ(lab.arena.used(), used);
}

TEST(VirtioDevice, its_driver_may_finish_before_it_is_stopped) {
  Lab lab;
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  uint8_t seen = 0;
  lab.driver.when_stopping = [&] {
    seen = lab.core.status_now();
    return Result<void>(failure(Error::IoError));
  };
  EXPECT_EQ(error_of(lab.driver.stop()), Error::IoError);
  EXPECT_TRUE(seen & kDriverOk) << "it still ran";
  EXPECT_EQ(lab.core.status_now(), 0u) << "it is reset all the same";
  EXPECT_EQ(lab.driver.stopped, 1u);
  seen = 0;
  EXPECT_EQ(error_of(lab.driver.stop()), kNone) << "one that does not run has nothing to finish";
  EXPECT_EQ(seen, 0u);
}

constexpr std::array kConfig = {std::byte{0x10}, std::byte{0x21}, std::byte{0x32}, std::byte{0x43}, std::byte{0x54},
                                std::byte{0x65}, std::byte{0x76}, std::byte{0x87}, std::byte{0x98}, std::byte{0xa9}};

TEST(VirtioDevice, fields_of_the_configuration_are_little_endian) {
  Lab lab;
  lab.core.config.assign(kConfig.begin(), kConfig.end());
  lab.driver.on_set_up = [&] {
    EXPECT_EQ(lab.driver.config(0, 1), 0x10u);
    EXPECT_EQ(lab.driver.config(9, 1), 0xa9u);
    EXPECT_EQ(lab.driver.config(2, 2), 0x4332u);
    EXPECT_EQ(lab.driver.config(4, 4), 0x8776'6554u);
    EXPECT_EQ(lab.driver.config(0, 8), 0x8776'6554'4332'2110u);
    return Result<void>();
  };
  EXPECT_EQ(error_of(lab.driver.start()), kNone);
}

TEST(VirtioDevice, a_field_that_the_device_does_not_have_is_not_read) {
  Lab lab;
  lab.core.config.assign(kConfig.begin(), kConfig.end());
  unsigned reads = 0;
  lab.core.on_config = [&] { ++reads; };
  lab.driver.on_set_up = [&] {
    EXPECT_EQ(error_of(lab.driver.config(10, 1)), Error::OutOfRange);
    EXPECT_EQ(error_of(lab.driver.config(8, 4)), Error::OutOfRange);
    EXPECT_EQ(error_of(lab.driver.config(4, 8)), Error::OutOfRange);
    EXPECT_EQ(error_of(lab.driver.config(0xffff'fffc, 4)), Error::OutOfRange);
    EXPECT_EQ(error_of(lab.driver.config(0xffff'fffc, 8)), Error::OutOfRange);
    return Result<void>();
  };
  EXPECT_EQ(error_of(lab.driver.start()), kNone);
  EXPECT_EQ(reads, 0u);
}

// The device changes all of a field between its halves: neither the old nor the new value may be mixed.
TEST(VirtioDevice, a_configuration_that_changes_meanwhile_is_read_anew) {
  Lab lab;
  lab.core.config.resize(8);
  unsigned reads = 0;
  lab.core.on_config = [&] {
    if (++reads == 2 || reads == 4) lab.core.change_config(0, std::vector(8, std::byte(reads)));
  };
  lab.driver.on_set_up = [&] {
    EXPECT_EQ(lab.driver.config(0, 8), 0x0404'0404'0404'0404u);
    return Result<void>();
  };
  EXPECT_EQ(error_of(lab.driver.start()), kNone);
  EXPECT_EQ(reads, 6u);
}

TEST(VirtioDevice, a_configuration_that_never_settles_is_given_up) {
  Lab lab;
  lab.core.config.resize(8);
  unsigned looks = 0;
  lab.core.on_generation = [&] { ++looks, ++lab.core.config_generation; };
  lab.driver.on_set_up = [&]() -> Result<void> {
    const auto field = lab.driver.config(0, 4);
    if (!field) return failure(field.error());
    return {};
  };
  EXPECT_EQ(error_of(lab.driver.start()), Error::ConfigChanging);
  EXPECT_LT(looks, 1'000u);
  EXPECT_EQ(lab.core.status_now(), 0u);
}

struct Paper final : Console {
  void write(std::string_view some) override { text += some; }
  int get() override { return -1; }
  std::string text;
};

// Like the firmware's own, devices in the list are there for good.
TEST(VirtioDevice, all_are_reset_before_the_hand_over_whatever_one_of_them_does) {
  static Paper paper;
  static std::array<Lab, 4> labs;
  if (static bool listed = false; !std::exchange(listed, true))
    for (Lab& lab : labs) lab.driver.add();
  set_console(paper);
  std::vector<virtio::Device*> list;
  for (auto* device = virtio::Device::first(); device; device = device->next()) list.push_back(device);
  const auto mine = std::ranges::search(
      list, std::array<virtio::Device*, 4>{&labs[0].driver, &labs[1].driver, &labs[2].driver, &labs[3].driver});
  EXPECT_EQ(mine.size(), 4u) << "in the order in which they were added";

  for (unsigned i = 0; i < 3; ++i) ASSERT_EQ(error_of(labs[i].driver.start()), kNone);
  labs[2].driver.fail(Error::UsedId);
  labs[1].core.reset_looks = fake::VirtioCore::kNever;
  const unsigned before[] = {labs[0].core.resets, labs[1].core.resets, labs[2].core.resets, labs[3].core.resets};
  EXPECT_EQ(error_of(virtio::stop_all()), Error::ResetStuck);
  EXPECT_EQ(labs[0].core.resets, before[0] + 1);
  EXPECT_EQ(labs[1].core.resets, before[1]) << "it does not come out of it";
  EXPECT_EQ(labs[2].core.resets, before[2] + 1) << "one that had failed is reset as well";
  EXPECT_EQ(labs[3].core.resets, before[3] + 1) << "and one that was never started";
  for (const Lab& lab : labs) EXPECT_FALSE(lab.driver.running());

  labs[1].core.reset_looks = 0;
  EXPECT_EQ(error_of(virtio::stop_all()), kNone);
  EXPECT_EQ(labs[1].core.resets, before[1] + 1);
}

TEST(VirtioDevice, one_that_fails_does_not_hurt_another) {
  Lab good;
  fake::VirtioDevice other(Type::Block, kOffered, {8});
  other.core.memory.add(good.memory.get(), Lab::kMemory);
  Driver bad(other, good.host);
  ASSERT_EQ(error_of(good.driver.start()), kNone);
  other.core.refuses_features = true;
  EXPECT_EQ(error_of(bad.start()), Error::FeaturesRefused);
  good.use();
  other.core.refuses_features = false;
  ASSERT_EQ(error_of(bad.start()), kNone);
  bad.fail(Error::UsedLength);
  EXPECT_EQ(error_of(good.driver.check()), kNone);
  good.use();
}

TEST(VirtioDevice, memory_of_ours_is_maintained_where_the_board_says_so) {
  static std::vector<std::pair<const void*, size_t>> cleaned, dropped;
  Lab lab;
  uint32_t word = 0;
  const Dma coherent{lab.arena};
  coherent.to_device(&word, 4);
  coherent.from_device(&word, 4);
  const Dma dma{lab.arena, [](const void* from, size_t size) { cleaned.emplace_back(from, size); },
                [](void* from, size_t size) { dropped.emplace_back(from, size); }};
  dma.to_device(&word, 4);
  dma.from_device(&word, 3);
  EXPECT_EQ(cleaned, (std::vector<std::pair<const void*, size_t>>{{&word, 4}}));
  EXPECT_EQ(dropped, (std::vector<std::pair<const void*, size_t>>{{&word, 3}}));
  EXPECT_EQ(Dma::address(&word), uintptr_t(&word));
}

}  // namespace
