// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/control.hh"

#include "lib/text.hh"
#include "scmi/clock.hh"
#include "scmi/reset.hh"

namespace vhost {
namespace {
using Command = scmi::platform::Request;

constexpr uint32_t kOther = 2;  // the agent that changes things behind the back of the one that is served

Outcome<uint64_t> number(std::string_view text, uint64_t most) {
  const auto value = parse_number(text, most);
  if (!value) return failure("'" + std::string(text) + "' is not a number up to " + std::to_string(most));
  return *value;
}

/// All words that are left, as numbers of 32 bits.
Outcome<std::vector<uint32_t>> numbers(std::string_view words, size_t most) {
  std::vector<uint32_t> all;
  for (std::string_view word = take_word(words); !word.empty(); word = take_word(words))
    all.push_back(uint32_t(TRY(number(word, UINT32_MAX))));
  if (all.size() > most) return failure("at most " + std::to_string(most) + " words of payload");
  return all;
}

Outcome<scmi::Command> take_command(std::string_view& words) {
  const auto protocol = scmi::Protocol(TRY(number(take_word(words), 0xff)));
  return scmi::command(protocol, uint8_t(TRY(number(take_word(words), 0xff))));
}

}  // namespace

std::string Control::execute(std::string_view line) {
  const auto result = run(line);
  if (!result) return "error: " + result.error();
  return result->empty() ? "ok" : "ok " + *result;
}

Outcome<std::string> Control::run(std::string_view line) {
  const std::string_view name = take_word(line);
  if (name == "notify") return notify(line);
  if (name == "act") {
    const auto agents = server_.platform().description().agents.size();
    const auto agent = uint32_t(TRY(number(take_word(line), agents - 1)));
    if (agent == 0) return failure(std::string("agent 0 is the platform, which sends nothing"));
    const scmi::Command command = TRY(take_command(line));
    return act(agent, command, TRY(numbers(line, Command::kMostWords)));
  }
  if (name == "fault") {
    CHECK(server_.faults().set(take_word(line)));
    return std::string();
  }
  if (name == "stats") {
    const Server::Statistics& counts = server_.statistics();
    return "commands=" + std::to_string(counts.commands) + " answers=" + std::to_string(counts.answers) +
           " delayed=" + std::to_string(counts.delayed_responses) +
           " notifications=" + std::to_string(counts.notifications) + " dropped=" + std::to_string(server_.dropped());
  }
  if (name == "help") return std::string(kHelp);
  if (name == "quit") {
    quits_ = true;
    return std::string();
  }
  return failure("'" + std::string(name) + "' is not known; there are: " + std::string(kHelp));
}

Outcome<std::string> Control::notify(std::string_view words) {
  const std::string_view what = take_word(words);
  if (what == "rate") {
    const auto clock = uint32_t(TRY(number(take_word(words), UINT32_MAX)));
    const uint64_t rate = TRY(number(take_word(words), UINT64_MAX));
    const uint32_t payload[] = {0, clock, uint32_t(rate), uint32_t(rate >> 32)};
    return act(kOther, scmi::clock::wire::RateSet::kCommand, payload);
  }
  if (what == "reset") {
    const uint32_t payload[] = {uint32_t(TRY(number(take_word(words), UINT32_MAX))), 1, 0};  // the whole cycle at once
    return act(kOther, scmi::reset::wire::Reset::kCommand, payload);
  }
  if (what == "error") {
    const std::string_view how = take_word(words);
    if (!how.empty() && how != "fatal")
      return failure(std::string("expected nothing or 'fatal' behind 'notify error'"));
    server_.platform().report_error(kOther, {uint32_t(scmi::clock::wire::RateGet::kCommand)}, !how.empty());
    return std::string();
  }
  if (what == "raw") {
    const scmi::Command event = TRY(take_command(words));
    const auto payload = TRY(numbers(words, scmi::platform::Event::kMostWords - 1));
    auto& platform = server_.platform();
    const auto at = [&](size_t i) { return payload[i]; };
    switch (payload.size()) {
      case 0: platform.notify(server_.agent(), event, {}); break;
      case 1: platform.notify(server_.agent(), event, {at(0)}); break;
      case 2: platform.notify(server_.agent(), event, {at(0), at(1)}); break;
      case 3: platform.notify(server_.agent(), event, {at(0), at(1), at(2)}); break;
      default: platform.notify(server_.agent(), event, {at(0), at(1), at(2), at(3)}); break;
    }
    return std::string();
  }
  return failure("'notify " + std::string(what) + "' is not known; there are: rate, reset, error, raw");
}

/// A command of another agent, whose notifications go to the one that is served if it has asked for them.
Outcome<std::string> Control::act(uint32_t agent, scmi::Command command, std::span<const uint32_t> payload) {
  Command request{.header = {uint32_t(command)}, .size = uint32_t(payload.size() * 4), .words = {}};
  for (size_t i = 0; i < payload.size(); ++i) request.words[i] = payload[i];
  std::array<uint32_t, scmi::platform::Channel::kMostReply / 4> reply{};
  const uint32_t bytes = server_.platform().serve(agent, request, {reply.data(), sizeof reply});
  if (const auto status = scmi::check_status(int32_t(reply[1])); !status)
    return failure("agent " + std::to_string(agent) + ": " + std::string(::text(status.error())));
  std::string words;
  for (size_t i = 2; i < bytes / 4; ++i) words += (words.empty() ? "" : " ") + std::to_string(reply[i]);
  return words;
}

}  // namespace vhost
