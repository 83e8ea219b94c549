// SPDX-License-Identifier: BSD-2-Clause
// efi/policy.cc
#include "efi/policy.hh"

#include "efi/dependency.hh"
#include "lib/le.hh"

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
  return image;
}

Verdict check_versions(const Item& item, const Installed& is) {
  const uint32_t version = item.payload_header ? item.payload_header->version : 0;
  if (version < is.lowest_supported_version)
    return REFUSE("FwVersion", "below the lowest supported version", IncorrectVersion);
  if (item.payload_header && version < item.payload_header->lowest_supported_version)
    return REFUSE("FwVersion", "below its own lowest supported version", InvalidFormat);
  if (item.authentication && item.authentication->monotonic_count < is.state.monotonic_count)
    return REFUSE("MonotonicCount", "below that of an image installed before", IncorrectVersion);
  return {};
}

Verdict check_head(Platform& platform, const Item& item, std::span<const std::byte> head) {
  struct Wire {
    le32 signature, header_size, version, lowest_supported_version;
  };
  if (item.dependency.size) {
    if (item.dependency.size > head.size()) return REFUSE("dependency", "too long", InvalidFormat);
    const InstalledVersions versions(platform);
    DependencyOutcome outcome{};
    CHECK_VERDICT(walk_dependency(head.first(item.dependency.size), &versions, outcome));
    if (!outcome.satisfied) return REFUSE("dependency", "not satisfied by what is installed", UnsatisfiedDependencies);
    head = head.subspan(item.dependency.size);
  }
  if (const auto& header = item.payload_header) {
    Wire wire;
    if (head.size() < sizeof wire) return REFUSE("payload header", "cut off", InvalidFormat);
    __builtin_memcpy(&wire, head.data(), sizeof wire);
    if (wire.version != header->version || wire.lowest_supported_version != header->lowest_supported_version ||
        wire.header_size != header->header_size)
      return REFUSE("payload header", "changed while it was read", Unsuccessful);
  }
  return {};
}

}  // namespace efi
