// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/binding.hh"

#include <cstddef>

using namespace std::string_view_literals;

namespace scmi {
namespace {

using Bytes = DeviceTree::Bytes;

constexpr uint32_t kLongestLimit = 60'000;  // milliseconds; a tree that asks for more does not mean it

// What matters of one node, in one pass over its properties.
struct Properties {
  bool enabled = true, parameters = false, interrupts = false, interrupt_named = false, has_areas = false;
  uint32_t function = 0, protocol = 0, limit = 0;
  uint32_t areas[2] = {};
  size_t area_count = 0;
};

uint32_t only_cell(Bytes value) { return value.size() == 4 ? uint32_t(cells_at(value, 0)) : 0; }

bool lists(Bytes value, std::string_view wanted) {
  std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
  for (size_t end; (end = text.find('\0')) != std::string_view::npos; text.remove_prefix(end + 1))
    if (text.substr(0, end) == wanted) return true;
  return false;
}

Properties read(const DeviceTree& tree, DeviceTree::Node node) {
  Properties found;
  int cursor;
  for (auto p = tree.first_property(node, cursor); p; p = tree.next_property(cursor)) {
    if (p->name == "arm,smc-id"sv) {
      found.function = only_cell(p->value);
    } else if (p->name == "shmem"sv) {
      found.has_areas = true;
      found.area_count = p->value.size() % 4 ? 0 : p->value.size() / 4;
      for (size_t i = 0; i < found.area_count && i < 2; ++i) found.areas[i] = uint32_t(cells_at(p->value, i));
    } else if (p->name == "interrupts"sv || p->name == "interrupts-extended"sv) {
      found.interrupts = !p->value.empty();
    } else if (p->name == "interrupt-names"sv) {
      found.interrupt_named = lists(p->value, "a2p"sv);
    } else if (p->name == "arm,max-rx-timeout-ms"sv) {
      found.limit = only_cell(p->value);
    } else if (p->name == "compatible"sv) {
      found.parameters = lists(p->value, "arm,scmi-smc-param"sv);
    } else if (p->name == "reg"sv) {
      found.protocol = only_cell(p->value);
    } else if (p->name == "status"sv) {
      found.enabled = lists(p->value, "okay"sv) || lists(p->value, "ok"sv);
    }
  }
  return found;
}

std::string_view problem_of(const ChannelBinding& channel, const Properties& own) {
  if (channel.function == 0) return "no arm,smc-id";
  if (own.area_count == 0 || own.area_count > 2) return "shmem does not name one area or two";
  if (own.areas[0] == 0 || own.areas[0] == own.areas[1]) return "shmem names no area, or one twice";
  return {};
}

}  // namespace

size_t read_binding(const DeviceTree& tree, DeviceTree::Node node, std::span<ChannelBinding> channels) {
  const Properties main = read(tree, node);
  if (!main.enabled || channels.empty()) return 0;
  size_t count = 0;
  const auto add = [&](DeviceTree::Node at, const Properties& own, uint8_t protocol) {
    ChannelBinding& channel = channels[count++];
    // A protocol's own words go before those of the whole.
    const Properties& interrupt = own.interrupts ? own : main;
    const uint32_t limit = own.limit ? own.limit : main.limit;
    channel = {
        .name = tree.name(at),
        .problem = {},
        .protocol = protocol,
        .parameters = main.parameters,
        .completion = interrupt.interrupts && interrupt.interrupt_named ? Completion::Polled : Completion::OnReturn,
        .function = own.function ? own.function : main.function,
        .a2p = own.areas[0],
        .p2a = own.areas[1],
        .limit = limit == 0 || limit > kLongestLimit ? Client::kDefaultLimit : limit};
    channel.problem = problem_of(channel, own);
  };

  add(node, main, 0);
  for (auto child = tree.first_child(node); child && count < channels.size(); child = tree.next_sibling(*child)) {
    const Properties own = read(tree, *child);
    if (!own.enabled || (!own.has_areas && !own.function)) continue;
    // The same area again is the default channel, spelled out.
    if (own.has_areas && own.areas[0] == main.areas[0] && (!own.function || own.function == main.function)) continue;
    add(*child, own, uint8_t(own.protocol));
    if (own.protocol < 0x10 || own.protocol > 0xff) channels[count - 1].problem = "reg is not a protocol";
  }
  return count;
}

}  // namespace scmi
