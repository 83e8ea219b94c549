// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/connection.hh"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace vhost {

/// Receives up to `size` bytes; true: all of them. Never reads beyond, so that file descriptors stay with their
/// message.
Checked<bool> Connection::fill(void* to, size_t size) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(Message::kMostFds * sizeof(int))> control;
  iovec part{.iov_base = to, .iov_len = size};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t got = recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) return failure(Flaw::Closed);
  for (cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(each) + i * sizeof fd, sizeof fd);
      message_.fds.emplace_back(fd);
    }
  }
  if ((header.msg_flags & MSG_CTRUNC) || message_.fds.size() > Message::kMostFds) return failure(Flaw::LostFds);
  have_ += size_t(got);
  return size_t(got) == size;
}

Checked<std::optional<Message>> Connection::receive() {
  constexpr size_t kHeader = sizeof(MessageHeader);
  if (have_ < kHeader) {
    if (!TRY(fill(reinterpret_cast<std::byte*>(&message_.header) + have_, kHeader - have_))) return std::nullopt;
    if ((message_.header.flags & MessageHeader::kVersionMask) != MessageHeader::kVersion ||
        (message_.header.flags & MessageHeader::kReply))
      return failure(Flaw::MessageHeader);
    if (message_.header.size > Message::kMostPayload) return failure(Flaw::MessageLong);
    message_.payload.resize(message_.header.size);
  }
  const size_t got = have_ - kHeader;
  if (got < message_.payload.size() && !TRY(fill(message_.payload.data() + got, message_.payload.size() - got)))
    return std::nullopt;
  have_ = 0;
  return std::exchange(message_, Message{});
}

bool Connection::send(const Message& message) {
  constexpr int kPatience = 1'000;  // milliseconds that a front end may leave its socket full
  const auto header = std::as_bytes(std::span(&message.header, 1));
  std::vector<std::byte> bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), message.payload.begin(), message.payload.end());
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t now = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (now > 0) {
      sent += size_t(now);
    } else if (now < 0 && errno == EAGAIN) {
      pollfd room{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
      if (poll(&room, 1, kPatience) <= 0) return false;
    } else if (now >= 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace vhost
