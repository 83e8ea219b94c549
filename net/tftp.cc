// SPDX-License-Identifier: BSD-2-Clause
#include "net/tftp.hh"

#include <lwip/udp.h>

#include <algorithm>
#include <utility>

#include "lib/print.hh"
#include "lib/text.hh"
#include "net/icmp.hh"

namespace net {
namespace {

using namespace std::string_view_literals;

constexpr uint16_t kPort = 69;
constexpr uint8_t kUdp = 17;
constexpr size_t kHeader = 4;                           // operation and block
constexpr size_t kMostBlock = 1500 - 20 - 8 - kHeader;  // what a frame holds after IP and UDP
constexpr size_t kPlainBlock = 512, kLeastBlock = 8;    // RFC 1350, RFC 2348
constexpr size_t kMostName = 200;
constexpr uint32_t kAgain = 1000, kGiveUp = 5000;  // milliseconds

enum class Operation : uint16_t { Read = 1, Data = 3, Acknowledge = 4, Error = 5, Options = 6 };
enum class Code : uint16_t { Other = 0, NotFound = 1, Access = 2, Full = 3, Illegal = 4, UnknownId = 5, Option = 8 };

Error error_of(Code code) {
  switch (code) {
    case Code::NotFound: return Error::NotFound;
    case Code::Access: return Error::Denied;
    case Code::Full: return Error::NoSpace;
    default: return Error::GenericError;
  }
}

/// Takes a text that ends with NUL off `bytes`. Error::Malformed: it does not end.
Result<std::string_view> take_text(Bytes& bytes) {
  const auto end = std::ranges::find(bytes, std::byte{});
  if (end == bytes.end()) return failure(Error::Malformed);
  const size_t size = size_t(end - bytes.begin());
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), size);
  bytes = bytes.subspan(size + 1);
  return text;
}

bool same(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 'a' - 'A') : c; });
}

class Transfer final : Icmp, Awaited {
 public:
  Transfer(Ipv4 server, std::string_view file, Sink& sink, Refusal& refusal)
      : server_(server),
        file_(file),
        sink_(sink),
        refusal_(refusal),
        pcb_(udp_new()),
        port_(uint16_t(random() | 0xc000)) {}
  ~Transfer() {
    if (pcb_) udp_remove(pcb_);
  }

  Result<uint64_t> run(GoOn go_on) {
    CHECK(usable());
    if (!pcb_ || udp_bind(pcb_, nullptr, port_) != ERR_OK) return failure(Error::NoSpace);
    udp_recv(pcb_, receive, this);
    Ticks since = time().now();
    while (true) {
      CHECK(send());
      event_ = progress_ = false;
      if (const auto waited = wait_for(*this, time().milliseconds(kAgain), go_on); !waited) {
        send_error(peer_, Code::Other, "stopped");
        return failure(waited.error());
      }
      if (state_ == State::Failed) return failure(error_);
      if (state_ == State::Done) {
        CHECK(send());
        break;
      }
      // Packets that bring nothing new are no reason to wait any longer.
      if (progress_)
        since = time().now();
      else if (time().now() - since >= time().milliseconds(kGiveUp))
        return failure(Error::Timeout);
    }
    if (announced_ && total_ != size_) return failure(Error::BadCount);
    return total_;
  }

 private:
  enum class State : uint8_t { Asking, Running, Done, Failed };

  bool done() override { return event_; }

  static void receive(void* self, udp_pcb*, pbuf* packet, const ip4_addr_t* from, uint16_t port) {
    static_cast<Transfer*>(self)->take(from_lwip(*from), port, bytes_of(*packet));
    pbuf_free(packet);
  }

  void hear(Ipv4, Bytes message) override {
    const Error error = complaint(message, server_, kUdp, port_);
    if (error != Error{}) fail(error);
  }

  void take(Ipv4 from, uint16_t port, Bytes packet) {
    if (from != server_ || state_ == State::Done || state_ == State::Failed) return;
    if (!answered_ && packet.size() >= kHeader) {  // who answers first has the transfer
      answered_ = true;
      peer_ = port;
    }
    // RFC 1350 4: told, but of no consequence.
    if (port != peer_) return send_error(port, Code::UnknownId, "unknown transfer");
    if (packet.size() < kHeader) return fail(Error::Malformed, Code::Illegal, "too short");
    switch (Operation(load16(packet, 0))) {
      case Operation::Data: return take_data(load16(packet, 2), packet.subspan(kHeader));
      case Operation::Options: return take_options(packet.subspan(2));
      case Operation::Error: return take_error(Code(load16(packet, 2)), packet.subspan(kHeader));
      default: return fail(Error::Malformed, Code::Illegal, "unexpected operation");
    }
  }

  void take_data(uint16_t block, Bytes bytes) {
    // Blocks count on from 65535 to 0. What came before is acknowledged again: maybe that was lost.
    if (block != uint16_t(block_ + 1)) {
      event_ |= state_ == State::Running && block == block_;
      return;
    }
    state_ = State::Running;
    if (bytes.size() > block_size_) return fail(Error::Malformed, Code::Illegal, "block too long");
    if (const auto taken = sink_.take(bytes); !taken) return fail(taken.error(), Code::Full, "no room");
    total_ += bytes.size();
    ++block_;
    if (bytes.size() < block_size_) state_ = State::Done;
    progress_ = event_ = true;
  }

