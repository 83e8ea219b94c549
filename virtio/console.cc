// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/console.hh"

#include "lib/wait.hh"

namespace virtio {
namespace {

constexpr uint32_t kColumnsAt = 0, kRowsAt = 2, kEmergencyAt = 8;  // 5.3.4
constexpr uint32_t kPatience = 2000;                               // milliseconds, for somebody to take what is written

}  // namespace

Result<void> Console::set_up() {
  if (!received_) {
    received_ = TRY(host().dma.arena.take<std::byte>(kBuffers * kReceiveSize, kReceiveSize)).data();
    transmitted_ = TRY(host().dma.arena.take<char>(kBuffers * kTransmitSize)).data();
  }
  CHECK(add_queue(0, receive_, 1));
  CHECK(add_queue(1, transmit_, 1));
  next_ = there_ = filled_ = 0;
  to_ = 0;
  stuck_ = false;
  for (uint16_t tag = 0; tag < receive_.tags(); ++tag) feed(tag);
  return {};
}

void Console::on_running() { receive_.kick(); }

Result<void> Console::on_stopping() {
  send();
  const auto sent = [this] {
    take_back();
    return transmit_.outstanding() == 0 || !running();
  };
  wait_until(host().time, stuck_ ? 0 : host().time.milliseconds(kPatience), sent);
  return {};  // lost text is no reason to stay
}

void Console::feed(uint16_t tag) {
  const Segment segment{Dma::address(received_ + tag * kReceiveSize), kReceiveSize};
  receive_.post(tag, {&segment, 1}, 0);
}

int Console::get() {
  if (!running()) return -1;
  send();  // somebody who is asked sees what he is asked
  if (next_ == there_) {
    const Used used = receive_.pop();
    if (!used) {
      static_cast<void>(sound(receive_));
      return -1;
    }
    from_ = uint16_t(used.tag);
    next_ = 0;
    there_ = used.length;
  }
  const int c = next_ < there_ ? int(received_[from_ * kReceiveSize + next_++]) : -1;
  if (next_ == there_) {
    feed(from_);
    receive_.kick();
  }
  return c;
}

void Console::write(std::string_view text) {
  for (const char c : text) {
    if (c == '\n') put('\r');
    put(c);
    if (c == '\n') send();
  }
}

void Console::put(char c) {
  if (!find_room()) return;
  transmitted_[to_ * kTransmitSize + filled_++] = c;
  if (filled_ == kTransmitSize) send();
}

// The buffer to_ is ours then.
bool Console::find_room() {
  if (filled_ != 0) return true;
  const auto found = [this] {
    take_back();
    for (to_ = 0; to_ < transmit_.tags(); ++to_)
      if (!running() || !transmit_.is_out(to_)) return true;
    return false;
  };
  stuck_ = !wait_until(host().time, stuck_ ? 0 : host().time.milliseconds(kPatience), found);
  return !stuck_ && running();
}

void Console::take_back() {
  while (running() && transmit_.pop()) {}
  if (running()) static_cast<void>(sound(transmit_));
}

void Console::send() {
  if (filled_ == 0) return;
  const Segment segment{Dma::address(transmitted_ + to_ * kTransmitSize), filled_};
  filled_ = 0;
  transmit_.post(to_, {&segment, 1}, 1);
  transmit_.kick();
}

Console::Size Console::size() {
  if (!has(kSize)) return {};
  const auto columns = config(kColumnsAt, 2), rows = config(kRowsAt, 2);
  return columns && rows ? Size{uint16_t(*columns), uint16_t(*rows)} : Size{};
}

bool Console::emergency(char c) {
  if (!(offered() & kEmergencyWrite) || transport().config_size() < kEmergencyAt + 4) return false;
  transport().write_config(kEmergencyAt, 4, uint8_t(c));
  return true;
}

}  // namespace virtio
