// SPDX-License-Identifier: BSD-2-Clause
// disk/gpt.hh - the GUID partition table of a disk (UEFI 2.10, 5.3). It is from outside: what is handed out has passed
// every check in the very read that it was taken from.
#pragma once
#include <string_view>

#include "disk/sector.hh"
#include "lib/guid.hh"

namespace disk {

struct Partition {
  static constexpr size_t kMostName = 36;

  Guid type, unique;
  uint64_t first, last;  // sectors, both its own
  uint64_t attributes;
  uint32_t number;  // as people count, from 1: its place in the table
  std::array<char, kMostName> name_bytes;
  uint8_t name_size;
  /// What is no printable ASCII is '?'.
  std::string_view name() const { return {name_bytes.data(), name_size}; }
};

class Gpt {
 public:
  enum class Copy : uint8_t { Primary, Backup };
  enum class Mbr : uint8_t { Required, Ignored };
  static constexpr uint32_t kMostEntries = 1024, kMostTable = 128 * 1024;  // bytes

  constexpr Gpt() = default;
  /// Finds the table of `disk`, which stays the caller's: the first copy, or the one in the last sector when that is
  /// damaged. Without a protective MBR (5.2.3) there is none: whoever writes another partition table leaves the GPT in
  /// place. Errors: NotFound: no protective MBR, or neither copy says that it is one; CheckFailed: the CRC-32 of
  /// header or entries; Malformed: sizes, places or counts that no table has; NotSupported: more than kMostEntries or
  /// kMostTable, or sectors above kMostSector; those of the disk. Of two damaged copies the first's.
  Result<void> open(BlockDevice& disk, Mbr mbr = Mbr::Required);

  /// After open() only.
  Copy copy() const { return copy_; }
  const Guid& disk_guid() const { return guid_; }
  /// What is wrong with the first copy when the backup was taken; Error{}: nothing.
  Error primary_error() const { return primary_error_; }

  /// The next partition that is in use after place `cursor`, which begins at 0 and is moved. NotFound: no more.
  /// Malformed: it overlaps with another one or leaves the usable sectors (`cursor` is moved, so the walk may go on);
  /// CheckFailed: the table has changed since open(); those of the disk.
  Result<Partition> next(uint32_t& cursor);
  /// The `nth` of that type, from 0; the one of that unique GUID. Errors as above.
  Result<Partition> find_type(const Guid& type, uint32_t nth = 0);
  Result<Partition> find_unique(const Guid& unique);

 private:
  struct Entry;

  Result<void> open_copy(Copy copy);
  Result<void> verify(const Entry* taken, uint32_t index);
  Result<Partition> find(uint32_t& cursor, const Guid* type, const Guid* unique, uint32_t skip);

  BlockDevice* disk_ = nullptr;
  SectorBuffer buffer_;
  Guid guid_;
  uint64_t first_usable_ = 0, last_usable_ = 0, table_ = 0;  // sectors
  uint32_t entries_ = 0, entry_size_ = 0, table_crc_ = 0;
  Copy copy_ = Copy::Primary;
  Error primary_error_{};
};

}  // namespace disk
