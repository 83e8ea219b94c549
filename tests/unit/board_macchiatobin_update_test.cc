// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>

#include "efi/settle.hh"
#include "efi/trial.hh"
#include "tests/fake/boot_machine.hh"

namespace board {
namespace {

using efi::capsule_flags::kAcceptByOs;
using fake::BootMachine, fake::Bytes;

/// Keeps what is printed.
struct Text final : Output {
  void write(std::string_view more) override { text += more; }
  std::string text;
};

struct BoardMacchiatobinUpdate : testing::Test {
  /// As somebody set the machine up: an image in boot0, which is selected, and `fwu init`.
  static void set_up(BootMachine& machine, const Bytes& image) {
    std::ranges::copy(image, machine.bank(0).bytes.begin());
    ASSERT_TRUE(machine.banks().make_metadata());
    efi::settle(machine.banks());
    ASSERT_TRUE(machine.banks().make_variables());
  }
  std::string status() {
    Text out;
    machine.banks().describe(out, machine.metadata());
    return out.text;
  }
  /// Refused, and nothing at all was changed but the record of it.
  void refuses(const Bytes& capsule, std::string_view check, std::string_view why) {
    const auto before = machine.stored();
    const auto refused = machine.install(capsule);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().check(), check);
    EXPECT_EQ(refused.error().why(), why);
    const auto after = machine.stored();
    EXPECT_EQ(after.banks[0], before.banks[0]);
    EXPECT_EQ(after.banks[1], before.banks[1]);
    EXPECT_EQ(after.config.partition, before.config.partition);
    const size_t variables = kVariables.offset;
    EXPECT_TRUE(std::equal(before.flash.begin(), before.flash.begin() + variables, after.flash.begin()));
  }

  // Three sectors of the flash and a bit, not the same everywhere.
  const Bytes old_image = fake::boot_image(5000, 1), new_image = fake::boot_image(7000, 2);
  BootMachine machine;
};

TEST_F(BoardMacchiatobinUpdate, a_machine_that_was_never_set_up_asks_the_flash_a_few_words_and_no_card) {
  EXPECT_FALSE(updates_kept(machine.flash));
  EXPECT_LE(machine.flash.were_read, 64u);
  EXPECT_EQ(machine.card.starts, 0u);
  EXPECT_EQ(error_of(machine.banks().store()), Error::NotFound);
  EXPECT_EQ(error_of(machine.banks().variables()), Error::NotFound);
  EXPECT_EQ(machine.flash.changed, 0u);
  machine.flash.missing = true;
  EXPECT_FALSE(updates_kept(machine.flash));
}

TEST_F(BoardMacchiatobinUpdate, what_was_set_up_is_known_by_either_copy_of_the_metadata_or_by_the_variables) {
  set_up(machine, old_image);
  EXPECT_TRUE(updates_kept(machine.flash));
  const auto blank = [&](uint64_t offset) {
    std::fill_n(machine.flash.bytes.begin() + long(offset), 4096, std::byte{0xff});
  };
  blank(kMetadata[0].offset);
  EXPECT_TRUE(updates_kept(machine.flash));
  blank(kMetadata[1].offset);
  EXPECT_TRUE(updates_kept(machine.flash));
  blank(kVariables.offset);
  EXPECT_FALSE(updates_kept(machine.flash));
}

TEST_F(BoardMacchiatobinUpdate, setting_up_takes_the_partition_that_starts_and_copies_it) {
  for (const unsigned number : {0u, 1u}) {
    BootMachine fresh;
    std::ranges::copy(old_image, fresh.bank(number).bytes.begin());
    fresh.card.config = {.ack = true, .partition = uint8_t(number + 1)};
    ASSERT_TRUE(fresh.banks().make_metadata());
    efi::settle(fresh.banks());
    fresh.reset();
    EXPECT_EQ(fresh.metadata().active, number);
    EXPECT_EQ(fresh.metadata().previous, number);
    EXPECT_EQ(fresh.metadata().states[number], efi::BankState::Accepted);
    EXPECT_EQ(fresh.metadata().states[1 - number], efi::BankState::Invalid);
    EXPECT_EQ(fresh.copy(), old_image);
    EXPECT_TRUE(fresh.card.config.ack);
  }
}

TEST_F(BoardMacchiatobinUpdate, without_a_partition_that_starts_nothing_is_set_up) {
  std::ranges::copy(old_image, machine.bank(0).bytes.begin());
  for (const uint8_t partition : {0, 7}) {
    machine.card.config.partition = partition;
    const auto made = machine.banks().make_metadata();
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().check(), "boot partition");
    EXPECT_NE(made.error().why().find("mmc partconf"), std::string_view::npos);
  }
  EXPECT_EQ(machine.flash.changed, 0u);
}

