// SPDX-License-Identifier: BSD-2-Clause
#include "disk/fat.hh"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/text.hh"

namespace disk {
namespace {

// The first sector, by the names of the specification without their BPB_.
constexpr uint32_t kJump = 0, kBytsPerSec = 11, kSecPerClus = 13, kRsvdSecCnt = 14, kNumFats = 16, kRootEntCnt = 17,
                   kTotSec16 = 19, kMedia = 21, kFatSz16 = 22, kTotSec32 = 32, kState16 = 37, kMark = 510;
constexpr uint32_t kFatSz32 = 36, kExtFlags = 40, kFsVer = 42, kRootClus = 44, kFsInfo = 48, kState32 = 65;
constexpr uint16_t kMarked = 0xaa55;
constexpr std::byte kStateDirty{1};  // of Windows NT and Linux

// A file system has fewer clusters than these to be FAT12, FAT16, FAT32.
constexpr uint32_t kFat16Clusters = 4085, kFat32Clusters = 65525, kMostClusters = 0x0fff'fff5;

// Sector of FSInfo.
constexpr uint32_t kLeadSig = 0, kStrucSig = 484, kFreeCount = 488, kTrailSig = 508;
constexpr uint32_t kLead = 0x41615252, kStruc = 0x61417272, kTrail = 0xaa550000;

// Entries of directories.
constexpr uint32_t kSlot = 32, kMostSlots = 65536, kName = 11;
constexpr uint32_t kAttributes = 11, kCase = 12, kClusterHigh = 20, kClusterLow = 26, kFileSize = 28;
constexpr uint32_t kLongType = 12, kLongSum = 13;
constexpr std::byte kFree{0xe5}, kEnd{0}, kLongMask{0x3f}, kLong{0x0f}, kLastLong{0x40}, kLowerBase{8},
    kLowerExtension{16};
constexpr uint32_t kLongCharacters = 13, kMostLong = 20;
constexpr uint8_t kLongPlaces[kLongCharacters] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

template <class T>
void store(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }

/// Less than, equal to, more than 0: as ASCII in capitals.
int compare(std::string_view a, std::string_view b) {
  const size_t both = std::min(a.size(), b.size());
  for (size_t i = 0; i < both; ++i)
    if (upper(a[i]) != upper(b[i])) return uint8_t(upper(a[i])) < uint8_t(upper(b[i])) ? -1 : 1;
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

uint8_t checksum(const std::byte* name) {
  uint8_t sum = 0;
  for (uint32_t i = 0; i < kName; ++i) sum = uint8_t(std::rotr(sum, 1) + uint8_t(name[i]));
  return sum;
}

bool separates(char c) { return c == '/' || c == '\\'; }

}  // namespace

// A way through a directory: slot() gives the entry at `index`, and goes on from where it was.
struct Fat::Walk {
  uint32_t directory;    // its first cluster; 0: the root of FAT12 and FAT16
  uint32_t index = 0;    // of the next entry
  uint32_t cluster = 0;  // the `passed`th of it
  uint32_t passed = 0;
};

// What scan() comes upon.
struct Fat::Found {
  FatEntry entry;
  bool exact;  // the name is what the entry has: no '?' stands for something else
  std::array<char, kName + 1> short_bytes;
  uint8_t short_size;  // 0: not ASCII

