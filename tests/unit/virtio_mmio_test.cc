// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/mmio.hh"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>

#include "tests/fake/result.hh"
#include "tests/fake/timeline.hh"
#include "tests/fake/virtio_mmio.hh"
#include "virtio/device.hh"

namespace {

using virtio::MmioTransport;
using virtio::Type;
namespace feature = virtio::feature;

constexpr uintptr_t kBase = 0x0a00'0200;
constexpr uint64_t kOffered = feature::kCommon | 1 << 5 | 1ull << 41;

struct Slot final : fake::VirtioMmio {
  explicit Slot(Type type = Type::Block, std::vector<uint16_t> limits = {16, 4})
      : VirtioMmio(kBase, type, kOffered, std::move(limits)) {}
};

TEST(VirtioMmio, a_device_is_known_by_its_registers) {
  Slot slot;
  const auto transport = MmioTransport::probe(kBase);
  ASSERT_EQ(error_of(transport), kNone);
  EXPECT_EQ(transport->type(), Type::Block);
  EXPECT_EQ(transport->bus(), "mmio");
  EXPECT_EQ(transport->address(), kBase);
  EXPECT_EQ(transport->config_size(), 0x100u);
  EXPECT_EQ(slot.looks, 0u) << "looking does not touch it";
}

TEST(VirtioMmio, what_is_no_virtio_is_left_alone) {
  Slot slot;
  slot.magic = 0x7472'6977;
  EXPECT_EQ(error_of(MmioTransport::probe(kBase)), Error::Malformed);
  slot.magic = 0;
  EXPECT_EQ(error_of(MmioTransport::probe(kBase)), Error::Malformed);
  EXPECT_EQ(slot.looks, 0u);
}

TEST(VirtioMmio, versions_that_are_not_known_are_left_alone) {
  Slot slot;
  for (const uint32_t version : {0u, 3u, 0x100u, 0xffff'ffffu}) {
    slot.version = version;
    EXPECT_EQ(error_of(MmioTransport::probe(kBase)), Error::Malformed) << version;
  }
  EXPECT_EQ(slot.looks, 0u);
}

TEST(VirtioMmio, the_legacy_interface_is_not_supported) {
  Slot slot;
  slot.version = 1;
  EXPECT_EQ(error_of(MmioTransport::probe(kBase)), Error::NotSupported);
  EXPECT_EQ(slot.looks, 0u);
}

TEST(VirtioMmio, a_place_without_a_device_is_no_fault_whatever_its_version) {
  Slot slot(Type::None);
  for (const uint32_t version : {1, 2}) {
    slot.version = version;
    EXPECT_EQ(error_of(MmioTransport::probe(kBase)), Error::NoDevice);
  }
  EXPECT_EQ(slot.looks, 0u);
}

// A driver of a device with one queue and some configuration.
class Driver final : public virtio::Device {
 public:
  using Device::Device;
  virtual ~Driver() = default;
  std::array<virtio::Queue::Request, 4> requests{};
  virtio::Queue queue{requests};
  std::function<Result<void>()> on_set_up = [this] { return add_queue(1, queue, 2); };
  using Device::add_queue;
  using Device::config;

 private:
  Result<void> set_up() override { return on_set_up(); }
  uint64_t wanted() const override { return feature::kIndirect | 1 << 5 | 1ull << 41; }
};

struct Lab {
  Lab() { slot.core.memory.add(memory.get(), kMemory); }

  static constexpr size_t kMemory = 1 << 14;
  Slot slot;
  std::unique_ptr<std::byte[]> memory{new std::byte[kMemory]};
  Arena arena{{memory.get(), kMemory}};
  const Dma dma{arena};
  fake::Timeline timeline;
  const virtio::Host host{dma, timeline.time};
  MmioTransport transport = *MmioTransport::probe(kBase);
  Driver driver{transport, host};
};

TEST(VirtioMmio, a_device_starts_and_serves_requests) {
  Lab lab;
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  EXPECT_EQ(lab.driver.offered(), kOffered) << "both halves";
  EXPECT_EQ(lab.slot.core.accepted(), lab.driver.features());
  EXPECT_EQ(lab.driver.features(),
            feature::kVersion1 | feature::kAccessPlatform | feature::kIndirect | 1 << 5 | 1ull << 41);
  EXPECT_TRUE(lab.slot.core.running());
  EXPECT_TRUE(lab.slot.core.queues[1].ready);
  EXPECT_FALSE(lab.slot.core.queues[0].ready);

  uint32_t word = 0;
  lab.slot.core.memory.add(&word, sizeof word);
  lab.slot.core.serve = [](uint16_t queue, const fake::VirtioCore::Chain& chain) {
    EXPECT_EQ(queue, 1u);
    return chain.write(std::vector(4, std::byte{0x11}));
  };
  const virtio::Segment segment{Dma::address(&word), 4};
  lab.driver.queue.post(2, {&segment, 1}, 0);
  EXPECT_FALSE(lab.driver.queue.pop());
  lab.driver.queue.kick();
  EXPECT_EQ(lab.slot.core.queues[1].notifications, 1u);
  EXPECT_EQ(lab.driver.queue.pop().tag, 2u);
  EXPECT_EQ(word, 0x1111'1111u);

  ASSERT_EQ(error_of(lab.driver.stop()), kNone);
  EXPECT_FALSE(lab.slot.core.running());
  EXPECT_EQ(error_of(lab.driver.start()), kNone);
}

TEST(VirtioMmio, addresses_have_two_halves) {
  Lab lab;
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  const auto& area = lab.slot.core.queues[1].area;
  const auto in_memory = [&](uint64_t address) { return address - uintptr_t(lab.memory.get()) < Lab::kMemory; };
  EXPECT_TRUE(in_memory(area.descriptors) && in_memory(area.driver) && in_memory(area.device));
  EXPECT_EQ(area.size, 4u);
}

TEST(VirtioMmio, a_queue_that_is_in_use_after_a_reset_is_refused) {
  Lab lab;
  lab.slot.always_ready = true;
  EXPECT_EQ(error_of(lab.driver.start()), Error::NoQueue);
  EXPECT_EQ(lab.slot.core.status_now(), 0u);
}

TEST(VirtioMmio, a_queue_that_does_not_become_ready_is_refused) {
  Lab lab;
  lab.slot.core.refuses_queues = true;
  EXPECT_EQ(error_of(lab.driver.start()), Error::NoQueue);
}

TEST(VirtioMmio, sizes_that_no_queue_has_are_refused) {
  for (const uint32_t size : {0u, 3u, 0x8001u, 0x1'0000u, 0x1'0004u, 0xffff'ffffu}) {
    Lab lab;
    lab.slot.queue_size_max = size;
    EXPECT_EQ(error_of(lab.driver.start()), Error::NoQueue) << size;
    EXPECT_EQ(lab.slot.core.status_now(), 0u);
  }
}

TEST(VirtioMmio, a_queue_that_is_not_there_is_refused) {
  Lab lab;
  lab.driver.on_set_up = [&] { return lab.driver.add_queue(2, lab.driver.queue, 1); };
  EXPECT_EQ(error_of(lab.driver.start()), Error::NoQueue);
}

TEST(VirtioMmio, the_configuration_is_accessed_at_the_width_of_its_fields) {
  Lab lab;
  for (size_t i = 0; i < 0x100; ++i) lab.slot.core.config[i] = std::byte(i);
  lab.driver.on_set_up = [&] {
    EXPECT_EQ(lab.driver.config(3, 1), 0x03u);
    EXPECT_EQ(lab.driver.config(0xff, 1), 0xffu);
    EXPECT_EQ(lab.driver.config(0x12, 2), 0x1312u);
    EXPECT_EQ(lab.driver.config(0xfc, 4), 0xfffe'fdfcu);
    EXPECT_EQ(lab.driver.config(0x20, 8), 0x2726'2524'2322'2120u);
    EXPECT_EQ(error_of(lab.driver.config(0x100, 1)), Error::OutOfRange);
    EXPECT_EQ(error_of(lab.driver.config(0xfe, 4)), Error::OutOfRange);
    lab.transport.write_config(0x41, 1, 0xa1);
    lab.transport.write_config(0x42, 2, 0xb3b2);
    lab.transport.write_config(0x44, 4, 0xc7c6'c5c4);
    return Result<void>();
  };
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  const std::array<uint8_t, 8> expected{0x40, 0xa1, 0xb2, 0xb3, 0xc4, 0xc5, 0xc6, 0xc7};
  EXPECT_EQ(std::memcmp(&lab.slot.core.config[0x40], expected.data(), 8), 0);
}

TEST(VirtioMmio, a_configuration_that_changes_between_its_halves_is_read_anew) {
  Lab lab;
  unsigned reads = 0;
  lab.slot.core.on_config = [&] {
    if (++reads == 2) lab.slot.core.change_config(0, std::vector(8, std::byte{0x77}));
  };
  lab.driver.on_set_up = [&] {
    EXPECT_EQ(lab.driver.config(0, 8), 0x7777'7777'7777'7777u);
    return Result<void>();
  };
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  EXPECT_EQ(reads, 4u);
}

TEST(VirtioMmio, a_reset_that_never_completes_ends_in_time) {
  Lab lab;
  ASSERT_EQ(error_of(lab.driver.start()), kNone);
  lab.slot.core.reset_looks = fake::VirtioCore::kNever;
  EXPECT_EQ(error_of(lab.driver.start()), Error::ResetStuck);
  EXPECT_LT(lab.timeline.elapsed(), 2'000'000u);
}

}  // namespace
