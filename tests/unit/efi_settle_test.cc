// SPDX-License-Identifier: BSD-2-Clause
#include "efi/settle.hh"

#include <gtest/gtest.h>

#include "efi/trial.hh"
#include "efi/update.hh"
#include "tests/fake/update_lab.hh"

namespace efi {
namespace {

using fake::CapsuleItem, fake::kFirst, fake::kSecond, fake::UpdateLab;
using Bytes = fake::Bytes;
using capsule_flags::kAcceptByOs;

Bytes pattern(size_t size, uint8_t seed) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = std::byte(uint8_t(i * 7 + i / 251 + seed));
  return bytes;
}

std::vector<CapsuleItem> both(uint32_t version, uint8_t seed) {
  return {{.type = kFirst, .index = 1, .version = version, .image = pattern(5000, seed)},
          {.type = kSecond, .index = 2, .version = version, .image = pattern(700, uint8_t(seed + 1))}};
}

Checked<Updated> install(UpdateLab& lab, const std::vector<CapsuleItem>& items, uint32_t flags = 0) {
  const Bytes bytes = fake::build_capsule(lab.signing, items, flags);
  MemoryReader reader(bytes);
  const auto capsule = Capsule::open(reader);
  if (!capsule) return std::unexpected(capsule.error());
  return Update().run(lab, *capsule);
}

/// Whether the machine has to start again; nothing: refused.
std::optional<bool> at_boot(UpdateLab& lab) {
  const auto settled = settle_at_boot(lab);
  return settled ? std::optional(*settled) : std::nullopt;
}

using Told = std::vector<std::string>;
using Mirrored = std::vector<bool>;

struct EfiSettle : testing::Test {
  UpdateLab lab;
};

TEST_F(EfiSettle, what_is_installed_starts_next_and_is_copied) {
  ASSERT_TRUE(install(lab, both(3, 1)));
  EXPECT_EQ(lab.starts, 1u);
  EXPECT_EQ(lab.copied, 1u);
  EXPECT_EQ(lab.mirrored, Mirrored{true});
  EXPECT_EQ(lab.told, Told{});
}

TEST_F(EfiSettle, what_is_on_trial_starts_next_and_is_copied_when_it_is_accepted) {
  ASSERT_TRUE(install(lab, both(3, 1), kAcceptByOs));
  EXPECT_EQ(lab.starts, 1u);
  EXPECT_EQ(lab.mirrored, Mirrored{});
  EXPECT_FALSE(*accept(lab, &kFirst));
  EXPECT_EQ(lab.mirrored, Mirrored{});
  EXPECT_TRUE(*accept(lab, &kSecond));
  EXPECT_EQ(lab.copied, 1u);
}

TEST_F(EfiSettle, a_trial_that_is_given_up_starts_the_bank_before) {
  ASSERT_TRUE(install(lab, both(3, 1), kAcceptByOs));
  ASSERT_TRUE(revert(lab));
  EXPECT_EQ(lab.starts, 0u);
  EXPECT_EQ(lab.copied, 0u);
}

TEST_F(EfiSettle, a_trial_that_gives_itself_up_starts_the_bank_before) {
  ASSERT_TRUE(install(lab, both(3, 1), kAcceptByOs));
  for (unsigned boot = 0; boot <= kMostTrialBoots; ++boot) {
    lab.reboot();
    EXPECT_EQ(lab.starts, 1u);
    ASSERT_EQ(at_boot(lab), false);
    ASSERT_TRUE(count_trial_boot(lab));
  }
  EXPECT_EQ(lab.starts, 0u);
}

TEST_F(EfiSettle, what_cannot_follow_is_told_and_the_update_counts) {
  lab.no_copying = Error::IoError;
  const auto updated = install(lab, both(3, 1));
  ASSERT_TRUE(updated);
  EXPECT_EQ(lab.told, Told{"copy"});
  EXPECT_EQ(lab.metadata().active, 1);
  EXPECT_EQ(installed(lab, lab.descriptions[0])->version, 3u);
  EXPECT_EQ(read_fmp_state(lab.kept, kFirst, 1)->banks[1].last_attempt_status, uint32_t(Status::Success));
  lab.reboot();
  lab.no_copying = {};
  EXPECT_EQ(at_boot(lab), false);
  EXPECT_EQ(lab.copied, 1u);
  EXPECT_EQ(lab.mirrored, (Mirrored{true, false}));
}

TEST_F(EfiSettle, the_bank_that_starts_is_never_written) {
  lab.starts = 1;  // set by hand; bank 0 is active
  const Bytes there = lab.banks[1]->bytes;
  lab.no_selecting = Error::Timeout;
  const auto refused = install(lab, both(3, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().check(), "selection");
  EXPECT_EQ(refused.error().error(), Error::Timeout);
  EXPECT_EQ(lab.banks[1]->bytes, there);
  EXPECT_EQ(lab.metadata().states[0], BankState::Accepted);
  lab.no_selecting = {};
  lab.power.left = 1;  // enough to set it back, not to write
  EXPECT_FALSE(install(lab, both(3, 1)));
  EXPECT_EQ(lab.starts, 0u);
}

TEST_F(EfiSettle, a_bank_selected_by_hand_is_set_back_at_boot_and_the_machine_starts_again_once) {
  lab.starts = 1;
  lab.reboot();
  EXPECT_EQ(at_boot(lab), true);
  lab.reboot();
  EXPECT_EQ(lab.starts, 0u);
  EXPECT_EQ(at_boot(lab), false);
  ASSERT_TRUE(count_trial_boot(lab));
  lab.starts = 1;  // once more: what was before is forgotten
  lab.reboot();
  EXPECT_EQ(at_boot(lab), true);
}

TEST_F(EfiSettle, a_selection_that_does_not_last_is_an_error_and_no_endless_loop) {
  ASSERT_TRUE(install(lab, both(3, 1)));
  lab.forgets = true;
  lab.reboot();
  ASSERT_EQ(lab.starts, 0u);
  EXPECT_EQ(at_boot(lab), true);
  lab.reboot();
  const auto again = settle_at_boot(lab);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().check(), "active bank");
  ASSERT_TRUE(count_trial_boot(lab));
}

TEST_F(EfiSettle, a_trial_that_never_starts_is_given_up_all_the_same) {
  ASSERT_TRUE(install(lab, both(3, 1), kAcceptByOs));
  lab.forgets = true;
  unsigned restarts = 0, boots = 0;
  for (; lab.metadata().active == 1; ++boots) {
    ASSERT_LT(boots, 20u);
    lab.reboot();
    const auto settled = settle_at_boot(lab);
    restarts += settled && *settled;
    if (!settled || !*settled) ASSERT_TRUE(count_trial_boot(lab));
  }
  EXPECT_EQ(boots, restarts + kMostTrialBoots + 1);
  lab.reboot();
  EXPECT_EQ(at_boot(lab), false);
  EXPECT_EQ(count_trial_boot(lab)->kind, Trial::Kind::None);
}

TEST_F(EfiSettle, a_restart_is_no_boot_of_a_trial) {
  ASSERT_TRUE(install(lab, both(3, 1), kAcceptByOs));
  lab.starts = 0;  // power failed between
  lab.reboot();
  ASSERT_EQ(at_boot(lab), true);
  EXPECT_EQ(*trial_boots(lab.kept), 0);
  lab.reboot();
  ASSERT_EQ(at_boot(lab), false);
  EXPECT_EQ(count_trial_boot(lab)->boots, 1);
}

TEST_F(EfiSettle, without_a_place_for_the_note_nothing_starts_again) {
  lab.starts = 1;
  lab.reboot();
  lab.power.left = 1;
  const auto settled = settle_at_boot(lab);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().error(), Error::IoError);
  EXPECT_EQ(lab.starts, 0u);
}

