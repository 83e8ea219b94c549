// SPDX-License-Identifier: BSD-2-Clause
// efi/verify.hh - may this capsule be installed here? Everything is asked before anything is written.
#pragma once
#include "efi/capsule.hh"
#include "efi/platform.hh"

namespace efi {

/// An item that passed, and by what its bytes are known when they are read again.
struct VerifiedItem {
  Item item;
  const ImageDescription* image;
  const TrustedKey* key;
  Digest algorithm;
  DigestValue digest;
};

/// At most one item for each image of a platform.
class Verification {
 public:
  /// Of each item: is it for an image of this platform (type, index, hardware instance), is its version one that may be
  /// installed, its count not below that of what was installed, its dependencies satisfied, its signature that of a
  /// trusted key that may sign this image, its image one that this machine can start. Reads the signed bytes once.
  /// Refusals name the item.
  Verdict run(Platform& platform, const Capsule& capsule);
  std::span<const VerifiedItem> items() const { return std::span(items_).first(count_); }
  /// The item of that image type; nullptr: there is none.
  const VerifiedItem* find(const Guid& type) const;

 private:
  Verdict verify(Platform& platform, const Capsule& capsule, VerifiedItem& to);

  std::array<VerifiedItem, kMostFwuImages> items_{};
  uint8_t count_ = 0;
};

/// The signed bytes of an item, piece by piece and in order; the first has the dependency expression and the payload
/// header whole.
class Pieces {
 public:
  /// `memory` holds a piece, kMostFront bytes or more.
  Pieces(Reader& source, const Item& item, std::span<std::byte> memory)
      : source_(source), signed_bytes_(item.signed_bytes), memory_(memory) {}

  bool more() const { return end_ < signed_bytes_.size; }
  Verdict next();
  /// What next() read, and where that lies: from the start of the signed bytes.
  std::span<const std::byte> bytes() const { return memory_.first(size_t(end_ - at_)); }
  uint64_t at() const { return at_; }
  void tell(Progress& progress, std::string_view what, unsigned item) const {
    progress.step(what, item, end_, signed_bytes_.size);
  }

 private:
  Reader& source_;
  Extent signed_bytes_;
  std::span<std::byte> memory_;
  uint64_t at_ = 0, end_ = 0;
};

}  // namespace efi
