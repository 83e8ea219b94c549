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
  /// trusted key that may sign this image. Reads the signed bytes once. Refusals name the item.
  Verdict run(Platform& platform, const Capsule& capsule);
  std::span<const VerifiedItem> items() const { return std::span(items_).first(count_); }
  /// The item of that image type; nullptr: there is none.
  const VerifiedItem* find(const Guid& type) const;

 private:
  Verdict verify(Platform& platform, const Capsule& capsule, VerifiedItem& to);

  std::array<VerifiedItem, kMostFwuImages> items_{};
  uint8_t count_ = 0;
};

/// The item's bytes as they are read: calls `piece(at, bytes)` for all signed bytes in order, `at` counted from their
/// start; the first piece has the dependency expression and the payload header whole. `memory` holds a piece.
template <class F>
Verdict for_each_piece(Reader& source, const Item& item, std::span<std::byte> memory, F&& piece) {
  uint64_t at = 0;
  do {
    const auto bytes = memory.first(size_t(std::min<uint64_t>(memory.size(), item.signed_bytes.size - at)));
    if (const auto read = source.read(item.signed_bytes.offset + at, bytes); !read)
      return REFUSE_ERROR("payload", read.error(), Unsuccessful);
    CHECK_VERDICT(piece(at, std::span<const std::byte>(bytes)));
    at += bytes.size();
  } while (at < item.signed_bytes.size);
  return {};
}

}  // namespace efi
