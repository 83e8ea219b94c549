// SPDX-License-Identifier: BSD-2-Clause
// efi/fwu_metadata.hh - firmware update metadata of DEN0118 (v1 and v2), and its two copies on storage.
#pragma once
#include <array>
#include <span>

#include "lib/area.hh"
#include "lib/guid.hh"

namespace efi {

constexpr Guid kFwuMetadataPartition = "8a7a84a0-8387-40f6-ab41-a8b9a5a60d23"_guid;

constexpr size_t kMostBanks = 4, kMostFwuImages = 16;

/// bank_state of metadata v2; for v1 it follows from the accepted bits.
enum class BankState : uint8_t { Accepted = 0xfc, Valid = 0xfe, Invalid = 0xff };

struct FwuBankInfo {
  Guid image;  // where it lies: the GUID of a partition, or one that the board knows
  bool accepted;
};
struct FwuImage {
  Guid type;      // the image type GUID of capsules
  Guid location;  // of the device: the disk's GUID, or zero
  std::array<FwuBankInfo, kMostBanks> banks;
};

/// The metadata in use, whatever version it is stored in.
struct FwuMetadata {
  uint32_t version;          // 1 or 2
  uint8_t active, previous;  // banks
  uint8_t banks;             // 1 to 4; v1 does not say: 2
  uint8_t images;            // 1 to kMostFwuImages
  std::array<BankState, kMostBanks> states;
  std::array<FwuImage, kMostFwuImages> image;

  /// The image of that type; nullptr: there is none.
  const FwuImage* find(const Guid& type) const;
  FwuImage* find(const Guid& type);
  /// Whether all images of `bank` are accepted.
  bool accepted(unsigned bank) const;
};

constexpr size_t kMostFwuMetadata = 40 + kMostFwuImages * (32 + 24 * kMostBanks);  // bytes

/// Takes `bytes` (a copy of ours) apart. Errors: Malformed: versions, sizes, counts, indices, states or order of the
/// fields that no metadata has; CheckFailed: the CRC-32. `bytes` may be longer than the metadata. v1 has no count of
/// images: `images_v1` says how many the platform has, as its CRC covers exactly these.
Result<void> parse_fwu_metadata(std::span<const std::byte> bytes, unsigned images_v1, FwuMetadata& to);
/// What fresh metadata is made from.
struct FwuImagePlace {
  Guid type, location;
  std::span<const Guid> banks;  // one GUID a bank
};
/// Fresh metadata, v2: bank 0 is active and accepted, all others are invalid. Errors: InvalidParameters: counts that no
/// metadata has, or that differ from image to image.
Result<void> make_fwu_metadata(std::span<const FwuImagePlace> images, FwuMetadata& to);
/// The bytes of `metadata` in its version, with CRC; returns their number. `to` has kMostFwuMetadata.
size_t write_fwu_metadata(const FwuMetadata& metadata, std::span<std::byte> to);

/// The two copies. One that is damaged is restored from the other; where both are sound and differ, the first counts,
/// as TF-A's BL2 reads it first.
class FwuStore {
 public:
  enum class Copy : uint8_t { Good, Damaged, Differs, Absent };

  constexpr FwuStore() = default;
  /// The areas stay the caller's. A second that is nullptr: there is only one (reported, and power-fail safety is
  /// lost).
  void use(Area* first, Area* second, unsigned images_v1);

  /// Reads both. NotFound: neither place is there; CheckFailed, Malformed: neither is sound. Writes nothing.
  Result<void> load();
  const FwuMetadata& metadata() const { return metadata_; }  // after load() only
  Copy state(unsigned copy) const { return states_[copy]; }
  /// Writes `next` to the first copy, flushes, reads it back, then to the second: at every moment one of them is sound.
  /// Restores nothing of what it has not loaded. A damaged copy is written first, whichever it is.
  Result<void> commit(const FwuMetadata& next);

 private:
  FwuMetadata metadata_{};
  std::array<Area*, 2> areas_{};
  std::array<Copy, 2> states_{Copy::Absent, Copy::Absent};
  unsigned images_v1_ = 0;
};

}  // namespace efi