TEST_F(BoardMacchiatobinUpdate, a_partition_without_a_sound_image_is_not_set_up) {
  std::ranges::copy(old_image, machine.bank(0).bytes.begin());
  machine.bank(0).bytes[10000] ^= std::byte{1};
  const auto made = machine.banks().make_metadata();
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().why().find("mmc write"), std::string_view::npos);
  EXPECT_EQ(machine.flash.changed, 0u);
}

TEST_F(BoardMacchiatobinUpdate, without_a_card_the_error_is_the_card_s) {
  machine.card.missing = true;
  const auto made = machine.banks().make_metadata();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().error(), Error::NoDevice);
}

TEST_F(BoardMacchiatobinUpdate, a_capsule_goes_to_the_other_partition_which_starts_next_and_to_the_flash) {
  set_up(machine, old_image);
  machine.steps.clear();
  const auto updated = machine.install(machine.capsule(new_image, 2));
  ASSERT_TRUE(updated) << updated.error().check() << updated.error().why();
  EXPECT_EQ(updated->bank, 1);
  EXPECT_EQ(machine.card.config.partition, 2);
  EXPECT_TRUE(machine.card.config.ack);
  EXPECT_EQ(machine.starts(), new_image);
  EXPECT_EQ(fake::whole_boot_image(machine.bank(0).bytes), old_image);
  EXPECT_EQ(machine.copy(), new_image);
  EXPECT_EQ(machine.told, std::vector<std::string>{});
  EXPECT_EQ(machine.steps, (std::vector<std::string>{"verifying", "writing", "copying to SPI NOR"}));
  EXPECT_EQ(status(), "boot partition: mmc0boot1\ncopy in SPI NOR: as bank 1, the active one\n");
}

TEST_F(BoardMacchiatobinUpdate, on_trial_the_flash_keeps_what_was_accepted) {
  set_up(machine, old_image);
  ASSERT_TRUE(machine.install(machine.capsule(new_image, 2, kAcceptByOs)));
  EXPECT_EQ(machine.starts(), new_image);
  EXPECT_EQ(machine.copy(), old_image);
  EXPECT_EQ(status(), "boot partition: mmc0boot1\ncopy in SPI NOR: as bank 0\n");
  ASSERT_TRUE(efi::accept(machine.banks(), nullptr));
  EXPECT_EQ(machine.copy(), new_image);
}

TEST_F(BoardMacchiatobinUpdate, a_trial_that_is_given_up_starts_the_old_one_and_leaves_the_flash_alone) {
  set_up(machine, old_image);
  ASSERT_TRUE(machine.install(machine.capsule(new_image, 2, kAcceptByOs)));
  const auto before = machine.flash.bytes;
  ASSERT_TRUE(efi::revert(machine.banks()));
  EXPECT_EQ(machine.starts(), old_image);
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + long(kBootCopy.size), machine.flash.bytes.begin()));
}

