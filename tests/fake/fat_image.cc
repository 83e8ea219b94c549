// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/fat_image.hh"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace fake {
namespace {

// A name of 8.3 in capitals as eleven characters; empty: it is none.
std::string short_name_of(std::u16string_view name) {
  const size_t dot = name.rfind(u'.');
  const auto base = name.substr(0, dot), extension = dot == name.npos ? std::u16string_view() : name.substr(dot + 1);
  if (base.empty() || base.size() > 8 || extension.size() > 3 || (dot != name.npos && extension.empty())) return "";
  for (const char16_t c : std::u16string(base) + std::u16string(extension))
    if (!((c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'-' || c == u'_' || c == u'~')) return "";
  std::string eleven(11, ' ');
  std::copy(base.begin(), base.end(), eleven.begin());
  std::copy(extension.begin(), extension.end(), eleven.begin() + 8);
  return eleven;
}

uint8_t checksum_of(const std::string& eleven) {
  unsigned sum = 0;
  for (const char c : eleven) sum = ((sum & 1) << 7 | sum >> 1) + uint8_t(c), sum &= 0xff;
  return uint8_t(sum);
}

}  // namespace

FatImage::FatImage(const Shape& is) : shape(is) {
  if (shape.reserved == 0) shape.reserved = shape.kind == 32 ? 32 : 1;
  if (shape.kind == 32) shape.root_entries = 0;
  const uint32_t fat_bytes = uint32_t((uint64_t{shape.clusters + 2} * shape.kind + 7) / 8);
  fat_sectors = (fat_bytes + shape.sector - 1) / shape.sector;
  data_ = shape.reserved + shape.fats * fat_sectors + (shape.root_entries * 32 + shape.sector - 1) / shape.sector;
  const uint32_t sectors = data_ + shape.clusters * shape.in_cluster;
  bytes.resize(size_t{sectors} * shape.sector);

  std::memcpy(bytes.data(),
              "\xeb\x58\x90"
              "TESTTEST",
              11);
  put16(11, uint16_t(shape.sector));
  put8(13, uint8_t(shape.in_cluster));
  put16(14, uint16_t(shape.reserved));
  put8(16, uint8_t(shape.fats));
  put16(17, uint16_t(shape.root_entries));
  if (shape.kind != 32 && sectors < 65536)
    put16(19, uint16_t(sectors));
  else
    put32(32, sectors);
  put8(21, 0xf8);
  if (shape.kind == 32) {
    put32(36, fat_sectors);
    put16(40, uint16_t(shape.active));
    put16(48, 1);
    put8(66, 0x29);
  } else {
    put16(22, uint16_t(fat_sectors));
    put8(38, 0x29);
  }
  put16(510, 0xaa55);
  set_fat(0, (end_of_chain() & ~0xffu) | 0xf8);
  set_fat(1, end_of_chain());
  if (shape.kind == 32) {
    root_cluster = allocate(1);
    put32(44, root_cluster);
    put32(shape.sector, 0x41615252);
    put32(shape.sector + 484, 0x61417272);
    put32(shape.sector + 488, free_clusters());
    put32(shape.sector + 492, 0xffffffff);
    put32(shape.sector + 508, 0xaa550000);
  }
  directories_.push_back({root_cluster, root_cluster, 0});
}

size_t FatImage::offset_of_root() const {
  return shape.kind == 32 ? offset_of(root_cluster) : offset_of_fat(shape.fats);
}

uint32_t FatImage::get32(size_t offset) const {
  uint32_t value = 0;
  for (size_t i = 4; i; --i) value = value << 8 | uint8_t(bytes[offset + i - 1]);
  return value;
}

uint32_t FatImage::fat(uint32_t cluster) const {
  const size_t at = offset_of_fat(shape.active & 15);
  if (shape.kind == 32) return get32(at + size_t{cluster} * 4) & 0x0fffffff;
  const size_t place = at + size_t{cluster} * shape.kind / 8;
  const unsigned word = uint8_t(bytes[place]) | uint8_t(bytes[place + 1]) << 8;
  return shape.kind == 16 ? word : cluster % 2 ? word >> 4 : word & 0xfff;
}

void FatImage::set_fat(uint32_t cluster, uint32_t value, int only) {
  for (unsigned i = 0; i < shape.fats; ++i) {
    if (only >= 0 && i != unsigned(only)) continue;
    const size_t at = offset_of_fat(i) + size_t{cluster} * shape.kind / 8;
    if (shape.kind == 32) {
      put32(at, value);
    } else if (shape.kind == 16) {
      put16(at, uint16_t(value));
    } else {
      const unsigned old = uint8_t(bytes[at]) | uint8_t(bytes[at + 1]) << 8;
      put16(at, uint16_t(cluster % 2 ? (old & 0xf) | value << 4 : (old & 0xf000) | value));
    }
  }
}

uint32_t FatImage::free_clusters() const {
  uint32_t count = 0;
  for (uint32_t cluster = 2; cluster < shape.clusters + 2; ++cluster) count += fat(cluster) == 0;
  return count;
}

uint32_t FatImage::allocate(uint32_t step) {
  uint32_t cluster = next_;
  while (cluster < shape.clusters + 2 && fat(cluster) != 0) ++cluster;
  if (cluster >= shape.clusters + 2)
    for (cluster = 2; cluster < shape.clusters + 2 && fat(cluster) != 0;) ++cluster;
  if (cluster >= shape.clusters + 2) std::abort();  // the test asks for more than it made room for
  next_ = cluster + step;
  set_fat(cluster, end_of_chain());
  if (shape.kind == 32 && get32(shape.sector + 488)) put32(shape.sector + 488, get32(shape.sector + 488) - 1);
  return cluster;
}

size_t FatImage::next_slot(uint32_t parent) {
  const uint32_t first = parent ? parent : root_cluster;
  Directory& directory =
      *std::find_if(directories_.begin(), directories_.end(), [&](const Directory& d) { return d.first == first; });
  if (first == 0) return offset_of_root() + size_t{directory.used++} * 32;
  if (directory.used == shape.sector * shape.in_cluster / 32) {
    const uint32_t more = allocate(1);
    set_fat(directory.last, more);
    directory.last = more;
    directory.used = 0;
  }
  return offset_of(directory.last) + size_t{directory.used++} * 32;
}

size_t FatImage::add_slot(uint32_t parent, std::string_view slot) {
  const size_t at = next_slot(parent);
  std::memcpy(&bytes[at], slot.data(), std::min<size_t>(slot.size(), 32));
  return at;
}

uint32_t FatImage::add(uint32_t parent, std::u16string_view name, const File& file) {
  std::string eleven = file.short_name.empty() ? short_name_of(name) : file.short_name;
  const bool needs_long = eleven.empty() || (!file.short_name.empty() && !name.empty());
  if (eleven.empty()) {
    char alias[16];
    std::snprintf(alias, sizeof alias, "FILE~%-6u", aliases_++);
    eleven = std::string(alias, 8) + "   ";
  }
  const size_t size = file.directory ? size_t{shape.sector} * shape.in_cluster : file.content.size();
  const size_t in_cluster = size_t{shape.sector} * shape.in_cluster;
  uint32_t first = 0, last = 0;
  for (size_t done = 0; done < size; done += in_cluster) {
    const uint32_t cluster = allocate(file.step);
    if (last) set_fat(last, cluster);
    if (!first) first = cluster;
    last = cluster;
    if (!file.directory)
      std::memcpy(&bytes[offset_of(cluster)], &file.content[done], std::min(in_cluster, size - done));
  }

  slots.clear();
  if (needs_long) {
    const size_t entries = (name.size() + 12) / 13;
    for (size_t order = entries; order; --order) {
      std::string slot(32, '\0');
      slot[0] = char(order | (order == entries ? 0x40 : 0));
      slot[11] = 0x0f;
      slot[13] = char(checksum_of(eleven));
      for (size_t i = 0; i < 13; ++i) {
        const size_t place = (order - 1) * 13 + i, at = i < 5    ? 1 + 2 * i
                                                        : i < 11 ? 14 + 2 * (i - 5)
                                                                 : 28 + 2 * (i - 11);
        const char16_t c = place < name.size() ? name[place] : place == name.size() ? u'\0' : u'\xffff';
        slot[at] = char(c);
        slot[at + 1] = char(c >> 8);
      }
      slots.push_back(add_slot(parent, slot));
    }
  }
  std::string slot = eleven + std::string(21, '\0');
  slot[11] = char(file.attributes);
  slot[12] = char(file.lower);
  const auto word = [&slot](size_t at, uint32_t value, size_t count) {
    for (size_t i = 0; i < count; ++i) slot[at + i] = char(value >> 8 * i);
  };
  word(20, first >> 16, 2);
  word(26, first, 2);
  word(28, file.directory ? 0 : uint32_t(size), 4);
  const size_t at = add_slot(parent, slot);
  if (file.directory) {
    directories_.push_back({first, first, 0});
    slot.replace(0, 11, ".          ");
    add_slot(first, slot);
    slot.replace(0, 11, "..         ");
    word(20, parent >> 16, 2);
    word(26, parent, 2);
    add_slot(first, slot);
  }
  slots.push_back(at);
  return first;
}

}  // namespace fake
