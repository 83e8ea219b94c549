// SPDX-License-Identifier: BSD-2-Clause
// The whole program at one end of a socket, and the part of QEMU and its guest at the other.
#include "tools/scmi-vhost-user/program.hh"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "scmi/clock.hh"
#include "tests/unit/vhost_guest.hh"
#include "tools/scmi-vhost-user/address.hh"
#include "virtio/feature.hh"

namespace vhost_test {
namespace {
namespace clock = scmi::clock::wire;
using namespace std::chrono_literals;

/// Whether `condition` comes true within a time that nothing here needs.
bool soon(const std::function<bool()>& condition) {
  for (int i = 0; i < 100'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(50us);
  }
  return false;
}

/// A folder with a short path that is gone with the test.
struct Folder {
  Folder() { EXPECT_NE(mkdtemp(path.data()), nullptr); }
  ~Folder() {
    for (const char* name : {"front", "control"}) unlink(at(name).c_str());
    rmdir(path.c_str());
  }
  std::string at(const char* name) const { return path + '/' + name; }
  std::string path = "/tmp/vhost-XXXXXX";
};

/// QEMU and its guest.
class Front {
 public:
  explicit Front(Fd socket) : socket_(std::move(socket)) {}

  /// Sends; the reply's number, where one is expected.
  uint64_t tell(Message message, bool wants_reply = false) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(8 * sizeof(int))> control{};
    std::vector<std::byte> bytes = FrontEnd::bytes(message.header);
    bytes.insert(bytes.end(), message.payload.begin(), message.payload.end());
    iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (!message.fds.empty()) {
      const int fd = message.fds.front().get();
      header.msg_control = control.data();
      header.msg_controllen = CMSG_SPACE(sizeof fd);
      cmsghdr* const first = CMSG_FIRSTHDR(&header);
      *first = {.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
      std::memcpy(CMSG_DATA(first), &fd, sizeof fd);
    }
    EXPECT_EQ(sendmsg(socket_.get(), &header, MSG_NOSIGNAL), ssize_t(bytes.size()));
    if (!wants_reply) return 0;
    struct [[gnu::packed]] {
      MessageHeader header;
      uint64_t value;
    } reply{};
    EXPECT_EQ(recv(socket_.get(), &reply, sizeof reply, MSG_WAITALL), ssize_t(sizeof reply));
    EXPECT_EQ(reply.header.request, message.header.request);
    return reply.value;
  }
  /// As QEMU starts a device, with acknowledgements.
  void start() {
    const uint64_t offered = tell(FrontEnd::message(Request::GetFeatures), true);
    EXPECT_TRUE(offered & feature::kProtocolFeatures);
    const uint64_t protocol = tell(FrontEnd::message(Request::GetProtocolFeatures), true);
    tell(FrontEnd::with(Request::SetProtocolFeatures, protocol));
    EXPECT_EQ(tell(FrontEnd::message(Request::GetQueueNum), true), 2u);
    tell(FrontEnd::message(Request::SetOwner));
    start_again(offered);
  }
  /// As QEMU goes on when its back end has come back.
  void start_again(uint64_t features = Server::kFeatures | feature::kProtocolFeatures, uint16_t base = 0) {
    EXPECT_EQ(tell(FrontEnd::with(Request::SetFeatures, features, true), true), 0u);
    tell(FrontEnd::memory_table(guest));
    for (Message& message : FrontEnd::ring(0, commands, kick.get(), call.get(), base)) tell(std::move(message));
    for (Message& message : FrontEnd::ring(1, events, event_kick.get(), event_call.get())) tell(std::move(message));
  }
  /// Sends a command without waiting.
  void send(uint32_t token, scmi::Command command, const Words& payload) {
    Words message{scmi::Header::make(command, scmi::MessageType::Command, token).word};
    message.insert(message.end(), payload.begin(), payload.end());
    guest.put(0x10000, message);
    commands.descriptor(0, 0x10000, uint32_t(message.size() * 4), DriverRing::kNext, 1);
    commands.descriptor(1, 0x10400, 128, DriverRing::kWrite);
    commands.offer(0);
    EXPECT_EQ(eventfd_write(kick.get(), 1), 0);
  }
  /// The answer, or nothing when none comes.
  Words answer() {
    const uint16_t next = commands.available_index();
    if (!soon([&] { return __atomic_load_n(&commands.used_index(), __ATOMIC_ACQUIRE) == next; })) return {};
    return guest.words(0x10400, commands.used_entry(uint16_t(next - 1)).length / 4);
  }
  Words ask(uint32_t token, scmi::Command command, const Words& payload) {
    send(token, command, payload);
    return answer();
  }
  void hang_up() { socket_.close(); }
  void connect(Fd socket) { socket_ = std::move(socket); }
  bool closed() {
    char byte;
    return recv(socket_.get(), &byte, 1, 0) <= 0;
  }

