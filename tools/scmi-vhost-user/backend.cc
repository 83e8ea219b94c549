// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/backend.hh"

#include <poll.h>
#include <sys/eventfd.h>

namespace vhost {
namespace {

constexpr uint64_t kProtocolOffered =
    protocol_feature::kMultipleQueues | protocol_feature::kReplyAck | protocol_feature::kStatus;

bool carries_fds(Request request) {
  return request == Request::SetMemTable || request == Request::SetVringKick || request == Request::SetVringCall ||
         request == Request::SetVringErr;
}

void signal(const Fd& fd) {
  if (fd) eventfd_write(fd.get(), 1);
}

}  // namespace

void Queue::take_kick(short events) {
  if (events & POLLIN) {
    eventfd_t count;
    kicked = eventfd_read(kick.get(), &count) == 0;
  } else if (events) {
    kick.close();
  }
}

void Queue::tell() {
  if (ring.wants_interrupt()) signal(call);
}

void Queue::report() { signal(error); }

Backend::Backend(Device& device, uint64_t offered) : device_(device), offered_(offered | feature::kProtocolFeatures) {}

// A front end that has kept its device over the loss of an earlier back end does not negotiate anew, and asks for
// acknowledgements as it did before. So they are given to whoever asks.
Checked<std::optional<Message>> Backend::handle(Message& message) {
  auto reply = act(message);
  update();
  if (reply && *reply) return reply;
  if (message.needs_reply()) return Message::reply(message, uint64_t{!reply});
  return reply;
}

Checked<std::optional<Message>> Backend::act(Message& message) {
  if (!message.fds.empty() && !carries_fds(message.request())) return failure(Flaw::UnexpectedFds);
  switch (message.request()) {
    case Request::GetFeatures: return Message::reply(message, offered_);
    case Request::SetFeatures: CHECK(set_features(TRY(message.as<uint64_t>()))); break;
    case Request::GetProtocolFeatures: return Message::reply(message, kProtocolOffered);
    case Request::SetProtocolFeatures: {
      const uint64_t wanted = TRY(message.as<uint64_t>());
      if (wanted & ~kProtocolOffered) return failure(Flaw::UnknownFeature);
      break;
    }
    case Request::GetQueueNum: return Message::reply(message, uint64_t{kQueues});
    case Request::SetOwner: break;
    case Request::ResetOwner:
      for (Queue& queue : queues_) queue.enabled = false;
      break;
    case Request::SetMemTable: CHECK(set_memory(message)); break;
    case Request::SetVringNum: {
      const auto state = TRY(message.as<VringState>());
      CHECK(TRY(named(state.index))->ring.set_size(state.number));
      break;
    }
    case Request::SetVringAddr: {
      const auto address = TRY(message.as<VringAddress>());
      CHECK(TRY(named(address.index))->ring.set_addresses(address.descriptors, address.available, address.used));
      break;
    }
    case Request::SetVringBase: {
      const auto state = TRY(message.as<VringState>());
      CHECK(TRY(named(state.index))->ring.set_base(state.number));
      break;
    }
    case Request::GetVringBase: {
      const auto state = TRY(message.as<VringState>());
      Queue* const queue = TRY(named(state.index));
      stop(state.index);
      queue->kick.close();
      queue->call.close();
      queue->polled = false;
      return Message::reply(message, VringState{state.index, queue->ring.base()});
    }
    case Request::SetVringKick: CHECK(set_fd(message, &Queue::kick)); break;
    case Request::SetVringCall: CHECK(set_fd(message, &Queue::call)); break;
    case Request::SetVringErr: CHECK(set_fd(message, &Queue::error)); break;
    case Request::SetVringEnable: {
      const auto state = TRY(message.as<VringState>());
      TRY(named(state.index))->enabled = state.number != 0;
      break;
    }
    case Request::SetStatus: status_ = uint8_t(TRY(message.as<uint64_t>())); break;
    case Request::GetStatus: return Message::reply(message, uint64_t{status_});
    default: return failure(Flaw::UnknownRequest);
  }
  return std::nullopt;
}

Checked<void> Backend::set_features(uint64_t features) {
  if (features & ~offered_) return failure(Flaw::UnknownFeature);
  features_ = features;
  // Who does not know of enabling means that all is enabled.
  if (!(features & feature::kProtocolFeatures))
    for (Queue& queue : queues_) queue.enabled = true;
  return {};
}

Checked<void> Backend::set_memory(const Message& message) {
  // The table ends behind its last region, or has room for all.
  const size_t bytes = message.payload.size();
  MemoryTable table{};
  if (bytes < offsetof(MemoryTable, regions) || bytes > sizeof table) return failure(Flaw::MessageShort);
  std::memcpy(&table, message.payload.data(), bytes);
  if (table.count > Memory::kMostRegions) return failure(Flaw::TooManyRegions);
  if (bytes < offsetof(MemoryTable, regions) + table.count * sizeof(Memory::Region)) return failure(Flaw::MessageShort);
  if (message.fds.size() != table.count) return failure(Flaw::MissingFd);
  const auto set = memory_.set(std::span(table.regions).first(table.count), message.fds);
  // Rings stay where they are for the front end; here they may lie elsewhere, or nowhere.
  for (Queue& queue : queues_) (void)queue.ring.locate();
  return set;
}

Checked<void> Backend::set_fd(Message& message, Fd Queue::* which) {
  const uint64_t value = TRY(message.as<uint64_t>());
  Queue* const queue = TRY(named(uint32_t(value & kVringIndexMask)));
  const bool none = value & kVringNoFd;
  if (message.fds.size() > (none ? 0 : 1)) return failure(Flaw::UnexpectedFds);
  if (message.fds.empty() && !none) return failure(Flaw::MissingFd);
  queue->*which = none ? Fd() : std::move(message.fds.front());
  if (which == &Queue::kick) queue->polled = none;
  return {};
}

Checked<Queue*> Backend::named(uint32_t index) {
  if (index >= kQueues) return failure(Flaw::QueueIndex);
  return &queues_[index];
}

// The protocol lets a ring start with its first kick. What the guest has put there before a back end that died could
// take it, nobody kicks for again: so a ring is looked at once as soon as it is complete.
void Backend::update() {
  for (size_t i = 0; i < kQueues; ++i) {
    Queue& queue = queues_[i];
    const bool may = queue.enabled && queue.ring.complete();
    if (queue.running && !may) stop(i);
    if (queue.running || !may || !(queue.kick || queue.polled)) continue;
    queue.ring.start(features_);
    queue.running = queue.kicked = true;
    device_.on_start(i);
  }
}

void Backend::stop(size_t index) {
  if (!queues_[index].running) return;
  device_.on_stop(index);
  queues_[index].running = false;
}

void Backend::stop() {
  for (size_t i = 0; i < kQueues; ++i) stop(i);
}

}  // namespace vhost
