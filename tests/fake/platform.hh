// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/platform.hh - an SCMI platform behind a transport of memory: every buffer is allocated anew, so that
// AddressSanitizer sees a touch of what is not ours any more.
#pragma once
#include <deque>
#include <map>
#include <memory>

#include "scmi/transport.hh"
#include "tests/fake/server.hh"

namespace fake {

class Platform final : public scmi::Transport {
 public:
  /// How answers come: with submit(), as over SMC; or by receive(), as over an interrupt or a virtqueue. Then each
  /// command takes the one buffer, and the answer, on its release, gives it back.
  enum class Manner { AtOnce, Later };

  explicit Platform(Manner manner = Manner::AtOnce, uint32_t capacity = 104);
  Platform(const Platform&) = delete;
  ~Platform();

  Server server;
  /// Called before each look for an arrival.
  std::function<void()> on_receive = [] {};

  /// A message that the platform sends: notification, delayed response, late reply. The header comes first.
  void send(Words message, std::optional<uint32_t> length = {}, Error error = {});
  size_t waiting() const { return arriving_.size(); }
  /// Messages that were received and are not released yet.
  size_t held() const { return held_.size(); }

  scmi::Arrival submit(uint32_t length) override;
  scmi::Arrival receive() override;
  void release(uint16_t slot) override;

 private:
  struct Message {
    std::unique_ptr<uint32_t[]> words;
    uint32_t length;
    Error error;
    bool returns_buffer;
  };
  Message make(const Words& words, std::optional<uint32_t> length) const;
  void offer();

  const Manner manner_;
  std::unique_ptr<uint32_t[]> out_;
  Message answer_{};
  std::deque<Message> arriving_;
  std::map<uint16_t, Message> held_;
  uint16_t slot_ = 0;
};

}  // namespace fake