  GuestMemory guest;
  DriverRing commands{guest, 0x1000, 8}, events{guest, 0x2000, 8};
  Fd kick = make_event(), call = make_event(), event_kick = make_event(), event_call = make_event();

 private:
  Fd socket_;
};

/// The program in a thread of its own.
struct Running {
  explicit Running(const Folder& folder, bool listen, std::string fault = {}) {
    options.socket = folder.at("front");
    options.control = folder.at("control");
    options.listen = listen;
    options.fault = std::move(fault);
    program.emplace(options, log);
    const auto opened = program->open();
    EXPECT_TRUE(opened) << (opened ? "" : opened.error());
    thread = std::thread([this] { status = program->run(); });
  }
  ~Running() {
    if (thread.joinable()) quit();
  }
  /// Says a line to the control socket; the answer.
  std::string say(std::string line) {
    auto socket = connect_to(options.control);
    EXPECT_TRUE(socket && *socket);
    line += '\n';
    EXPECT_EQ(::send(socket->get(), line.data(), line.size(), 0), ssize_t(line.size()));
    std::string answer;
    for (char c; recv(socket->get(), &c, 1, 0) == 1 && c != '\n';) answer += c;
    return answer;
  }
  void quit() {
    EXPECT_EQ(say("quit"), "ok");
    thread.join();
  }

