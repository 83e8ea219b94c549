// SPDX-License-Identifier: BSD-2-Clause
// SCMI over a virtio device that does whatever the input says: it answers in any order, forges, cuts, keeps silent,
// lies about its rings, floods with events, breaks down, and writes in the shared memory between any two loads.
// Whatever is shown as an answer was one, every call ends in time, and after a reset of an honest device all is well
// again. What the driver does to the device on the way is held to the specification by tests/fake/virtio_core.hh.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <utility>

#include "lib/arena.hh"
#include "scmi/client.hh"
#include "scmi/clock.hh"
#include "scmi/virtio.hh"
#include "tests/fake/virtio_device.hh"
#include "tests/fuzz/device_loads.hh"
#include "tests/fuzz/input.hh"

namespace {

using scmi::Protocol;
using Chain = fake::VirtioCore::Chain;
using Flying = scmi::clock::wire::RateGet;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "scmi_virtio: %s\n", what);
  std::abort();
}

// What an honest platform answers to a message, word by word behind the status.
uint32_t honest_word(uint32_t header, uint32_t index) { return header * 2'654'435'761u + index; }

struct World {
  explicit World(Input& in)
      : input(in),
        shape(input.byte()),
        device(virtio::Type::Scmi,
               uint64_t{shape} % 4 << 28 | 1ull << 32 | (shape & 4 ? 1ull << 34 : 0) | (shape & 8 ? 1 : 0),
               {limit(), limit()}) {
    current = this;
    core.memory.add(memory.get(), kMemory);
    core.on_notify = [this](uint16_t queue) {
      if (in_turn) return;
      honest ? serve_honestly(queue) : play();
    };
    core.complain = [this](const std::string& what) {
      if (!lies() || !what.starts_with("ring: ")) expect(false, what.c_str());
    };
  }
  ~World() { current = nullptr; }

  uint16_t limit() {
    const uint8_t kind = input.byte();
    return kind < 128 ? 64 : kind < 192 ? uint16_t(1 << kind % 16) : kind;
  }

  void start() {
    truthful &= !scribbles;
    const bool started = transport.start().has_value();
    expect(started == transport.running(), "a start that is none");
  }

  // From now on its rings are not in order any more, until they are new ones.
  void lie() { lied_in = core.resets; }
  bool lies() const { return lied_in == core.resets; }

  // What the driver made available.
  void take() {
    if (std::exchange(taken_in, core.resets) != core.resets) {
      pending.clear();
      events.clear();
    }
    for (uint16_t queue : {0, 1}) {
      if (!core.running() || !core.has_ring(queue)) continue;
      for (unsigned n = 0; n < 64; ++n) {
        auto chain = core.ring(queue).take();
        if (!chain) break;
        (queue == 0 ? pending : events).push_back(std::move(*chain));
      }
    }
  }

  static uint32_t header_of(const Chain& chain) {
    uint32_t header = 0;
    const auto bytes = chain.read();
    if (bytes.size() >= sizeof header) std::memcpy(&header, bytes.data(), sizeof header);
    return header;
  }
  static uint32_t write(const Chain& chain, std::span<const uint32_t> words) {
    return chain.write(std::as_bytes(words));
  }
  // Gives a chain back, unless lies of before have made that impossible.
  void give(uint16_t queue, const Chain& chain, uint32_t length) {
    if (lies())
      core.ring(queue).put_used(chain.id, length, chain.descriptors);
    else
      core.ring(queue).give(chain.id, length);
  }

  void serve_honestly(uint16_t queue) {
    take();
    while (queue == 0 && !pending.empty()) {
      answer(pending.front(), 0);
      pending.pop_front();
    }
  }

  // 0: as it should be.
  void answer(const Chain& chain, uint8_t how) {
    const uint32_t header = header_of(chain);
    std::array<uint32_t, 2 + 40> words;
    words[0] = header;
    words[1] = 0;
    for (uint32_t i = 2; i < words.size(); ++i) words[i] = honest_word(header, i - 2);
    uint32_t length = 8 + 4 * (how == 0 ? 2 : input.byte() % 41);
    if (how == 1 || how == 2) {
      std::fill(words.begin() + 2, words.end(), 0xbad);
      words[how - 1] ^= 1u << input.byte() % 32;  // another header, or a status
    }
    if (how == 3) length = input.byte() % 12;
    if (how == 4) length = input.number();
    if (how != 0 && length >= 8 && length > 12 && input.byte() > 240) length = 256;
    give(0, chain, how == 4 ? (write(chain, words), length) : std::min(write(chain, words), length));
    if (how == 4 && length > chain.writable()) lie();
  }

  void send_event() {
    if (events.empty() || !core.has_ring(1)) return;
    const Chain chain = events.front();
    events.pop_front();
    std::array<uint32_t, 24> words;
    for (uint32_t& word : words) word = input.byte();
    words[0] = input.byte() & 1 ? uint32_t{input.byte()} << 8 | uint32_t(Protocol::Clock) << 10 : input.word();
    const uint32_t written = write(chain, words);
    const uint8_t how = input.byte();
    const uint32_t length = how < 128 ? std::min<uint32_t>(written, how) : how < 250 ? written : input.number();
    if (length > chain.writable()) lie();
    give(1, chain, length);
  }

  void play() {
    if (in_turn || !core.running()) return;
    in_turn = true;
    const bool watched = std::exchange(watching, false);
    take();
    for (unsigned n = 1 + input.byte() % 4; n && !input.empty(); --n) {
      const uint8_t how = input.byte();
      const auto queue = uint16_t(core.has_ring(1) ? how >> 7 : 0);
      switch (how % 16) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
        case 6:
          if (!pending.empty()) {
            const auto which = pending.begin() + (how >> 4) % ptrdiff_t(pending.size());
            const Chain chain = *which;
            pending.erase(which);
            answer(chain, how % 16 < 3 ? 0 : how % 16 - 2);
          }
          break;
        case 7:
        case 8: send_event(); break;
        case 9: break;
        case 10:
          lie();
          core.ring(queue).put_used(input.number(), input.number(), uint16_t(1 + input.byte() % 3));
          break;
        case 11:
          lie();
          if (!core.ring(queue).packed()) core.ring(queue).set_used_index(uint16_t(input.number()));
          break;
        case 12: {
          lie();
          const auto area = core.ring(queue).packed() ? core.ring(queue).descriptors() : core.ring(queue).device_area();
          for (unsigned i = input.byte() % 16; i; --i) area[input.number() % area.size()] = std::byte(input.byte());
          break;
        }
        case 13: core.break_down(); break;
        case 14: core.reset_looks = input.byte() > 200 ? fake::VirtioCore::kNever : 0; break;
        default:
          if (!(shape & 16)) break;
          lie();
          scribbles = true;
          truthful = false;
          for (unsigned i = input.byte() % 32; i; --i) memory[input.word() % kMemory] = std::byte(input.byte());
      }
    }
    watching = watched;
    in_turn = false;
  }

  [[clang::no_sanitize("coverage")]] void load(uintptr_t address, size_t bytes) {
    if (!watching || !(shape & 16) || changes == 0 || input.empty()) return;
    if (address < uintptr_t(memory.get()) || address + bytes > uintptr_t(memory.get()) + kMemory) return;
    watching = false;
    if (const uint8_t how = input.byte(); how > 200) {
      --changes;
      lie();
      scribbles = true;
      truthful = false;
      reinterpret_cast<uint8_t*>(address)[how % bytes] = input.byte();
    }
    watching = true;
  }

  Ticks look() {
    ticks += 50;
    if (watching && ticks / 50 % 16 == 0 && !input.empty()) play();
    return ticks;
  }

  // What arrived by itself; each has an entry in the trace.
  uint32_t arrivals() const {
    const auto s = client.statistics();
    return s.late + s.notifications + s.delayed + s.unexpected;
  }
  // The answer to the last command, which has been taken for one. Its entry is the newest but for those of arrivals.
  void check_words(std::span<const uint32_t> words, uint32_t arrived_before) {
    if (!truthful) return;
    for (size_t i = 0; i <= arrivals() - arrived_before && client.trace(i); ++i) {
      const uint32_t header = client.trace(i)->header.word;
      uint32_t good = 0;
      while (good < words.size() && words[good] == honest_word(header, good)) ++good;
      if (good == words.size()) return;
    }
    expect(false, "something else is shown as an answer");
  }

  static constexpr size_t kMemory = 1 << 15;
  static inline World* current = nullptr;
  Input& input;
  const uint8_t shape;
  std::unique_ptr<std::byte[]> memory{new std::byte[kMemory]()};
  Arena arena{{memory.get(), kMemory}};
  const Dma dma{arena};
  Ticks ticks = 0;
  const Time time{[] { return current->look(); }, 1'000'000};
  const virtio::Host host{dma, time};
  fake::VirtioDevice device;
  fake::VirtioCore& core = device.core;
  scmi::VirtioTransport transport{device, host};
  scmi::Client client{transport, time, 5};
  std::deque<Chain> pending, events;
  unsigned lied_in = ~0u, taken_in = 0;  // the life of the device, by its resets
  // honest: it serves at once. truthful: what it says for an answer is one.
  bool honest = false, truthful = true, scribbles = false, watching = false, in_turn = false;
  unsigned changes = 32;
};

