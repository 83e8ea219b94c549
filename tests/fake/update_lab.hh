// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/update_lab.hh - a machine with two images in two banks, whose power may fail at any step.
#pragma once
#include <map>
#include <memory>

#include "efi/platform.hh"
#include "tests/fake/capsule.hh"

namespace fake {

/// What every write asks for. When it is used up, nothing is written any more.
struct Power {
  uint64_t left = UINT64_MAX;
  uint64_t used = 0;
  bool take() {
    if (left == 0) return false;
    --left;
    ++used;
    return true;
  }
};

/// Storage that takes its bytes one line at a time, and loses those behind when power fails. `block` 0: a disk.
class PowerArea final : public Area {
 public:
  static constexpr size_t kLine = 64;
  PowerArea(Power& power, size_t size, uint32_t block, std::string name)
      : power_(power), name_(std::move(name)), block_(block), bytes(size, std::byte{0xff}) {}

  std::string_view name() const override { return name_; }
  uint64_t size() const override { return bytes.size(); }
  uint32_t erase_size() const override { return block_; }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override;
  Result<void> erase(uint64_t offset, uint64_t size) override;
  Result<void> write(uint64_t offset, std::span<const std::byte> from) override;
  Result<void> flush() override { return power_.left ? Result<void>() : failure(Error::IoError); }

 private:
  Power& power_;
  std::string name_;
  uint32_t block_;

 public:
  Bytes bytes;
  bool lies = false;  // it takes what is written and has something else
};

/// Each is there as it was or as it was set.
class PowerVariables final : public efi::Variables {
 public:
  explicit PowerVariables(Power& power) : power_(power) {}
  Result<size_t> get(std::string_view name, const Guid& vendor, std::span<std::byte> to) override;
  Result<void> set(std::string_view name, const Guid& vendor, std::span<const std::byte> data, uint32_t) override;
  Result<void> remove(std::string_view name, const Guid& vendor) override;
  Result<efi::VariableInfo> next(uint32_t&) override { return failure(Error::NotFound); }

 private:
  static std::string key(std::string_view name, const Guid& vendor);
  Power& power_;
  std::map<std::string, Bytes> values_;
};

constexpr Guid kFirst = "11111111-2222-3333-4444-555555555501"_guid,
               kSecond = "11111111-2222-3333-4444-555555555502"_guid,
               kUnknown = "11111111-2222-3333-4444-555555555503"_guid;

/// Images kFirst (index 1, on a flash) and kSecond (index 2, on a disk); any key of tests/capsules may sign both.
class UpdateLab final : public efi::Platform, private efi::Progress {
 public:
  static constexpr size_t kBank = 16 << 10;
  UpdateLab();

  efi::Crypto& crypto() override { return signing; }
  const efi::Keys& keys() const override { return keys_; }
  std::span<const efi::ImageDescription> images() const override { return descriptions; }
  Result<efi::FwuStore*> store() override;
  Result<efi::Variables*> variables() override { return &kept; }
  Area* area(const efi::FwuImage& image, unsigned bank) override;
  std::span<std::byte> memory() override { return memory_; }
  efi::Progress& progress() override { return *this; }
  efi::Verdict make_metadata() override;
  Result<void> make_variables() override { return failure(Error::NotSupported); }
  efi::Verdict look(const efi::ImageDescription& image, uint64_t at, std::span<const std::byte> bytes,
                    uint64_t size) override;
  efi::Checked<bool> select(const efi::FwuMetadata& metadata) override;
  efi::Verdict mirror(const efi::FwuMetadata& metadata, bool thorough) override;

  /// As after power on: nothing is remembered but what is stored.
  void reboot();
  /// The bytes of the image in that bank, as many as `like` has.
  Bytes installed_image(const Guid& type, unsigned bank, size_t size);
  const efi::FwuMetadata& metadata();

  Power power;
  SigningCrypto signing;
  std::vector<efi::ImageDescription> descriptions;
  PowerVariables kept{power};
  PowerArea copies[2];
  std::vector<std::unique_ptr<PowerArea>> banks;  // first a, first b, second a, second b
  bool has_disk = true;

  unsigned starts = 0;         // the bank that a reset goes to
  bool forgets = false;        // what is selected does not outlive a reset
  Error no_selecting{};        // why it does not work
  unsigned copied = 0;         // the bank that a further copy is of; kCopying: of none, power has failed
  Error no_copying{};          // why it does not work
  std::vector<bool> mirrored;  // calls so far: thorough or not
  static constexpr unsigned kCopying = 99;
  std::vector<std::string> told;  // by unsettled(): what has not followed
  struct Look {
    Guid type;
    uint64_t size;
    Bytes bytes;
  };
  std::vector<Look> looks;  // at each image
  std::string unfit;        // the image that is not to be started begins so

 private:
  void step(std::string_view, unsigned, uint64_t, uint64_t) override {}
  void unsettled(const efi::Refusal& why) override { told.emplace_back(why.check()); }

  Bytes memory_, certificate_;
  std::array<efi::KeyUse, 2> uses_;
  std::array<efi::TrustedKey, 1> trusted_;
  efi::Keys keys_;
  std::unique_ptr<efi::FwuStore> store_;
  unsigned started_ = 0;
};

}  // namespace fake
