// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/memory.hh - the guest's memory as the front end has described it. Whatever address comes from
// the guest or the front end becomes a pointer here, or is refused.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tools/fd.hh"
#include "tools/scmi-vhost-user/flaw.hh"

namespace vhost {

using tools::Fd;

class Memory {
 public:
  static constexpr size_t kMostRegions = 8;

  /// As a message carries it: addresses and sizes in bytes.
  struct Region {
    uint64_t guest;   // address for the guest
    uint64_t size;    //
    uint64_t user;    // address in the front end's own memory, by which it names rings
    uint64_t offset;  // of the region in its file
  };

  Memory() = default;
  Memory(const Memory&) = delete;
  ~Memory() { clear(); }

  /// Maps `regions`, each from the file of its place in `files`, in place of those that were there. On a failure there
  /// are none. The files are not needed any more then.
  Checked<void> set(std::span<const Region> regions, std::span<const Fd> files);
  void clear();

  /// `size` bytes at an address of the guest's or of the front end's, all in one region. Flaw::DescriptorOutside.
  Checked<std::byte*> at_guest(uint64_t address, uint64_t size) const;
  Checked<std::byte*> at_user(uint64_t address, uint64_t size) const;

 private:
  struct Mapped {
    Region region;
    std::byte* bytes;  // where the region begins
    void* mapping;     // what was mapped, from the start of a page
    size_t length;
  };
  Checked<void> map(const Region& region, const Fd& file);
  Checked<std::byte*> find(uint64_t Region::* base, uint64_t address, uint64_t size) const;

  std::vector<Mapped> regions_;
};

}  // namespace vhost
