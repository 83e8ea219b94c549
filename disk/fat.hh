// SPDX-License-Identifier: BSD-2-Clause
// disk/fat.hh - reads FAT12, FAT16 and FAT32 with long names, and removes files (Microsoft's FAT32 File System
// Specification, 1.03). Every byte is from outside: each number is bounded before it is used, and each walk by the size
// of what it walks over.
#pragma once
#include <string_view>

#include "disk/sector.hh"
#include "lib/reader.hh"

namespace disk {

/// A file or directory, as its directory names it. Valid until its directory changes; who acts on it checks that.
struct FatEntry {
  static constexpr size_t kMostName = 255;  // characters
  enum Attribute : uint8_t { ReadOnly = 1, Hidden = 2, System = 4, Volume = 8, Directory = 16, Archive = 32 };

  uint32_t size = 0;     // bytes; 0 for directories
  uint32_t cluster = 0;  // its first; 0: it has none, or it is the root of FAT12 and FAT16
  // Where its short entry lies: the first cluster of the directory, and which of its entries it is.
  uint32_t directory = 0;
  uint32_t index = 0;
  uint8_t long_entries = 0;  // that lie before it and hold its long name
  uint8_t attributes = 0;
  uint8_t name_size = 0;
  std::array<char, kMostName> name_bytes{};

  /// The long name where there is one. What is no printable ASCII is '?', which no name really has.
  std::string_view name() const { return {name_bytes.data(), name_size}; }
  bool is_directory() const { return attributes & Directory; }
};

class Fat {
 public:
  enum class Kind : uint8_t { Fat12 = 12, Fat16 = 16, Fat32 = 32 };

  constexpr Fat() = default;
  /// `disk`, a partition (disk/slice.hh) or a disk without a partition table, stays the caller's; nobody else writes to
  /// it meanwhile. Errors: NotFound: not a FAT file system; Malformed: it is one with numbers that none has;
  /// NotSupported: sectors smaller than the disk's, above 4096 bytes, a version of FAT32 that nobody knows; those of
  /// the disk.
  Result<void> mount(BlockDevice& disk);

  /// After mount() only.
  Kind kind() const { return kind_; }
  uint32_t cluster_size() const { return cluster_size_; }  // bytes
  /// It was not unmounted properly, or the one who wrote to it found errors.
  bool dirty() const { return dirty_; }
  FatEntry root() const;

  /// By a path from the root; '/' and '\\' part names, which are compared as ASCII without case, long and short ones.
  /// An empty path is the root. Errors: NotFound; Malformed: a directory that is damaged; those of the disk.
  Result<FatEntry> find(std::string_view path);
  /// The next entry of a directory after `cursor`, which begins at 0 and is moved, in the order in which they lie. "."
  /// and ".." and the volume's name are left out. NotFound: no more. Errors as above; NotSupported: not a directory.
  Result<FatEntry> list(const FatEntry& directory, uint32_t& cursor);
  /// The next entry after `after` (nullptr: the first) by name in capitals; equal names by place. It reads the whole
  /// directory each time and keeps nothing. Errors as above.
  Result<FatEntry> next(const FatEntry& directory, const FatEntry* after);

  /// Removes a file. Its entry goes first, in one write of a sector, then what is left of its long name, then its
  /// clusters from the first one on: when power fails in between they are lost for fsck to find, and no file is harmed.
  /// They are left so on purpose where the file system is dirty or the chain does not end with the file: somebody
  /// else's clusters may hang on them. Errors: NotFound: the entry is not there any more; NotSupported: a directory;
  /// ReadOnly: the disk, or the file; those of the disk.
  Result<void> remove(const FatEntry& entry);
  Result<void> remove(std::string_view path);

 private:
  friend class FatFile;
  struct Walk;
  struct Found;

  bool valid(uint32_t cluster) const { return cluster - 2 < clusters_; }
  uint64_t sector_of(uint32_t cluster) const { return data_ + uint64_t{cluster - 2} * (cluster_size_ / sector_size_); }
  Result<std::byte*> table(uint32_t offset);
  Result<void> write_table();
  Result<uint32_t> raw(uint32_t cluster);
  Result<uint32_t> link(uint32_t cluster);
  Result<void> free(uint32_t cluster);
  Result<bool> ends(uint32_t cluster, uint32_t count);
  Result<void> free_chain(uint32_t cluster, uint32_t count);
  Result<Walk> begin(const FatEntry& directory) const;
  Result<std::byte*> slot(Walk& walk);
  Result<void> scan(Walk& walk, Found& found);

  BlockDevice* disk_ = nullptr;
  uint32_t sector_size_ = 0, cluster_size_ = 0;
  uint32_t clusters_ = 0;                   // valid ones are 2 to clusters_ + 1
  uint64_t fat_ = 0, root_ = 0, data_ = 0;  // sectors
  uint32_t fat_sectors_ = 0;                // of one
  uint32_t root_cluster_ = 0;               // FAT32
  uint32_t root_entries_ = 0;               // FAT12 and FAT16
  uint32_t info_ = 0;                       // sector of FSInfo; 0: there is none
  uint8_t fats_ = 0;                        // that are alike
  Kind kind_ = Kind::Fat12;
  bool dirty_ = false;
  bool table_changed_ = false;  // in memory
  uint32_t table_sector_ = 0;   // of the FAT, that is there
  SectorBuffer table_, data_buffer_;
};

/// The bytes of a file. Reads that go on where the last one ended follow the chain from there; whole sectors go
/// straight to the caller's memory, in as large pieces as they lie side by side. Uses the buffers of the Fat, which
/// outlives it.
class FatFile final : public Reader {
 public:
  /// Errors: NotSupported: a directory; Malformed: more bytes than there are clusters, or a first cluster that is none.
  static Result<FatFile> open(Fat& fat, const FatEntry& entry);

  uint64_t size() const override { return size_; }
  /// Malformed: the chain ends before the file does, or leads to what is no cluster.
  Result<void> read(uint64_t offset, std::span<std::byte> to) override;

 private:
  FatFile(Fat& fat, uint32_t size, uint32_t cluster) : fat_(&fat), size_(size), first_(cluster), cluster_(cluster) {}
  Result<void> seek(uint32_t index);

  Fat* fat_;
  uint32_t size_;
  uint32_t first_;                // cluster
  uint32_t cluster_, index_ = 0;  // where the last read ended
};

}  // namespace disk
