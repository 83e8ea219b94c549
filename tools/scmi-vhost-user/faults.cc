// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/faults.hh"

#include <algorithm>

#include "lib/text.hh"

namespace vhost {
namespace {
using scmi::platform::Fault;
using scmi::platform::FaultPlan;

constexpr std::string_view kActs[] = {
    "",         "silence",       "late",          "out-of-order", "no-interrupt",  "used-id-range", "used-id-repeat",
    "used-len", "used-idx-jump", "used-idx-back", "die",          "die-and-return"};

/// Why a fault of shared memory cannot be had here; empty: it can.
std::string_view not_here(std::string_view name) {
  if (name == "error-bit") return "a virtqueue has no error bit; status-vendor and zero are answers that say as much";
  if (name == "busy") return "a virtqueue has no channel to keep; silence keeps the buffer";
  if (name == "no-smc") return "there is no call to refuse; die ends the platform";
  return {};
}

}  // namespace

Outcome<void> Faults::set(std::string_view spec) {
  const std::string whole(spec);
  std::string_view rest = spec;
  const std::string_view name = take_until(rest, ':');
  if (const std::string_view reason = not_here(name); !reason.empty())
    return failure("fault '" + std::string(name) + "': " + std::string(reason));
  const auto act = std::find(std::begin(kActs) + 1, std::end(kActs), name);
  const bool own = act != std::end(kActs);
  // The numbers behind a name mean the same for all.
  const std::string text = own ? "short" + whole.substr(name.size()) : whole;
  const auto plan = scmi::platform::parse_fault(text);
  if (!plan && plan.error() == Error::BadNumber)
    return failure("fault '" + whole + "': expected name[:count[:skip[:protocol:message]]]");
  if (!plan) return failure("fault '" + whole + "' is not known; there are: " + fault_names());
  act_ = own ? Act(act - std::begin(kActs)) : Act::None;
  plan_ = *plan;
  platform_ = own ? FaultPlan{} : *plan;
  return {};
}

Act Faults::take(scmi::Header header) {
  if (act_ == Act::None) return Act::None;
  if (plan_.filter && *plan_.filter != scmi::Command(header.word & 0x3fcff)) return Act::None;
  if (plan_.skip) {
    --plan_.skip;
    return Act::None;
  }
  const Act act = act_;
  if (plan_.count && --plan_.count == 0) act_ = Act::None;
  return act;
}

std::string fault_names() {
  std::string all;
  for (size_t i = 0; i < scmi::platform::kFaults; ++i) {
    const std::string_view name = scmi::platform::name(Fault(i));
    if (!not_here(name).empty() || name == kActs[size_t(Act::Silence)] || name == kActs[size_t(Act::Late)]) continue;
    all += std::string(name) + ' ';
  }
  for (size_t i = 1; i < std::size(kActs); ++i) all += std::string(kActs[i]) + ' ';
  all.pop_back();
  return all;
}

}  // namespace vhost
