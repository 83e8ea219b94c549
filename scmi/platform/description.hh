// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/description.hh - the words in which a platform is described: see reference.cc for one. A description is
// constant; what changes while it runs is in State. Everything that a row leaves out has the value that it has here.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace scmi::platform {

// What a description may hold at most; State has room for it.
inline constexpr size_t kMostAgents = 8, kMostClocks = 96, kMostResets = 32, kMostDevices = 16;

/// A set of agents, one bit each. Agent 0 is the platform itself, which sends nothing and needs no leave.
using Agents = uint8_t;
template <class... Id>
constexpr Agents agents(Id... id) {
  return Agents((0u | ... | (1u << id)));
}
inline constexpr Agents kNobody = 0, kEverybody = 0xff;

namespace literals {
consteval uint64_t operator""_Hz(unsigned long long n) { return n; }
consteval uint64_t operator""_kHz(unsigned long long n) { return n * 1'000; }
consteval uint64_t operator""_MHz(unsigned long long n) { return n * 1'000'000; }
consteval uint64_t operator""_GHz(unsigned long long n) { return n * 1'000'000'000; }
}  // namespace literals

/// Rates in hertz that a clock can have: each one listed, ascending; or lowest, highest and step.
struct Rates {
  std::span<const uint64_t> words;
  bool range = false;

  constexpr bool valid() const {
    if (words.empty()) return false;
    if (range) return words.size() == 3 && words[0] <= words[1] && words[2] != 0;
    for (size_t i = 1; i < words.size(); ++i)
      if (words[i - 1] >= words[i]) return false;
    return words.size() <= 0xfff;  // as far as the count reaches
  }
};

namespace memory {  // where the numbers of a description lie
template <uint64_t... kHertz>
inline constexpr std::array<uint64_t, sizeof...(kHertz)> list{kHertz...};
template <uint64_t kFirst, uint64_t kStep, size_t kCount>
inline constexpr auto steps = [] {
  std::array<uint64_t, kCount> all{};
  for (size_t i = 0; i < kCount; ++i) all[i] = kFirst + i * kStep;
  return all;
}();
template <uint16_t... kId>
inline constexpr std::array<uint16_t, sizeof...(kId)> ids{kId...};
}  // namespace memory

template <uint64_t... kHertz>
inline constexpr Rates list{memory::list<kHertz...>};
/// A list again, of `kCount` rates at equal distance.
template <uint64_t kFirst, uint64_t kStep, size_t kCount>
inline constexpr Rates steps{memory::steps<kFirst, kStep, kCount>};
template <uint64_t kLowest, uint64_t kHighest, uint64_t kStep>
inline constexpr Rates range{memory::list<kLowest, kHighest, kStep>, true};

using Ids = std::span<const uint16_t>;
template <uint16_t... kId>
inline constexpr Ids ids{memory::ids<kId...>};

struct Clock {
  static constexpr uint16_t kItself = 0xffff;

  const char* name = nullptr;  // null: a hole in the id range. From 16 letters on there is an extended name
  Rates rates{};
  uint64_t rate = 0;            // at start, hertz; 0: the lowest
  bool on = false;              // at start; whoever may change it can then turn it off
  uint32_t enable_delay = 0;    // microseconds, worst case
  Ids parents{};                // that it can have; the first at start
  uint8_t duty = 0;             // duty cycle at start, percent; 0: it cannot be set
  bool notifies = true;         // rate changed, rate change requested
  uint16_t same_as = kItself;   // another id of one real clock: rate, state, parent and users are those of that id
  Agents seen_by = kEverybody;  // the others get NOT_FOUND
  Agents rate_by = kEverybody;  // who may set ...; the others get DENIED, and GET_PERMISSIONS says so
  Agents state_by = kEverybody;
  Agents parent_by = kEverybody;
};

struct Reset {
  static constexpr uint32_t kUnknown = 0xffff'ffff;

  const char* name = nullptr;   // null: a hole
  uint32_t latency = kUnknown;  // microseconds
  bool asynchronous = false;
  bool notifies = false;
  uint8_t own_states = 0;  // implementation defined reset states: 0x8000'0000 and the following
  Agents seen_by = kEverybody;
  Agents used_by = kEverybody;  // the others get DENIED
};

/// What SET_DEVICE_PERMISSIONS and SET_PROTOCOL_PERMISSIONS give and take. A resource may belong to none, or to many.
struct Device {
  const char* name;  // for the reader: the protocol has no message that tells it
  Ids clocks{};
  Ids resets{};
};

struct Agent {
  const char* name;         // shorter than 16
  bool trusted = false;     // may change permissions, its own and the others'
  bool only_looks = false;  // may set nothing at all
};

struct Description {
  const char* vendor;
  const char* sub_vendor;
  uint32_t implementation_version;
  std::span<const Agent> agents;  // the first is the platform
  std::span<const Device> devices;
  std::span<const Clock> clocks;
  std::span<const Reset> resets;
};

/// For a static_assert behind a table.
constexpr bool valid(const Description& d) {
  if (d.agents.size() < 2 || d.agents.size() > kMostAgents || d.devices.size() > kMostDevices) return false;
  if (d.clocks.size() > kMostClocks || d.resets.size() > kMostResets) return false;
  for (const Clock& clock : d.clocks) {
    if (!clock.name) continue;
    if (clock.same_as != Clock::kItself) {
      if (clock.same_as >= d.clocks.size() || d.clocks[clock.same_as].same_as != Clock::kItself) return false;
    } else if (!clock.rates.valid() || clock.duty > 100) {
      return false;
    }
    for (const uint16_t parent : clock.parents)
      if (parent >= d.clocks.size() || !d.clocks[parent].name) return false;
  }
  for (const Device& device : d.devices) {
    for (const uint16_t clock : device.clocks)
      if (clock >= d.clocks.size() || !d.clocks[clock].name) return false;
    for (const uint16_t reset : device.resets)
      if (reset >= d.resets.size() || !d.resets[reset].name) return false;
  }
  return true;
}

}  // namespace scmi::platform