constexpr size_t kFlights = 20;  // more than fit
struct InFlight {
  scmi::Flight flight;
  Flying::Reply reply;
  uint32_t header = 0;
  bool begun = false;
};

void ask(World& w, std::array<std::unique_ptr<InFlight>, kFlights>& flights, uint8_t what) {
  scmi::Client& client = w.client;
  auto& flight = flights[what / 16 + what % 5];
  const uint32_t arrived = w.arrivals();
  switch (what % 16) {
    case 0:
    case 1:
    case 2:
      if (const auto word = client.one_word(scmi::command(Protocol::Clock, uint8_t(what >> 4))))
        w.check_words(std::array{*word}, arrived);
      break;
    case 3:
    case 4:
      if (const auto rate = client.call(Flying{.clock = 1u}))
        w.check_words(std::array{uint32_t(*rate), uint32_t(*rate >> 32)}, arrived);
      break;
    case 5: {
      std::array<uint32_t, 40> reply;
      std::array<uint32_t, 24> request{};
      const auto length = client.raw(scmi::command(Protocol::Sensor, what), std::span(request).first(what % 24), reply);
      if (!length) break;
      const uint32_t words = std::min<uint32_t>(*length / 4, reply.size());
      expect(*length <= 256 - 8, "a reply that is longer than its buffer");
      w.check_words(std::span(reply).first(words), arrived);
      break;
    }
    case 6:
    case 7:
    case 8: {
      flight = std::make_unique<InFlight>();
      const uint32_t before = client.statistics().sent;
      flight->begun = client.begin(flight->flight, Flying{.clock = 2u}, flight->reply).has_value();
      if (flight->begun && client.statistics().sent == before + 1) flight->header = client.trace(0)->header.word;
      break;
    }
    case 9:
    case 10:
      if (!flight || !flight->begun) break;
      if (client.finish(flight->flight) && w.truthful && flight->header) {
        std::array<uint32_t, 2> words;
        std::memcpy(&words, &flight->reply, sizeof words);
        for (uint32_t i = 0; i < 2; ++i)
          expect(words[i] == honest_word(flight->header, i), "something else is shown for what was in flight");
      }
      flight.reset();
      break;
    case 11: expect(client.poll() <= 64, "a poll without end"); break;
    case 12:
      (void)client.listen(
          scmi::command(Protocol::Clock, what >> 4),
          [](void*, scmi::Header, std::span<const uint32_t> payload) {
            static std::array<uint32_t, 64> seen;
            std::ranges::copy(payload, seen.begin());
          },
          nullptr);
      break;
    case 13:
      client.expect(scmi::command(Protocol::Clock, 5));
      (void)client.await(client.order(scmi::clock::wire::RateSet{.flags = 1u, .clock = 1u, .low = 1u, .high = 0u}), 3);
      break;
    case 14:
      if (what & 0x40)
        w.start();
      else
        (void)w.transport.stop();
      break;
    default: w.play();
  }
}

}  // namespace

