// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/pci.hh"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include "tests/fake/pci.hh"
#include "tests/fake/result.hh"
#include "tests/fake/timeline.hh"
#include "virtio/device.hh"

namespace {

using fake::VirtioPci;
using virtio::PciTransport;
using virtio::Type;
namespace feature = virtio::feature;

constexpr uint64_t kEcam = 0x3f00'0000, kWindow = 0x1000'0000, kWindowSize = 0x10'0000;
constexpr uint64_t kOffered = feature::kCommon | 1 << 5 | 1ull << 41;
constexpr unsigned kDevice = 3;

// One card whose BARs have addresses, and what a scan would say about it.
struct Lab {
  explicit Lab(Type type = Type::Block, bool transitional = false, std::vector<uint16_t> limits = {16, 4})
      : card(type, kOffered, std::move(limits), transitional) {
    host.add(card, kDevice);
    host.mapped = {{kEcam, 1 << 20}, {kWindow, kWindowSize}};
    card.put(0x14, uint32_t(kWindow));
    card.put(0x20, uint32_t(kWindow + 0x4000) | 0xc);
    card.put(4, 6, 2);
    function.address = kDevice << 3;
    function.vendor = 0x1af4;
    function.device = uint16_t(card.get(2, 2));
    function.subsystem = uint16_t(card.get(0x2e, 2));
    function.config = kEcam + (kDevice << 15);
    function.bars[1] = {kWindow, 0x1000};
    function.bars[4] = {kWindow + 0x4000, 0x4000};
  }
  ~Lab() {
    EXPECT_EQ(host.unanswered, 0u) << "an access to where nothing is";
    EXPECT_EQ(host.unmapped, 0u);
  }
  Error probe() const { return error_of(PciTransport::probe(function)); }
  PciTransport transport() const { return PciTransport::probe(function).value(); }

