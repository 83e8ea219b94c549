// SPDX-License-Identifier: BSD-2-Clause
// efi/platform.hh - what an update needs of the machine: its images, where they lie, whose signature counts.
#pragma once
#include "efi/authenticate.hh"
#include "efi/fmp_state.hh"
#include "efi/verdict.hh"

namespace efi {

/// One image that capsules may update.
struct ImageDescription {
  Guid type;              // UpdateImageTypeId
  std::string_view name;  // for people: "firmware"
  uint64_t hardware_instance = 0;
  uint32_t lowest_supported_version = 0;  // built in; a capsule may raise it, nothing lowers it
  uint8_t index = 1;                      // UpdateImageIndex
};

/// Tells a person how far it is.
class Progress {
 public:
  /// `done` of `total` bytes of item `item`; done == total comes exactly once and last.
  virtual void step(std::string_view what, unsigned item, uint64_t done, uint64_t total) = 0;

 protected:
  ~Progress() = default;
};

class Platform {
 public:
  virtual Crypto& crypto() = 0;
  virtual const Keys& keys() const = 0;
  virtual std::span<const ImageDescription> images() const = 0;
  /// Loaded and sound. Otherwise why not: those of FwuStore::load(). Such a platform verifies, and updates nothing.
  virtual Result<FwuStore*> store() = 0;
  /// Why there are none: NoDevice, Malformed. Such a platform verifies, and updates nothing.
  virtual Result<Variables*> variables() = 0;
  /// Where that image of `bank` lies; nullptr: what it lies on is not there.
  virtual Area* area(const FwuImage& image, unsigned bank) = 0;
  /// For bytes on their way, kWorkMemory or more; nobody else's during a call into efi/.
  virtual std::span<std::byte> memory() = 0;
  virtual Progress& progress() = 0;
  /// Fresh metadata, the first bank active and accepted, over whatever there is; an empty store of variables. Errors:
  /// NoDevice: no place for it; those of the storage.
  virtual Result<void> make_metadata() = 0;
  virtual Result<void> make_variables() = 0;

  const ImageDescription* find(const Guid& type) const {
    for (const ImageDescription& image : images())
      if (image.type == type) return &image;
    return nullptr;
  }

 protected:
  ~Platform() = default;
};

constexpr size_t kWorkMemory = kMostPkcs7 + 16 * 1024;

/// What is known of an image of this platform; all zero where nothing is kept. Errors: those of the variables.
struct Installed {
  FmpState state;
  uint32_t version = 0;                   // of the active bank
  uint32_t lowest_supported_version = 0;  // built in, or of an accepted bank, the highest
};
Result<Installed> installed(Platform& platform, const ImageDescription& image);

}  // namespace efi
