// SPDX-License-Identifier: BSD-2-Clause
// A platform that does whatever the input says: it answers, forges, cuts, keeps silent, sends of its own accord, and
// rewrites the shared memory between any two loads of the client. Every call must come back with a value or an error,
// and when the platform has become honest again, so must be the channel.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "scmi/base.hh"
#include "scmi/clock.hh"
#include "scmi/reset.hh"
#include "scmi/shmem.hh"
#include "tests/fuzz/input.hh"
#include "tests/fuzz/loads.hh"

namespace {

using scmi::Area;
using scmi::Completion;

// Shared memory of its exact size, which AddressSanitizer guards on both sides.
struct Shared {
  explicit Shared(uint32_t bytes) : size(bytes), words(new uint32_t[bytes / 4]()) { area().status = Area::kFree; }
  Area& area() const { return *reinterpret_cast<Area*>(words.get()); }
  void put(uint32_t index, uint32_t word) const {
    if (index < size / 4) words[index] = word;
  }
  uint32_t size;
  std::unique_ptr<uint32_t[]> words;
};
constexpr uint32_t kHeader = sizeof(Area) / 4;

struct World {
  World(Input& in, uint8_t shape)
      : input(in),
        a2p(shape & 1   ? 128
            : shape & 2 ? 256
                        : 44),
        p2a(shape & 4 ? 128 : 28),
        completion(shape & 8 ? Completion::Polled : Completion::OnReturn),
        transport({&a2p.area(), a2p.size},
                  shape & 16 ? scmi::ShmemTransport::Memory{&p2a.area(), p2a.size} : scmi::ShmemTransport::Memory{},
                  {ring, 0}, completion),
        client(transport, time) {
    current = this;
  }
  ~World() { current = nullptr; }

  static intptr_t ring(uintptr_t, uintptr_t, uintptr_t) {
    World& w = *current;
    w.watching = false;
    const int64_t result = w.honest ? w.answer_honestly() : w.play();
    w.watching = !w.honest;
    return result;
  }

  int64_t answer_honestly() {
    a2p.put(kHeader + 1, 0);
    a2p.put(kHeader + 2, 0x1234);
    a2p.put(kHeader + 3, 0x5678);
    a2p.area().length = 16;
    a2p.area().status = Area::kFree;
    return 0;
  }

  int64_t play() {
    if (input.empty()) return 0;  // silence for the rest of this life
    const uint8_t how = input.byte();
    if (how & 0x80) send_event();
    switch (how & 7) {
      case 0: return int64_t{input.byte()} - 128;
      case 1: return 0;
      case 2: a2p.area().status = input.word(); return 0;
      case 3: a2p.put(kHeader, a2p.words[kHeader] ^ 1u << input.byte() % 32); break;
      case 4:
        for (unsigned n = input.byte() % 32; n; --n) a2p.put(input.byte() % (a2p.size / 4), input.word());
        break;
      default: break;
    }
    // An answer, more or less.
    const uint8_t words = input.byte() % 32;
    a2p.put(kHeader + 1, how & 8 ? input.word() : 0);
    for (uint8_t i = 0; i < words; ++i) a2p.put(kHeader + 2 + i, how & 16 ? input.byte() : input.word());
    a2p.area().length = how & 32 ? input.length(a2p.size) : 8 + 4 * words;
    a2p.area().status = how & 64 ? input.byte() : Area::kFree;
    return 0;
  }

  void send_event() {
    if (!(p2a.area().status & Area::kFree)) return;
    const uint8_t how = input.byte();
    uint32_t header = a2p.words[kHeader];  // of the command that was sent: the delayed response has its token
    if (how & 1) header = input.word();
    p2a.put(kHeader, (header & ~0x300u) | uint32_t(how & 6) << 7);
    const uint8_t words = how >> 4;
    for (uint8_t i = 0; i < words; ++i) p2a.put(kHeader + 1 + i, how & 8 ? input.byte() : input.word());
    p2a.area().length = how & 128 ? input.length(p2a.size) : 4 + 4 * words;
    p2a.area().status = 0;
  }

  // Each look at the clock is a moment in which a platform of its own pace may act.
  Ticks look() {
    const bool was = watching;
    watching = false;
    ticks += 1000;
    if (!honest && !input.empty() && completion == Completion::Polled) play();
    watching = was;
    return ticks;
  }

  // Called before the client loads a word of shared memory: the other side may write there at any moment.
  [[clang::no_sanitize("coverage")]] void load(uint32_t* address) {
    if (!watching || input.empty() || changes == 0) return;
    for (const Shared* shared : {&a2p, &p2a})
      if (address >= shared->words.get() && address < shared->words.get() + shared->size / 4) {
        watching = false;
        if (const uint8_t how = input.byte(); how > 200) {
          --changes;
          *address = how & 1 ? input.word() : *address ^ input.byte();
        }
        watching = true;
        return;
      }
  }

