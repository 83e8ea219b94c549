// SPDX-License-Identifier: BSD-2-Clause
// efi/dependency.hh - EFI_FIRMWARE_IMAGE_DEP (UEFI 2.10, 23.2): may this image be installed beside what there is?
#pragma once
#include <optional>
#include <span>

#include "efi/verdict.hh"
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

struct DependencyOutcome {
  uint32_t size;  // of the expression, END included
  bool satisfied;
};
/// Form and value in one walk, so that they cannot disagree; what follows the END is not looked at. Without `installed`
/// the value means nothing. Refuses an expression that has no END within `bytes` or kMostDependency, an unknown opcode,
/// an operand that is cut, a name without NUL, a stack that under- or overflows, a comparison of what is no version, a
/// version where a truth value is needed, a declared length that is not the first opcode or not the whole expression's,
/// and an END with anything but one truth value on the stack. All with the check "dependency". EDK2 takes some of these
/// for an expression that is false; an image that nobody can ever install is better refused for what is wrong with it.
/// Where a GUID is not installed the whole is false, also beside an OR and under a NOT: so does EDK2, and what asks for
/// an unknown part was not meant for this platform.
Verdict walk_dependency(std::span<const std::byte> bytes, const Versions* installed, DependencyOutcome& to);

/// The size of the expression at the start of `bytes`.
inline Checked<uint32_t> dependency_size(std::span<const std::byte> bytes) {
  DependencyOutcome outcome{};
  CHECK_CHECKED(walk_dependency(bytes, nullptr, outcome));
  return outcome.size;
}

/// The value of an expression.
inline Checked<bool> evaluate_dependency(std::span<const std::byte> expression, const Versions& installed) {
  DependencyOutcome outcome{};
  CHECK_CHECKED(walk_dependency(expression, &installed, outcome));
  return outcome.satisfied;
}

}  // namespace efi
