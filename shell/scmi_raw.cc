// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi_raw.cc - messages as they are: sent by hand, seen afterwards, counted.
#include "lib/console.hh"
#include "shell/listing.hh"
#include "shell/names.hh"
#include "shell/scmi.hh"

namespace shell {
namespace {

std::string_view channel_name(const scmi::Instance::Channel& channel) {
  return channel.protocol ? protocol_name(channel.protocol) : "default";
}

}  // namespace

COMMAND(scmi_raw, "scmi raw PROTOCOL MESSAGE [N...]", "sends a message of these words, prints what comes back in hex") {
  const uint64_t protocol = call.number(0), message = call.number(1);
  if (protocol > 0xff || message > 0xff) return failure(Error::Usage);
  std::array<uint32_t, 32> request, reply;
  const size_t words = call.count() - 2;
  for (size_t i = 0; i < words; ++i) request[i] = uint32_t(call.number(2 + i));
  auto& client = chosen(scmi::Protocol(protocol));
  const auto length =
      client.raw(scmi::command(scmi::Protocol(protocol), uint8_t(message)), std::span(request).first(words), reply);
  if (!length && !is_status(length.error())) return failure(length.error());

  size_t age = 0;  // of the command in the trace: something may have arrived after its reply
  const auto* sent = client.trace(age);
  while (sent && sent->header.type() != scmi::MessageType::Command) sent = client.trace(++age);
  if (sent) print("header {:#010x}\nstatus {} {}\n", sent->header.word, sent->result, outcome(sent->result));
  for (size_t i = 0; length && i < *length / 4 && i < reply.size(); ++i) print("{:#010x}\n", reply[i]);
  return {};
}

COMMAND(scmi_trace, "scmi trace [-j]", "the last messages of each channel, the newest last") {
  Listing list(
      call, "instance:8 channel:-8 token:5 protocol:-8 message:-20 header#:10 first#:10 length:6 result:6 outcome"sv);
  for (const auto& instance : scmi::instances())
    for (const auto& channel : instance.channels())
      for (size_t age = scmi::Client::kTraceLength; age-- > 0;) {
        const auto* entry = channel.client->trace(age);
        if (!entry) continue;
        const auto header = entry->header;
        const bool notification = header.type() == scmi::MessageType::Notification;
        list.row({index_of(instance), channel_name(channel), header.token(), protocol_name(header.protocol()),
                  message_name(header.protocol(), header.message(), notification), header.word, entry->first,
                  entry->length, entry->result,
                  notification                                          ? "notified"sv
                  : header.type() == scmi::MessageType::DelayedResponse ? "delayed response"sv
                                                                        : outcome(entry->result)});
      }
  return {};
}

COMMAND(scmi_stats, "scmi stats [-j]", "what each channel has seen") {
  Listing list(call,
               "instance:8 channel:-8 sent:7 answered:8 timed_out:9 malformed:9 late:4 notifications:13 delayed:7 "
               "unexpected:10"sv);
  for (const auto& instance : scmi::instances())
    for (const auto& channel : instance.channels()) {
      const auto seen = channel.client->statistics();
      list.row({index_of(instance), channel_name(channel), seen.sent, seen.answered, seen.timed_out, seen.malformed,
                seen.late, seen.notifications, seen.delayed, seen.unexpected});
    }
  return {};
}

}  // namespace shell
