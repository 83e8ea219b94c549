// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/sfdp_image.hh - the bytes of a serial flash's description (JESD216B): unless told otherwise what a 4 MiB
// chip with sectors of 4, 32 and 64 KiB says.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace fake {

struct SfdpImage {
  static constexpr uint32_t kBasic = 0xff00, kMap = 0xff81, kWide = 0xff84;
  struct Table {
    uint32_t id, revision;  // major and minor, one byte each
    std::vector<uint32_t> words;
    uint32_t at = 0;  // 0: behind what is before it
  };

  uint32_t signature = 0x5044'4653, revision = 0x106;
  std::vector<uint32_t> basic{
      0xfff9'20e5,  // 3 bytes of address, 4 KiB by 20h
      0x01ff'ffff,  // 32 Mbit
      0x6b08'eb44,
      0xbb42'3b08,
      0xffff'fffe,
      0xff00'0000,
      0xeb40'ff00,
      0x520f'200c,
      0x0000'd810,  // 4 KiB by 20h, 32 KiB by 52h, 64 KiB by d8h
      4u | (2u | 1u << 5) << 4 | (7u | 1u << 5) << 11 | (9u | 1u << 5) << 18,  // 48, 128, 160 ms, at most 10 times that
      2u | 8u << 4 | (10u | 1u << 5) << 8,  // pages of 256, 704 us, at most 6 times that
      0x3376'63e9,
      0x757a'757a,
      0x5cd5'a2f7,
      0xff4d'f719,
      0x0000'0000};
  std::vector<Table> others;

  /// All of it, headers first.
  std::vector<uint8_t> bytes() const {
    std::vector<Table> tables{{kBasic, 0x106, basic}};
    tables.insert(tables.end(), others.begin(), others.end());
    std::vector<uint8_t> all;
    const auto put = [&](uint32_t at, uint32_t word) {
      if (all.size() < at + 4) all.resize(at + 4, 0xff);
      for (unsigned i = 0; i < 4; ++i) all[at + i] = uint8_t(word >> 8 * i);
    };
    put(0, signature);
    put(4, revision | uint32_t(tables.size() - 1) << 16 | 0xffu << 24);
    uint32_t end = 0x80;
    for (uint32_t i = 0; i < tables.size(); ++i) {
      const auto& [id, version, words, place] = tables[i];
      const uint32_t at = place ? place : end;
      put(8 + 8 * i, (id & 0xff) | version << 8 | uint32_t(words.size()) << 24);
      put(12 + 8 * i, at | id >> 8 << 24);
      for (uint32_t w = 0; w < words.size(); ++w) put(at + 4 * w, words[w]);
      if (!place) end += uint32_t(4 * words.size());
    }
    return all;
  }

  /// 64 MiB by addresses of 4 bytes, with opcodes of their own or in a mode.
  static SfdpImage large(bool opcodes) {
    SfdpImage is;
    is.basic[0] = 0xfffb'20e5;
    is.basic[1] = 0x1fff'ffff;
    is.basic[15] = 0x0100'4000;
    if (opcodes) is.others.push_back({kWide, 0x100, {0x0000'0e41, 0x00dc'5c21}});
    return is;
  }
};

}  // namespace fake
