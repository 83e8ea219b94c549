// SPDX-License-Identifier: BSD-2-Clause
// efi/dependency.hh - EFI_FIRMWARE_IMAGE_DEP (UEFI 2.10, 23.2): may this image be installed beside what there is?
#pragma once
#include <optional>
#include <span>

#include "efi/refusal.hh"
#include "lib/guid.hh"

namespace efi {

/// The longest expression that is looked at, and the deepest its stack gets.
constexpr size_t kMostDependency = 2048, kDeepestDependency = 32;

/// What is installed on this platform.
class Versions {
 public:
  virtual std::optional<uint32_t> version(const Guid& type) const = 0;  // nothing: no such image here

 protected:
  ~Versions() = default;
};

/// The size of the expression at the start of `bytes`, END included. Refuses one that has no END within `bytes` or
/// kMostDependency, an unknown opcode, an operand that is cut, a string without NUL, a stack that under- or overflows,
/// a comparison of what is no version, and an END with anything but one truth value on the stack.
Checked<uint32_t> dependency_size(std::span<const std::byte> bytes);

/// The value of an expression. A GUID that is not installed makes its comparisons false. Refuses as dependency_size().
Checked<bool> evaluate_dependency(std::span<const std::byte> expression, const Versions& installed);

}  // namespace efi
