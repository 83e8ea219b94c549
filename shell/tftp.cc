// SPDX-License-Identifier: BSD-2-Clause
// shell/tftp.cc - files from a server.
#include "net/tftp.hh"

#include <algorithm>
#include <optional>

#include "lib/console.hh"
#include "lib/crc32.hh"
#include "lib/text.hh"
#include "shell/command.hh"
#include "shell/format.hh"
#include "shell/input.hh"
#include "shell/progress.hh"

#ifdef CONFIG_NET
namespace shell {
namespace {

/// Memory that is asked for as it is needed: a server need not say how much that will be.
class MemorySink final : public net::Sink {
 public:
  MemorySink(Machine& machine, uint64_t address) : machine_(machine), address_(address) {}
  ~MemorySink() {
    if (progress_) progress_->end();
  }

  Result<void> announce(uint64_t size) override {
    if (size) CHECK(machine_.memory(address_, size));
    progress_.emplace(machine_.time(), "bytes"sv, size);
    return {};
  }
  Result<void> take(std::span<const std::byte> bytes) override {
    if (bytes.empty()) return {};
    const uint64_t at = address_ + done_;
    if (at < address_) return failure(Error::NotMapped);
    std::ranges::copy(bytes, TRY(machine_.memory(at, bytes.size())).begin());
    sum_.add(bytes);
    done_ += bytes.size();
    if (progress_) progress_->at(done_);
    return {};
  }
  uint32_t sum() const { return sum_.value(); }

 private:
  Machine& machine_;
  const uint64_t address_;
  uint64_t done_ = 0;
  Crc32 sum_;
  std::optional<Progress> progress_;
};

}  // namespace

COMMAND(tftp, "tftp ADDRESS FILE", "fetches a file to memory; FILE is its name, or server:name") {
  std::string_view file = call.text(1), before = take_until(file, ':');
  auto server = net::parse_ipv4(before);
  if (!server) {  // a name alone, and the server is the one that DHCP named
    file = call.text(1);
    about("server"sv);
    const net::Status status = TRY(net::status());
    if (!status.next_server) return failure(Error::NoAddress);
    server = status.next_server;
  }
  about(file);
  const Time& time = call.machine.time();
  const Ticks start = time.now();
  net::Refusal refusal;
  const auto size = [&] {
    MemorySink sink(call.machine, call.number(0));
    const auto got = net::tftp_get(*server, file, sink, refusal, go_on);
    return got ? Result<std::pair<uint64_t, uint32_t>>({*got, sink.sum()}) : failure(got.error());
  }();
  if (refusal.size) print("{} says: {}\n", net::Text(*server).view(), Clean(refusal.view()).text());
  if (!size) {
    const Error error = size.error();
    if (error == Error::Timeout || error == Error::Refused || error == Error::Unreachable) about("server"sv);
    if (error == Error::NotMapped || error == Error::InUse) about("memory"sv);
    return failure(error);
  }
  const auto [bytes, sum] = *size;
  print("{} bytes at {:#x}, crc32 {:08x}, ", bytes, call.number(0), sum);
  print_duration(time, time.now() - start);
  return {};
}

}  // namespace shell
#endif
