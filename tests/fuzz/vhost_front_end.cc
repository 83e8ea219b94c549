// SPDX-License-Identifier: BSD-2-Clause
// A front end that says whatever the input says, a guest that writes whatever it likes into its rings, a person at the
// control socket. scmi-vhost-user must answer what wants an answer, hand out nothing beyond the guest's memory, and
// never wait.
#include <sys/eventfd.h>
#include <sys/mman.h>

#include <cstdlib>

#include "tests/fuzz/loads.hh"
#include "tools/scmi-vhost-user/control.hh"

namespace {

using namespace vhost;

constexpr uint64_t kGuest = 0x4000'0000, kUser = 0x7f00'0000'0000, kSize = 0x10000;
constexpr uint32_t kDescriptors = 8;
// Where things lie, by queue.
constexpr uint64_t kTable[] = {0x1000, 0x2000}, kAvailable[] = {0x1100, 0x2100}, kUsed[] = {0x1200, 0x2200};
constexpr uint64_t kIndirect = 0x3000;

void require(bool condition) {
  if (!condition) std::abort();
}

class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool empty() const { return at_ == end_; }
  uint8_t byte() { return empty() ? uint8_t{0} : *at_++; }
  uint64_t number(int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= uint64_t{byte()} << 8 * i;
    return value;
  }

 private:
  const uint8_t *at_, *end_;
};

class Nothing final : public Output {
 public:
  void write(std::string_view) override {}
};