  static inline World* current = nullptr;
  Input& input;
  Shared a2p, p2a;
  Completion completion;
  bool honest = false, watching = false;
  unsigned changes = 16;
  Ticks ticks = 0;
  Time time{[] { return current->look(); }, 1'000'000};
  scmi::ShmemTransport transport;
  scmi::Client client;
};

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "scmi_reply: %s\n", what);
  std::abort();
}

void ask(World& w, uint8_t what) {
  scmi::Client& client = w.client;
  scmi::base::Base base(client);
  scmi::clock::Clock clock(client);
  scmi::reset::Reset reset(client);
  constexpr scmi::clock::Id kClock{1};
  switch (what % 24) {
    case 0: (void)client.version(scmi::Protocol::Clock); break;
    case 1: (void)client.negotiate(scmi::Protocol::Clock, 0x20000); break;
    case 2: (void)base.attributes(); break;
    case 3:
      if (const auto name = base.vendor()) expect(name->text().size() <= 16, "a name longer than its field");
      break;
    case 4:
      if (const auto list = base.list_protocols()) expect(list->count <= list->id.size(), "more protocols than fit");
      break;
    case 5:
      if (const auto agent = base.agent(scmi::base::kMyself))
        expect(agent->name.text().size() <= 16, "a name longer than its field");
      break;
    case 6: (void)clock.counts(); break;
    case 7:
      if (const auto info = clock.info(kClock)) expect(info->name.text().size() <= 16, "a name longer than its field");
      break;
    case 8:
      if (const auto name = clock.name(kClock)) expect(name->text().size() <= 64, "a name longer than its field");
      break;
    case 9: {
      auto rates = clock.rates(kClock);
      uint32_t count = 0;
      for (auto rate = rates.next(); rate && *rate; rate = rates.next()) ++count;
      expect(count <= 0xfff + 0xffff, "more rates than any first page can promise");
      break;
    }
    case 10: {
      auto parents = clock.possible_parents(kClock);
      uint32_t count = 0;
      for (auto parent = parents.next(); parent && *parent; parent = parents.next()) ++count;
      expect(count <= 0xff + 0xff, "more parents than any first page can promise");
      break;
    }
    case 11: (void)clock.rate(kClock); break;
    case 12: (void)clock.set_rate(kClock, 1'000'000); break;
    case 13: (void)clock.set_rate_and_wait(kClock, 1'000'000); break;
    case 14: (void)clock.enable(kClock, true); break;
    case 15: (void)clock.config(kClock); break;
    case 16: (void)clock.parent(kClock); break;
    case 17: (void)clock.permissions(kClock); break;
    case 18: (void)reset.info(scmi::reset::Id{0}); break;
    case 19: (void)reset.name(scmi::reset::Id{0}); break;
    case 20: (void)reset.pulse_and_wait(scmi::reset::Id{0}); break;
    case 21: {
      uint32_t reply[40], request[24];
      std::ranges::fill(request, 7u);
      (void)client.raw(scmi::command(scmi::Protocol(what), 3), std::span(request).first(what % 24), reply);
      break;
    }
    case 22:
      (void)client.listen(
          scmi::clock::wire::kRateChanged,
          [](void*, scmi::Header, std::span<const uint32_t> payload) {
            static std::array<uint32_t, 64> seen;
            std::ranges::copy(payload, seen.begin());
          },
          nullptr);
      break;
    case 23: (void)client.poll(); break;
  }
}

}  // namespace

[[clang::no_sanitize("coverage")]] void before_load(uint32_t* address) {
  if (World::current) World::current->load(address);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  World world(input, input.byte());
  for (unsigned n = 0; n < 64 && !input.empty(); ++n) {
    const uint8_t what = input.byte();
    world.watching = true;
    ask(world, what);
    world.watching = false;
  }

  world.honest = true;
  world.a2p.area().status = Area::kFree;  // what was left in flight comes back
  const auto rate = scmi::clock::Clock(world.client).rate(scmi::clock::Id(1));
  expect(rate.has_value(), "the next command fails on an honest platform");
  expect(*rate == 0x5678'0000'1234, "the next command is answered with something stale");
  const auto s = world.client.statistics();
  expect(s.sent == s.answered + s.timed_out + s.malformed, "statistics that do not add up");
  for (size_t i = 0; i < scmi::Client::kTraceLength && world.client.trace(i); ++i)
    expect(world.client.trace(i)->length <= 256, "a trace longer than the memory");
  return 0;
}