  static constexpr size_t kMemory = 1 << 14;
  std::unique_ptr<std::byte[]> memory{new std::byte[kMemory]};  // outlives the device, which looks at it to the end
  fake::PciHost host{kEcam, 0, 1, {kWindow, kWindow, kWindowSize}};
  VirtioPci card;
  PciFunction function;
};

TEST(VirtioPci, a_device_is_known_by_its_configuration_space) {
  Lab lab;
  const auto transport = PciTransport::probe(lab.function);
  ASSERT_EQ(error_of(transport), kNone);
  EXPECT_EQ(transport->type(), Type::Block);
  EXPECT_EQ(transport->bus(), "pci");
  EXPECT_EQ(transport->address(), kDevice << 3);
  EXPECT_EQ(transport->config_size(), 0x40u);
  EXPECT_EQ(lab.card.looks, 0u) << "looking does not touch its registers";
}

TEST(VirtioPci, a_transitional_device_is_used_by_its_modern_interface) {
  Lab lab(Type::Network, true);
  ASSERT_EQ(lab.function.device, 0x1000);
  ASSERT_EQ(lab.probe(), kNone);
  EXPECT_EQ(lab.transport().type(), Type::Network);
}

TEST(VirtioPci, what_is_no_virtio_is_left_alone) {
  Lab lab;
  const PciFunction virtio = lab.function;
  const auto with = [&](auto change) {
    lab.function = virtio;
    change(lab.function);
    return lab.probe();
  };
  EXPECT_EQ(with([](auto& f) { f.vendor = 0x1af5; }), Error::NoDevice);
  EXPECT_EQ(with([](auto& f) { f.device = 0x0fff; }), Error::NoDevice);
  EXPECT_EQ(with([](auto& f) { f.device = 0x1080; }), Error::NoDevice);
  EXPECT_EQ(with([](auto& f) { f.device = 0x1040; }), Error::NoDevice) << "type 0";
  EXPECT_EQ(with([](auto& f) { f.device = 0x1001, f.subsystem = 0; }), Error::NoDevice);
  EXPECT_EQ(with([](auto& f) { f.header = 1; }), Error::NoDevice);
  EXPECT_EQ(with([](auto& f) { f.assigned = false; }), Error::NoSpace);
  EXPECT_EQ(with([](auto&) {}), kNone);
}

TEST(VirtioPci, the_legacy_interface_alone_is_not_supported) {
  Lab lab(Type::Network, true);
  lab.card.put(6, 0, 2);
  EXPECT_EQ(lab.probe(), Error::NotSupported) << "no capabilities at all";
  lab.card.put(6, 0x10, 2);
  lab.card.put(0x34, 0x90, 1);
  lab.card.put(0x90, 0x0011);  // MSI-X
  EXPECT_EQ(lab.probe(), Error::NotSupported) << "others only";
}

TEST(VirtioPci, other_capabilities_between_are_passed_by) {
  Lab lab;
  lab.card.put(0x34, 0x98, 1);
  lab.card.put(0x98, 0x0000'a011);
  lab.card.put_capability(0xa0, 5, 9, ~0u, ~0u, 0xb4, 20);  // the window into configuration space
  lab.card.put_capability(0xb4, 8, 9, ~0u, ~0u, 0xcc, 24);
  lab.card.put_capability(0xcc, 9, 9, ~0u, ~0u, 0xfc);
  lab.card.put(0xfc, 0x0000'4001);  // of four bytes, at the end
  EXPECT_EQ(lab.probe(), kNone);
}

TEST(VirtioPci, lists_that_go_wrong_are_named) {
  Lab lab;
  const auto first = [&](uint8_t at) {
    lab.card.put(0x34, at, 1);
    return lab.probe();
  };
  EXPECT_EQ(first(0x3c), Error::BadCapability) << "in the header";
  EXPECT_EQ(first(0x42), Error::BadCapability) << "not aligned";
  EXPECT_EQ(first(VirtioPci::kCommonAt), kNone);
  lab.card.put(VirtioPci::kConfigAt + 1, VirtioPci::kCommonAt, 1);
  EXPECT_EQ(lab.probe(), Error::BadCapability) << "a loop";
  lab.card.put(VirtioPci::kConfigAt + 1, VirtioPci::kConfigAt, 1);
  EXPECT_EQ(lab.probe(), Error::BadCapability) << "a loop of one";
  lab.card.put(VirtioPci::kConfigAt + 1, 0xf4, 1);
  lab.card.put_capability(0xf4, 4, 4, 0, 4, 0);
  EXPECT_EQ(lab.probe(), Error::BadCapability) << "cut off";
  lab.card.put_capability(0xf0, 2, 4, 0, 4, 0, 20);
  lab.card.put(VirtioPci::kConfigAt + 1, 0xf0, 1);
  EXPECT_EQ(lab.probe(), Error::BadCapability) << "cut off before the multiplier";
  lab.card.put(VirtioPci::kConfigAt + 1, 0, 1);
  EXPECT_EQ(lab.probe(), kNone);
}

TEST(VirtioPci, the_longest_list_that_there_can_be_is_read_to_its_end) {
  Lab lab;
  // 0x40 to 0x83 hold the four; all words behind are capabilities of one word.
  for (uint32_t at = 0x84; at < 0x100; at += 4) lab.card.put(at, at == 0xfc ? 0x4001 : (at + 4) << 8 | 1);
  lab.card.put(0x34, 0x84, 1);
  EXPECT_EQ(lab.probe(), kNone);
}

struct Area {
  const char* what;
  uint8_t bar;
  uint32_t offset, length;
};
class VirtioPciArea : public testing::TestWithParam<Area> {};

TEST_P(VirtioPciArea, that_is_not_in_a_bar_cannot_be_used) {
  const auto [_, bar, offset, length] = GetParam();
  for (const uint32_t at : {VirtioPci::kCommonAt, VirtioPci::kNotifyAt, VirtioPci::kConfigAt}) {
    Lab lab;
    lab.card.put(at + 4, bar, 1);
    lab.card.put(at + 8, offset);
    lab.card.put(at + 12, length);
    EXPECT_EQ(lab.probe(), Error::BadCapability) << at;
    EXPECT_EQ(lab.card.looks, 0u);
  }
}
INSTANTIATE_TEST_SUITE_P(Areas, VirtioPciArea,
                         testing::Values(Area{"a_bar_that_does_not_exist", 6, 0, 0x100},
                                         Area{"a_bar_that_is_not_there", 0, 0, 0x100},
                                         Area{"the_second_half_of_a_bar", 5, 0, 0x100},
                                         Area{"a_bar_of_all_ones", 255, 0, 0x100}, Area{"empty", 4, 0, 0},
                                         Area{"one_byte_too_long", 4, 0, 0x4001},
                                         Area{"one_word_too_far", 4, 0x3f04, 0x100}, Area{"outside", 4, 0x4000, 0x100},
                                         Area{"wrapping_at_32_bits", 4, 0xffff'fffc, 0x100},
                                         Area{"as_long_as_it_gets", 4, 4, ~0u}, Area{"not_aligned", 4, 2, 0x100}),
                         [](const auto& value) { return std::string(value.param.what); });

TEST(VirtioPci, areas_that_are_too_short_cannot_be_used) {
  Lab lab;
  lab.card.put(VirtioPci::kCommonAt + 12, 0x37);
  EXPECT_EQ(lab.probe(), Error::BadCapability);
  lab.card.put(VirtioPci::kCommonAt + 12, 0x38);
  EXPECT_EQ(lab.probe(), kNone);
  lab.card.put(VirtioPci::kNotifyAt + 12, 1);
  EXPECT_EQ(lab.probe(), Error::BadCapability);
  lab.card.put(VirtioPci::kNotifyAt + 12, 2);
  EXPECT_EQ(lab.probe(), kNone);
}

TEST(VirtioPci, capabilities_that_are_shorter_than_their_fields_cannot_be_used) {
  Lab lab;
  lab.card.put(VirtioPci::kNotifyAt + 2, 16, 1);
  EXPECT_EQ(lab.probe(), Error::BadCapability);
  lab.card.put(VirtioPci::kNotifyAt + 2, 20, 1);
  lab.card.put(VirtioPci::kCommonAt + 2, 15, 1);
  EXPECT_EQ(lab.probe(), Error::BadCapability);
}

TEST(VirtioPci, of_several_of_a_kind_the_first_that_can_be_used_is) {
  Lab lab;
  lab.card.put(0x34, 0x90, 1);
  lab.card.put_capability(0x90, 4, 0, 0, 0x10, 0xa0);                   // in I/O space, say
  lab.card.put_capability(0xa0, 4, 4, VirtioPci::kConfig, 0x20, 0xb0);  // this one
  lab.card.put_capability(0xb0, 1, 7, 0, 0x100, VirtioPci::kCommonAt);
  ASSERT_EQ(lab.probe(), kNone);
  EXPECT_EQ(lab.transport().config_size(), 0x20u);
}

TEST(VirtioPci, a_device_without_a_configuration_has_none) {
  Lab lab(Type::Entropy);
  lab.card.put(VirtioPci::kIsrAt + 1, 0, 1);
  ASSERT_EQ(lab.probe(), kNone);
  EXPECT_EQ(lab.transport().config_size(), 0u);
}

TEST(VirtioPci, a_device_without_a_place_to_notify_cannot_be_used) {
  Lab lab;
  lab.card.put(VirtioPci::kCommonAt + 1, VirtioPci::kIsrAt, 1);
  EXPECT_EQ(lab.probe(), Error::BadCapability);
  lab.card.put(0x34, VirtioPci::kNotifyAt, 1);
  EXPECT_EQ(lab.probe(), Error::BadCapability) << "nor one without common registers";
}

TEST(VirtioPci, features_go_both_ways_in_two_words) {
  Lab lab;
  PciTransport transport = lab.transport();
  transport.set_status(0);
  transport.set_status(virtio::status::kAcknowledge);
  transport.set_status(virtio::status::kAcknowledge | virtio::status::kDriver);
  EXPECT_EQ(transport.features(), kOffered);
  transport.set_features(feature::kVersion1 | 1 << 5);
  EXPECT_EQ(lab.card.core.accepted(), feature::kVersion1 | 1 << 5);
  EXPECT_EQ(transport.status(), virtio::status::kAcknowledge | virtio::status::kDriver);
}

class Driver final : public virtio::Device {
 public:
  Driver(virtio::Transport& transport, const virtio::Host& host) : Device(transport, host) {}
  virtual ~Driver() = default;
  std::array<virtio::Queue::Request, 4> requests[2]{};
  virtio::Queue first{requests[0]}, second{requests[1]};
  using Device::config;

 private:
  Result<void> set_up() override {
    CHECK(add_queue(0, first, 2));
    return add_queue(1, second, 1);
  }
  uint64_t wanted() const override { return feature::kIndirect; }
};

struct Started : Lab {
  explicit Started(std::vector<uint16_t> limits = {16, 4}) : Lab(Type::Block, false, std::move(limits)) {
    card.core.memory.add(memory.get(), kMemory);
    driver = std::make_unique<Driver>(transport_, host_);
  }
  Arena arena{{memory.get(), kMemory}};
  const Dma dma{arena};
  fake::Timeline timeline;
  const virtio::Host host_{dma, timeline.time};
  PciTransport transport_ = transport();
  std::unique_ptr<Driver> driver;
};

TEST(VirtioPci, a_device_starts_and_serves_both_of_its_queues) {
  Started lab;
  ASSERT_EQ(error_of(lab.driver->start()), kNone);
  EXPECT_TRUE(lab.card.core.running());
  EXPECT_EQ(lab.transport_.queues(), 2);
  lab.card.core.serve = [](uint16_t queue, const auto& chain) {
    const std::byte value{uint8_t(0x70 + queue)};
    return chain.write({&value, 1});
  };
  for (virtio::Queue* queue : {&lab.driver->first, &lab.driver->second}) {
    auto* const answer = reinterpret_cast<volatile uint8_t*>(lab.memory.get() + Started::kMemory - 1);
    const virtio::Segment segment{uintptr_t(answer), 1};
    queue->post(0, {&segment, 1}, 0);
    queue->kick();
    const auto used = queue->pop();
    ASSERT_TRUE(used);
    EXPECT_EQ(used.length, 1u);
    EXPECT_EQ(*answer, queue == &lab.driver->first ? 0x70 : 0x71);
  }
}

TEST(VirtioPci, one_address_for_all_notifications_is_as_good) {
  Started lab;
  lab.card.put(VirtioPci::kNotifyAt + 16, 0);
  PciTransport transport = lab.transport();
  Driver driver(transport, lab.host_);
  ASSERT_EQ(error_of(driver.start()), kNone);
  const virtio::Segment segment{uintptr_t(lab.memory.get()) + Started::kMemory - 1, 1};
  driver.second.post(0, {&segment, 1}, 0);
  driver.second.kick();
  EXPECT_TRUE(driver.second.pop());
}

TEST(VirtioPci, notifications_outside_of_their_area_are_refused_before_the_queue_is_enabled) {
  struct {
    uint16_t off;
    uint32_t multiplier, length;
    bool fits;
  } const cases[] = {
      {0, 0, 2, true},           {1, 2, 4, true},      {1, 2, 3, false},          {1, 4, 4, false},
      {3, 3, 0x1000, false},     {2, 3, 0x1000, true}, {0xffff, ~0u, ~0u, false}, {0x8000, 0x2'0000, 0x1000, false},
      {0xffff, 2, 0x1000, false}};
  for (const auto& [off, multiplier, length, fits] : cases) {
    Started lab;
    lab.card.put(VirtioPci::kNotifyAt + 16, multiplier);
    lab.card.put(VirtioPci::kNotifyAt + 12, length);
    lab.card.notify_off = [notify = off](uint16_t) { return notify; };
    const auto probed = PciTransport::probe(lab.function);
    if (length > 0x1000) {
      EXPECT_EQ(error_of(probed), Error::BadCapability);
      continue;
    }
    PciTransport transport = probed.value();
    Driver driver(transport, lab.host_);
    EXPECT_EQ(error_of(driver.start()), fits ? kNone : Error::BadCapability) << off << " * " << multiplier;
    if (!fits) EXPECT_FALSE(lab.card.core.queues[0].ready);
  }
}

TEST(VirtioPci, a_queue_without_descriptors_is_none) {
  Started lab({16, 0});
  EXPECT_EQ(error_of(lab.driver->start()), Error::NoQueue);
  EXPECT_EQ(lab.card.core.status_now(), 0) << "it is left reset";
}

TEST(VirtioPci, a_queue_that_is_in_use_already_is_not_taken) {
  Started lab;
  lab.card.always_enabled = true;
  EXPECT_EQ(error_of(lab.driver->start()), Error::NoQueue);
}

TEST(VirtioPci, a_queue_that_does_not_become_enabled_is_named) {
  Started lab;
  lab.card.never_enabled = true;
  EXPECT_EQ(error_of(lab.driver->start()), Error::NoQueue);
}

TEST(VirtioPci, queues_that_the_device_does_not_count_are_not_asked_for) {
  Started lab({16});
  EXPECT_EQ(error_of(lab.driver->start()), Error::NoQueue);
}

TEST(VirtioPci, the_configuration_is_read_and_written_in_all_widths) {
  Started lab;
  for (size_t i = 0; i < 0x40; ++i) lab.card.core.config[i] = std::byte(0x10 + i);
  ASSERT_EQ(error_of(lab.driver->start()), kNone);
  EXPECT_EQ(lab.driver->config(0, 8), 0x17161514'13121110u);
  EXPECT_EQ(lab.driver->config(0x3c, 4), 0x4f4e4d4cu);
  EXPECT_EQ(lab.driver->config(2, 2), 0x1312u);
  EXPECT_EQ(lab.driver->config(0x3f, 1), 0x4fu);
  EXPECT_EQ(error_of(lab.driver->config(0x40, 1)), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.driver->config(0x3c, 8)), Error::OutOfRange);
  lab.transport_.write_config(0, 1, 0xaa);
  lab.transport_.write_config(2, 2, 0xbbbb);
  lab.transport_.write_config(4, 4, 0xcccc'cccc);
  EXPECT_EQ(lab.driver->config(0, 8), 0xcccccccc'bbbb11aau);
}

TEST(VirtioPci, a_configuration_that_changes_meanwhile_is_read_anew_and_not_for_ever) {
  Started lab;
  ASSERT_EQ(error_of(lab.driver->start()), kNone);
  unsigned changes = 2;
  lab.card.core.on_config = [&] {
    if (changes) --changes, ++lab.card.core.config_generation;
  };
  EXPECT_EQ(lab.driver->config(0, 4), 0u);
  EXPECT_EQ(changes, 0u);
  changes = ~0u;
  EXPECT_EQ(error_of(lab.driver->config(0, 4)), Error::ConfigChanging);
}

TEST(VirtioPci, a_reset_that_never_completes_is_named) {
  Started lab;
  ASSERT_EQ(error_of(lab.driver->start()), kNone);
  lab.card.core.reset_looks = fake::VirtioCore::kNever;
  EXPECT_EQ(error_of(lab.driver->start()), Error::ResetStuck);
}

}  // namespace
