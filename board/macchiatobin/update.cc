// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/update.hh"

#include "arch/timer.hh"
#include "board/macchiatobin/banks.hh"
#include "board/macchiatobin/devices.hh"
#include "lib/late.hh"

namespace board {
namespace {

class BoardBanks final : public Banks {
 public:
  BoardBanks() : Banks(spi_flash(), emmc(), arch::time) {}
};
alignas(BoardBanks) [[gnu::section(".bss..noinit")]] std::byte banks_memory[sizeof(BoardBanks)];
constinit Late<BoardBanks> the_banks{banks_memory};

}  // namespace

bool updates_in_use() { return updates_kept(spi_flash()); }
efi::Platform& updates() { return *the_banks; }

}  // namespace board
