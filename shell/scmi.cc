// SPDX-License-Identifier: BSD-2-Clause
#include "shell/scmi.hh"

#include "shell/listing.hh"

namespace shell {
namespace {
constinit size_t number = 0;  // of the chosen one
}

scmi::Instance& chosen() { return scmi::instances()[number]; }
scmi::Client& chosen(scmi::Protocol protocol) { return chosen().client(protocol); }

size_t index_of(const scmi::Instance& instance) { return size_t(&instance - scmi::instances().data()); }

Result<void> listen(scmi::Command event, scmi::Client::Handler handler, void* context) {
  // The one client that speaks the event's protocol hears it, whichever channel it comes over.
  return chosen(scmi::Protocol(scmi::Header{uint32_t(event)}.protocol())).listen(event, handler, context);
}

bool is_on(std::string_view word) { return word == "on"sv || word == "1"sv; }

std::string_view outcome(int32_t result) {
  if (result == 0) return "success"sv;
  const bool ours = result < int32_t(Error::UnknownStatus) && result >= INT8_MIN + 1;
  return text(ours ? Error(result) : scmi::check_status(result).error());
}

COMMAND(scmi_dev, "scmi dev [N] [-j]", "lists the SCMI platforms, or chooses the one that the other commands mean") {
  if (!call.has("-j"sv) && call.count()) {
    const uint64_t wanted = call.number(0);
    about("SCMI platform"sv, wanted);
    if (wanted >= scmi::instances().size()) return failure(Error::NoDevice);
    number = size_t(wanted);
    return {};
  }
  Listing list(call, "chosen?*|:1 instance:8 channels:8 name"sv);
  for (const auto& instance : scmi::instances()) {
    const size_t index = index_of(instance);
    list.row({index == number, index, instance.channels().size(), instance.name()});
  }
  return {};
}

}  // namespace shell
