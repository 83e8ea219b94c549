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

/// bank_state of metadata v2. v1 has none: a bank is accepted when all its images are, otherwise valid where it is the
/// active one, for it is on trial, and invalid where it is not, for nothing says what lies there.
enum class BankState : uint8_t { Accepted = 0xfc, Valid = 0xfe, Invalid = 0xff };

/// The two have the bytes that metadata has on storage, there with as many banks as there are.
struct FwuBankInfo {
  Guid image;  // where it lies: the GUID of a partition, or one that the board knows
  bool accepted;
  uint8_t reserved[7]{};
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
  uint8_t banks;             // 1 to kMostBanks; v1 does not say: 2
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

/// Takes `bytes` (a copy of ours) apart; `to` stays as it was when it fails. Errors: Malformed: versions, sizes,
/// counts, indices, states or an order of the parts that no metadata has; CheckFailed: the CRC-32; NotSupported: a
/// vendor's data after it, which would be lost. `bytes` may be longer than the metadata. v1 has no count of images:
/// `images_v1` says how many the platform has, as its CRC covers exactly these.
Result<void> parse_fwu_metadata(std::span<const std::byte> bytes, unsigned images_v1, FwuMetadata& to);
/// What fresh metadata is made from.
struct FwuImagePlace {
  Guid type, location;
  std::span<const Guid> banks;  // one GUID a bank
};
/// Fresh metadata, v2: bank `active` is active and accepted, all others are invalid. Errors: InvalidParameters: counts
/// that no metadata has, or that differ from image to image; no such bank.
Result<void> make_fwu_metadata(std::span<const FwuImagePlace> images, FwuMetadata& to, unsigned active = 0);
/// The bytes of `metadata` in its version, with CRC; returns their number. `to` has kMostFwuMetadata.
size_t write_fwu_metadata(const FwuMetadata& metadata, std::span<std::byte> to);

/// The two copies. Where both are sound and differ, the first counts: TF-A's BL2 reads it first, and U-Boot restores
/// the second from it.
class FwuStore {
 public:
  /// Differs: sound, and not what the first copy says.
  enum class Copy : uint8_t { Good, Damaged, Differs, Absent };

  constexpr FwuStore() = default;
  /// The areas stay the caller's. One that is nullptr is not there: with one copy only there is no safety from a loss
  /// of power.
  void use(Area* first, Area* second, unsigned images_v1);

  /// Reads both. NotFound: neither place is there; otherwise, when neither copy is sound, what is wrong with the first:
  /// CheckFailed, Malformed, NotSupported, an error of the storage. Writes nothing.
  Result<void> load();
  const FwuMetadata& metadata() const { return metadata_; }  // after load() only
  Copy state(unsigned copy) const { return places_[copy].state; }
  /// Writes `next` to both copies, one after the other, each flushed and read back, so that one of them is sound at
  /// every moment and says what counted before, or `next`. Needs no load(): fresh metadata may go over anything. A copy
  /// that has those bytes is not written again, so commit(metadata()) restores what is damaged. After a failure
  /// metadata() is what counts on the storage, as far as that is known. Errors: NotFound: neither place is there;
  /// NoSpace: a place is too small; IoError: something else was read back; those of the storage.
  Result<void> commit(const FwuMetadata& next);

 private:
  struct Place {
    Area* area = nullptr;
    Copy state = Copy::Absent;
  };
  Result<void> read(Place& place);
  Result<void> write(Place& place, std::span<const std::byte> bytes);

  // What is small comes first: it is near.
  std::array<Place, 2> places_{};
  unsigned images_v1_ = 0;
  FwuMetadata metadata_{};
  std::array<std::byte, kMostFwuMetadata> bytes_{};  // of a copy, as it is read or written
};

}  // namespace efi
