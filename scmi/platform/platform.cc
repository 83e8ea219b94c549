// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/platform/platform.hh"

#include "lib/assert.hh"
#include "scmi/base.hh"
#include "scmi/platform/resources.hh"
#include "scmi/platform/service.hh"

namespace scmi::platform {
namespace {

constexpr std::array<const Service*, kProtocols> kServices = {&kBaseService,  nullptr, nullptr,        nullptr,
                                                              &kClockService, nullptr, &kResetService, nullptr};

constexpr uint32_t kFirstProtocol = uint32_t(Protocol::Base);
constexpr uint32_t kTypeAndReserved = 0xf000'0300;  // of a command's header: all zero

/// Whether an agent that speaks `version` has this message.
const Message* find(const Platform& platform, const Service& service, uint32_t version, uint32_t id) {
  if (id >= kMessages) return nullptr;
  const Message& message = service.messages[id];
  if (!message.serve || message.since > version) return nullptr;
  // Once there it stays, whatever version was negotiated: it is the way back.
  if (id == common::kNegotiateVersion && platform.release() < Release::V3_2) return nullptr;
  return &message;
}

}  // namespace

void Platform::start(Release release) {
  ASSERT(valid(description_));
  release_ = release;
  state_ = {};
  work_ = false;
  for (size_t i = 0; i < description_.clocks.size(); ++i) start_clock(*this, i);
  for (uint32_t agent = 0; agent < description_.agents.size(); ++agent)
    for (size_t i = 0; i < kProtocols; ++i)
      if (kServices[i]) state_.agents[agent].version[i] = kServices[i]->version[size_t(release)];
  permit();
}

uint32_t Platform::serve(uint32_t agent, const Request& request, Reply reply) {
  ASSERT(agent != 0 && agent < description_.agents.size() && reply.room >= Reply::kLeast);
  const uint32_t header = request.header.word;
  if (header & kTypeAndReserved) [[unlikely]]
    return refuse(agent, request.header, Error::ProtocolError, reply);

  Error status = Error::NotSupported;
  const uint32_t index = request.header.protocol() - kFirstProtocol;
  const uint32_t version = index < kProtocols ? state_.agents[agent].version[index] : 0;
  if (version) [[likely]] {
    const Service& service = *kServices[index];
    const Message* const message = find(*this, service, version, request.header.message());
    if (!message) [[unlikely]] {
      status = Error::NotFound;
    } else if (message->size != request.size && message->size != Message::kAnySize) [[unlikely]] {
      status = Error::ProtocolError;
    } else {
      Call call{.platform = *this,
                .service = service,
                .agent = agent,
                .version = version,
                .request = request,
                .next = reply.words + 2,
                .end = reply.words + reply.room / 4};
      const Result<void> result = message->serve(call);
      if (result) [[likely]] {
        reply.words[0] = header;
        reply.words[1] = 0;
        return uint32_t(call.next - reply.words) * 4;
      }
      status = result.error();
    }
  }
  return answer(request.header, status, reply);
}

uint32_t Platform::answer(Header header, Error error, Reply reply) {
  reply.words[0] = header.word;
  reply.words[1] = uint32_t(int32_t(error));  // and nothing else (4.1.4)
  return 8;
}

uint32_t Platform::refuse(uint32_t agent, Header header, Error error, Reply reply) {
  report_error(agent, header, false);
  return answer(header, error, reply);
}

bool Platform::pending() const {
  for (const Pending& entry : state_.pending)
    if (entry.agent) return true;
  return false;
}

Pending* Platform::postpone(uint32_t agent, Header header, bool answer) {
  for (Pending& entry : state_.pending) {
    if (entry.agent) continue;
    if (answer && !outbox(agent).reserve()) return nullptr;
    entry = {.header = header.word, .agent = uint8_t(agent), .answer = answer};
    work_ = true;
    return &entry;
  }
  return nullptr;
}

void Platform::notify(uint32_t agent, Command event, std::initializer_list<uint32_t> payload) {
  outbox(agent).notify(event, payload);
  work_ = true;
}

void Platform::complete() {
  for (Pending& entry : state_.pending) {
    if (!entry.agent) continue;
    const Pending done = entry;
    entry.agent = 0;
    work_ = true;
    if (Header{done.header}.protocol() == uint8_t(Protocol::Clock))
      complete_clock(*this, done);
    else
      complete_reset(*this, done);
  }
}

void Platform::report_error(uint32_t agent, Header header, bool fatal) {
  const uint32_t status = uint32_t(fatal) << 31 | 1;  // about one command
  for (uint32_t i = 1; i < description_.agents.size(); ++i)
    if (state_.agents[i].hears_errors) notify(i, base::wire::kErrorEvent, {agent, status, header.word, 0});
}

void Platform::permit() {
  for (uint32_t agent = 1; agent < description_.agents.size(); ++agent) {
    permit_clocks(*this, agent);
    permit_resets(*this, agent);
  }
}

void Platform::reset_agent(uint32_t agent) {
  AgentState& state = state_.agents[agent];
  for (size_t i = 0; i < kProtocols; ++i)
    if (kServices[i]) state.version[i] = kServices[i]->version[size_t(release_)];
  state.hears_errors = false;
  for (uint8_t& rights : state.clock) rights &= uint8_t(~(HearChange | HearRequest));
  for (uint8_t& rights : state.reset) rights &= uint8_t(~HearChange);
  for (Pending& entry : state_.pending) {
    if (entry.agent != agent) continue;
    if (entry.answer) state.outbox.give_up();
    entry.agent = 0;
  }
  state.outbox.clear();
  reset_clocks(*this, agent);
  reset_resets(*this, agent);
}

Result<void> serve_version(Call& call) {
  call.put_word(call.service.version[size_t(call.platform.release())]);
  return {};
}

Result<void> serve_message_attributes(Call& call) {
  if (!find(call.platform, call.service, call.version, call.request.words[0])) return failure(Error::NotFound);
  call.put_word(0);  // none of our messages has a fast channel or anything else to tell
  return {};
}

// 4.2.2.5. Older versions that a release of the specification had, up to our own.
Result<void> serve_negotiate(Call& call) {
  const uint32_t wanted = call.request.words[0];
  for (size_t i = 0; i <= size_t(call.platform.release()); ++i) {
    if (wanted == 0 || call.service.version[i] != wanted) continue;
    call.from().version[uint32_t(call.service.protocol) - kFirstProtocol] = wanted;
    return {};
  }
  return failure(Error::NotSupported);
}

}  // namespace scmi::platform
