// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_monitor/service.hh"

#include <algorithm>

#include "board/qemu_monitor/interrupts.hh"
#include "board/qemu_monitor/map.hh"
#include "scmi/platform/reference.hh"

namespace board {
namespace {
using namespace scmi::platform;
using scmi::Area;
using scmi::Protocol;

constexpr uint32_t kFirmware = 1, kSecondary = 2;                             // agents
constexpr uintptr_t kRefused = ~uintptr_t{0}, kBadArguments = uintptr_t(-3);  // NOT_SUPPORTED, INVALID_PARAMETER

// Microseconds. An asynchronous command and an answer that is told by an interrupt take this long; an answer that is
// late by a fault comes when nobody waits for it any more.
constexpr uint64_t kAnswerTime = 100, kWorkTime = 2'000, kLateTime = 100'000;
constexpr uint64_t kShortestPause = 1'000, kLongestPause = 64'000;  // between looks whether an event was taken
constexpr uint64_t kNever = ~uint64_t{0};

uint64_t now() { return counter() / (counter_frequency() / 1'000'000); }

constinit Platform server(kReference);

/// A channel for commands, and what rings it.
struct Doorbell {
  constexpr Doorbell(uint32_t agent, Page where, uint8_t only = 0)
      : channel(server, agent, only), faulty(channel), page(where) {}

  Channel channel;
  FaultyChannel faulty;
  Page page;
  bool open = false;
  bool plain = false;     // nothing special about it: the fast way
  bool slowly = false;    // answered by the timer
  uintptr_t number = 0;   // of the page, which the caller must name (arm,scmi-smc-param); 0: it need not
  uint64_t due = kNever;  // when the command that lies there, or the answer that is held, is given

  void decide() { plain = open && !slowly && !number && !faulty.armed(); }
};

struct Events {
  constexpr Events(uint32_t agent, Page where) : channel(server, agent), page(where) {}