TEST_F(BoardMacchiatobinUpdate, only_sectors_that_differ_are_written_and_what_lies_behind_is_left_alone) {
  Bytes almost = old_image;  // two words swapped, in the last sector: no checksum differs, nor does the header
  for (size_t i = 0; i < 4; ++i) std::swap(almost[12400 + i], almost[12404 + i]);
  ASSERT_NE(almost, old_image);
  std::fill_n(machine.flash.bytes.begin() + 0x18'0000, 0x1'0000, std::byte{0x5a});  // an environment
  set_up(machine, old_image);
  ASSERT_TRUE(machine.install(machine.capsule(almost, 2, kAcceptByOs)));
  const uint64_t before = machine.flash.changed;
  const auto outside = Bytes(machine.flash.bytes.begin() + 4 * 4096, machine.flash.bytes.begin() + 0x19'0000);
  ASSERT_TRUE(efi::accept(machine.banks(), nullptr));
  EXPECT_EQ(machine.copy(), almost);
  EXPECT_TRUE(std::equal(outside.begin(), outside.end(), machine.flash.bytes.begin() + 4 * 4096));
  // Two sectors erased and written, two copies of the metadata, a few bytes of variables.
  EXPECT_LT(machine.flash.changed - before, 6u * 4096);
}

TEST_F(BoardMacchiatobinUpdate, at_boot_the_copy_costs_two_headers) {
  set_up(machine, old_image);
  machine.reset();
  ASSERT_TRUE(machine.banks().store());
  machine.flash.were_read = 0;
  EXPECT_EQ(*efi::settle_at_boot(machine.banks()), false);
  EXPECT_EQ(machine.flash.were_read, 64u);
}

TEST_F(BoardMacchiatobinUpdate, a_copy_that_is_lost_comes_back_at_boot) {
  set_up(machine, old_image);
  std::fill_n(machine.flash.bytes.begin(), 4096, std::byte{0xff});
  machine.reset();
  EXPECT_EQ(status(), "boot partition: mmc0boot0\ncopy in SPI NOR: no boot image\n");
  EXPECT_EQ(*efi::settle_at_boot(machine.banks()), false);
  EXPECT_EQ(machine.copy(), old_image);
}

TEST_F(BoardMacchiatobinUpdate, a_bank_that_has_become_unsound_is_not_copied_over_what_is) {
  set_up(machine, old_image);
  const Bytes other = fake::boot_image(6000, 9);
  std::ranges::copy(other, machine.flash.bytes.begin());
  machine.bank(0).bytes[9000] ^= std::byte{1};
  machine.reset();
  EXPECT_EQ(status(), "boot partition: mmc0boot0\ncopy in SPI NOR: another boot image\n");
  EXPECT_FALSE(efi::settle_at_boot(machine.banks()));
  EXPECT_EQ(machine.copy(), other);
}

TEST_F(BoardMacchiatobinUpdate, a_flash_that_is_protected_in_part_keeps_a_whole_image_and_the_update_counts) {
  set_up(machine, old_image);
  machine.flash.locked = {.offset = 0x2000, .size = 0x1000};
  const auto updated = machine.install(machine.capsule(new_image, 2));
  ASSERT_TRUE(updated);
  EXPECT_EQ(machine.told, std::vector<std::string>{"copy in SPI NOR"});
  EXPECT_EQ(machine.starts(), new_image);
  EXPECT_EQ(machine.copy(), old_image);
  machine.flash.locked = {};
  machine.reset();
  EXPECT_EQ(*efi::settle_at_boot(machine.banks()), false);
  EXPECT_EQ(machine.copy(), new_image);
}

TEST_F(BoardMacchiatobinUpdate, a_person_s_partconf_is_set_back_and_the_machine_starts_again) {
  set_up(machine, old_image);
  ASSERT_TRUE(machine.install(machine.capsule(new_image, 2)));
  for (const uint8_t partition : {0, 1, 7}) {
    machine.card.config = {.ack = false, .partition = partition};
    machine.reset();
    EXPECT_EQ(*efi::settle_at_boot(machine.banks()), true);
    EXPECT_EQ(machine.card.config.partition, 2);
    EXPECT_FALSE(machine.card.config.ack);  // that is nobody's but the person's
    machine.reset();
    EXPECT_EQ(*efi::settle_at_boot(machine.banks()), false);
    ASSERT_TRUE(efi::count_trial_boot(machine.banks()));
  }
}

TEST_F(BoardMacchiatobinUpdate, a_card_that_is_gone_is_one_line_at_boot) {
  set_up(machine, old_image);
  machine.card.missing = true;
  machine.reset();
  const auto settled = efi::settle_at_boot(machine.banks());
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().check(), "boot partition");
  EXPECT_EQ(settled.error().error(), Error::NoDevice);
  EXPECT_TRUE(efi::count_trial_boot(machine.banks()));
}

