// SPDX-License-Identifier: BSD-2-Clause
// Agents that send whatever the input says and rewrite the shared memory between any two loads of the platform. Each
// ring must come back with the channel given back, the reply within it, and nothing changed that the agent may not
// change.
#include <array>
#include <cstdlib>
#include <memory>

#include "scmi/platform/fault.hh"
#include "scmi/platform/reference.hh"
#include "tests/fuzz/input.hh"
#include "tests/fuzz/loads.hh"

namespace {

using namespace scmi::platform;
using scmi::Area;
using scmi::Header;

void require(bool condition) {
  if (!condition) std::abort();
}

// Shared memory of its exact size, which AddressSanitizer guards on both sides.
struct Shared {
  explicit Shared(uint32_t bytes) : size(bytes), words(new uint32_t[bytes / 4]()) {}
  Area& area() const { return *reinterpret_cast<Area*>(words.get()); }
  uint32_t size;
  std::unique_ptr<uint32_t[]> words;
};

constexpr uint32_t kAgents = 3, kObserver = 3;

struct Peer {
  Peer(Platform& platform, uint32_t id, uint32_t size)
      : a2p(size), p2a(128), channel(platform, id), faulty(channel), events(platform, id) {
    channel.open(&a2p.area(), size);
    events.open(&p2a.area());
  }
  Shared a2p, p2a;
  Channel channel;
  FaultyChannel faulty;
  EventChannel events;
};

struct World {
  explicit World(Input& in) : input(in) {
    const uint8_t shape = input.byte();
    platform.start(Release(shape % kReleases));
    for (uint32_t i = 0; i < kAgents; ++i)
      agents[i] = std::make_unique<Peer>(platform, i + 1, shape & 64 ? 4096 : shape & 32 ? 128 : 104);
    current = this;
  }
  ~World() { current = nullptr; }

  // The agent's other processor.
  void load(const void* address) {
    if (!watching) return;
    auto* const word = static_cast<uint32_t*>(const_cast<void*>(address));
    const Shared& shared = watching->a2p;
    if (word < shared.words.get() || word >= shared.words.get() + shared.size / 4) return;
    const uint8_t what = input.byte();
    if (what < 192) return;
    *word = what < 208 ? what - 192u : what < 224 ? *word ^ 1u << what % 32 : input.word();
  }

  void send(Peer& agent) {
    // Mostly commands that exist, about things that exist.
    const uint8_t kind = input.byte();
    constexpr uint8_t kProtocols[] = {0x10, 0x14, 0x14, 0x16};
    Area& area = agent.a2p.area();
    const uint32_t words = input.byte() % 8;
    const uint32_t command = uint32_t(kProtocols[kind % 4]) << 10 | (kind >> 2) % 18;
    area.message[0] = kind < 240 ? command | uint32_t(input.byte()) << Header::kTokenShift : input.word();
    for (uint32_t i = 0; i < words; ++i) area.message[1 + i] = kind & 64 ? input.word() : input.byte();
    area.length = kind < 250 ? 4 + words * 4 : input.word();
    area.status = kind == 251 ? Area::kFree : 0;
  }

  static inline World* current = nullptr;
  Input& input;
  Platform platform{kReference};
  std::array<std::unique_ptr<Peer>, kAgents> agents;
  Peer* watching = nullptr;
};

// What an agent that may only look must never bring about.
void check(World& world) {
  for (size_t id = 0; id < kReference.clocks.size(); ++id) {
    const ClockState& state = world.platform.state().clocks[id];
    require(!(state.users >> kObserver & 1) && state.rate_by != kObserver && state.parent_by != kObserver);
    require(state.parent == 0 || state.parent < kReference.clocks[id].parents.size());
    const Rates& rates = kReference.clocks[id].rates;
    if (kReference.clocks[id].name && !rates.words.empty() && !rates.range)
      require(state.rate >= rates.words.front() && state.rate <= rates.words.back());
  }
}

}  // namespace

[[clang::no_sanitize("coverage")]] void before_load(uint32_t* address) {
  if (World::current) World::current->load(address);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  World world(input);
  for (unsigned n = 0; n < 64 && !input.empty(); ++n) {
    const uint8_t what = input.byte();
    Peer& agent = *world.agents[what % kAgents];
    if (what >= 240) agent.faulty.set({.fault = Fault(input.byte() % kFaults), .count = 1, .skip = 0, .filter = {}});
    if (what >= 230 && what < 240) world.platform.complete();
    world.send(agent);
    const bool honest = what < 128;
    world.watching = honest ? nullptr : &agent;
    const uint32_t header = agent.a2p.area().message[0], sent = agent.a2p.area().status;
    if (agent.faulty.armed()) {
      agent.faulty.serve();
    } else {
      agent.channel.serve();
      if (honest && sent == 0) {
        Area& area = agent.a2p.area();
        require(area.status & Area::kFree);
        require(area.message[0] == header && area.length >= 8 && area.length % 4 == 0);
        require(area.length <= agent.channel.capacity() && area.length <= Channel::kMostReply);
        const auto status = int32_t(area.message[1]);
        require(status <= 0 && status >= -12 && (status == 0 || area.length == 8));
      }
    }
    world.watching = nullptr;
    if (agent.events.deliver()) require(agent.p2a.area().length >= 8 && agent.p2a.area().length <= 20);
    if (what & 4) agent.p2a.area().status = Area::kFree;
    check(world);
  }
  return 0;
}
