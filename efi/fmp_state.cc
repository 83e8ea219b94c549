// SPDX-License-Identifier: BSD-2-Clause
#include "efi/fmp_state.hh"

namespace efi {
namespace {

static_assert(sizeof(FmpState::Bank) == 16 && sizeof(FmpState::monotonic_count) == 8);

NumberedName state_name(uint8_t index) { return {"FmpState", index}; }
NumberedName count_name(uint8_t index) { return {"MonotonicCount", index}; }

// Its size; 0: there is none.
Result<size_t> get(Variables& variables, const NumberedName& name, const Guid& type, std::span<std::byte> to) {
  const auto size = variables.get(name.view(), type, to);
  if (size) return size;
  if (size.error() == Error::NotFound) return 0;
  return failure(size.error() == Error::NoSpace ? Error::Malformed : size.error());
}

}  // namespace

Result<FmpState> read_fmp_state(Variables& variables, const Guid& type, uint8_t index) {
  FmpState state;
  const size_t banks = TRY(get(variables, state_name(index), type, std::as_writable_bytes(std::span(state.banks))));
  const size_t count =
      TRY(get(variables, count_name(index), type, std::as_writable_bytes(std::span(&state.monotonic_count, 1))));
  if (banks % sizeof(FmpState::Bank) || count % sizeof(state.monotonic_count)) return failure(Error::Malformed);
  return state;
}

Result<void> write_fmp_state(Variables& variables, const Guid& type, uint8_t index, unsigned banks,
                             const FmpState& state) {
  if (state.monotonic_count)
    CHECK(variables.set(count_name(index).view(), type, std::as_bytes(std::span(&state.monotonic_count, 1))));
  return variables.set(state_name(index).view(), type, std::as_bytes(std::span(state.banks).first(banks)));
}

}  // namespace efi