  // RFC 2347: the options that the server takes, with its values.
  void take_options(Bytes bytes) {
    if (state_ == State::Running) {
      event_ |= block_ == 0;  // once more
      return;
    }
    if (!options_) return fail(Error::Malformed, Code::Option, "options not asked for");
    if (const auto read = read_options(bytes); !read)
      return fail(read.error(), read.error() == Error::Malformed ? Code::Option : Code::Full, "options");
    state_ = State::Running;
    progress_ = event_ = true;
  }

  Result<void> read_options(Bytes bytes) {
    while (!bytes.empty()) {
      const auto name = TRY(take_text(bytes)), text = TRY(take_text(bytes));
      const auto value = parse_number(text);
      if (!value) return failure(Error::Malformed);
      if (same(name, "blksize")) {
        if (*value < kLeastBlock || *value > kMostBlock) return failure(Error::Malformed);
        block_size_ = uint16_t(*value);
      } else if (same(name, "tsize")) {
        size_ = *value;
        announced_ = true;
      } else if (!same(name, "timeout")) {
        return failure(Error::Malformed);
      }
    }
    return announced_ ? sink_.announce(size_) : Result<void>();
  }

  void take_error(Code code, Bytes text) {
    if (code == Code::Option && state_ == State::Asking && options_) {
      // A server that takes options for an error may do without.
      options_ = answered_ = false;
      peer_ = kPort;
      event_ = true;
      return;
    }
    refusal_.code = uint16_t(code);
    refusal_.size =
        uint8_t(std::min({size_t(std::ranges::find(text, std::byte{}) - text.begin()), refusal_.text.size()}));
    std::memcpy(refusal_.text.data(), text.data(), refusal_.size);
    fail(error_of(code));
  }

  void fail(Error error) {
    if (state_ == State::Done || state_ == State::Failed) return;
    error_ = error;
    state_ = State::Failed;
    event_ = true;
  }
  void fail(Error error, Code code, std::string_view text) {
    send_error(peer_, code, text);
    fail(error);
  }

  // The request, or the acknowledgement of the last block.
  Result<void> send() {
    std::array<std::byte, kMostName + 64> memory;
    TextBuffer out({reinterpret_cast<char*>(memory.data()) + 2, memory.size() - 2});
    if (state_ == State::Asking) {
      store16(memory, 0, uint16_t(Operation::Read));
      out.write(file_);
      out.write("\0octet\0"sv);
      if (options_) {
        print_to(out, "blksize");
        out.write("\0"sv);
        print_to(out, "{}", kMostBlock);
        out.write(
            "\0tsize\0"
            "0\0timeout\0"
            "1\0"sv);
      }
      return send(peer_, std::span(memory).first(2 + out.text().size()));
    }
    store16(memory, 0, uint16_t(Operation::Acknowledge));
    store16(memory, 2, block_);
    return send(peer_, std::span(memory).first(kHeader));
  }

  void send_error(uint16_t port, Code code, std::string_view text) {
    if (!answered_) return;  // there is nobody yet who could be told
    std::array<std::byte, 32> memory{};
    store16(memory, 0, uint16_t(Operation::Error));
    store16(memory, 2, uint16_t(code));
    std::memcpy(memory.data() + kHeader, text.data(), text.size());
    static_cast<void>(send(port, std::span(memory).first(kHeader + text.size() + 1)));
  }

  Result<void> send(uint16_t port, Bytes bytes) {
    pbuf* const packet = pbuf_alloc(PBUF_TRANSPORT, uint16_t(bytes.size()), PBUF_RAM);
    if (!packet) return failure(Error::NoSpace);
    std::memcpy(packet->payload, bytes.data(), bytes.size());
    const ip4_addr_t to = to_lwip(server_);
    const err_t error = udp_sendto(pcb_, packet, &to, port);
    pbuf_free(packet);
    return sent(error);
  }

  const Ipv4 server_;
  const std::string_view file_;
  Sink& sink_;
  Refusal& refusal_;
  udp_pcb* const pcb_;
  const uint16_t port_;
  uint16_t peer_ = kPort;
  uint16_t block_ = 0;  // the last that came
  uint16_t block_size_ = kPlainBlock;
  uint64_t total_ = 0, size_ = 0;
  State state_ = State::Asking;
  bool options_ = true, answered_ = false, announced_ = false;
  bool event_ = false, progress_ = false;
  Error error_{};
};

}  // namespace

Result<uint64_t> tftp_get(Ipv4 server, std::string_view file, Sink& sink, Refusal& refusal, GoOn go_on) {
  if (file.empty() || file.size() > kMostName || file.find('\0') != file.npos) return failure(Error::InvalidParameters);
  CHECK(ready());
  return Transfer(server, file, sink, refusal).run(go_on);
}

}  // namespace net