TEST_F(BoardMacchiatobinUpdate, what_is_no_boot_image_is_refused) {
  set_up(machine, old_image);
  refuses(machine.capsule(Bytes(9000, std::byte{7}), 2), "boot image", "does not begin with 0xb105b002");
  Bytes damaged = new_image;
  damaged.back() ^= std::byte{1};
  refuses(machine.capsule(damaged, 2), "boot image", "checksum");
  Bytes cut(new_image.begin(), new_image.end() - 4);
  refuses(machine.capsule(cut, 2), "boot image", "not all of it is there");
  refuses(machine.capsule(Bytes(new_image.begin(), new_image.begin() + 10), 2), "boot image", "not all of it is there");
}

TEST_F(BoardMacchiatobinUpdate, what_is_larger_than_a_place_for_it_is_refused) {
  set_up(machine, old_image);
  refuses(machine.capsule(fake::boot_image(kBootCopy.size - 8192 + 4, 3), 2), "boot image",
          "larger than its place in SPI NOR");
  refuses(machine.capsule(fake::boot_image(kBootCopy.size - 8192, 3), 2), "bank", "smaller than the image");
  EXPECT_TRUE(machine.install(machine.capsule(fake::boot_image(BootMachine::kBootPartition - 8192, 3), 2)));
}

/// Power fails in each step, in some cases once more at the boot after. Always: what the boot ROM starts is whole; the
/// flash has a whole image, or none by its first word.
struct BoardMacchiatobinPowerFailure : BoardMacchiatobinUpdate {
  void whole(BootMachine& cut_one, uint64_t cut) {
    const Bytes starts = cut_one.starts();
    ASSERT_TRUE(starts == old_image || starts == new_image) << "cut " << cut;
    const Bytes copy = cut_one.copy();
    if (copy == old_image || copy == new_image) return;
    ASSERT_TRUE(cut_one.copy_is_unmistakably_none()) << "cut " << cut;
    if (!setting_up) {
      for (unsigned number = 0; number < 2; ++number)
        ASSERT_FALSE(fake::whole_boot_image(cut_one.bank(number).bytes).empty()) << "cut " << cut;
    }
  }
  /// Boots as shell/update_boot.cc does, until the machine goes on.
  void boot(BootMachine& cut_one, uint64_t cut) {
    for (unsigned restarts = 0;; ++restarts) {
      ASSERT_LT(restarts, 3u) << "cut " << cut;
      cut_one.reset();
      ASSERT_NO_FATAL_FAILURE(whole(cut_one, cut));
      if (!updates_kept(cut_one.flash)) return;
      const auto settled = efi::settle_at_boot(cut_one.banks());
      ASSERT_TRUE(settled) << "cut " << cut << ": " << settled.error().check();
      if (*settled) continue;
      if (!cut_one.banks().store()) return;
      const auto trial = efi::count_trial_boot(cut_one.banks());
      if (!setting_up) ASSERT_TRUE(trial) << "cut " << cut;
      if (!trial || trial->kind != efi::Trial::Kind::GivenUp) break;
    }
    const auto& metadata = cut_one.metadata();
    ASSERT_EQ(cut_one.card.config.partition, metadata.active + 1) << "cut " << cut;
    ASSERT_TRUE(cut_one.card.config.ack);
    ASSERT_EQ(cut_one.told, std::vector<std::string>{});
    if (metadata.accepted(metadata.active))
      ASSERT_EQ(cut_one.copy(), cut_one.starts()) << "cut " << cut;
    else
      ASSERT_EQ(cut_one.copy(), old_image) << "cut " << cut;
  }
  template <class F>
  void everywhere(const BootMachine::Stored& from, F&& act) {
    uint64_t steps = 0;
    for (uint64_t cut = 0; cut <= steps; ++cut) {
      machine.put(from);
      machine.supply.random = uint32_t(cut * 77 + 5);
      const uint64_t before = machine.supply.used;
      if (cut) machine.supply.left = cut - 1;
      act(machine);
      if (cut == 0) {
        steps = machine.supply.used - before;
        ASSERT_GT(steps, 3u);
      } else {
        ASSERT_FALSE(machine.supply.on) << "cut " << cut;
      }
      machine.told.clear();
      if (cut % 2) {
        machine.reset();
        ASSERT_NO_FATAL_FAILURE(whole(machine, cut));
        machine.supply.left = cut % 7;
        static_cast<void>(efi::settle_at_boot(machine.banks()));
      }
      ASSERT_NO_FATAL_FAILURE(boot(machine, cut));
    }
  }
  bool setting_up = false;
};

