// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/gpt_image.hh"

#include <cstring>

namespace fake {
namespace {

// Bit by bit, as the definition has it.
uint32_t sum_of(const std::byte* at, size_t size) {
  uint32_t sum = ~uint32_t{0};
  for (; size; --size, ++at) {
    sum ^= uint8_t(*at);
    for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? sum >> 1 ^ 0xedb88320 : sum >> 1;
  }
  return ~sum;
}

}  // namespace

GptImage::GptImage(const Shape& is)
    : shape(is),
      bytes(size_t(is.sectors * is.sector)),
      table_sectors_((uint64_t{is.entries} * is.entry_size + is.sector - 1) / is.sector) {
  put(446 + 2, 0x02, 1);
  put(446 + 4, 0xee, 1);
  put(446 + 8, 1, 4);
  put(446 + 12, shape.sectors - 1, 4);
  put(510, 0xaa55, 2);
  for (const bool backup : {false, true}) {
    const size_t at = header(backup);
    std::memcpy(&bytes[at], "EFI PART\0\0\1\0\x5c", 13);
    put(at + 24, backup ? shape.sectors - 1 : 1, 8);
    put(at + 32, backup ? 1 : shape.sectors - 1, 8);
    put(at + 40, first_usable(), 8);
    put(at + 48, last_usable(), 8);
    for (size_t i = 0; i < 16; ++i) put(at + 56 + i, 0xd0 + i, 1);
    put(at + 72, backup ? shape.sectors - 1 - table_sectors_ : 2, 8);
    put(at + 80, shape.entries, 4);
    put(at + 84, shape.entry_size, 4);
  }
  seal();
}

size_t GptImage::header(bool backup) const { return size_t((backup ? shape.sectors - 1 : 1) * shape.sector); }
size_t GptImage::table(bool backup) const {
  return size_t((backup ? shape.sectors - 1 - table_sectors_ : 2) * shape.sector);
}

void GptImage::put(size_t offset, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes[offset + i] = std::byte(value >> 8 * i);
}

uint64_t GptImage::get(size_t offset, size_t size) const {
  uint64_t value = 0;
  for (size_t i = size; i; --i) value = value << 8 | uint8_t(bytes[offset + i - 1]);
  return value;
}

void GptImage::put_in_headers(size_t offset, uint64_t value, size_t size) {
  put(header() + offset, value, size);
  put(header(true) + offset, value, size);
}

void GptImage::set(uint32_t index, const Guid& type, const Guid& unique, uint64_t first, uint64_t last,
                   std::u16string_view name) {
  for (const bool backup : {false, true}) {
    const size_t at = table(backup) + size_t{index} * shape.entry_size;
    std::memcpy(&bytes[at], &type, 16);
    std::memcpy(&bytes[at + 16], &unique, 16);
    put(at + 32, first, 8);
    put(at + 40, last, 8);
    for (size_t i = 0; i < name.size(); ++i) put(at + 56 + 2 * i, name[i], 2);
  }
}

void GptImage::seal() {
  for (const bool backup : {false, true}) {
    const size_t at = header(backup);
    put(at + 88, sum_of(&bytes[table(backup)], size_t{shape.entries} * shape.entry_size), 4);
    put(at + 16, 0, 4);
    const size_t size = size_t(get(at + 12, 4));
    put(at + 16, sum_of(&bytes[at], size <= shape.sector ? size : 92), 4);
  }
}

}  // namespace fake
