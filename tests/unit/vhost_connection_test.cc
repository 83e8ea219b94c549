// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/connection.hh"

#include <fcntl.h>
#include <sys/socket.h>

#include "tests/unit/vhost_guest.hh"

namespace vhost_test {
namespace {

struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    front = Fd(ends[0]);
    back.emplace(Fd(ends[1]));
  }
  void send(std::span<const std::byte> bytes, std::vector<int> fds = {}) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(64 * sizeof(int))> control{};
    iovec part{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (!fds.empty()) {
      header.msg_control = control.data();
      header.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
      cmsghdr* const first = CMSG_FIRSTHDR(&header);
      first->cmsg_level = SOL_SOCKET;
      first->cmsg_type = SCM_RIGHTS;
      first->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
      std::memcpy(CMSG_DATA(first), fds.data(), fds.size() * sizeof(int));
    }
    EXPECT_EQ(sendmsg(front.get(), &header, 0), ssize_t(bytes.size()));
  }
  void send(const MessageHeader& header, std::vector<int> fds = {}) {
    send(std::as_bytes(std::span(&header, 1)), std::move(fds));
  }

  Fd front;
  std::optional<Connection> back;
};

constexpr uint32_t kGetFeatures = uint32_t(Request::GetFeatures), kSetFeatures = uint32_t(Request::SetFeatures);

size_t open_files() {
  size_t count = 0;
  for (int fd = 0; fd < 256; ++fd) count += fcntl(fd, F_GETFD) != -1;
  return count;
}

TEST(VhostConnection, a_message_comes_out_as_it_was_sent) {
  Pair it;
  it.send(MessageHeader{kSetFeatures, 9, 8});
  const uint64_t value = 0x1234'5678'9abc'def0;
  it.send(std::as_bytes(std::span(&value, 1)));
  const auto message = it.back->receive();
  ASSERT_TRUE(message && *message);
  EXPECT_EQ((*message)->request(), Request::SetFeatures);
  EXPECT_TRUE((*message)->needs_reply());
  EXPECT_EQ((*message)->as<uint64_t>(), value);
}

TEST(VhostConnection, a_message_in_single_bytes_is_put_together) {
  Pair it;
  std::vector<std::byte> bytes = FrontEnd::bytes(MessageHeader{kSetFeatures, 1, 8});
  const auto payload = FrontEnd::bytes(uint64_t{77});
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  for (size_t i = 0; i + 1 < bytes.size(); ++i) {
    it.send(std::span(bytes).subspan(i, 1));
    const auto message = it.back->receive();
    ASSERT_TRUE(message);
    ASSERT_FALSE(*message) << i;
  }
  it.send(std::span(bytes).last(1));
  const auto message = it.back->receive();
  ASSERT_TRUE(message && *message);
  EXPECT_EQ((*message)->as<uint64_t>(), 77u);
}

TEST(VhostConnection, file_descriptors_stay_with_their_message) {
  Pair it;
  const Fd event = make_event();
  it.send(MessageHeader{kGetFeatures, 1, 0});
  it.send(MessageHeader{uint32_t(Request::SetVringCall), 1, 0}, {event.get()});
  const auto first = it.back->receive();
  ASSERT_TRUE(first && *first);
  EXPECT_TRUE((*first)->fds.empty());
  const auto second = it.back->receive();
  ASSERT_TRUE(second && *second);
  ASSERT_EQ((*second)->fds.size(), 1u);
  ASSERT_EQ(eventfd_write((*second)->fds[0].get(), 1), 0);
  EXPECT_TRUE(rang(event));
}

TEST(VhostConnection, more_file_descriptors_than_a_message_may_have_are_refused_and_closed) {
  const size_t before = open_files();
  for (const size_t count : {9u, 20u}) {
    Pair it;
    it.send(MessageHeader{kGetFeatures, 1, 0}, std::vector<int>(count, it.front.get()));
    EXPECT_EQ(flaw_of(it.back->receive()), text(Flaw::LostFds)) << count;
  }
  EXPECT_EQ(open_files(), before);
}

TEST(VhostConnection, a_header_of_another_version_or_a_reply_is_refused) {
  for (const uint32_t flags : {0u, 2u, 3u, 5u}) {
    Pair it;
    it.send(MessageHeader{kGetFeatures, flags, 0});
    EXPECT_EQ(flaw_of(it.back->receive()), text(Flaw::MessageHeader)) << flags;
  }
}

TEST(VhostConnection, a_message_longer_than_any_is_refused_before_it_has_come) {
  for (const uint32_t size : {uint32_t(Message::kMostPayload + 1), UINT32_MAX}) {
    Pair it;
    it.send(MessageHeader{kSetFeatures, 1, size});
    EXPECT_EQ(flaw_of(it.back->receive()), text(Flaw::MessageLong)) << size;
  }
}

TEST(VhostConnection, an_end_in_the_middle_of_a_message_is_an_end) {
  Pair it;
  it.send(MessageHeader{kSetFeatures, 1, 8});
  it.front.close();
  EXPECT_EQ(flaw_of(it.back->receive()), text(Flaw::Closed));
}

TEST(VhostConnection, a_payload_of_another_length_than_the_request_has_is_refused) {
  const Message message = FrontEnd::with(Request::SetFeatures, uint32_t{1});
  EXPECT_EQ(flaw_of(message.as<uint64_t>()), text(Flaw::MessageShort));
  EXPECT_TRUE(message.as<uint32_t>());
}

}  // namespace
}  // namespace vhost_test
