// SPDX-License-Identifier: BSD-2-Clause
// Commands to a card, and what its answers say.
#include "drivers/mmc_card.hh"
#include "drivers/mmc_status.hh"
#include "lib/wait.hh"

namespace drivers {

using namespace mmc_status;

Error mmc_status::error_in(uint32_t status) {
  if (status & kWriteProtected) return Error::ReadOnly;
  if (status & kCommandCrc) return Error::WireCrc;
  if (status & kOtherErrors) return Error::IoError;
  return Error{};
}

Result<uint32_t> MmcSlot::ask(uint8_t index, uint32_t argument, Answer answer) {
  return host_->send({index, argument, answer});
}

Result<void> MmcSlot::order(uint8_t index, uint32_t argument) {
  const Error said = error_in(TRY(ask(index, argument)));
  return said == Error{} ? Result<void>() : failure(said);
}

Result<void> MmcSlot::order(uint8_t index, uint32_t argument, const MmcBlocks& blocks) {
  const Error said = error_in(TRY(host_->send({index, argument}, blocks)));
  return said == Error{} ? Result<void>() : failure(said);
}

/// A command whose answer is a block of `size` bytes, which goes to ext_csd_ from `to` on.
Result<void> MmcSlot::inquire(uint8_t index, uint32_t argument, size_t to, uint32_t size) {
  return order(index, argument, {.memory = reinterpret_cast<std::byte*>(&ext_csd_[to]), .size = size, .count = 1});
}

/// What follows is a command of SD's own.
Result<void> MmcSlot::application() {
  const uint32_t status = TRY(ask(55, card_address()));
  return status & kApplication ? Result<void>() : failure(Error::NotSupported);
}

/// Until the card is done with what it was told; what it says of it on the way counts as well.
Result<void> MmcSlot::settle(uint32_t milliseconds) {
  uint32_t status = 0, seen = 0;
  Error error{};
  const bool ready = wait_until(*time_, time_->milliseconds(milliseconds), [&] {
    const auto is = ask(13, card_address());
    if (!is) error = is.error();
    status = is.value_or(0);
    seen |= status;
    return !is || (status & kReady && state_of(status) != kProgramming);
  });
  if (error == Error{}) error = error_in(seen);
  if (error == Error{} && !ready) error = Error::Timeout;
  if (error == Error{} && state_of(status) != kTransfer) error = Error::IoError;
  return error == Error{} ? Result<void>() : failure(error);
}

void MmcSlot::pause(uint32_t milliseconds) {
  wait_until(*time_, time_->milliseconds(milliseconds), [] { return false; });
}

}  // namespace drivers
