// SPDX-License-Identifier: BSD-2-Clause
#include "shell/names.hh"

#include "lib/text.hh"
#include "scmi/message.hh"

namespace shell {

using namespace std::string_view_literals;
namespace {

// One text for each list: a table of pointers would be twice as large, with its relocations.
std::string_view nth(std::string_view list, uint32_t index) {
  while (index--) take_until(list, ' ');
  return take_until(list, ' ');
}

constexpr std::string_view kProtocols = "base power system perf clock sensor reset voltage powercap pinctrl";
constexpr std::string_view kCommon = "PROTOCOL_VERSION PROTOCOL_ATTRIBUTES PROTOCOL_MESSAGE_ATTRIBUTES";
// From message 3 on.
constexpr std::string_view kBase =
    "DISCOVER_VENDOR DISCOVER_SUB_VENDOR DISCOVER_IMPLEMENTATION_VERSION DISCOVER_LIST_PROTOCOLS DISCOVER_AGENT "
    "NOTIFY_ERRORS SET_DEVICE_PERMISSIONS "
    "SET_PROTOCOL_PERMISSIONS RESET_AGENT_CONFIGURATION";
constexpr std::string_view kClock =
    "CLOCK_ATTRIBUTES DESCRIBE_RATES RATE_SET RATE_GET CONFIG_SET NAME_GET RATE_NOTIFY RATE_CHANGE_REQUESTED_NOTIFY "
    "CONFIG_GET POSSIBLE_PARENTS_GET PARENT_SET PARENT_GET GET_PERMISSIONS";
constexpr std::string_view kReset = "DOMAIN_ATTRIBUTES RESET RESET_NOTIFY NAME_GET";
constexpr uint8_t kBaseId = 0x10, kClockId = 0x14, kResetId = 0x16;

}  // namespace

std::string_view protocol_name(uint8_t protocol) {
  if (protocol >= 0x80) return "vendor"sv;
  const std::string_view name = protocol < kBaseId ? ""sv : nth(kProtocols, protocol - kBaseId);
  return name.empty() ? "protocol"sv : name;
}

std::string_view message_name(uint8_t protocol, uint8_t message, bool notification) {
  if (notification) {
    if (protocol == kBaseId && message == 0) return "ERROR_EVENT"sv;
    if (protocol == kClockId && message < 2) return message ? "RATE_CHANGE_REQUESTED"sv : "RATE_CHANGED"sv;
    if (protocol == kResetId && message == 0) return "RESET_ISSUED"sv;
    return {};
  }
  if (message == scmi::common::kNegotiateVersion) return "NEGOTIATE_PROTOCOL_VERSION"sv;
  if (message < 3) return nth(kCommon, message);
  switch (protocol) {
    case kBaseId: return nth(kBase, message - 3u);
    case kClockId: return nth(kClock, message - 3u);
    case kResetId: return nth(kReset, message - 3u);
    default: return {};
  }
}

}  // namespace shell
