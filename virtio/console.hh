// SPDX-License-Identifier: BSD-2-Clause
// virtio/console.hh - a console (5.3): its first port, as a terminal.
#pragma once
#include <array>

#include "lib/console.hh"
#include "virtio/device.hh"

namespace virtio {

class Console final : public ::Console, public Device {
 public:
  constexpr Console(Transport& transport, const Host& host)
      : Device(transport, host), receive_(receive_slots_), transmit_(transmit_slots_) {}

  /// Text goes out by lines, for each piece of it costs both sides; what is not a whole line goes out at the next
  /// get(). What the device does not take within a while is lost, and until it takes something again, nobody waits for
  /// it.
  void write(std::string_view text) override;
  int get() override;

  /// Of a terminal, in characters; 0: unknown (5.3.4).
  struct Size {
    uint16_t columns = 0, rows = 0;
  };
  Size size();
  /// Writes a character without queues (5.3.4): when all else has failed. False: the device has no way to, or was never
  /// started.
  bool emergency(char c);

 private:
  static constexpr size_t kBuffers = 4, kReceiveSize = 32, kTransmitSize = 128;
  static constexpr uint64_t kSize = 1 << 0, kEmergencyWrite = 1 << 2;

  Result<void> set_up() override;
  void on_running() override;
  Result<void> on_stopping() override;
  uint64_t wanted() const override { return feature::kCommon | kSize | kEmergencyWrite; }

  void feed(uint16_t tag);
  void put(char c);
  bool find_room();
  void take_back();
  void send();

  std::array<Queue::Request, kBuffers> receive_slots_{}, transmit_slots_{};
  Queue receive_, transmit_;
  std::byte* received_ = nullptr;  // kBuffers of kReceiveSize bytes of DMA memory
  char* transmitted_ = nullptr;    // the same of kTransmitSize
  uint16_t from_ = 0;              // the tag that is being read
  uint16_t to_ = 0;                // that is being filled, unless it is out
  uint32_t next_ = 0, there_ = 0;  // of from_: what was read, what came
  uint32_t filled_ = 0;            // of to_
  bool stuck_ = false;
};

}  // namespace virtio
