// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/boot_image.hh - what the Armada 8040's boot ROM starts: a header of 64 bytes, extensions that set
// the machine up, together the prolog, and then BL1 with the FIP. The layout is that of TF-A's tools/marvell/doimage.
#pragma once
#include <array>
#include <span>

#include "efi/verdict.hh"
#include "lib/area.hh"
#include "lib/le.hh"

namespace board {

constexpr uint32_t kBootImageMagic = 0xb105'b002;

struct BootImageHeader {
  le32 magic;
  le32 prolog_size;
  le32 prolog_checksum;  // the sum of all words of the prolog without this one
  le32 image_size;
  le32 image_checksum;  // the sum of all words behind the prolog
  le32 not_asked[11];   // addresses, UART, count of extensions

  uint64_t size() const { return uint64_t{prolog_size} + image_size; }
};
static_assert(sizeof(BootImageHeader) == 64);

/// The parts of `header` are whole words and lie within `room` bytes; the first has the header itself.
efi::Verdict check_header(const BootImageHeader& header, uint64_t room);

/// Looks at an image whose bytes come in pieces of any size.
class BootImageCheck {
 public:
  /// As many bytes will come as `room` says; those behind the image are not looked at.
  explicit constexpr BootImageCheck(uint64_t room) : room_(room) {}

  /// The next bytes. Refusals come as early as they can.
  efi::Verdict update(std::span<const std::byte> bytes);
  /// Whether all of the image was there.
  efi::Verdict finish() const;
  /// Once 64 bytes were there.
  const BootImageHeader& header() const { return header_; }

 private:
  efi::Verdict end_part();

  uint64_t room_, at_ = 0, end_ = sizeof(BootImageHeader);  // of the part that comes
  uint32_t sum_ = 0;
  uint8_t part_ = 0;  // header, the rest of the prolog, image, what is behind
  BootImageHeader header_{};
};

/// Reads the image that `area` begins with, piece by piece through `memory`.
efi::Checked<BootImageHeader> check_boot_image(Area& area, std::span<std::byte> memory);

}  // namespace board
