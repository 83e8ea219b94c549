// SPDX-License-Identifier: BSD-2-Clause
// efi/policy.cc
#include "efi/policy.hh"

#include "efi/capsule_item.hh"
#include "efi/dependency.hh"

namespace efi {
namespace {

class InstalledVersions final : public Versions {
 public:
  explicit InstalledVersions(Platform& platform) : platform_(platform) {}
  std::optional<uint32_t> version(const Guid& type) const override {
    const ImageDescription* const image = platform_.find(type);
    if (!image) return std::nullopt;
    const auto is = installed(platform_, *image);
    if (!is) return std::nullopt;
    return is->version;
  }

 private:
  Platform& platform_;
};

}  // namespace

Checked<const ImageDescription*> image_of(const Platform& platform, const Item& item) {
  const ImageDescription* const image = platform.find(item.type);
  if (!image) return REFUSE("UpdateImageTypeId", "no image of this board", Unsuccessful);
  if (image->index != item.index) return REFUSE("UpdateImageIndex", "not that of this image here", Unsuccessful);
  if (item.hardware_instance && item.hardware_instance != image->hardware_instance)
    return REFUSE("UpdateHardwareInstance", "of another machine", Unsuccessful);
  if (item.image.size == 0) return REFUSE("payload", "no image in it", InvalidFormat);
  return image;
}

Verdict check_versions(const Item& item, const Installed& is) {
  if (item.version() < is.lowest_supported_version)
    return REFUSE("FwVersion", "below the lowest supported version", IncorrectVersion);
  if (item.version() < item.lowest_supported_version())
    return REFUSE("FwVersion", "below its own lowest supported version", InvalidFormat);
  if (item.authentication && item.authentication->monotonic_count < is.state.monotonic_count)
    return REFUSE("MonotonicCount", "below that of an image installed before", IncorrectVersion);
  return {};
}

Verdict check_head(Platform& platform, const Item& item, std::span<const std::byte> head) {
  Item again = item;
  CHECK_VERDICT(read_signed(head, again));
  if (again.dependency.size != item.dependency.size || again.image.offset != item.image.offset ||
      again.version() != item.version() || again.lowest_supported_version() != item.lowest_supported_version())
    return REFUSE("payload", "changed while it was read", Unsuccessful);
  if (item.dependency.size == 0) return {};
  const InstalledVersions versions(platform);
  DependencyOutcome outcome{};
  CHECK_VERDICT(walk_dependency(head.first(size_t(item.dependency.size)), &versions, outcome));
  if (!outcome.satisfied) return REFUSE("dependency", "not satisfied by what is installed", UnsatisfiedDependencies);
  return {};
}

}  // namespace efi