TEST_F(BoardMacchiatobinPowerFailure, while_it_is_set_up_leaves_what_was_there_starting) {
  setting_up = true;
  std::ranges::copy(new_image, machine.flash.bytes.begin());  // somebody's before
  std::ranges::copy(old_image, machine.bank(0).bytes.begin());
  everywhere(machine.stored(), [](BootMachine& fresh) {
    if (!fresh.banks().make_metadata()) return;
    efi::settle(fresh.banks());
    static_cast<void>(fresh.banks().make_variables());
  });
}

TEST_F(BoardMacchiatobinPowerFailure, while_installing_leaves_a_whole_image_everywhere) {
  set_up(machine, old_image);
  const Bytes capsule = machine.capsule(new_image, 2);
  everywhere(machine.stored(), [&](BootMachine& cut_one) { static_cast<void>(cut_one.install(capsule)); });
}

TEST_F(BoardMacchiatobinPowerFailure, while_installing_for_a_trial_leaves_a_whole_image_everywhere) {
  set_up(machine, old_image);
  const Bytes capsule = machine.capsule(new_image, 2, kAcceptByOs);
  everywhere(machine.stored(), [&](BootMachine& cut_one) { static_cast<void>(cut_one.install(capsule)); });
}

TEST_F(BoardMacchiatobinPowerFailure, while_accepting_leaves_a_whole_image_everywhere) {
  set_up(machine, old_image);
  ASSERT_TRUE(machine.install(machine.capsule(new_image, 2, kAcceptByOs)));
  everywhere(machine.stored(), [](BootMachine& cut_one) { static_cast<void>(efi::accept(cut_one.banks(), nullptr)); });
}

TEST_F(BoardMacchiatobinPowerFailure, while_giving_up_leaves_a_whole_image_everywhere) {
  set_up(machine, old_image);
  ASSERT_TRUE(machine.install(machine.capsule(new_image, 2, kAcceptByOs)));
  everywhere(machine.stored(), [](BootMachine& cut_one) { static_cast<void>(efi::revert(cut_one.banks())); });
}

TEST_F(BoardMacchiatobinPowerFailure, while_a_trial_gives_itself_up_leaves_a_whole_image_everywhere) {
  set_up(machine, old_image);
  ASSERT_TRUE(machine.install(machine.capsule(new_image, 2, kAcceptByOs)));
  for (unsigned boots = 0; boots < efi::kMostTrialBoots; ++boots) {
    machine.reset();
    ASSERT_TRUE(efi::count_trial_boot(machine.banks()));
  }
  everywhere(machine.stored(), [](BootMachine& cut_one) {
    if (efi::settle_at_boot(cut_one.banks())) static_cast<void>(efi::count_trial_boot(cut_one.banks()));
  });
}

}  // namespace
}  // namespace board
