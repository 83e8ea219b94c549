// SPDX-License-Identifier: BSD-2-Clause
#include "net/ping.hh"

#include <algorithm>

#include "net/icmp.hh"

namespace net {
namespace {

constexpr uint8_t kProtocol = 1;

class Ping final : public Icmp, public Awaited {
 public:
  Ping(Ipv4 address, uint16_t sequence) : address_(address), identifier_(uint16_t(random())) {
    message_[0] = std::byte(kEcho);
    store16(message_, 4, identifier_);
    store16(message_, 6, sequence);
    for (size_t i = kIcmpHeader; i < message_.size(); ++i) message_[i] = std::byte(i);
  }

  Result<Ticks> run(Ticks limit, GoOn go_on) {
    CHECK(usable());
    const Ticks start = time().now();
    CHECK(send(address_, message_));
    if (!TRY(wait_for(*this, limit, go_on))) return failure(Error::Timeout);
    if (error_ != Error{}) return failure(error_);
    return arrival_ - start;
  }

 private:
  bool done() override { return answered_ || error_ != Error{}; }

  void hear(Ipv4 from, Bytes message) override {
    if (error_ == Error{}) error_ = complaint(message, address_, kProtocol, identifier_);
    // The answer has another type and checksum, and all else of the question.
    if (from != address_ || message[0] != std::byte(kEchoReply) || answered_) return;
    if (!std::ranges::equal(message.subspan(4), std::span(message_).subspan(4))) return;
    arrival_ = time().now();
    answered_ = true;
  }

  const Ipv4 address_;
  const uint16_t identifier_;
  std::array<std::byte, kIcmpHeader + 56> message_{};
  Ticks arrival_ = 0;
  bool answered_ = false;
  Error error_{};
};

}  // namespace

Result<Ticks> ping(Ipv4 address, uint16_t sequence, Ticks limit, GoOn go_on) {
  CHECK(ready());
  return Ping(address, sequence).run(limit, go_on);
}

}  // namespace net
