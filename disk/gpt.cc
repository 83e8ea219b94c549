// SPDX-License-Identifier: BSD-2-Clause
#include "disk/gpt.hh"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/crc32.hh"
#include "lib/text.hh"

namespace disk {
namespace {

// 5.2.1: records of the MBR, and its mark.
constexpr uint32_t kRecords = 446, kRecordSize = 16, kRecordType = 4, kRecordStart = 8, kMark = 510;
constexpr uint16_t kMarked = 0xaa55;
constexpr std::byte kProtective{0xee};

struct Header {  // 5.3.2
  char signature[8];
  le32 revision, size, crc, reserved;
  le64 here, other, first_usable, last_usable;
  Guid disk;
  le64 table;
  le32 entries, entry_size, table_crc;
};
constexpr uint32_t kHeaderSize = 92;
static_assert(sizeof(Header) == 96 && offsetof(Header, table_crc) == 88);

bool protective(const std::byte* mbr) {
  if (load<uint16_t>(mbr + kMark) != kMarked) return false;
  for (uint32_t i = 0; i < 4; ++i) {
    const std::byte* const record = mbr + kRecords + i * kRecordSize;
    if (record[kRecordType] == kProtective && load<uint32_t>(record + kRecordStart) == 1) return true;
  }
  return false;
}

}  // namespace

struct Gpt::Entry {  // 5.3.3
  Guid type, unique;
  le64 first, last, attributes;
  le16 name[Partition::kMostName];

  static Entry at(const std::byte* from) {
    static_assert(sizeof(Entry) == 128);
    Entry entry;
    std::memcpy(&entry, from, sizeof entry);
    return entry;
  }
};

Result<void> Gpt::open(BlockDevice& disk, Mbr mbr) {
  disk_ = &disk;
  entries_ = 0;
  primary_error_ = Error{};
  buffer_.drop();
  if (mbr == Mbr::Required && !protective(TRY(buffer_.read(disk, 0, disk.sector_size()))))
    return failure(Error::NotFound);
  const auto first = open_copy(Copy::Primary);
  if (first) return {};
  primary_error_ = first.error();
  return open_copy(Copy::Backup) ? Result<void>() : first;
}

Result<void> Gpt::open_copy(Copy copy) {
  entries_ = 0;
  const uint64_t sectors = disk_->sectors(), here = copy == Copy::Primary ? 1 : sectors - 1;
  const uint32_t sector_size = disk_->sector_size();
  if (sectors < 3) return failure(Error::NotFound);

  const std::byte* const bytes = TRY(buffer_.read(*disk_, here, sector_size));
  Header is;
  std::memcpy(&is, bytes, sizeof is);
  if (std::memcmp(is.signature, "EFI PART", sizeof is.signature) != 0) return failure(Error::NotFound);
  if (is.size < kHeaderSize || is.size > sector_size) return failure(Error::Malformed);
  Crc32 sum;
  sum.add({bytes, offsetof(Header, crc)});
  sum.add(std::array<std::byte, sizeof is.crc>{});
  sum.add({bytes + offsetof(Header, reserved), is.size - offsetof(Header, reserved)});
  if (sum.value() != is.crc) return failure(Error::CheckFailed);
  if (is.revision >> 16 != 1 || is.here != here) return failure(Error::Malformed);

  if (!std::has_single_bit(uint32_t(is.entry_size)) || is.entry_size < sizeof(Entry) || is.entries == 0)
    return failure(Error::Malformed);
  if (is.entry_size > kMostSector || is.entries > kMostEntries || is.entries * is.entry_size > kMostTable)
    return failure(Error::NotSupported);
  // Headers and tables lie on either side of what may be used.
  const uint64_t table_sectors = (is.entries * is.entry_size + sector_size - 1) / sector_size;
  if (is.first_usable > is.last_usable || is.last_usable >= sectors) return failure(Error::Malformed);
  const uint64_t begin = copy == Copy::Primary ? here + 1 : is.last_usable + 1,
                 end = copy == Copy::Primary ? uint64_t(is.first_usable) : here;
  if (is.table < begin || is.table > end || table_sectors > end - is.table) return failure(Error::Malformed);

  first_usable_ = is.first_usable;
  last_usable_ = is.last_usable;
  table_ = is.table;
  entry_size_ = is.entry_size;
  table_crc_ = is.table_crc;
  guid_ = is.disk;
  copy_ = copy;
  entries_ = is.entries;
  const auto sound = verify(nullptr, 0);
  if (!sound) entries_ = 0;
  return sound;
}

// Reads all of the table once more: it is the one that open() has seen, its entry `index` is `taken`, and nothing else
// lies there.
Result<void> Gpt::verify(const Entry* taken, uint32_t index) {
  const uint32_t sector_size = disk_->sector_size(), size = entries_ * entry_size_;
  Crc32 sum;
  bool overlap = false;
  buffer_.drop();
  for (uint32_t at = 0; at < size; at += sector_size) {
    const std::byte* const bytes = TRY(buffer_.read(*disk_, table_ + at / sector_size, sector_size));
    const uint32_t here = std::min(sector_size, size - at);
    sum.add({bytes, here});
    // An entry may be larger than a sector; what is used of it lies in its first one.
    for (uint32_t i = 0; taken && i < here; i += std::min(entry_size_, sector_size)) {
      if ((at + i) % entry_size_ != 0) continue;
      const Entry is = Entry::at(bytes + i);
      if ((at + i) / entry_size_ == index) {
        if (std::memcmp(&is, taken, sizeof is) != 0) return failure(Error::CheckFailed);
      } else if (is.type != Guid{}) {
        overlap |= is.first <= taken->last && taken->first <= is.last;
      }
    }
  }
  if (sum.value() != table_crc_) return failure(Error::CheckFailed);
  return overlap ? failure(Error::Malformed) : Result<void>();
}

Result<Partition> Gpt::find(uint32_t& cursor, const Guid* type, const Guid* unique, uint32_t skip) {
  const uint32_t sector_size = disk_ ? disk_->sector_size() : 0;
  while (cursor < entries_) {
    const uint32_t offset = cursor++ * entry_size_;
    const std::byte* const bytes = TRY(buffer_.read(*disk_, table_ + offset / sector_size, sector_size));
    const Entry is = Entry::at(bytes + offset % sector_size);
    if (is.type == Guid{} || (type && is.type != *type) || (unique && is.unique != *unique) || skip-- != 0) continue;
    Partition taken{is.type, is.unique, is.first, is.last, is.attributes, cursor, {}, 0};
    for (; taken.name_size < Partition::kMostName && is.name[taken.name_size] != 0; ++taken.name_size) {
      const uint16_t c = is.name[taken.name_size];
      taken.name_bytes[taken.name_size] = c < 0x80 && printable(char(c)) ? char(c) : '?';
    }
    if (taken.first < first_usable_ || taken.first > taken.last || taken.last > last_usable_)
      return failure(Error::Malformed);
    CHECK(verify(&is, cursor - 1));
    return taken;
  }
  return failure(Error::NotFound);
}

Result<Partition> Gpt::next(uint32_t& cursor) { return find(cursor, nullptr, nullptr, 0); }

Result<Partition> Gpt::find_type(const Guid& type, uint32_t nth) {
  uint32_t cursor = 0;
  return find(cursor, &type, nullptr, nth);
}

Result<Partition> Gpt::find_unique(const Guid& unique) {
  uint32_t cursor = 0;
  return find(cursor, nullptr, &unique, 0);
}

}  // namespace disk
