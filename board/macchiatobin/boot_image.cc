// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/boot_image.hh"

#include <algorithm>

namespace board {

using efi::Verdict;

Verdict check_header(const BootImageHeader& header, uint64_t room) {
  if (header.magic != kBootImageMagic) return REFUSE("boot image", "does not begin with 0xb105b002", InvalidFormat);
  if (header.prolog_size < sizeof(header) || header.image_size == 0 || header.prolog_size % 4 || header.image_size % 4)
    return REFUSE("boot image", "sizes that none has", InvalidFormat);
  if (header.size() > room) return REFUSE("boot image", "not all of it is there", InvalidFormat);
  return {};
}

Verdict BootImageCheck::end_part() {
  switch (part_++) {
    case 0:
      CHECK_VERDICT(check_header(header_, room_));
      sum_ -= header_.prolog_checksum;
      end_ = header_.prolog_size;
      break;
    case 1:
      if (sum_ != header_.prolog_checksum) return REFUSE("boot image", "checksum of the prolog", InvalidFormat);
      sum_ = 0;
      end_ = header_.size();
      break;
    default:
      if (sum_ != header_.image_checksum) return REFUSE("boot image", "checksum", InvalidFormat);
      end_ = UINT64_MAX;
  }
  return {};
}

Verdict BootImageCheck::update(std::span<const std::byte> bytes) {
  for (;;) {
    const auto now = bytes.first(size_t(std::min<uint64_t>(bytes.size(), end_ - at_)));
    bytes = bytes.subspan(now.size());
    if (part_ == 0) std::ranges::copy(now, std::as_writable_bytes(std::span(&header_, 1)).begin() + ptrdiff_t(at_));
    for (size_t i = 0; part_ < 3 && i < now.size();) {
      const unsigned within_word = (at_ + i) % 4;
      uint32_t word = uint8_t(now[i]);
      size_t step = 1;
      if (within_word == 0 && now.size() - i >= 4) __builtin_memcpy(&word, &now[i], step = sizeof(word));
      sum_ += word << 8 * within_word;
      i += step;
    }
    at_ += now.size();
    if (at_ < end_) return {};
    CHECK_VERDICT(end_part());
  }
}

Verdict BootImageCheck::finish() const {
  if (part_ < 3) return REFUSE("boot image", "not all of it is there", InvalidFormat);
  return {};
}

efi::Checked<BootImageHeader> check_boot_image(Area& area, std::span<std::byte> memory) {
  BootImageCheck check(area.size());
  uint64_t end = sizeof(BootImageHeader);
  for (uint64_t at = 0; at < end;) {
    const auto bytes = memory.first(size_t(std::min<uint64_t>(memory.size(), end - at)));
    if (const auto read = area.read(at, bytes); !read) return REFUSE_ERROR("boot image", read.error(), Unsuccessful);
    CHECK_CHECKED(check.update(bytes));
    if (at == 0) end = check.header().size();
    at += bytes.size();
  }
  CHECK_CHECKED(check.finish());
  return check.header();
}

}  // namespace board
