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
  /// What was done counts, and this has not followed it yet (efi/settle.hh).
  virtual void unsettled(const Refusal& why) = 0;

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
  /// Fresh metadata over whatever there is: the bank that the machine starts from, or else the first, is active and
  /// accepted.
  virtual Verdict make_metadata() = 0;
  /// An empty store. Errors: NoDevice: no place for it; those of the storage.
  virtual Result<void> make_variables() = 0;

  /// Whether this machine can start what a capsule brings for `image`: asked with each piece of its `size` bytes as it
  /// is digested, in order, before anything is written.
  virtual Verdict look([[maybe_unused]] const ImageDescription& image, [[maybe_unused]] uint64_t at,
                       [[maybe_unused]] std::span<const std::byte> bytes, [[maybe_unused]] uint64_t size) {
    return {};
  }
  /// Where something outside of the metadata selects what starts: it is the active bank from now on, also over a loss
  /// of power. True: it was not before.
  virtual Checked<bool> select([[maybe_unused]] const FwuMetadata& metadata) { return false; }
  /// Makes further copies of the active bank, which is accepted. Power may fail at any moment, and the next call goes
  /// on from there. Thorough: all bytes are compared; otherwise only as many as tell another image or an unfinished
  /// copy.
  virtual Verdict mirror([[maybe_unused]] const FwuMetadata& metadata, [[maybe_unused]] bool thorough) { return {}; }
  /// For a person: lines about what select() and mirror() take care of.
  virtual void describe([[maybe_unused]] Output& out, [[maybe_unused]] const FwuMetadata& metadata) {}

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
