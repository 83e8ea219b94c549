// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/vhost_lab.hh - a server with its guest, one step after the other and without a clock.
#pragma once
#include "scmi/clock.hh"
#include "scmi/platform/reference.hh"
#include "scmi/reset.hh"
#include "tests/unit/vhost_guest.hh"
#include "tools/scmi-vhost-user/server.hh"
#include "virtio/feature.hh"

namespace vhost_test {

struct Lab {
  static constexpr uint64_t kFeatures = virtio::feature::kVersion1 | virtio::feature::kIndirect | 1;
  static constexpr uint32_t kRoom = 128;

  explicit Lab(Server::Options options = {}, uint64_t features = kFeatures) : server(options, log) {
    server.serve(&backend);
    handle(FrontEnd::with(Request::SetFeatures, features | feature::kProtocolFeatures));
    handle(FrontEnd::memory_table(guest));
    for (Message& message : FrontEnd::ring(0, commands, kick.get(), call.get())) handle(std::move(message));
    for (Message& message : FrontEnd::ring(1, events, kick.get(), event_call.get())) handle(std::move(message));
  }
  ~Lab() { server.serve(nullptr); }

  void handle(Message message) { EXPECT_EQ(flaw_of(backend.handle(message)), ""); }
  void fault(std::string_view spec) {
    const auto set = server.faults().set(spec);
    EXPECT_TRUE(set) << (set ? "" : set.error());
  }
  /// Where the answer to slot n lies.
  static uint64_t answer_at(uint32_t slot) { return 0x10000 + slot * 0x400 + 0x200; }

  /// Offers a command in a slot of its own, whose head is twice its number.
  void send(uint32_t slot, scmi::Command command, const Words& payload = {}, uint32_t room = kRoom) {
    Words message{scmi::Header::make(command, scmi::MessageType::Command, slot).word};
    message.insert(message.end(), payload.begin(), payload.end());
    guest.put(answer_at(slot) - 0x200, message);
    guest.put(answer_at(slot), Words(kRoom / 4, 0xdead'beef));
    const uint32_t size = uint32_t(message.size() * 4);
    if (room) {
      commands.descriptor(slot * 2, answer_at(slot) - 0x200, size, DriverRing::kNext, uint16_t(slot * 2 + 1));
      commands.descriptor(slot * 2 + 1, answer_at(slot), room, DriverRing::kWrite);
    } else {
      commands.descriptor(slot * 2, answer_at(slot) - 0x200, size, 0);
    }
    commands.offer(uint16_t(slot * 2));
    backend.queue(0).kicked = true;
  }
  void rate_get(uint32_t slot, uint32_t clock = 6) { send(slot, scmi::clock::wire::RateGet::kCommand, {clock}); }
  void step(Microseconds time = 0) {
    now += time;
    server.work(now);
  }
  Words answer(uint32_t slot, size_t words) { return guest.words(answer_at(slot), words); }
  /// The good answer to rate_get(slot).
  Words good(uint32_t slot) const {
    const auto header = scmi::Header::make(scmi::clock::wire::RateGet::kCommand, scmi::MessageType::Command, slot).word;
    return {header, 0, 705'032'704, 1};  // 5 GHz
  }
  bool answered_well(uint32_t slot) { return answer(slot, 4) == good(slot); }

  /// Buffers for events, each of `size` bytes.
  void offer_event_buffers(uint16_t count, uint32_t size = kRoom) {
    for (uint16_t i = 0; i < count; ++i) {
      const uint16_t head = uint16_t(events.available_index() % events.size);
      events.descriptor(head, event_at(head), size, DriverRing::kWrite);
      events.offer(head);
    }
    backend.queue(1).kicked = true;
  }
  static uint64_t event_at(uint32_t head) { return 0x8000 + head * 0x100; }
  Words event(uint16_t index) {
    const auto used = events.used_entry(index);
    return guest.words(event_at(used.id), used.length / 4);
  }

  Printed printed;
  Log log{printed, true};
  GuestMemory guest;
  DriverRing commands{guest, 0x1000, 16}, events{guest, 0x2000, 8};
  Fd kick = make_event(), call = make_event(), event_call = make_event();
  Microseconds now = 1'000;
  Server server;
  Backend backend{server, Server::kFeatures};
};

}  // namespace vhost_test
