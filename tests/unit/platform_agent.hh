// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/platform_agent.hh - agents that talk to the reference platform without a transport.
#pragma once
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "scmi/base.hh"
#include "scmi/clock.hh"
#include "scmi/platform/platform.hh"
#include "scmi/platform/reference.hh"
#include "scmi/reset.hh"

namespace platform_test {

using Words = std::vector<uint32_t>;

constexpr int32_t kSuccess = 0, kNotSupported = -1, kInvalid = -2, kDenied = -3, kNotFound = -4, kOutOfRange = -5,
                  kBusy = -6, kProtocolError = -10;

// Of the reference platform's tables.
enum Clocks : uint32_t {
  Oscillator = 0,
  Serdes = 6,
  CpuCluster0 = 7,
  Uart0 = 12,
  Uart1 = 13,
  SecondariesUart = 15,
  I2c0 = 16,
  I2c3 = 19,
  Hole = 20,
  Spi0 = 22,
  Mmc0 = 25,
  LongName = 32,
  LongestName = 33,
  FifteenLetters = 35,
  SixteenLetters = 36,
  AudioClock = 37,
  Pwm0 = 39,
  Uart0Again = 49,
  Clkout0 = 64,
  Clkout1 = 65,
  Silent = 1,
};
enum Resets : uint32_t {
  ResetUart0 = 0,
  ResetMmc0 = 5,
  ResetUsb = 7,
  ResetEth0 = 9,
  ResetLongName = 11,
  ResetGpu = 12,
  ResetWatchdog = 14,
  ResetHole = 15,
  ResetOfSecondary = 16,
  ResetTrace = 17
};

/// A reply, its header checked to be the command's.
struct Reply {
  int32_t status;
  Words words;  // behind the status
  uint32_t word(size_t i) const { return i < words.size() ? words[i] : 0xdead'beef; }
  uint64_t rate() const { return words.size() == 2 ? scmi::join(words[0], words[1]) : ~uint64_t{0}; }
  /// Text in `size` bytes from word `first` on, which must be ended by a NUL and filled with NULs.
  std::string text(size_t first, size_t size) const {
    if (words.size() * 4 < first * 4 + size) return "too short";
    const std::string all(reinterpret_cast<const char*>(words.data() + first), size);
    const size_t end = all.find('\0');
    if (end == std::string::npos || all.find_first_not_of('\0', end) != std::string::npos) return "not terminated";
    return all.substr(0, end);
  }
};

class TestAgent {
 public:
  TestAgent(scmi::platform::Platform& platform, uint32_t id) : platform_(platform), id_(id) {}

  /// `room`: bytes for the reply, header included.
  Reply ask(scmi::Header header, const Words& payload, uint32_t size, uint32_t room = 104) {
    scmi::platform::Request request{.header = header, .size = size, .words = {}};
    for (size_t i = 0; i < payload.size() && i < request.words.size(); ++i) request.words[i] = payload[i];
    const auto memory = std::make_unique<uint32_t[]>(room / 4);  // so that AddressSanitizer sees what goes beyond
    const uint32_t length = platform_.serve(id_, request, {memory.get(), room});
    if (length < 8 || length > room || length % 4 != 0) return {1, {}};
    if (memory[0] != header.word) return {2, {}};
    return {int32_t(memory[1]), Words(&memory[2], &memory[length / 4])};
  }
  Reply ask(scmi::Command command, const Words& payload = {}, uint32_t room = 104) {
    last = scmi::Header::make(command, scmi::MessageType::Command, last.token() + 1);
    return ask(last, payload, uint32_t(payload.size() * 4), room);
  }
  /// A request of the wire structs.
  template <class R>
    requires requires { R::kCommand; }
  Reply ask(const R& request) {
    Words payload(std::is_empty_v<R> ? 0 : sizeof(R) / 4);
    if (!payload.empty()) std::memcpy(payload.data(), &request, sizeof request);
    return ask(R::kCommand, payload);
  }
  template <class R>
    requires requires { R::kCommand; }
  int32_t status(const R& request) {
    return ask(request).status;
  }
  /// The next event that waits for this agent, header first; empty: none.
  Words event() {
    auto& outbox = platform_.outbox(id_);
    if (outbox.empty()) return {};
    const auto event = outbox.front();
    outbox.pop();
    return {event.word.begin(), event.word.begin() + event.words};
  }
  bool enabled(uint32_t clock) { return ask(scmi::clock::wire::Attributes{.clock = clock}).word(0) & 1; }
  uint64_t rate(uint32_t clock) { return ask(scmi::clock::wire::RateGet{.clock = clock}).rate(); }
  int32_t set_rate(uint32_t clock, uint64_t rate, uint32_t flags = 0) {
    return status(scmi::clock::wire::RateSet{
        .flags = flags, .clock = clock, .low = uint32_t(rate), .high = uint32_t(rate >> 32)});
  }
  int32_t enable(uint32_t clock, bool on) {
    return status(scmi::clock::wire::ConfigSet3{.clock = clock, .attributes = on, .extended_value = 0u});
  }

  scmi::Header last{0};  // of the last command

 private:
  scmi::platform::Platform& platform_;
  uint32_t id_;
};

struct World {
  explicit World(scmi::platform::Release release = scmi::platform::Release::V3_2) {
    platform->start(release);
    for (uint32_t agent = 1; agent <= 3; ++agent) platform->set_hears(agent, true);
  }
  std::unique_ptr<scmi::platform::Platform> platform =
      std::make_unique<scmi::platform::Platform>(scmi::platform::kReference);
  TestAgent firmware{*platform, 1}, secondary{*platform, 2}, observer{*platform, 3};
};

/// A notification's first word, whatever its token.
constexpr uint32_t notification(scmi::Command event) {
  return scmi::Header::make(event, scmi::MessageType::Notification, 0).word;
}
constexpr uint32_t without_token(uint32_t header) { return header & 0x3ffff; }

}  // namespace platform_test
