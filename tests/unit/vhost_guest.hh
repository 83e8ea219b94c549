// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/vhost_guest.hh - a guest's memory and its side of the rings in it, and the front end that tells of them.
#pragma once
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "lib/print.hh"
#include "tools/scmi-vhost-user/backend.hh"

namespace vhost_test {

using namespace vhost;
using Words = std::vector<uint32_t>;

/// What a program under test prints.
class Printed final : public Output {
 public:
  void write(std::string_view more) override { text += more; }
  bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
  std::string text;
};

/// A file of memory that the guest and the back end share.
class GuestMemory {
 public:
  static constexpr uint64_t kGuest = 0x4000'0000, kUser = 0x7f12'3400'0000;
  static constexpr uint64_t kSize = 1 << 20;

  GuestMemory() : file_(memfd_create("guest", MFD_CLOEXEC)) {
    EXPECT_EQ(ftruncate(file_.get(), kSize), 0);
    bytes_ = static_cast<std::byte*>(mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0));
  }
  GuestMemory(const GuestMemory&) = delete;
  ~GuestMemory() { munmap(bytes_, kSize); }

  Fd file() const { return Fd(dup(file_.get())); }
  static Memory::Region region() { return {.guest = kGuest, .size = kSize, .user = kUser, .offset = 0}; }
  std::byte* at(uint64_t offset) { return bytes_ + offset; }
  template <class T>
  T& as(uint64_t offset) {
    return *reinterpret_cast<T*>(bytes_ + offset);
  }
  void put(uint64_t offset, const Words& words) { std::memcpy(at(offset), words.data(), words.size() * 4); }
  Words words(uint64_t offset, size_t count) {
    Words all(count);
    std::memcpy(all.data(), at(offset), count * 4);
    return all;
  }

 private:
  Fd file_;
  std::byte* bytes_;
};

/// The driver's side of a ring that lies at an offset of its memory. It does what it is told, right or wrong.
struct DriverRing {
  static constexpr uint16_t kNext = 1, kWrite = 2, kIndirect = 4;
  struct Used {
    uint32_t id, length;
    bool operator==(const Used&) const = default;
  };

  GuestMemory& memory;
  uint64_t at;
  uint16_t size;

  uint64_t available() const { return at + size * 16; }
  uint64_t used() const { return (available() + 6 + size * 2 + 3) & ~3ull; }

  /// Descriptor `index` of the table at offset `table`; `address` is an offset.
  void put(uint64_t table, uint32_t index, uint64_t address, uint32_t length, uint16_t flags, uint16_t next = 0) {
    put_at(table, index, GuestMemory::kGuest + address, length, flags, next);
  }
  void put_at(uint64_t table, uint32_t index, uint64_t address, uint32_t length, uint16_t flags, uint16_t next) {
    const uint64_t entry = table + index * 16;
    std::memcpy(memory.at(entry), &address, 8);
    std::memcpy(memory.at(entry + 8), &length, 4);
    std::memcpy(memory.at(entry + 12), &flags, 2);
    std::memcpy(memory.at(entry + 14), &next, 2);
  }
  void descriptor(uint32_t index, uint64_t address, uint32_t length, uint16_t flags, uint16_t next = 0) {
    put(at, index, address, length, flags, next);
  }
  uint16_t& available_flags() { return memory.as<uint16_t>(available()); }
  uint16_t& available_index() { return memory.as<uint16_t>(available() + 2); }
  uint16_t& used_event() { return memory.as<uint16_t>(available() + 4 + size * 2); }
  uint16_t& used_index() { return memory.as<uint16_t>(used() + 2); }
  uint16_t& available_event() { return memory.as<uint16_t>(used() + 4 + size * 8); }
  Used used_entry(uint16_t index) { return memory.as<Used>(used() + 4 + index % size * 8); }
  void offer(uint16_t head) {
    memory.as<uint16_t>(available() + 4 + available_index() % size * 2) = head;
    ++available_index();
  }
};

/// The requests of a front end.
struct FrontEnd {
  static Message message(Request request, std::vector<std::byte> payload = {}, std::vector<Fd> fds = {},
                         bool needs_reply = false) {
    const uint32_t flags = MessageHeader::kVersion | (needs_reply ? MessageHeader::kNeedReply : 0);
    return {.header = {uint32_t(request), flags, uint32_t(payload.size())},
            .payload = std::move(payload),
            .fds = std::move(fds)};
  }
  template <class T>
  static std::vector<std::byte> bytes(const T& value) {
    std::vector<std::byte> all(sizeof value);
    std::memcpy(all.data(), &value, sizeof value);
    return all;
  }
  template <class T>
  static Message with(Request request, const T& value, bool needs_reply = false) {
    return message(request, bytes(value), {}, needs_reply);
  }
  static Message with_fd(Request request, uint64_t value, int fd) {
    std::vector<Fd> fds;
    if (fd >= 0) fds.emplace_back(dup(fd));
    return message(request, bytes(value), std::move(fds));
  }
  static Message memory_table(std::span<const Memory::Region> regions, std::vector<Fd> files) {
    std::vector<std::byte> payload = bytes(uint64_t(regions.size()));
    for (const Memory::Region& region : regions) {
      const auto part = bytes(region);
      payload.insert(payload.end(), part.begin(), part.end());
    }
    return message(Request::SetMemTable, std::move(payload), std::move(files));
  }
  static Message memory_table(const GuestMemory& memory) {
    const Memory::Region region = GuestMemory::region();
    std::vector<Fd> files;
    files.push_back(memory.file());
    return memory_table({&region, 1}, std::move(files));
  }
  /// Everything that sets up a ring, in the order that QEMU has.
  static std::vector<Message> ring(uint32_t index, const DriverRing& ring, int kick, int call, uint16_t base = 0) {
    const VringAddress address{.index = index,
                               .flags = 0,
                               .descriptors = GuestMemory::kUser + ring.at,
                               .used = GuestMemory::kUser + ring.used(),
                               .available = GuestMemory::kUser + ring.available(),
                               .log = 0};
    std::vector<Message> all;
    all.push_back(with(Request::SetVringNum, VringState{index, ring.size}));
    all.push_back(with(Request::SetVringBase, VringState{index, base}));
    all.push_back(with(Request::SetVringAddr, address));
    all.push_back(with_fd(Request::SetVringKick, index, kick));
    all.push_back(with_fd(Request::SetVringCall, index, call));
    all.push_back(with(Request::SetVringEnable, VringState{index, 1}));
    return all;
  }
};

/// Whether an eventfd was signalled since the last look.
inline bool rang(const Fd& event) {
  eventfd_t count;
  return eventfd_read(event.get(), &count) == 0;
}
inline Fd make_event() { return Fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

template <class T>
std::string_view flaw_of(const Checked<T>& result) {
  return result ? "" : text(result.error());
}

}  // namespace vhost_test
