// SPDX-License-Identifier: BSD-2-Clause
// efi/verify.cc
#include "efi/verify.hh"

#include <algorithm>

#include "efi/policy.hh"

namespace efi {

Verdict Pieces::next() {
  at_ = end_;
  end_ += std::min<uint64_t>(memory_.size(), signed_bytes_.size - at_);
  const auto read = source_.read(signed_bytes_.offset + at_, memory_.first(size_t(end_ - at_)));
  if (!read) return REFUSE_ERROR("payload", read.error(), Unsuccessful);
  return {};
}

const VerifiedItem* Verification::find(const Guid& type) const {
  for (const VerifiedItem& one : items())
    if (one.item.type == type) return &one;
  return nullptr;
}

Verdict Verification::verify(Platform& platform, const Capsule& capsule, VerifiedItem& to) {
  const Item& item = to.item;
  to.image = TRY_CHECKED(image_of(platform, item));
  if (find(item.type)) return REFUSE("UpdateImageTypeId", "the same image as an item before", InvalidFormat);
  const auto is = installed(platform, *to.image);
  if (!is) return REFUSE_ERROR("variables", is.error(), Unsuccessful);
  CHECK_VERDICT(check_versions(item, *is));
  if (!item.authentication) return REFUSE("authentication", "the image is not signed", AuthError);

  const auto memory = platform.memory();
  const auto pkcs7 = memory.first(kMostPkcs7);
  const Extent& extent = item.authentication->pkcs7;
  if (extent.size > pkcs7.size()) return REFUSE("PKCS#7", "longer than 16 KiB", AuthError);
  if (const auto read = capsule.source().read(extent.offset, pkcs7.first(size_t(extent.size))); !read)
    return REFUSE_ERROR("PKCS#7", read.error(), Unsuccessful);

  Authenticator authenticator(platform.crypto(), platform.keys());
  CHECK_CHECKED(authenticator.begin(pkcs7.first(size_t(extent.size)), item.type, item.index));
  Pieces pieces(capsule.source(), item, memory.subspan(kMostPkcs7));
  const uint64_t head = item.image.offset - item.signed_bytes.offset;
  while (pieces.more()) {
    CHECK_VERDICT(pieces.next());
    if (pieces.at() == 0) CHECK_VERDICT(check_head(platform, item, pieces.bytes()));
    authenticator.update(pieces.bytes());
    if (const uint64_t end = pieces.at() + pieces.bytes().size(); end > head) {
      const uint64_t begin = std::max(pieces.at(), head);
      CHECK_VERDICT(platform.look(*to.image, begin - head, pieces.bytes().last(size_t(end - begin)), item.image.size));
    }
    pieces.tell(platform.progress(), "verifying", item.number);
  }
  to.key = TRY_CHECKED(authenticator.finish(item.authentication->monotonic_count));
  to.algorithm = authenticator.algorithm();
  to.digest = authenticator.content();
  return {};
}

Verdict Verification::run(Platform& platform, const Capsule& capsule) {
  count_ = 0;
  for (unsigned number = 0; number < capsule.items(); ++number) {
    if (count_ == items_.size())
      return of_item(number, REFUSE("items", "more than a platform has images", InsufficientResources));
    VerifiedItem& to = items_[count_];
    to.item = TRY_CHECKED(capsule.item(number));
    CHECK_VERDICT(of_item(number, verify(platform, capsule, to)));
    ++count_;
  }
  return {};
}

}  // namespace efi
