// SPDX-License-Identifier: BSD-2-Clause
// shell/storage.hh - flashes, the areas of cards and memory as commands name them.
#pragma once
#include "lib/block.hh"
#include "lib/flash.hh"
#include "lib/mmc.hh"
#include "shell/command.hh"

namespace shell {

/// about(), for what has to be put together first. The text is kept until the next one.
void vabout(std::string_view format, std::span<const Arg> args);
template <class... A>
void about(Format<std::type_identity_t<A>...> format, A... args)
  requires(sizeof...(A) > 0)
{
  const Arg list[] = {args...};
  vabout(format.text, list);
}

/// A flash, an area of a card, or bytes of memory. All stay the machine's.
class Storage {
 public:
  using Bytes = std::span<std::byte>;

  explicit Storage(Flash& flash);
  explicit Storage(BlockDevice& area);
  explicit Storage(Bytes memory) : memory_(memory.data()), size_(memory.size()) {}

  std::string_view name() const;
  uint64_t size() const { return size_; }        // bytes
  Flash* flash() const { return flash_; }        // null: it is none
  std::byte* memory() const { return memory_; }  // the same
  /// The bytes from `offset` on, where they lie in memory; else read into `buffer`, as many as it takes.
  Result<const std::byte*> look(uint64_t offset, Bytes buffer) const;
  /// Bytes, of an area whole sectors, from or to memory. Not of memory itself.
  Result<void> move(bool write, uint64_t offset, Bytes bytes) const;
  Result<void> flush() const { return area_ ? area_->flush() : Result<void>(); }

 private:
  Flash* flash_ = nullptr;
  BlockDevice* area_ = nullptr;
  std::byte* memory_ = nullptr;
  uint64_t size_;
};

/// By name, started. For a card any name that begins with its own does. Errors, with what they are about: NoDevice: no
/// such name, or no card; those of start().
Result<Flash*> find_flash(Machine& machine, std::string_view name);
Result<MmcCard*> find_card(Machine& machine, std::string_view name);
Result<BlockDevice*> find_area(Machine& machine, std::string_view name);

/// Some bytes of `storage`, which a command does something with.
struct Job {
  enum Action : uint8_t { Read, Write, Compare, Erase };

  const Call& call;
  const Storage& storage;
  uint64_t offset, size;
  Storage other{Storage::Bytes()};  // to, from, or against; not for Erase
  uint64_t other_offset = 0;

  /// Tells how it went. Errors, with what they are about: Usage: no bytes; OutOfRange; Rejected: the machine objects to
  /// what is written, and the person did not say "raw"; Misaligned: half sectors, only for areas and Erase;
  /// CheckFailed: Compare has found a difference; Interrupted: by Ctrl-C, between two sectors; those of the device.
  Result<void> run(Action action) const;
};

/// The verbs "read", "write" and "verify": bytes of `storage` to, from or against memory from `address` on.
Result<void> transfer(const Call& call, const Storage& storage, uint64_t offset, uint64_t size, uint64_t address);
/// The verb "compare": bytes of `storage` against those of the flash or area of this name.
Result<void> compare(const Call& call, const Storage& storage, uint64_t offset, uint64_t size, std::string_view name,
                     uint64_t other_offset);

}  // namespace shell