struct World {
  explicit World(Input& in) : input(in) {
    memory = static_cast<std::byte*>(mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, file(), 0));
    require(memory != MAP_FAILED);
    std::memset(memory, 0, 0x4000);
    server.serve(&backend);
  }
  ~World() {
    server.serve(nullptr);
    munmap(memory, kSize);
  }

  static int file() {
    static const int fd = [] {
      const int made = memfd_create("guest", MFD_CLOEXEC);
      require(ftruncate(made, kSize) == 0);
      return made;
    }();
    return fd;
  }
  static int event() {
    static const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd;
  }

  void tell(Request request, std::vector<std::byte> payload, std::vector<Fd> fds = {}) {
    const uint32_t flags = MessageHeader::kVersion | (input.byte() & 1 ? MessageHeader::kNeedReply : 0);
    Message message{.header = {uint32_t(request), flags, uint32_t(payload.size())},
                    .payload = std::move(payload),
                    .fds = std::move(fds)};
    const auto reply = backend.handle(message);
    if (message.needs_reply()) require(reply && *reply);
    if (reply && *reply) require((*reply)->header.request == uint32_t(request) && !(*reply)->payload.empty());
  }
  template <class T>
  void tell(Request request, const T& value, int fd = -1) {
    std::vector<std::byte> payload(sizeof value);
    std::memcpy(payload.data(), &value, sizeof value);
    std::vector<Fd> fds;
    if (fd >= 0) fds.emplace_back(dup(fd));
    tell(request, std::move(payload), std::move(fds));
  }
  /// A good front end, but for what the input changes.
  void start() {
    tell(Request::SetFeatures, Server::kFeatures | feature::kProtocolFeatures);
    struct {
      uint64_t count;
      Memory::Region region;
    } table{1, {.guest = kGuest, .size = kSize, .user = kUser, .offset = 0}};
    tell(Request::SetMemTable, table, file());
    for (uint32_t i = 0; i < Backend::kQueues; ++i) {
      tell(Request::SetVringNum, VringState{i, kDescriptors});
      tell(Request::SetVringBase, VringState{i, uint32_t(input.number(1))});
      tell(Request::SetVringAddr, VringAddress{.index = i,
                                               .flags = 0,
                                               .descriptors = kUser + kTable[i],
                                               .used = kUser + kUsed[i],
                                               .available = kUser + kAvailable[i],
                                               .log = 0});
      tell(Request::SetVringKick, uint64_t{i}, event());
      tell(Request::SetVringCall, uint64_t{i}, event());
      tell(Request::SetVringEnable, VringState{i, 1});
    }
  }
  void say_anything() {
    std::vector<std::byte> payload(input.byte() % 64);
    const auto request = Request(input.byte() % 44);
    for (std::byte& each : payload) each = std::byte(input.byte());
    std::vector<Fd> fds;
    for (int i = input.byte() % 4; i > 1; --i) fds.emplace_back(dup(i == 2 ? event() : file()));
    tell(request, std::move(payload), std::move(fds));
  }

  template <class T>
  void put(uint64_t offset, T value) {
    std::memcpy(memory + offset % (kSize - sizeof value), &value, sizeof value);
  }
  void describe() {
    const uint8_t what = input.byte();
    const uint64_t at = (what & 1 ? kIndirect : kTable[what >> 1 & 1]) + input.byte() % 16 * 16;
    put(at, what & 4 ? input.number(8) : kGuest + input.number(2));
    put(at + 8, uint32_t(what & 8 ? input.number(4) : input.byte()));
    put(at + 12, uint16_t(what & 16 ? input.number(2) : input.byte() % 8));
    put(at + 14, uint16_t(input.byte() % 12));
  }
  void offer(size_t queue) {
    uint16_t index;
    std::memcpy(&index, memory + kAvailable[queue] + 2, 2);
    const uint8_t head = input.byte();
    put(kAvailable[queue] + 4 + index % kDescriptors * 2, uint16_t(head % (head & 128 ? 256 : kDescriptors)));
    put(kAvailable[queue] + 2, uint16_t(index + 1));
    backend.queue(queue).kicked = true;
  }
  /// A whole command, so that more than mistakes is reached.
  void command() {
    const uint32_t slot = input.byte() % 4 * 2;
    put(0x8000 + slot * 0x200, uint32_t(input.number(4)));
    for (uint32_t i = 1; i < 5; ++i) put(0x8000 + slot * 0x200 + i * 4, uint32_t(input.byte()));
    const uint64_t at = kTable[0] + slot * 16;
    put(at, kGuest + 0x8000 + slot * 0x200);
    put(at + 8, uint32_t(input.byte()));
    put(at + 12, uint32_t(1 | (slot + 1) << 16));
    put(at + 16, kGuest + 0x8100 + slot * 0x200);
    put(at + 24, uint32_t(input.byte()));
    put(at + 28, uint32_t(2));
    uint16_t index;
    std::memcpy(&index, memory + kAvailable[0] + 2, 2);
    put(kAvailable[0] + 4 + index % kDescriptors * 2, uint16_t(slot));
    put(kAvailable[0] + 2, uint16_t(index + 1));
    backend.queue(0).kicked = true;
  }
  void control_line() {
    constexpr std::string_view kLines[] = {"notify rate 12 48000000",
                                           "notify reset 0",
                                           "notify error fatal",
                                           "notify raw 20 1 2 3",
                                           "stats",
                                           "fault none",
                                           "fault used-idx-jump",
                                           "fault used-id-range",
                                           "fault used-id-repeat",
                                           "fault late:3",
                                           "fault out-of-order:5",
                                           "fault long",
                                           "fault zero",
                                           "fault endless:0",
                                           "fault die-and-return"};
    std::string line(kLines[input.byte() % std::size(kLines)]);
    for (int i = input.byte() % 8; i > 6; --i) line[input.byte() % line.size()] = char(input.byte());
    const std::string answer = control.execute(line);
    require(answer.starts_with("ok") || answer.starts_with("error: "));
  }

  Input& input;
  Nothing nothing;
  Log log{nothing, true};
  Server server{{.release = scmi::platform::Release::V3_2, .agent = 1, .delay = 10}, log};
  Backend backend{server, Server::kFeatures};
  Control control{server};
  std::byte* memory;
  Microseconds now = 0;
};

}  // namespace

void before_load(uint32_t*) {}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  World world(input);
  if (input.byte() < 240) world.start();
  for (unsigned n = 0; n < 128 && !input.empty(); ++n) {
    switch (const uint8_t what = input.byte(); what % 8) {
      case 0: world.say_anything(); break;
      case 1:
      case 2: world.command(); break;
      case 3: world.describe(); break;
      case 4: world.offer(what >> 3 & 1); break;
      case 5: world.put(input.number(2), uint16_t(input.number(2))); break;
      case 6: world.control_line(); break;
      default: world.now += what; break;
    }
    world.server.work(world.now);
    if (world.server.wish() != Server::Wish::None) return 0;
    if (world.server.due() != kNever) world.now = std::max(world.now, world.server.due() - (world.now & 7));
  }
  return 0;
}