  Printed printed;
  Log log{printed, false};
  Program::Options options;
  std::optional<Program> program;
  Program::Status status = Program::Failed;
  std::thread thread;
};

constexpr uint32_t kUart0 = 12;
constexpr scmi::Command kRateGet = clock::RateGet::kCommand;
const Words kFiveGigahertz{705'032'704, 1};

Words rate_of(const Words& answer) { return answer.size() == 4 ? Words{answer[2], answer[3]} : Words{}; }

Fd until_connected(const std::string& path) {
  Fd socket;
  EXPECT_TRUE(soon([&] {
    auto found = connect_to(path);
    if (found) socket = std::move(*found);
    return bool(socket);
  }));
  return socket;
}
Fd until_accepted(const Listener& listener) {
  Fd socket;
  EXPECT_TRUE(soon([&] { return bool(socket = listener.accept()); }));
  return socket;
}

TEST(VhostProgram, a_front_end_negotiates_asks_and_hears_a_notification) {
  Folder folder;
  Running program(folder, true);
  Front front(until_connected(folder.at("front")));
  front.start();
  EXPECT_EQ(rate_of(front.ask(1, kRateGet, {6})), kFiveGigahertz);
  EXPECT_TRUE(soon([&] { return rang(front.call); }));

  EXPECT_EQ(front.ask(2, clock::RateNotify::kCommand, {kUart0, 1})[1], 0u);
  front.events.descriptor(0, 0x20000, 128, DriverRing::kWrite);
  front.events.offer(0);
  EXPECT_EQ(eventfd_write(front.event_kick.get(), 1), 0);
  EXPECT_EQ(program.say("notify rate 12 48000000"), "ok");
  ASSERT_TRUE(soon([&] { return rang(front.event_call); }));
  EXPECT_EQ(front.guest.words(0x20000, 4)[3], 48'000'000u);
  EXPECT_EQ(program.say("stats"), "ok commands=2 answers=2 delayed=0 notifications=1 dropped=0");
  program.quit();
  EXPECT_EQ(program.status, Program::Good);
}

TEST(VhostProgram, ten_thousand_commands_are_answered_each) {
  Folder folder;
  Running program(folder, true);
  Front front(until_connected(folder.at("front")));
  front.start();
  for (uint32_t i = 0; i < 10'000; ++i) {
    const Words answer = front.ask(i, kRateGet, {6});
    ASSERT_EQ(rate_of(answer), kFiveGigahertz) << i;
    ASSERT_EQ(scmi::Header{answer[0]}.token(), i % 1024);
  }
}

TEST(VhostProgram, one_front_end_after_the_other_is_served) {
  Folder folder;
  Running program(folder, true);
  for (int i = 0; i < 3; ++i) {
    Front front(until_connected(folder.at("front")));
    front.start();
    EXPECT_EQ(rate_of(front.ask(1, kRateGet, {6})), kFiveGigahertz) << i;
  }
}

TEST(VhostProgram, it_connects_to_a_front_end_that_comes_later_and_ends_with_it) {
  Folder folder;
  Running program(folder, false);
  std::this_thread::sleep_for(20ms);
  const auto listener = Listener::at(folder.at("front"));
  ASSERT_TRUE(listener);
  {
    Front front(until_accepted(*listener));
    front.start();
    EXPECT_EQ(rate_of(front.ask(1, kRateGet, {6})), kFiveGigahertz);
  }
  program.thread.join();
  EXPECT_EQ(program.status, Program::Good);
  EXPECT_TRUE(program.printed.has("the front end is gone")) << program.printed.text;
}

TEST(VhostProgram, a_back_end_that_dies_leaves_its_command_to_the_next_one) {
  Folder folder;
  const auto listener = Listener::at(folder.at("front"));
  ASSERT_TRUE(listener);
  Running program(folder, false, "die-and-return:1:1");
  Front front(until_accepted(*listener));
  front.start();
  EXPECT_EQ(rate_of(front.ask(1, kRateGet, {6})), kFiveGigahertz);
  front.send(2, kRateGet, {6});
  EXPECT_TRUE(front.closed());
  // The command was taken once, but not given back: it is the first that the next one sees. Nobody kicks again.
  front.connect(until_accepted(*listener));
  front.start_again(Server::kFeatures | feature::kProtocolFeatures, 1);
  EXPECT_EQ(rate_of(front.answer()), kFiveGigahertz);
  front.hang_up();
  program.thread.join();
}

TEST(VhostProgram, death_ends_the_program_with_a_status_of_its_own) {
  Folder folder;
  Running program(folder, true, "die");
  Front front(until_connected(folder.at("front")));
  front.start();
  front.send(1, kRateGet, {6});
  EXPECT_TRUE(front.closed());
  program.thread.join();
  EXPECT_EQ(program.status, Program::Died);
}

TEST(VhostProgram, a_front_end_that_talks_nonsense_is_left_and_the_next_one_served) {
  Folder folder;
  Running program(folder, true);
  Front nonsense(until_connected(folder.at("front")));
  nonsense.tell(FrontEnd::message(Request(0x4141'4141), std::vector<std::byte>(40)));
  EXPECT_TRUE(nonsense.closed());
  Front front(until_connected(folder.at("front")));
  front.start();
  EXPECT_EQ(rate_of(front.ask(1, kRateGet, {6})), kFiveGigahertz);
}

TEST(VhostProgram, without_a_front_end_it_gives_up_with_one_line) {
  Printed printed;
  Log log(printed, false);
  Folder folder;
  Program::Options options;
  options.socket = folder.at("front");
  options.patience = 100'000;
  Program program(options, log);
  ASSERT_TRUE(program.open());
  EXPECT_EQ(program.run(), Program::Failed);
  EXPECT_TRUE(printed.has("error: no front end listens at")) << printed.text;
}

TEST(VhostAddress, a_path_too_long_for_a_socket_is_refused_with_its_length) {
  const auto checked = check_path("/tmp/" + std::string(120, 'x'));
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().find("125 bytes"), std::string::npos) << checked.error();
  EXPECT_NE(checked.error().find("at most 107"), std::string::npos) << checked.error();
  EXPECT_TRUE(check_path(std::string(107, 'x')));
  EXPECT_FALSE(check_path(""));
}

TEST(VhostAddress, a_socket_that_nobody_listens_at_is_replaced_and_nothing_else) {
  Folder folder;
  const std::string path = folder.at("front");
  {
    const auto first = Listener::at(path);
    ASSERT_TRUE(first);
    const auto second = Listener::at(path);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().find("already"), std::string::npos) << second.error();
  }
  EXPECT_NE(access(path.c_str(), F_OK), 0) << "gone with its owner";
  {
    const Fd stale(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(bind(stale.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  EXPECT_TRUE(Listener::at(path));
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  const auto none = Listener::at(path);
  EXPECT_FALSE(none);
  rmdir(path.c_str());
}

}  // namespace
}  // namespace vhost_test
