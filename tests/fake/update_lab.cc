// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/update_lab.hh"

#include <algorithm>
#include <cstring>

namespace fake {

Result<void> PowerArea::read(uint64_t offset, std::span<std::byte> to) {
  if (!within(offset, to.size(), bytes.size())) return failure(Error::OutOfRange);
  std::copy_n(bytes.begin() + ptrdiff_t(offset), to.size(), to.begin());
  return {};
}

Result<void> PowerArea::erase(uint64_t offset, uint64_t size) {
  if (block_ == 0) return failure(Error::NotSupported);
  if (offset % block_ || size % block_) return failure(Error::Misaligned);
  if (!within(offset, size, bytes.size())) return failure(Error::OutOfRange);
  for (uint64_t at = offset; at < offset + size; at += kLine) {
    if (!power_.take()) return failure(Error::IoError);
    std::fill_n(bytes.begin() + ptrdiff_t(at), kLine, std::byte{0xff});
  }
  return {};
}

Result<void> PowerArea::write(uint64_t offset, std::span<const std::byte> from) {
  if (!within(offset, from.size(), bytes.size())) return failure(Error::OutOfRange);
  if (block_)
    for (size_t i = 0; i < from.size(); ++i)
      if ((from[i] & ~bytes[offset + i]) != std::byte{}) return failure(Error::InvalidParameters);
  for (size_t at = 0; at < from.size(); at += kLine) {
    if (!power_.take()) return failure(Error::IoError);
    const auto line = from.subspan(at, std::min(kLine, from.size() - at));
    std::copy(line.begin(), line.end(), bytes.begin() + ptrdiff_t(offset + at));
  }
  if (lies && !from.empty()) bytes[offset] ^= std::byte{1};
  return {};
}

std::string PowerVariables::key(std::string_view name, const Guid& vendor) {
  return std::string(GuidText(vendor).view()) + "-" + std::string(name);
}

Result<size_t> PowerVariables::get(std::string_view name, const Guid& vendor, std::span<std::byte> to) {
  const auto found = values_.find(key(name, vendor));
  if (found == values_.end()) return failure(Error::NotFound);
  if (found->second.size() > to.size()) return failure(Error::NoSpace);
  std::ranges::copy(found->second, to.begin());
  return found->second.size();
}

Result<void> PowerVariables::set(std::string_view name, const Guid& vendor, std::span<const std::byte> data, uint32_t) {
  if (!power_.take()) return failure(Error::IoError);
  values_[key(name, vendor)] = Bytes(data.begin(), data.end());
  return {};
}

Result<void> PowerVariables::remove(std::string_view name, const Guid& vendor) {
  const auto found = values_.find(key(name, vendor));
  if (found == values_.end()) return failure(Error::NotFound);
  if (!power_.take()) return failure(Error::IoError);
  values_.erase(found);
  return {};
}

UpdateLab::UpdateLab()
    : descriptions{{.type = kFirst, .name = "first", .hardware_instance = 7, .lowest_supported_version = 1, .index = 1},
                   {.type = kSecond, .name = "second", .index = 2}},
      copies{{power, 4096, 4096, "metadata 1"}, {power, 4096, 4096, "metadata 2"}},
      memory_(efi::kWorkMemory),
      certificate_(file("tests/capsules/keys/rsa2048.der")),
      uses_{efi::KeyUse{kFirst, 1}, efi::KeyUse{kSecond, 0}},
      trusted_{efi::TrustedKey{"rsa2048", certificate_, uses_, true}},
      keys_{trusted_, {}} {
  for (const char* const name : {"first a", "first b"})
    banks.push_back(std::make_unique<PowerArea>(power, kBank, 4096, name));
  for (const char* const name : {"second a", "second b"})
    banks.push_back(std::make_unique<PowerArea>(power, kBank, 0, name));
  static_cast<void>(make_metadata());
}

efi::Verdict UpdateLab::make_metadata() {
  store_ = std::make_unique<efi::FwuStore>();
  store_->use(&copies[0], &copies[1], 2);
  std::array<std::array<Guid, 2>, 2> guids{};
  for (unsigned i = 0; i < 4; ++i) guids[i / 2][i % 2].bytes[0] = uint8_t(1 + i);
  const efi::FwuImagePlace places[] = {{kFirst, {}, guids[0]}, {kSecond, {}, guids[1]}};
  efi::FwuMetadata fresh{};
  auto made = efi::make_fwu_metadata(places, fresh);
  if (made) made = store_->commit(fresh);
  if (!made) return REFUSE_ERROR("FWU metadata", made.error(), Unsuccessful);
  return {};
}

efi::Verdict UpdateLab::look(const efi::ImageDescription& image, uint64_t at, std::span<const std::byte> bytes,
                             uint64_t size) {
  if (at == 0) looks.push_back({image.type, size, {}});
  Bytes& seen = looks.back().bytes;
  if (seen.size() != at) return REFUSE("look", "not in order", Unsuccessful);
  seen.insert(seen.end(), bytes.begin(), bytes.end());
  if (!unfit.empty() && at == 0 && std::memcmp(bytes.data(), unfit.data(), unfit.size()) == 0)
    return REFUSE("look", "not one to be started", InvalidFormat);
  return {};
}

efi::Checked<bool> UpdateLab::select(const efi::FwuMetadata& metadata) {
  if (no_selecting != Error{}) return REFUSE_ERROR("selection", no_selecting, Unsuccessful);
  if (starts == metadata.active) return false;
  if (!power.take()) return REFUSE_ERROR("selection", Error::IoError, Unsuccessful);
  starts = metadata.active;
  return true;
}

efi::Verdict UpdateLab::mirror(const efi::FwuMetadata& metadata, bool thorough) {
  mirrored.push_back(thorough);
  if (no_copying != Error{}) return REFUSE_ERROR("copy", no_copying, Unsuccessful);
  if (copied == metadata.active) return {};
  for (const unsigned step : {kCopying, unsigned(metadata.active)}) {
    if (!power.take()) return REFUSE_ERROR("copy", Error::IoError, Unsuccessful);
    copied = step;
  }
  return {};
}

Result<efi::FwuStore*> UpdateLab::store() {
  if (!store_) {
    auto fresh = std::make_unique<efi::FwuStore>();
    fresh->use(&copies[0], &copies[1], 2);
    CHECK(fresh->load());
    store_ = std::move(fresh);
  }
  return store_.get();
}

void UpdateLab::reboot() {
  power.left = UINT64_MAX;
  store_.reset();
  if (forgets) starts = started_;
  started_ = starts;
}

Area* UpdateLab::area(const efi::FwuImage& image, unsigned bank) {
  const unsigned number = image.banks[bank].image.bytes[0] - 1u;
  if (number >= banks.size() || (number >= 2 && !has_disk)) return nullptr;
  return banks[number].get();
}

Bytes UpdateLab::installed_image(const Guid& type, unsigned bank, size_t size) {
  const Bytes& all = banks[(type == kFirst ? 0 : 2) + bank]->bytes;
  return {all.begin(), all.begin() + ptrdiff_t(size)};
}

const efi::FwuMetadata& UpdateLab::metadata() { return (*store())->metadata(); }

}  // namespace fake