  bool goes_by(std::string_view name) const {
    return (exact && compare(entry.name(), name) == 0) ||
           (short_size != 0 && compare({short_bytes.data(), short_size}, name) == 0);
  }
  bool take_long(const std::byte* slot, uint32_t place);
  void take_short(const std::byte* slot, bool has_long);
};

// Characters of the long name from `place` on. False: it is none.
bool Fat::Found::take_long(const std::byte* slot, uint32_t place) {
  const bool last = (slot[0] & kLastLong) != std::byte{0};
  if (last) {
    entry.name_size = 0;
    exact = true;
  }
  for (const uint8_t at : kLongPlaces) {
    const auto c = load<uint16_t>(slot + at);
    if (c == 0) {  // ends here, unless more follows
      if (!last || place == 0) return false;
      break;
    }
    if (place == FatEntry::kMostName) return false;
    const bool plain = c < 0x80 && printable(char(c));
    exact &= plain;
    entry.name_bytes[place++] = plain ? char(c) : '?';
  }
  if (last) entry.name_size = uint8_t(place);
  return true;
}

void Fat::Found::take_short(const std::byte* slot, bool has_long) {
  bool plain = true;
  short_size = 0;
  const auto take = [&](uint32_t begin, uint32_t end, std::byte small) {
    while (end > begin && slot[end - 1] == std::byte{' '}) --end;
    for (; begin < end; ++begin) {
      const auto c = char(slot[begin]);
      plain &= printable(c);
      short_bytes[short_size++] = !printable(c) ? '?' : (slot[kCase] & small) != std::byte{0} ? lower(c) : c;
    }
  };
  take(0, 8, kLowerBase);
  const uint8_t point = short_size++;
  short_bytes[point] = '.';
  take(8, kName, kLowerExtension);
  if (short_size == point + 1) short_size = point;
  if (!has_long) {
    entry.name_size = short_size;
    std::memcpy(entry.name_bytes.data(), short_bytes.data(), short_size);
    exact = plain;
  }
  if (!plain) short_size = 0;
}

Result<void> Fat::mount(BlockDevice& disk) {
  disk_ = &disk;
  clusters_ = root_entries_ = root_cluster_ = info_ = 0;
  table_changed_ = false;
  table_.drop();
  data_buffer_.drop();
  const uint32_t disk_sector = disk.sector_size();
  if (disk.sectors() == 0) return failure(Error::NotFound);
  const std::byte* const boot = TRY(data_buffer_.read(disk, 0, disk_sector));

  // Is it one?
  const auto byte = [boot](uint32_t at) { return uint8_t(boot[at]); };
  const auto half = [boot](uint32_t at) { return load<uint16_t>(boot + at); };
  const uint32_t sector = half(kBytsPerSec), in_cluster = byte(kSecPerClus), reserved = half(kRsvdSecCnt);
  const bool jumps = (byte(kJump) == 0xeb && byte(kJump + 2) == 0x90) || byte(kJump) == 0xe9;
  if (half(kMark) != kMarked || !jumps || !std::has_single_bit(sector) || sector < 512 || sector > 4096 ||
      !std::has_single_bit(in_cluster) || reserved == 0 || byte(kNumFats) == 0 ||
      (byte(kMedia) != 0xf0 && byte(kMedia) < 0xf8))
    return failure(Error::NotFound);
  if (sector < disk_sector) return failure(Error::NotSupported);

  // What lies where.
  const bool is_fat32 = half(kFatSz16) == 0;
  const uint32_t fat_sectors = is_fat32 ? load<uint32_t>(boot + kFatSz32) : half(kFatSz16);
  const uint32_t sectors = half(kTotSec16) ? half(kTotSec16) : load<uint32_t>(boot + kTotSec32);
  const uint32_t root_entries = half(kRootEntCnt), root_sectors = (root_entries * kSlot + sector - 1) / sector;
  const uint64_t root = reserved + uint64_t{byte(kNumFats)} * fat_sectors, data = root + root_sectors;
  if (sectors > disk.sectors() / (sector / disk_sector) || data >= sectors) return failure(Error::Malformed);
  const auto clusters = uint32_t((sectors - data) / in_cluster);
  // The specification goes by the number of clusters alone. FAT32 with fewer than it may have is what tools make, and
  // Linux and EDK2 read it.
  kind_ = is_fat32 ? Kind::Fat32 : clusters < kFat16Clusters ? Kind::Fat12 : Kind::Fat16;
  if (clusters == 0 || clusters > (is_fat32 ? kMostClusters : kFat32Clusters - 1)) return failure(Error::Malformed);
  if (uint64_t{fat_sectors} * sector * 8 < (uint64_t{clusters} + 2) * unsigned(kind_)) return failure(Error::Malformed);
  if ((root_entries == 0) != is_fat32) return failure(Error::Malformed);
  if (is_fat32 && half(kFsVer) != 0) return failure(Error::NotSupported);

  sector_size_ = sector;
  cluster_size_ = sector * in_cluster;
  fat_ = reserved;
  fat_sectors_ = fat_sectors;
  fats_ = byte(kNumFats);
  root_ = root;
  data_ = data;
  dirty_ = (boot[is_fat32 ? kState32 : kState16] & kStateDirty) != std::byte{0};
  uint32_t info = 0;
  if (is_fat32) {
    const uint16_t flags = half(kExtFlags);
    if (flags & 0x80) {  // one of the FATs counts and the others are left alone
      if ((flags & 15) >= fats_) return failure(Error::Malformed);
      fat_ += uint64_t{flags & 15u} * fat_sectors;
      fats_ = 1;
    }
    root_cluster_ = load<uint32_t>(boot + kRootClus);
    if (root_cluster_ - 2 >= clusters) return failure(Error::Malformed);
    info = half(kFsInfo) < reserved ? half(kFsInfo) : 0;
  }

  // What follows is no longer at `boot`.
  const std::byte* const about = info ? TRY(data_buffer_.read(disk, info, sector)) : nullptr;
  if (about && load<uint32_t>(about + kLeadSig) == kLead && load<uint32_t>(about + kStrucSig) == kStruc &&
      load<uint32_t>(about + kTrailSig) == kTrail)
    info_ = info;
  root_entries_ = root_entries;
  clusters_ = clusters;
  // Two bits of the second entry: unmounted properly, and no errors.
  const uint32_t clean = kind_ == Kind::Fat32 ? 0x0c00'0000 : kind_ == Kind::Fat16 ? 0xc000 : 0;
  dirty_ |= (TRY(raw(1)) & clean) != clean;
  return {};
}

// Byte `offset` of the FAT, and those that follow it in its sector. What was changed in another one is written before.
Result<std::byte*> Fat::table(uint32_t offset) {
  const uint32_t sector = offset / sector_size_;
  if (table_changed_ && sector != table_sector_) CHECK(write_table());
  table_sector_ = sector;
  return TRY(table_.read(*disk_, fat_ + sector, sector_size_)) + offset % sector_size_;
}

Result<void> Fat::write_table() {
  table_changed_ = false;
  for (uint32_t i = 0; i < fats_; ++i) CHECK(table_.write(*disk_, fat_ + uint64_t{i} * fat_sectors_ + table_sector_));
  return {};
}

/// What the FAT says of a cluster, with the bits that are not its own in FAT32.
Result<uint32_t> Fat::raw(uint32_t cluster) {
  if (kind_ == Kind::Fat32) return load<uint32_t>(TRY(table(cluster * 4)));
  if (kind_ == Kind::Fat16) return load<uint16_t>(TRY(table(cluster * 2)));
  const uint32_t offset = cluster + cluster / 2;
  const auto low = uint32_t(*TRY(table(offset))), high = uint32_t(*TRY(table(offset + 1)));
  return (low | high << 8) >> (cluster % 2 ? 4 : 0) & 0xfff;
}

Result<void> Fat::free(uint32_t cluster) {
  if (kind_ == Kind::Fat12) {
    const uint32_t offset = cluster + cluster / 2;
    for (const uint32_t i : {0, 1}) {
      std::byte* const at = TRY(table(offset + i));
      // Its half of the byte that it shares with a neighbour.
      *at &= cluster % 2 == i ? std::byte{0} : i ? std::byte{0xf0} : std::byte{0x0f};
      table_changed_ = true;
    }
    return {};
  }
  std::byte* const at = TRY(table(cluster * (unsigned(kind_) / 8)));
  if (kind_ == Kind::Fat32)
    store(at, load<uint32_t>(at) & 0xf000'0000);
  else
    store(at, uint16_t{0});
  table_changed_ = true;
  return {};
}

/// The cluster after a valid one; 0: it is the last. Malformed: neither.
Result<uint32_t> Fat::link(uint32_t cluster) {
  const uint32_t mask = kind_ == Kind::Fat32 ? 0x0fff'ffff : kind_ == Kind::Fat16 ? 0xffff : 0xfff;
  const uint32_t next = TRY(raw(cluster)) & mask;
  if (next >= (mask & ~7u)) return 0;
  if (!valid(next)) return failure(Error::Malformed);
  return next;
}

FatEntry Fat::root() const {
  FatEntry root;
  root.attributes = FatEntry::Directory;
  root.cluster = root_cluster_;
  return root;
}

Result<Fat::Walk> Fat::begin(const FatEntry& directory) const {
  if (!directory.is_directory()) return failure(Error::NotSupported);
  // Only the root has no name.
  const bool fixed = directory.name_size == 0 && kind_ != Kind::Fat32 && directory.cluster == 0;
  if (!fixed && !valid(directory.cluster)) return failure(Error::Malformed);
  return Walk{directory.cluster};
}

/// Its entry in memory, until the next call; nullptr: there are no more.
Result<std::byte*> Fat::slot(Walk& walk) {
  uint64_t sector = root_;
  uint32_t offset = walk.index * kSlot;
  if (walk.directory == 0) {
    if (walk.index >= root_entries_) return nullptr;
  } else {
    const uint32_t wanted = offset / cluster_size_;
    offset %= cluster_size_;
    if (walk.cluster == 0 || wanted < walk.passed) {
      walk.cluster = walk.directory;
      walk.passed = 0;
    }
    for (; walk.passed < wanted; ++walk.passed) {
      if (walk.passed >= clusters_) return failure(Error::Malformed);  // it runs in a circle
      const uint32_t next = TRY(link(walk.cluster));
      if (next == 0) return nullptr;
      walk.cluster = next;
    }
    // As this does, when it is not seen before.
    if (walk.index >= kMostSlots) return failure(Error::Malformed);
    sector = sector_of(walk.cluster);
  }
  return TRY(data_buffer_.read(*disk_, sector + offset / sector_size_, sector_size_)) + offset % sector_size_;
}

/// The next file or directory from where `walk` is, which moves behind it. NotFound: there are no more.
Result<void> Fat::scan(Walk& walk, Found& found) {
  uint32_t to_come = 0;  // entries of the long name; its first ones are the last in the name
  uint8_t sum = 0, long_entries = 0;
  for (;; ++walk.index) {
    const std::byte* const at = TRY(slot(walk));
    if (!at || at[0] == kEnd) return failure(Error::NotFound);
    const bool is_long = (at[kAttributes] & kLongMask) == kLong;
    const bool is_label = !is_long && (uint8_t(at[kAttributes]) & FatEntry::Volume);
    if (at[0] == kFree || is_label || (!is_long && at[0] == std::byte{'.'})) {
      long_entries = 0;
    } else if (is_long) {
      const uint32_t order = uint32_t(at[0] & ~kLastLong);
      if ((at[0] & kLastLong) != std::byte{0}) {
        to_come = order <= kMostLong ? order : 0;
        long_entries = uint8_t(to_come);
        sum = uint8_t(at[kLongSum]);
      }
      const bool follows = long_entries != 0 && to_come != 0 && order == to_come && sum == uint8_t(at[kLongSum]) &&
                           at[kLongType] == std::byte{0} && load<uint16_t>(at + kClusterLow) == 0 &&
                           found.take_long(at, (order - 1) * kLongCharacters);
      if (follows)
        --to_come;
      else
        long_entries = 0;
    } else {
      if (to_come != 0 || sum != checksum(at)) long_entries = 0;
      FatEntry& entry = found.entry;
      found.take_short(at, long_entries != 0);
      if (entry.name_size == 0) {
        long_entries = 0;
        continue;
      }
      entry.attributes = uint8_t(at[kAttributes]);
      entry.cluster = load<uint16_t>(at + kClusterLow);
      if (kind_ == Kind::Fat32) entry.cluster |= uint32_t{load<uint16_t>(at + kClusterHigh)} << 16;
      entry.size = entry.is_directory() ? 0 : load<uint32_t>(at + kFileSize);
      entry.directory = walk.directory;
      entry.index = walk.index++;
      entry.long_entries = long_entries;
      return {};
    }
  }
}

Result<FatEntry> Fat::find(std::string_view path) {
  Found found;
  found.entry = root();
  while (true) {
    while (!path.empty() && separates(path.front())) path.remove_prefix(1);
    if (path.empty()) return found.entry;
    size_t end = 0;
    while (end < path.size() && !separates(path[end])) ++end;
    const auto name = path.substr(0, end);
    path.remove_prefix(end);
    if (!found.entry.is_directory()) return failure(Error::NotFound);
    Walk walk = TRY(begin(found.entry));
    do CHECK(scan(walk, found));
    while (!found.goes_by(name));
  }
}

Result<FatEntry> Fat::list(const FatEntry& directory, uint32_t& cursor) {
  Walk walk = TRY(begin(directory));
  Found found;
  walk.index = cursor;
  const auto result = scan(walk, found);
  cursor = walk.index;
  CHECK(result);
  return found.entry;
}

Result<FatEntry> Fat::next(const FatEntry& directory, const FatEntry* after) {
  const auto precedes = [](const FatEntry& a, const FatEntry& b) {
    const int order = compare(a.name(), b.name());
    return order != 0 ? order < 0 : a.index < b.index;
  };
  Walk walk = TRY(begin(directory));
  Found found;
  FatEntry best;
  while (true) {
    const auto result = scan(walk, found);
    if (!result) {
      if (result.error() != Error::NotFound || best.name_size == 0) return failure(result.error());
      return best;
    }
    if (after && !precedes(*after, found.entry)) continue;
    if (best.name_size == 0 || precedes(found.entry, best)) best = found.entry;
  }
}

/// Whether a chain has `count` clusters, the last of which says so.
Result<bool> Fat::ends(uint32_t cluster, uint32_t count) {
  for (; count != 0 && valid(cluster); --count) {
    const auto next = link(cluster);
    if (!next && next.error() != Error::Malformed) return failure(next.error());
    cluster = next ? *next : 1;
  }
  return count == 0 && cluster == 0;
}

Result<void> Fat::free_chain(uint32_t cluster, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    const auto next = link(cluster);  // what was seen before may have changed
    CHECK(free(cluster));
    if (!next || !valid(*next)) break;
    cluster = *next;
  }
  CHECK(write_table());
  if (info_ == 0) return {};
  std::byte* const at = TRY(data_buffer_.read(*disk_, info_, sector_size_)) + kFreeCount;
  const auto was = load<uint32_t>(at);
  if (was == UINT32_MAX) return {};  // nobody knows
  store(at, was <= clusters_ - count ? was + count : UINT32_MAX);
  return data_buffer_.write(*disk_);
}

Result<void> Fat::remove(const FatEntry& entry) {
  if (entry.is_directory()) return failure(Error::NotSupported);
  if (disk_->read_only() || (entry.attributes & FatEntry::ReadOnly)) return failure(Error::ReadOnly);
  if (entry.index < entry.long_entries || (entry.directory == 0 ? kind_ == Kind::Fat32 : !valid(entry.directory)))
    return failure(Error::NotFound);
  Walk walk{entry.directory};
  walk.index = entry.index - entry.long_entries;
  Found found;
  CHECK(scan(walk, found));
  const FatEntry& is = found.entry;
  if (is.index != entry.index || is.long_entries != entry.long_entries || is.cluster != entry.cluster ||
      is.size != entry.size || is.attributes != entry.attributes || is.name() != entry.name())
    return failure(Error::NotFound);

  const uint32_t count = is.size / cluster_size_ + (is.size % cluster_size_ != 0);
  const bool sound = !dirty_ && count != 0 && count <= clusters_ && TRY(ends(is.cluster, count));
  for (uint32_t i = 0; i <= is.long_entries; ++i) {
    walk.index = is.index - i;
    std::byte* const at = TRY(slot(walk));
    if (!at) return failure(Error::Malformed);
    *at = kFree;
    if (i == is.long_entries || walk.index * kSlot % sector_size_ == 0) CHECK(data_buffer_.write(*disk_));
  }
  CHECK(disk_->flush());
  if (sound) CHECK(free_chain(is.cluster, count));
  return disk_->flush();
}

Result<void> Fat::remove(std::string_view path) { return remove(TRY(find(path))); }

Result<FatFile> FatFile::open(Fat& fat, const FatEntry& entry) {
  if (entry.is_directory()) return failure(Error::NotSupported);
  if (entry.size != 0 && (!fat.valid(entry.cluster) || (entry.size - 1) / fat.cluster_size_ >= fat.clusters_))
    return failure(Error::Malformed);
  return FatFile(fat, entry.size, entry.cluster);
}

Result<void> FatFile::seek(uint32_t index) {
  if (index < index_) {
    index_ = 0;
    cluster_ = first_;
  }
  for (; index_ < index; ++index_) {
    const uint32_t next = TRY(fat_->link(cluster_));
    if (next == 0) return failure(Error::Malformed);
    cluster_ = next;
  }
  return {};
}

Result<void> FatFile::read(uint64_t offset, std::span<std::byte> to) {
  if (!within(offset, to.size(), size_)) return failure(Error::OutOfRange);
  const uint32_t sector_size = fat_->sector_size_, cluster_size = fat_->cluster_size_;
  while (!to.empty()) {
    CHECK(seek(uint32_t(offset) / cluster_size));
    const uint32_t inside = uint32_t(offset) % cluster_size, at = inside % sector_size;
    const uint64_t sector = fat_->sector_of(cluster_) + inside / sector_size;
    size_t part = to.size();
    if (at == 0 && part >= sector_size) {
      size_t run = cluster_size - inside;
      while (run < part) {
        const auto next = fat_->link(cluster_);
        if (!next || *next != cluster_ + 1) break;  // what is wrong is said when it is needed
        ++cluster_;
        ++index_;
        run += cluster_size;
      }
      part = std::min(run, part) / sector_size * sector_size;
      CHECK(read_sectors(*fat_->disk_, sector, sector_size, to.first(part)));
    } else {
      part = std::min<size_t>(sector_size - at, part);
      std::memcpy(to.data(), TRY(fat_->data_buffer_.read(*fat_->disk_, sector, sector_size)) + at, part);
    }
    offset += part;
    to = to.subspan(part);
  }
  return {};
}

}  // namespace disk
