// SPDX-License-Identifier: BSD-2-Clause
// shell/tftp.cc - files from a server.
#include "shell/tftp.hh"

#include <algorithm>
#include <optional>

#include "lib/console.hh"
#include "lib/crc32.hh"
#include "lib/text.hh"
#include "net/tftp.hh"
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
  void end() {
    if (progress_) progress_->end();
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

Result<Fetched> fetch(Machine& machine, uint64_t address, std::string_view name) {
  std::string_view file = name, before = take_until(file, ':');
  auto server = net::parse_ipv4(before);
  if (!server) {  // a name alone, and the server is the one that DHCP named
    file = name;
    about("server"sv);
    const net::Status status = TRY(net::status());
    if (!status.next_server) return failure(Error::NoAddress);
    server = status.next_server;
  }
  about(file);
  net::Refusal refusal;
  MemorySink sink(machine, address);
  const auto size = net::tftp_get(*server, file, sink, refusal, go_on);
  sink.end();
  if (refusal.size) print("{} says: {}\n", net::Text(*server).view(), Clean(refusal.view()).text());
  if (size) return Fetched{*size, sink.sum()};
  const Error error = size.error();
  if (error == Error::Timeout || error == Error::Refused || error == Error::Unreachable) about("server"sv);
  if (error == Error::NotMapped || error == Error::InUse) about("memory"sv);
  return failure(error);
}

COMMAND(tftp, "tftp ADDRESS FILE", "fetches a file to memory; FILE is its name, or server:name") {
  const Time& time = call.machine.time();
  const Ticks start = time.now();
  const auto [size, sum] = TRY(fetch(call.machine, call.number(0), call.text(1)));
  print("{} bytes at {:#x}, crc32 {:08x}, ", size, call.number(0), sum);
  print_duration(time, time.now() - start);
  return {};
}

}  // namespace shell
#endif
