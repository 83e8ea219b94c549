// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/virtio_core.hh - a virtio device apart from its bus: status (2.1, 3.1.1), features (2.2), configuration
// (2.5), queues. It behaves as Virtio 1.2 says, misbehaves where a test asks for it, and fails the test when the driver
// does what the specification forbids. tests/fake/virtio_device.hh and virtio_mmio.hh are two buses for it.
#pragma once
#include "tests/fake/virtio_ring.hh"

namespace fake {

class VirtioCore {
 public:
  static constexpr unsigned kNever = ~0u;
  using Chain = VirtioRing::Chain;

  /// `features`: what it offers. `limits`: descriptors of each of its queues; 0: it has no such queue.
  VirtioCore(virtio::Type type, uint64_t features, std::vector<uint16_t> limits);
  VirtioCore(const VirtioCore&) = delete;

  // What it is like; tests change this at will.
  virtio::Type type;
  uint64_t offered;
  VirtioMemory memory;
  std::vector<std::byte> config;
  std::function<void()> on_config = [] {};      // before each read of the configuration
  std::function<void()> on_generation = [] {};  // before each read of its generation
  uint32_t config_generation = 0;
  unsigned reset_looks = 0;  // reads of the status before a reset is done; kNever
  bool refuses_features = false, refuses_queues = false;
  /// What it does with a request: the bytes that it wrote, or none: it keeps it until complete().
  std::function<std::optional<uint32_t>(uint16_t queue, const Chain& chain)> serve;
  /// What it does when it is told about a queue: run().
  std::function<void(uint16_t queue)> on_notify = [this](uint16_t queue) { run(queue); };
  /// What becomes of a complaint; by default it fails the test.
  Complain complain;

  struct Queue {
    uint16_t limit;
    virtio::QueueArea area{};
    bool ready = false;
    unsigned notifications = 0;
  };
  std::vector<Queue> queues;
  /// The ring of a queue that is ready; ends the program else.
  VirtioRing& ring(uint16_t queue);
  bool has_ring(uint16_t queue) const { return rings_.contains(queue); }

  /// Serves all that is available, whether it was told or not, as it may once DRIVER_OK is set.
  void run(uint16_t queue);
  void complete(uint16_t queue, uint16_t id, uint32_t length) { ring(queue).give(id, length); }
  /// It cannot go on (2.1.2).
  void break_down();
  /// Changes its configuration, as it may at any time (2.5).
  void change_config(size_t offset, std::span<const std::byte> bytes);

  // How it stands.
  unsigned resets = 0;
  uint64_t accepted() const { return accepted_; }
  bool running() const { return status_ & virtio::status::kDriverOk; }
  uint8_t status_now() const { return status_; }
  /// Each status that the driver wrote.
  std::vector<uint8_t> statuses;

  // What its bus does on behalf of the driver.
  uint32_t feature_word(uint32_t select);  // 32 bits from 32 * select on
  void accept_word(uint32_t select, uint32_t word);
  uint8_t status();
  void set_status(uint8_t status);
  uint16_t limit(uint16_t queue);
  bool enable(uint16_t queue, const virtio::QueueArea& area);  // false: it does not take it
  void notify(uint32_t queue);
  uint32_t generation();
  uint32_t read_config(uint32_t offset, unsigned bytes);
  void write_config(uint32_t offset, unsigned bytes, uint32_t value);

 private:
  void reset();
  void alive(const char* what);  // complains when the driver does `what` before a reset is done, or after FAILED

  uint64_t accepted_ = 0;
  uint8_t status_ = 0;
  bool resetting_ = false, read_back_ = false;
  unsigned looks_ = 0;
  std::map<uint16_t, VirtioRing> rings_;
};

}  // namespace fake