TEST_F(EfiSettle, without_metadata_there_is_nothing_to_settle) {
  for (auto& copy : lab.copies) copy.bytes.assign(copy.bytes.size(), std::byte{0xff});
  lab.starts = 1;
  lab.reboot();
  EXPECT_EQ(at_boot(lab), false);
  settle(lab);
  EXPECT_EQ(lab.starts, 1u);
  EXPECT_EQ(lab.mirrored, Mirrored{});
}

TEST_F(EfiSettle, a_look_sees_the_bytes_of_each_image_as_they_were_digested) {
  const auto items = both(3, 1);
  ASSERT_TRUE(install(lab, items));
  ASSERT_EQ(lab.looks.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(lab.looks[i].type, items[i].type);
    EXPECT_EQ(lab.looks[i].size, items[i].image.size());
    EXPECT_EQ(lab.looks[i].bytes, items[i].image);
  }
}

TEST_F(EfiSettle, an_image_of_many_pieces_behind_an_expression_is_looked_at_whole) {
  auto items = both(3, 1);
  items.pop_back();
  items[0].image = pattern(UpdateLab::kBank, 5);
  items[0].dependency = {std::byte{0x06}, std::byte{0x0d}};  // TRUE, END
  ASSERT_TRUE(install(lab, items));
  EXPECT_EQ(lab.looks.at(0).bytes, items[0].image);
}