[[clang::no_sanitize("coverage")]] void before_load(uintptr_t address, size_t bytes) {
  if (World::current) World::current->load(address, bytes);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  World world(input);
  std::array<std::unique_ptr<InFlight>, kFlights> flights;
  world.start();
  for (unsigned n = 0; n < 64 && !input.empty(); ++n) {
    const uint8_t what = input.byte();
    const Ticks before = world.ticks;
    world.watching = true;
    ask(world, flights, what);
    world.watching = false;
    expect(world.ticks - before < 5'000'000, "a call that took five seconds");
    const uint32_t most = uint32_t(std::ranges::count_if(flights, [](const auto& f) { return f && f->begun; }));
    const auto s = world.client.statistics();
    expect(s.sent >= s.timed_out + s.malformed && s.sent - s.answered - s.timed_out - s.malformed <= most,
           "statistics that do not add up");
  }

  world.honest = true;
  world.core.reset_looks = 0;
  for (auto& queue : world.core.queues) queue.limit = 64;
  world.start();
  if (!world.transport.running()) {
    // A ring that was smaller the first time has no memory for a larger one.
    expect(world.transport.error() == Error::NoSpace, "it does not start on an honest device");
    return 0;
  }
  world.truthful = true;
  const uint32_t arrived = world.arrivals();
  const auto rate = world.client.call(Flying{.clock = 1u});
  expect(rate.has_value(), "the next command fails on an honest device");
  world.check_words(std::array{uint32_t(*rate), uint32_t(*rate >> 32)}, arrived);
  return 0;
}
