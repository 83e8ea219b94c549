// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/boot_machine.hh - a MACCHIATObin as its firmware update sees it: banks, SPI NOR, and a boot ROM that
// starts what is selected.
#pragma once
#include <memory>

#include "board/macchiatobin/banks.hh"
#include "efi/update.hh"
#include "tests/fake/boot_media.hh"
#include "tests/fake/capsule.hh"

namespace fake {

constexpr Guid kBoardFirmware = "5f6ad4f1-7c3e-4d0b-9a52-1e8b6d4c2f70"_guid;

class BootMachine {
 public:
  static constexpr uint64_t kBootPartition = 64 << 10;
  BootMachine();

  board::Banks& banks() { return *banks_; }
  BootArea& bank(unsigned number) { return *card.areas[1 + number]; }
  const efi::FwuMetadata& metadata() { return (*banks_->store())->metadata(); }
  /// A capsule with that image.
  Bytes capsule(const Bytes& image, uint32_t version, uint32_t flags = 0);
  efi::Checked<efi::Updated> install(const Bytes& capsule);
  /// Power is back; nothing is remembered but what is stored.
  void reset();
  /// What the boot ROM finds in the boot partition that is selected; empty: no whole image.
  Bytes starts();
  /// The whole image in SPI NOR; empty: none. `unmistakable`: it does not even begin with the magic.
  Bytes copy() { return whole_boot_image(flash.bytes); }
  bool copy_is_unmistakably_none();
  /// All that is stored, to be put into another machine.
  struct Stored {
    Bytes flash, banks[2];
    MmcCard::BootPartition config;
  };
  Stored stored();
  void put(const Stored& stored);

  Supply supply;
  BootFlash flash{supply, 4 << 20};
  BootCard card{supply, kBootPartition};
  std::vector<std::string> told;   // what did not follow the metadata
  std::vector<std::string> steps;  // of long work, each kind once in a row

 private:
  class Tested;
  SigningCrypto signing_;
  Bytes certificate_;
  std::array<efi::KeyUse, 1> uses_;
  std::array<efi::TrustedKey, 1> trusted_;
  efi::Keys keys_;
  std::shared_ptr<board::Banks> banks_;
};

}  // namespace fake
