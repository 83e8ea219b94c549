// SPDX-License-Identifier: BSD-2-Clause
// efi/variables.hh - UEFI variables, as those need them who keep something across a loss of power. The store itself is
// efi/variable_store.hh; tests have one of their own.
#pragma once
#include <array>
#include <span>
#include <string_view>

#include "lib/guid.hh"

namespace efi {

namespace variable_attributes {
constexpr uint32_t kNonVolatile = 1, kBootService = 2, kRuntime = 4;
constexpr uint32_t kUsual = kNonVolatile | kBootService | kRuntime;
}  // namespace variable_attributes

constexpr Guid kGlobalVariable = "8be4df61-93ca-11d2-aa0d-00e098032b8c"_guid;  // OsIndications
constexpr Guid kCapsuleReport = "39b68c46-f7fb-441b-b6ec-16b0f69821f3"_guid;   // Capsule0000, CapsuleLast, CapsuleMax

constexpr size_t kMostVariableName = 64;  // characters
constexpr size_t kMostVariable = 1024;    // bytes of data

/// A name is printable ASCII here; the store widens it. One that is not ASCII is listed as '?' and cannot be asked for.
struct VariableInfo {
  std::array<char, kMostVariableName> name_bytes{};
  uint8_t name_size = 0;
  Guid vendor;
  uint32_t attributes = 0;
  uint32_t size = 0;  // of the data
  std::string_view name() const { return {name_bytes.data(), name_size}; }
};

/// "FmpState0001": a name with four hexadecimal digits at the end.
class NumberedName {
 public:
  /// `prefix` of at most 16 characters.
  NumberedName(std::string_view prefix, uint16_t number);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 20> text_;
  uint8_t size_;
};

class Variables {
 public:
  /// Copies the data into `to`; returns its size. Errors: NotFound; NoSpace: `to` is smaller; Malformed: the store is
  /// damaged; those of the flash.
  virtual Result<size_t> get(std::string_view name, const Guid& vendor, std::span<std::byte> to) = 0;
  /// Writes it: whatever happens, afterwards the old value is there or the new one. The same value again writes
  /// nothing. Errors: NoSpace, InvalidParameters: a name or data too long, or no name; those of the flash.
  virtual Result<void> set(std::string_view name, const Guid& vendor, std::span<const std::byte> data,
                           uint32_t attributes = variable_attributes::kUsual) = 0;
  /// NotFound: there is none.
  virtual Result<void> remove(std::string_view name, const Guid& vendor) = 0;
  /// The next one after position `cursor`, which begins at 0 and is moved. NotFound: there are no more.
  virtual Result<VariableInfo> next(uint32_t& cursor) = 0;

 protected:
  ~Variables() = default;
};

}  // namespace efi
