// SPDX-License-Identifier: BSD-2-Clause
#include "efi/fmp_state.hh"

#include <cstddef>

namespace efi {
namespace {

// What is kept under which name: these bytes of an FmpState, in whole parts.
struct Kept {
  char prefix[15];
  uint8_t offset, size, part;
};
constexpr Kept kKept[] = {
    {"MonotonicCount", offsetof(FmpState, monotonic_count), sizeof(FmpState::monotonic_count), sizeof(uint64_t)},
    {"FmpState", offsetof(FmpState, banks), sizeof(FmpState::banks), sizeof(FmpState::Bank)},
};
static_assert(sizeof(FmpState::Bank) == 16 && sizeof(FmpState::monotonic_count) == 8);

}  // namespace

Result<FmpState> read_fmp_state(Variables& variables, const Guid& type, uint8_t index) {
  Result<FmpState> state;
  const auto bytes = std::as_writable_bytes(std::span(&*state, 1));
  for (const Kept& kept : kKept) {
    const NumberedName name(kept.prefix, index);
    const auto size = variables.get(name.view(), type, bytes.subspan(kept.offset, kept.size));
    if (size ? *size % kept.part != 0 : size.error() == Error::NoSpace)
      state = failure(Error::Malformed);
    else if (!size && size.error() != Error::NotFound)
      state = failure(size.error());
    if (!state) break;
  }
  return state;
}

Result<void> write_fmp_state(Variables& variables, const Guid& type, uint8_t index, unsigned banks,
                             const FmpState& state) {
  const auto bytes = std::as_bytes(std::span(&state, 1));
  // None of no count, which is as good as none that is kept.
  unsigned parts = state.monotonic_count != 0;
  for (const Kept& kept : kKept) {
    const NumberedName name(kept.prefix, index);
    if (parts != 0) CHECK(variables.set(name.view(), type, bytes.subspan(kept.offset, parts * kept.part)));
    parts = banks;
  }
  return {};
}

}  // namespace efi
