// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/message.hh - messages between front end and back end, as the vhost-user protocol lays them out.
// All numbers are in the byte order of the machine.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "tools/scmi-vhost-user/memory.hh"

namespace vhost {

enum class Request : uint32_t {
  GetFeatures = 1,
  SetFeatures = 2,
  SetOwner = 3,
  ResetOwner = 4,
  SetMemTable = 5,
  SetVringNum = 8,
  SetVringAddr = 9,
  SetVringBase = 10,
  GetVringBase = 11,
  SetVringKick = 12,
  SetVringCall = 13,
  SetVringErr = 14,
  GetProtocolFeatures = 15,
  SetProtocolFeatures = 16,
  GetQueueNum = 17,
  SetVringEnable = 18,
  SetStatus = 39,
  GetStatus = 40,
};

namespace feature {
constexpr uint64_t kProtocolFeatures = 1ull << 30;  // of the device's features
}
namespace protocol_feature {
constexpr uint64_t kMultipleQueues = 1ull << 0, kReplyAck = 1ull << 3, kStatus = 1ull << 16;
}

struct MessageHeader {
  static constexpr uint32_t kVersion = 1, kVersionMask = 3, kReply = 1u << 2, kNeedReply = 1u << 3;

  uint32_t request;
  uint32_t flags;
  uint32_t size;  // bytes of payload
};
static_assert(sizeof(MessageHeader) == 12);

// Payloads. One number is a uint64_t.
struct VringState {
  uint32_t index, number;
};
struct VringAddress {
  uint32_t index, flags;
  uint64_t descriptors, used, available, log;
};
struct MemoryTable {
  uint32_t count, padding;
  std::array<Memory::Region, Memory::kMostRegions> regions;
};
static_assert(sizeof(VringAddress) == 40 && sizeof(MemoryTable) == 264);

/// Of the number that carries a file descriptor of a queue.
constexpr uint64_t kVringIndexMask = 0xff, kVringNoFd = 1u << 8;

struct Message {
  static constexpr size_t kMostPayload = 512;  // more than any request has
  static constexpr size_t kMostFds = Memory::kMostRegions;

  MessageHeader header{};
  std::vector<std::byte> payload;
  std::vector<Fd> fds;

  Request request() const { return Request(header.request); }
  bool needs_reply() const { return header.flags & MessageHeader::kNeedReply; }
  /// The payload as one T. Flaw::MessageShort: it has another length.
  template <class T>
  Checked<T> as() const {
    if (payload.size() != sizeof(T)) return failure(Flaw::MessageShort);
    T value;
    std::memcpy(&value, payload.data(), sizeof value);
    return value;
  }
  /// The reply to `request` that carries `value`.
  template <class T>
  static Message reply(const Message& request, const T& value) {
    Message message{.header = {request.header.request, MessageHeader::kVersion | MessageHeader::kReply, sizeof value},
                    .payload = std::vector<std::byte>(sizeof value),
                    .fds = {}};
    std::memcpy(message.payload.data(), &value, sizeof value);
    return message;
  }
};

}  // namespace vhost
