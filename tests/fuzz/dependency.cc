// SPDX-License-Identifier: BSD-2-Clause
// Dependency expressions: whatever they are, the walk ends inside of them, with and without versions it says the same,
// and the value does not hang on what follows the END.
#include <cstring>

#include "efi/dependency.hh"

namespace {

void expect(bool right) {
  if (!right) __builtin_trap();
}

/// Every other GUID is installed.
class Machine final : public efi::Versions {
 public:
  std::optional<uint32_t> version(const Guid& type) const override {
    if (type.bytes[0] % 2) return {};
    uint32_t version;
    std::memcpy(&version, &type.bytes[4], sizeof version);
    return version;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const Machine machine;
  const auto length = efi::dependency_size(bytes);
  const auto value = efi::evaluate_dependency(bytes, machine);
  expect(length.has_value() == value.has_value());
  if (!length) {
    expect(length.error().why() == value.error().why() && length.error().check() == "dependency");
    return 0;
  }
  expect(*length >= 2 && *length <= size && *length <= efi::kMostDependency);
  expect(data[*length - 1] == 0x0d);
  expect(efi::dependency_size(bytes.first(*length)).value() == *length);
  expect(efi::evaluate_dependency(bytes.first(*length), machine).value() == *value);
  expect(!efi::dependency_size(bytes.first(*length - 1)));
  return 0;
}
