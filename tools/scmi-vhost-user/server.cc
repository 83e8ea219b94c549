// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/server.hh"

#include <algorithm>

#include "scmi/platform/reference.hh"
#include "virtio/feature.hh"

namespace vhost {
namespace {
using scmi::Area;
using scmi::Header;
using scmi::platform::Channel;
using scmi::platform::Event;

constexpr uint64_t kP2aChannels = 1;  // VIRTIO_SCMI_F_P2A_CHANNELS, 5.17.3

Header header_of(std::span<const std::byte> message) {
  Header header{};
  std::memcpy(&header.word, message.data(), std::min(message.size(), sizeof header.word));
  return header;
}

std::span<const uint32_t> payload_of(const volatile uint32_t* message, size_t bytes) {
  return {const_cast<const uint32_t*>(message) + 1, (bytes - 4) / 4};
}

}  // namespace

constexpr uint64_t Server::kFeatures =
    virtio::feature::kVersion1 | virtio::feature::kIndirect | virtio::feature::kEventIndex | kP2aChannels;

Server::Server(const Options& options, Log& log)
    : options_(options),
      log_(log),
      platform_(std::make_unique<scmi::platform::Platform>(scmi::platform::kReference)),
      channel_(*platform_, options.agent),
      faulty_(channel_) {
  serve(nullptr);
}

void Server::serve(Backend* backend) {
  backend_ = backend;
  platform_->start(options_.release);
  channel_.open(reinterpret_cast<Area*>(area_.data()), kArea);
  answers_.clear();
  complete_due_ = kNever;
  wish_ = Wish::None;
}

void Server::on_start(size_t index) {
  log_.say("queue {} runs", index);
  const bool events = index == Backend::kEvents && (backend_->features() & kP2aChannels);
  if (events) platform_->set_hears(options_.agent, true);
  // A ring that starts at 0 is a device that was reset, and nobody there remembers what it had asked for.
  if (index == Backend::kCommands && queue(index).ring.base() == 0) platform_->outbox(options_.agent).clear();
}

void Server::on_stop(size_t index) {
  log_.say("queue {} stops", index);
  if (index == Backend::kEvents) platform_->set_hears(options_.agent, false);
  if (index != Backend::kCommands) return;
  // What was taken and is only slow has to be back in the ring before the front end hears how far we came.
  while (queue(index).ring.complete() && !answers_.empty() && answers_.front().due != kNever) {
    give(answers_.front());
    answers_.pop_front();
  }
  answers_.clear();
}

void Server::ring_failed(size_t index, Flaw flaw) {
  (void)queue(index).ring.fail(flaw);
  log_.say("queue {}: {}; nothing more is taken from it until the device is reset", index, text(flaw));
  queue(index).report();
}

void Server::work(Microseconds now) {
  if (const auto plan = faults_.take_platform_plan()) faulty_.set(*plan);
  if (runs(Backend::kCommands)) take_commands(now);
  if (wish_ != Wish::None) return;
  if (runs(Backend::kCommands)) give_answers(now);
  if (complete_due_ <= now) {
    complete_due_ = kNever;
    platform_->complete();
  }
  if (platform_->pending() && complete_due_ == kNever) complete_due_ = now + options_.delay + kWorkTime;
  platform_->rest();
  if (runs(Backend::kEvents)) send_events();
}

Microseconds Server::due() const {
  Microseconds first = complete_due_;
  for (const Answer& each : answers_) first = std::min(first, each.due);
  return first;
}

void Server::take_commands(Microseconds now) {
  Queue& commands = queue(Backend::kCommands);
  if (commands.ring.broken() || (!commands.kicked && !commands.polled)) return;
  commands.kicked = false;
  // Not more at a time than fit into a ring: whoever fills it as fast as we empty it must not keep us here.
  for (uint32_t count = 0; count < Ring::kMostSize; ++count) {
    auto chain = commands.ring.take();
    if (!chain) return ring_failed(Backend::kCommands, chain.error());
    if (*chain) {
      take(std::move(**chain), now);
      if (wish_ != Wish::None) return;
    } else if (!commands.ring.rest()) {
      return;
    }
  }
  commands.kicked = true;
}

void Server::take(Chain chain, Microseconds now) {
  std::array<std::byte, kArea - sizeof(Area) + 4> request;
  const size_t size = queue(Backend::kCommands).ring.read(chain, request);
  ++statistics_.commands;
  Answer next = answer(std::move(chain), std::span(request).first(size));
  next.due = now + options_.delay;
  switch (next.act) {
    case Act::Die:
    case Act::DieAndReturn:
      log_.reply(next.header, "fault: the platform dies");
      wish_ = next.act == Act::Die ? Wish::Die : Wish::Return;
      return;
    case Act::Silence: return log_.reply(next.header, "fault: silence");
    case Act::Late: next.due = kNever; break;
    case Act::OutOfOrder: next.due += kOutOfOrderTime; break;
    default: break;
  }
  // A late one is due now that another command is here.
  for (Answer& each : answers_)
    if (each.act == Act::Late) each.due = std::min(each.due, now);
  answers_.push_back(std::move(next));
}

/// Serves one request, which is as long as the guest says or cut off behind what an area holds.
Server::Answer Server::answer(Chain chain, std::span<const std::byte> request) {
  Answer result{.chain = std::move(chain),
                .header = header_of(request),
                .bytes = {},
                .length = 0,
                .act = Act::None,
                .due = kNever};
  if (request.size() < 4) {
    log_.say("a command of {} bytes has not even a header", request.size());
    return result;
  }
  Area& area = channel_.area();
  area.length = uint32_t(request.size());
  for (size_t i = 0; i < std::min(request.size(), kArea - sizeof(Area)); i += 4) {
    uint32_t word = 0;
    std::memcpy(&word, &request[i], std::min<size_t>(4, request.size() - i));
    area.message[i / 4] = word;
  }
  log_.command(result.header, payload_of(area.message, std::min(request.size(), kArea - sizeof(Area))));
  result.act = faults_.take(result.header);
  area.status = 0;
  faulty_.serve();

  const uint64_t room = result.chain.room();
  const uint32_t length = area.length;
  if (length <= Channel::kMostReply && length > room) {
    log_.say("a reply of {} bytes has no room in a buffer of {}", length, room);
    area.message[1] = uint32_t(int32_t(Error::ProtocolError));
    result.length = room < 8 ? 0 : 8;
  } else {
    result.length = length;
  }
  const auto* const message = reinterpret_cast<const std::byte*>(const_cast<const uint32_t*>(area.message));
  result.bytes.assign(message, message + std::min<uint32_t>(result.length, Channel::kMostReply));
  return result;
}

void Server::give_answers(Microseconds now) {
  for (size_t i = 0; i < answers_.size();) {
    if (answers_[i].due > now) {
      ++i;
      continue;
    }
    const Answer next = std::move(answers_[i]);
    answers_.erase(answers_.begin() + ptrdiff_t(i));
    give(next);
    // Another answer has gone, so those that are held to come behind it follow.
    if (next.act != Act::OutOfOrder)
      for (Answer& each : answers_)
        if (each.act == Act::OutOfOrder) each.due = std::min(each.due, now);
    i = 0;
  }
}

void Server::give(const Answer& answer) {
  Queue& commands = queue(Backend::kCommands);
  Ring& ring = commands.ring;
  ring.write(answer.chain, answer.bytes);
  const uint16_t head = answer.chain.head;
  const uint32_t length = answer.length;
  switch (answer.act) {
    case Act::UsedIdRange: ring.put(Ring::kMostSize + head, length, 1); break;
    case Act::UsedIdRepeat:
      ring.give(head, length);
      ring.give(head, length);
      break;
    case Act::UsedLength: ring.give(head, uint32_t(std::min<uint64_t>(answer.chain.room() + 64, UINT32_MAX))); break;
    case Act::UsedIdxJump: ring.put(head, length, Ring::kMostSize); break;
    case Act::UsedIdxBack: ring.put(head, length, -1); break;
    default: ring.give(head, length); break;
  }
  ++statistics_.answers;
  int32_t status = 0;
  if (answer.bytes.size() >= 8) std::memcpy(&status, &answer.bytes[4], sizeof status);
  log_.reply(answer.bytes.size() >= 4 ? header_of(answer.bytes) : answer.header, status, length);
  if (answer.act == Act::NoInterrupt)
    (void)ring.wants_interrupt();
  else
    commands.tell();
}

void Server::send_events() {
  Queue& events = queue(Backend::kEvents);
  events.kicked = false;
  scmi::platform::Outbox& outbox = platform_->outbox(options_.agent);
  bool sent = false;
  while (!outbox.empty() && !events.ring.broken()) {
    auto chain = events.ring.take();
    if (chain && !*chain && events.ring.rest()) chain = events.ring.take();
    if (!chain) return ring_failed(Backend::kEvents, chain.error());
    if (!*chain) break;  // held until there is a buffer
    const Event& event = outbox.front();
    const auto bytes = std::as_bytes(std::span(event.word).first(event.words));
    if ((*chain)->room() < bytes.size()) return ring_failed(Backend::kEvents, Flaw::EventBufferSmall);
    events.ring.write(**chain, bytes);
    events.ring.give((*chain)->head, uint32_t(bytes.size()));
    const Header header{event.word[0]};
    ++(header.type() == scmi::MessageType::Notification ? statistics_.notifications : statistics_.delayed_responses);
    log_.event(header, payload_of(event.word.data(), bytes.size()));
    outbox.pop();
    sent = true;
  }
  if (sent) events.tell();
}

}  // namespace vhost