  EventChannel channel;
  Page page;
  bool open = false;
};

constinit Doorbell doorbells[] = {
    {kFirmware, FirstA2p}, {kFirmware, ResetA2p, uint8_t(Protocol::Reset)}, {kSecondary, SecondA2p}};
constinit Events events[] = {{kFirmware, FirstP2a}, {kSecondary, SecondP2a}};
constinit uint64_t complete_due = kNever, deliver_due = kNever, pause = kShortestPause;

void schedule() {
  uint64_t next = std::min(complete_due, deliver_due);
  for (const Doorbell& doorbell : doorbells) next = std::min(next, doorbell.due);
  if (next == kNever) return;
  const uint64_t time = now();
  set_timer(next > time ? uint32_t(next - time) : 0);
}

/// Sends what can be sent, and sees that the rest is done when its time comes.
void follow_up() {
  server.rest();
  if (server.pending()) complete_due = std::min(complete_due, now() + kWorkTime);
  bool waiting = false, delivered = false;
  for (Events& each : events) {
    if (!each.open) continue;
    delivered |= each.channel.deliver();
    waiting |= each.channel.waiting();
  }
  // An agent that takes nothing is asked ever less often.
  pause = delivered ? kShortestPause : std::min(pause * 2, kLongestPause);
  deliver_due = waiting ? now() + pause : kNever;
  schedule();
}

void answer(Doorbell& doorbell) {
  doorbell.due = kNever;
  if (doorbell.faulty.holds() && doorbell.slowly)
    doorbell.faulty.release();
  else
    doorbell.faulty.serve();
  if (doorbell.faulty.holds() && doorbell.slowly) doorbell.due = now() + kLateTime;
  Area& area = doorbell.channel.area();
  if ((area.status & Area::kFree) && (area.flags & Area::kInterrupt)) raise_completion();
}

[[gnu::noinline]] void ring_specially(Doorbell& doorbell, Frame& frame) {
  const bool named = !doorbell.number || (frame.x[1] == doorbell.number && frame.x[2] == 0);
  if (!doorbell.open || !named) {
    frame.x[0] = kRefused;
    return;
  }
  frame.x[0] = 0;
  if (doorbell.slowly && doorbell.faulty.plan().fault != Fault::NoSmc) {
    if (doorbell.due == kNever) doorbell.due = now() + kAnswerTime;
    schedule();
    return;
  }
  if (!doorbell.faulty.serve()) frame.x[0] = kRefused;
  doorbell.decide();
  if (server.has_work()) follow_up();
}

// --- functions for tests ---

void set_fault(Frame& frame) {
  frame.x[0] = kBadArguments;
  const uintptr_t fault = frame.x[1], filter = frame.x[4], function = frame.x[5];
  if (fault >= kFaults || filter > 0xffff) return;
  FaultPlan plan{.fault = Fault(fault), .count = uint32_t(frame.x[2]), .skip = uint32_t(frame.x[3]), .filter = {}};
  if (filter) plan.filter = scmi::command(Protocol(filter >> 8), uint8_t(filter));
  for (size_t i = 0; i < std::size(doorbells); ++i) {
    if (!doorbells[i].open || (function && function != kFirstDoorbell + i)) continue;
    doorbells[i].faulty.set(plan);
    doorbells[i].due = kNever;
    doorbells[i].decide();
    frame.x[0] = 0;
  }
}

void act(Frame& frame) {
  frame.x[0] = kBadArguments;
  const uintptr_t agent = frame.x[1], message = frame.x[2], words = frame.x[7];
  if (agent == 0 || agent >= server.description().agents.size() || message > 0xffff) return;
  if (words > Request::kMostWords) return;
  Request request{
      .header = {uint32_t(message >> 8 << 10 | (message & 0xff))}, .size = uint32_t(words) * 4, .words = {}};
  for (size_t i = 0; i < request.words.size(); ++i) request.words[i] = uint32_t(frame.x[3 + i]);
  std::array<uint32_t, Channel::kMostReply / 4> reply{};
  server.serve(uint32_t(agent), request, {reply.data(), sizeof reply});
  frame.x[0] = 0;
  for (size_t i = 1; i <= 3; ++i) frame.x[i] = reply[i];
}

}  // namespace

void start_service(const Options& options, uintptr_t pages) {
  server.start(options.release);
  const auto page = [&](Page which) { return reinterpret_cast<Area*>(pages - which * kPageSize); };
  for (Doorbell& doorbell : doorbells) {
    const bool second = doorbell.page == SecondA2p;
    if (options.instances < (second ? 2 : 1)) continue;
    doorbell.channel.open(page(doorbell.page), kPageSize);
    doorbell.faulty.set(options.fault);
    doorbell.open = true;
    doorbell.slowly = options.interrupt;
    if (second) doorbell.number = (pages - SecondA2p * kPageSize) >> 12;
    doorbell.decide();
  }
  for (Events& each : events) {
    if (options.instances < (each.page == SecondP2a ? 2 : 1)) continue;
    each.channel.open(page(each.page));
    each.open = true;
  }
}

void ring(uint32_t function, Frame& frame) {
  Doorbell& doorbell = doorbells[function - kFirstDoorbell];
  if (!doorbell.plain) [[unlikely]]
    return ring_specially(doorbell, frame);
  doorbell.channel.serve();
  frame.x[0] = 0;
  if (server.has_work()) [[unlikely]]
    follow_up();
}

void test_call(uint32_t function, Frame& frame) {
  switch (function) {
    case kTestVersion:
      frame.x[0] = 1;
      frame.x[1] = 0;
      for (uint32_t i = 1; i < server.description().agents.size(); ++i) frame.x[1] += server.outbox(i).dropped();
      return;
    case kTestFault: return set_fault(frame);
    case kTestAct: act(frame); break;
    case kTestError: {
      const bool good = frame.x[1] < server.description().agents.size() && frame.x[3] < 2;
      if (good) server.report_error(uint32_t(frame.x[1]), {uint32_t(frame.x[2])}, frame.x[3]);
      frame.x[0] = good ? 0 : kBadArguments;
      break;
    }
  }
  if (server.has_work()) follow_up();
}

void service_timer() {
  const uint64_t time = now();
  for (Doorbell& doorbell : doorbells)
    if (doorbell.due <= time) answer(doorbell);
  if (complete_due <= time) {
    complete_due = kNever;
    server.complete();
  }
  follow_up();
}

}  // namespace board
