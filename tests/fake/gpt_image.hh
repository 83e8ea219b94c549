// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/gpt_image.hh - disks with a GUID partition table made in memory for tests, and damaged there. Knows
// nothing of disk/.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/guid.hh"

namespace fake {

class GptImage {
 public:
  struct Shape {
    uint64_t sectors = 256;
    uint32_t sector = 512, entries = 128, entry_size = 128;
  };
  explicit GptImage(const Shape& shape);

  /// Entry `index` of both tables.
  void set(uint32_t index, const Guid& type, const Guid& unique, uint64_t first, uint64_t last,
           std::u16string_view name = u"");
  /// After changes: makes the checksums right, of tables and headers.
  void seal();
  /// Where these lie, of the first copy or the backup.
  size_t header(bool backup = false) const;
  size_t table(bool backup = false) const;
  void put(size_t offset, uint64_t value, size_t size);
  uint64_t get(size_t offset, size_t size) const;
  /// In both headers.
  void put_in_headers(size_t offset, uint64_t value, size_t size);
  uint64_t first_usable() const { return 2 + table_sectors_; }
  uint64_t last_usable() const { return shape.sectors - 2 - table_sectors_; }

  const Shape shape;
  std::vector<std::byte> bytes;

 private:
  uint64_t table_sectors_;
};

}  // namespace fake