TEST_F(EfiSettle, an_image_that_the_machine_cannot_start_is_refused_before_anything_is_written) {
  const auto items = both(3, 1);
  lab.unfit.assign(reinterpret_cast<const char*>(items[1].image.data()), 8);
  const Bytes metadata = lab.copies[0].bytes;
  const auto refused = install(lab, items);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().check(), "look");
  EXPECT_EQ(refused.error().item(), 1);
  EXPECT_EQ(lab.copies[0].bytes, metadata);
}

/// Power fails at every single step, and at every step of the boots after it. Whatever starts at any moment is whole.
struct EfiSettlePowerFailure : testing::Test {
  /// The versions whose images the bank that starts has, judged by its first image; 0: none.
  static unsigned version_that_starts(UpdateLab& lab) {
    for (const unsigned version : {3u, 4u}) {
      const auto items = both(version, uint8_t(version * 10));
      if (lab.installed_image(kFirst, lab.starts, 5000) == items[0].image &&
          lab.installed_image(kSecond, lab.starts, 700) == items[1].image)
        return version;
    }
    return 0;
  }
  /// Boots until nothing is to be changed any more; `lab` has power again.
  static void boot(UpdateLab& lab, uint64_t cut) {
    for (unsigned restarts = 0;; ++restarts) {
      ASSERT_LT(restarts, 3u) << "cut " << cut;
      lab.reboot();
      ASSERT_NE(version_that_starts(lab), 0u) << "cut " << cut;
      const auto settled = settle_at_boot(lab);
      ASSERT_TRUE(settled) << "cut " << cut << ": " << settled.error().check();
      if (*settled) continue;
      const auto trial = count_trial_boot(lab);
      ASSERT_TRUE(trial) << "cut " << cut;
      if (trial->kind != Trial::Kind::GivenUp) break;
    }
    ASSERT_EQ(lab.starts, lab.metadata().active) << "cut " << cut;
    if (lab.metadata().accepted(lab.metadata().active)) {
      ASSERT_EQ(lab.copied, lab.metadata().active) << "cut " << cut;
    }
  }
  template <class F>
  void everywhere(uint32_t flags, F&& act) {
    uint64_t steps = 0;
    for (uint64_t cut = 0; cut <= steps; ++cut) {
      UpdateLab lab;
      ASSERT_TRUE(install(lab, both(3, 30)));
      if (flags) ASSERT_TRUE(install(lab, both(4, 40), flags));
      const uint64_t before = lab.power.used;
      if (cut) lab.power.left = cut - 1;
      act(lab);
      if (cut == 0) {
        steps = lab.power.used - before;
        ASSERT_GT(steps, 3u);
      }
      ASSERT_NE(version_that_starts(lab), 0u) << "cut " << cut;
      // The first boot loses its power as well, after some steps.
      lab.reboot();
      lab.power.left = cut % 3;
      static_cast<void>(settle_at_boot(lab));
      boot(lab, cut);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
};

TEST_F(EfiSettlePowerFailure, while_installing_leaves_one_that_starts_and_the_metadata_says_which) {
  everywhere(0, [](UpdateLab& lab) { static_cast<void>(install(lab, both(4, 40))); });
}
TEST_F(EfiSettlePowerFailure, while_installing_for_a_trial_leaves_one_that_starts_and_the_metadata_says_which) {
  everywhere(0, [](UpdateLab& lab) { static_cast<void>(install(lab, both(4, 40), kAcceptByOs)); });
}
TEST_F(EfiSettlePowerFailure, while_accepting_leaves_the_new_one_starting) {
  everywhere(kAcceptByOs, [](UpdateLab& lab) { static_cast<void>(accept(lab, nullptr)); });
}
TEST_F(EfiSettlePowerFailure, while_giving_up_leaves_one_that_starts_and_the_metadata_says_which) {
  everywhere(kAcceptByOs, [](UpdateLab& lab) { static_cast<void>(revert(lab)); });
}

}  // namespace
}  // namespace efi
