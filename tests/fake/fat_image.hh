// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/fat_image.hh - FAT file systems made in memory for tests, and damaged there. Knows nothing of disk/.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fake {

class FatImage {
 public:
  struct Shape {
    unsigned kind = 16;        // bits of an entry of the FAT: 12, 16, 32
    uint32_t clusters = 5000;  // below 4085 for 12, below 65525 for 16
    uint32_t sector = 512, in_cluster = 1;
    uint32_t fats = 2, reserved = 0;  // 0: what is usual for the kind
    uint32_t root_entries = 64;       // of 12 and 16
    unsigned active = 0;              // FAT32: 0x80 and the number of the only FAT that counts
  };
  struct File {
    std::string_view content{};
    uint32_t step = 1;                     // from one cluster to the next: others lie between
    uint8_t attributes = 0x20, lower = 0;  // lower: 8 for the name, 16 for the extension
    std::string short_name{};              // 11 characters; empty: made from the name
    bool directory = false;
  };

  explicit FatImage(const Shape& shape);

  /// Adds a file to the directory that begins at cluster `parent` (0: the root). Its first cluster; 0: it is empty.
  uint32_t add(uint32_t parent, std::u16string_view name, const File& file);
  uint32_t add(uint32_t parent, std::string_view name, std::string_view content) {
    return add(parent, std::u16string(name.begin(), name.end()), {.content = content});
  }
  uint32_t add_directory(uint32_t parent, std::string_view name) {
    return add(parent, std::u16string(name.begin(), name.end()), {.attributes = 0x10, .directory = true});
  }
  /// 32 bytes more in a directory, as they are. Where they lie in the image.
  size_t add_slot(uint32_t parent, std::string_view bytes);

  /// What the (first) FAT says of a cluster.
  uint32_t fat(uint32_t cluster) const;
  /// In all FATs, or that one.
  void set_fat(uint32_t cluster, uint32_t value, int only = -1);
  uint32_t free_clusters() const;
  uint32_t end_of_chain() const { return shape.kind == 32 ? 0x0fffffff : (1u << shape.kind) - 1; }
  size_t offset_of(uint32_t cluster) const { return (data_ + size_t{cluster - 2} * shape.in_cluster) * shape.sector; }
  size_t offset_of_fat(unsigned number = 0) const {
    return (shape.reserved + size_t{number} * fat_sectors) * shape.sector;
  }
  size_t offset_of_root() const;

  void put8(size_t offset, uint8_t value) { bytes[offset] = std::byte(value); }
  void put16(size_t offset, uint16_t value) { put8(offset, uint8_t(value)), put8(offset + 1, uint8_t(value >> 8)); }
  void put32(size_t offset, uint32_t value) {
    put16(offset, uint16_t(value)), put16(offset + 2, uint16_t(value >> 16));
  }
  uint32_t get32(size_t offset) const;

  Shape shape;
  std::vector<std::byte> bytes;
  uint32_t fat_sectors = 0, root_cluster = 0;
  std::vector<size_t> slots;  // where the entries lie that were added last: its long ones, then the short one

 private:
  uint32_t allocate(uint32_t step);
  size_t next_slot(uint32_t parent);

  uint32_t data_ = 0, next_ = 2, aliases_ = 0;
  struct Directory {
    uint32_t first, last, used;  // slots of the last cluster
  };
  std::vector<Directory> directories_;
};

}  // namespace fake
