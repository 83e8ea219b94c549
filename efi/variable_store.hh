// SPDX-License-Identifier: BSD-2-Clause
// efi/variable_store.hh - UEFI variables in flash, in the format that EDK2 keeps on QEMU's virt machine: others read
// what is written here, and the other way round.
#pragma once
#include "efi/variables.hh"
#include "lib/area.hh"

namespace efi {

/// The area has three parts of one size, each of whole erase blocks: a firmware volume with the variables, a working
/// part that says which copy is under way, and a spare to copy by. Variables are appended one by one, what is obsolete
/// is marked; when the volume is full, what is live is written to the spare and from there over the volume.
/// Power may fail at any moment: load() afterwards finds each variable old or new, and finishes a copy that was begun.
class VariableStore final : public Variables {
 public:
  /// The area stays the caller's. It is not touched yet.
  constexpr explicit VariableStore(Area& area) : area_(area) {}

  /// Finishes what a loss of power left, checks everything once, and formats an area that is blank. Others do it for
  /// themselves when it was not done. Errors: Malformed: damaged, or not what this is for; only format() helps.
  /// NotSupported: an area that has no three parts of whole erase blocks. Those of the flash.
  Result<void> load();
  /// An empty store, whatever was there. Errors: NotSupported; those of the flash.
  Result<void> format();

  Result<size_t> get(std::string_view name, const Guid& vendor, std::span<std::byte> to) override;
  /// No data is InvalidParameters: remove() is for that. Denied: the variable of that name is one that only signed
  /// data may change. An attribute other than non-volatile, boot service and runtime is InvalidParameters.
  Result<void> set(std::string_view name, const Guid& vendor, std::span<const std::byte> data,
                   uint32_t attributes = variable_attributes::kUsual) override;
  Result<void> remove(std::string_view name, const Guid& vendor) override;
  /// What is listed must not be changed on the way, but for removing what was just listed.
  Result<VariableInfo> next(uint32_t& cursor) override;

  struct Usage {
    uint32_t size, live, free;  // bytes of the store: all, of variables that count, at the end of it
  };
  Result<Usage> usage();

 private:
  struct Header;
  struct Entry;
  struct Found;
  struct Pending {
    uint32_t free = 0;    // where a record can be put; 0: nowhere
    uint32_t record = 0;  // of a copy that was begun; 0: there is none
  };

  Result<void> ready() { return loaded_ ? Result<void>{} : load(); }
  Result<void> shape();
  Result<bool> blank(uint32_t at, uint32_t size);
  Result<bool> equal(uint32_t at, std::span<const std::byte> bytes);
  Result<void> clear(uint32_t at, uint8_t bits);
  Result<void> mark(const Entry& entry, uint8_t bit);
  Result<void> copy(uint32_t from, uint32_t to, uint32_t size);
  Result<bool> step(Entry& entry);
  Result<bool> named(const Entry& entry, std::string_view name, const Guid& vendor);
  Result<Found> find(std::string_view name, const Guid& vendor);
  Result<bool> counts(const Entry& entry);
  Result<void> check_volume(uint32_t at);
  Result<Pending> pending();
  Result<uint32_t> free_record();
  Result<void> finish(uint32_t record);
  Result<void> compact(bool keep);
  Result<void> walk();

  Area& area_;
  uint32_t part_ = 0, block_ = 0;  // bytes of a part, and of a block of the flash
  uint32_t end_ = 0;               // where the next variable goes
  bool loaded_ = false;
};

}  // namespace efi
