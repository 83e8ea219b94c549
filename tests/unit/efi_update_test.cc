// SPDX-License-Identifier: BSD-2-Clause
#include "efi/update.hh"

#include <gtest/gtest.h>

#include "efi/trial.hh"
#include "tests/fake/update_lab.hh"

namespace efi {
namespace {

using fake::CapsuleItem, fake::kFirst, fake::kSecond, fake::kUnknown, fake::UpdateLab;
using Bytes = fake::Bytes;

Bytes pattern(size_t size, uint8_t seed) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = std::byte(uint8_t(i * 7 + i / 251 + seed));
  return bytes;
}

CapsuleItem first(uint32_t version, Bytes image = pattern(5000, 1)) {
  return {.type = kFirst, .index = 1, .version = version, .image = std::move(image)};
}
CapsuleItem second(uint32_t version, Bytes image = pattern(700, 9)) {
  return {.type = kSecond, .index = 2, .version = version, .image = std::move(image)};
}

/// Memory whose bytes change when they are read for the `when`th time.
class ChangingReader final : public Reader {
 public:
  ChangingReader(Bytes bytes, uint64_t at, unsigned when) : bytes_(std::move(bytes)), at_(at), when_(when) {}
  uint64_t size() const override { return bytes_.size(); }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override {
    if (!within(offset, to.size(), bytes_.size())) return failure(Error::OutOfRange);
    if (at_ >= offset && at_ < offset + to.size() && ++reads_ == when_) bytes_[at_] ^= std::byte{1};
    std::copy_n(bytes_.begin() + ptrdiff_t(offset), to.size(), to.begin());
    return {};
  }

 private:
  Bytes bytes_;
  uint64_t at_;
  unsigned when_, reads_ = 0;
};

struct EfiUpdate : testing::Test {
  Checked<Updated> run(const Bytes& bytes) {
    MemoryReader reader(bytes);
    return run(reader);
  }
  Checked<Updated> run(Reader& reader) {
    const auto capsule = Capsule::open(reader);
    if (!capsule) return std::unexpected(capsule.error());
    return update.run(lab, *capsule);
  }
  Checked<Updated> run(const std::vector<CapsuleItem>& items, uint32_t flags = 0) {
    return run(fake::build_capsule(lab.signing, items, flags));
  }
  /// Refused by that check, and nothing was written but the record of it.
  void refuses(const std::vector<CapsuleItem>& items, std::string_view check, Status status, int item = 0) {
    const Bytes metadata = lab.copies[0].bytes;
    std::vector<Bytes> banks;
    for (const auto& bank : lab.banks) banks.push_back(bank->bytes);
    const auto updated = run(items);
    ASSERT_FALSE(updated);
    EXPECT_EQ(updated.error().check(), check) << updated.error().why();
    EXPECT_EQ(updated.error().status(), status);
    EXPECT_EQ(updated.error().item(), item);
    EXPECT_EQ(lab.copies[0].bytes, metadata);
    for (size_t i = 0; i < banks.size(); ++i) EXPECT_EQ(lab.banks[i]->bytes, banks[i]) << i;
  }
  FmpState state(const Guid& type, uint8_t index) { return *read_fmp_state(lab.kept, type, index); }

  UpdateLab lab;
  Update update;
};

TEST_F(EfiUpdate, an_image_goes_to_the_bank_that_is_not_active_and_is_accepted) {
  const auto updated = run({first(3)});
  ASSERT_TRUE(updated) << updated.error().check() << updated.error().why();
  EXPECT_EQ(updated->bank, 1);
  EXPECT_FALSE(updated->on_trial);
  lab.reboot();
  EXPECT_EQ(lab.metadata().active, 1);
  EXPECT_EQ(lab.metadata().previous, 0);
  EXPECT_TRUE(lab.metadata().accepted(1));
  EXPECT_EQ(lab.installed_image(kFirst, 1, 5000), pattern(5000, 1));
  EXPECT_EQ(installed(lab, lab.descriptions[0])->version, 3u);
}

TEST_F(EfiUpdate, the_next_one_goes_to_the_other_bank_again) {
  ASSERT_TRUE(run({first(3)}));
  const auto updated = run({first(4, pattern(6000, 2))});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->bank, 0);
  EXPECT_EQ(lab.installed_image(kFirst, 0, 6000), pattern(6000, 2));
  EXPECT_EQ(lab.installed_image(kFirst, 1, 5000), pattern(5000, 1));
}

TEST_F(EfiUpdate, an_image_that_the_capsule_does_not_have_comes_along) {
  ASSERT_TRUE(run({first(3), second(5)}));
  ASSERT_TRUE(run({first(4)}));
  EXPECT_EQ(lab.metadata().active, 0);
  EXPECT_EQ(lab.installed_image(kSecond, 0, 700), pattern(700, 9));
  EXPECT_EQ(installed(lab, lab.descriptions[1])->version, 5u);
}

TEST_F(EfiUpdate, what_comes_along_is_left_alone_where_it_is_the_same_already) {
  ASSERT_TRUE(run({first(3)}));
  const uint64_t used = lab.power.used;
  ASSERT_TRUE(run({first(4)}));
  EXPECT_LT(lab.power.used - used, UpdateLab::kBank / fake::PowerArea::kLine * 2);
}

TEST_F(EfiUpdate, several_images_become_active_together) {
  const auto updated = run({first(3), second(5)});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->items, 2);
  EXPECT_EQ(lab.installed_image(kFirst, 1, 5000), pattern(5000, 1));
  EXPECT_EQ(lab.installed_image(kSecond, 1, 700), pattern(700, 9));
}

TEST_F(EfiUpdate, nothing_is_written_before_the_last_item_is_verified) {
  CapsuleItem bad = second(5);
  bad.is_signed = false;
  refuses({first(3), bad}, "authentication", Status::AuthError, 1);
}

TEST_F(EfiUpdate, an_image_of_another_board_is_refused) {
  CapsuleItem other = first(3);
  other.type = kUnknown;
  refuses({other}, "UpdateImageTypeId", Status::Unsuccessful);
}

TEST_F(EfiUpdate, another_index_is_refused) {
  CapsuleItem other = first(3);
  other.index = 2;
  refuses({other}, "UpdateImageIndex", Status::Unsuccessful);
}

TEST_F(EfiUpdate, the_hardware_instance_is_ours_or_none) {
  CapsuleItem other = first(3);
  other.hardware_instance = 8;
  refuses({other}, "UpdateHardwareInstance", Status::Unsuccessful);
  other.hardware_instance = 7;
  EXPECT_TRUE(run({other}));
}

TEST_F(EfiUpdate, an_image_twice_in_a_capsule_is_refused) {
  refuses({first(3), first(4)}, "UpdateImageTypeId", Status::InvalidFormat, 1);
}

TEST_F(EfiUpdate, a_version_below_the_lowest_built_in_is_refused) {
  refuses({first(0)}, "FwVersion", Status::IncorrectVersion);
}

TEST_F(EfiUpdate, an_image_without_a_version_counts_as_version_zero) {
  CapsuleItem plain = first(0);
  plain.version.reset();
  refuses({plain}, "FwVersion", Status::IncorrectVersion);
}

TEST_F(EfiUpdate, a_capsule_raises_the_lowest_version_and_nothing_lowers_it) {
  CapsuleItem raising = first(9);
  raising.lowest_supported_version = 8;
  ASSERT_TRUE(run({raising}));
  refuses({first(7)}, "FwVersion", Status::IncorrectVersion);
  ASSERT_TRUE(run({first(8)}));
  lab.reboot();
  refuses({first(7)}, "FwVersion", Status::IncorrectVersion);
}

TEST_F(EfiUpdate, a_bank_on_trial_does_not_raise_the_lowest_version_until_it_is_accepted) {
  CapsuleItem raising = first(9);
  raising.lowest_supported_version = 8;
  ASSERT_TRUE(run({raising}, capsule_flags::kAcceptByOs));
  EXPECT_EQ(installed(lab, lab.descriptions[0])->lowest_supported_version, 1u);
  ASSERT_TRUE(accept(lab, nullptr));
  EXPECT_EQ(installed(lab, lab.descriptions[0])->lowest_supported_version, 8u);
}

TEST_F(EfiUpdate, a_monotonic_count_below_that_of_an_installed_one_is_refused) {
  CapsuleItem item = first(3);
  item.monotonic_count = 0x1'0000'0000;
  ASSERT_TRUE(run({item}));
  ASSERT_TRUE(run({item}));
  item.monotonic_count = 0xffff'ffff;
  refuses({item}, "MonotonicCount", Status::IncorrectVersion);
}

TEST_F(EfiUpdate, dependencies_are_asked_of_what_is_installed) {
  Bytes needs;  // PUSH_VERSION 5, PUSH_GUID second, GTE, END
  const auto push = [&](uint64_t value, size_t size) {
    for (size_t i = 0; i < size; ++i) needs.push_back(std::byte(value >> 8 * i));
  };
  needs.push_back(std::byte{1});
  push(5, 4);
  needs.push_back(std::byte{0});
  for (const uint8_t byte : kSecond.bytes) needs.push_back(std::byte(byte));
  needs.push_back(std::byte{0x0a});
  needs.push_back(std::byte{0x0d});
  CapsuleItem item = first(3);
  item.dependency = needs;
  refuses({item}, "dependency", Status::UnsatisfiedDependencies);
  ASSERT_TRUE(run({second(5)}));
  const auto updated = run({item});
  ASSERT_TRUE(updated) << updated.error().why();
  EXPECT_EQ(lab.installed_image(kFirst, updated->bank, 5000), pattern(5000, 1));  // without the expression
}

TEST_F(EfiUpdate, an_image_larger_than_its_bank_is_refused_and_one_that_fills_it_is_not) {
  refuses({first(3, pattern(UpdateLab::kBank + 1, 1))}, "bank", Status::InsufficientResources);
  EXPECT_TRUE(run({first(3, pattern(UpdateLab::kBank, 1))}));
}

TEST_F(EfiUpdate, a_disk_that_is_not_there_refuses_what_lies_on_it_and_what_belongs_to_it) {
  lab.has_disk = false;
  refuses({second(3)}, "bank", Status::InsufficientResources);
  refuses({first(3)}, "bank", Status::InsufficientResources, Refusal::kCapsule);
}

TEST_F(EfiUpdate, while_one_is_on_trial_there_is_no_other) {
  ASSERT_TRUE(run({first(3)}, capsule_flags::kAcceptByOs));
  refuses({first(4)}, "FWU metadata", Status::Unsuccessful, Refusal::kCapsule);
  EXPECT_EQ(state(kFirst, 1).banks[1].last_attempt_version, 3u);
  EXPECT_EQ(state(kFirst, 1).banks[1].last_attempt_status, uint32_t(Status::Success));
  ASSERT_TRUE(accept(lab, nullptr));
  EXPECT_TRUE(run({first(4)}));
}

TEST_F(EfiUpdate, what_is_refused_is_kept_as_the_last_attempt) {
  CapsuleItem unsigned_one = first(6);
  unsigned_one.is_signed = false;
  ASSERT_FALSE(run({unsigned_one, second(5)}));
  EXPECT_EQ(state(kFirst, 1).banks[0].last_attempt_version, 6u);
  EXPECT_EQ(state(kFirst, 1).banks[0].last_attempt_status, uint32_t(Status::AuthError));
  EXPECT_EQ(state(kSecond, 2).banks[0].last_attempt_status, uint32_t(Status::Unsuccessful));
  EXPECT_EQ(state(kFirst, 1).banks[0].version, 0u);
}

TEST_F(EfiUpdate, a_payload_that_changes_after_it_was_verified_never_becomes_active) {
  const Bytes capsule = fake::build_capsule(lab.signing, {first(3)});
  for (const unsigned when : {2u, 3u}) {
    ChangingReader reader(capsule, capsule.size() - 100, when);
    const auto updated = run(reader);
    if (updated) {  // it was not read that often
      EXPECT_EQ(when, 3u);
      continue;
    }
    EXPECT_EQ(updated.error().check(), "payload");
    EXPECT_EQ(lab.metadata().active, 0);
    EXPECT_EQ(lab.metadata().states[1], BankState::Invalid);
  }
}

TEST_F(EfiUpdate, a_payload_header_that_shows_up_late_is_never_written_as_firmware) {
  const CapsuleItem item = second(5);
  Bytes capsule = fake::build_capsule(lab.signing, {item});
  const size_t header = capsule.size() - item.image.size() - 16;
  capsule[header] ^= std::byte{1};  // until that read
  unsigned refused = 0;
  for (unsigned when = 1; when < 8; ++when) {
    ChangingReader reader(capsule, header, when);
    const auto updated = run(reader);
    if (!updated) {
      ++refused;
      continue;
    }
    EXPECT_EQ(lab.installed_image(kSecond, updated->bank, item.image.size()), item.image) << when;
    EXPECT_EQ(installed(lab, lab.descriptions[1])->version, 5u) << when;
  }
  EXPECT_GE(refused, 5u);
}

TEST_F(EfiUpdate, an_item_without_an_image_is_refused) { refuses({first(3, {})}, "payload", Status::InvalidFormat); }

TEST_F(EfiUpdate, storage_that_does_not_keep_what_it_was_given_is_noticed) {
  lab.banks[1]->lies = true;
  const auto updated = run({first(3)});
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().check(), "reading back");
  EXPECT_EQ(lab.metadata().active, 0);
  EXPECT_TRUE(lab.metadata().accepted(0));
}

TEST_F(EfiUpdate, a_trial_is_accepted_image_by_image) {
  ASSERT_TRUE(run({first(3), second(5)}, capsule_flags::kAcceptByOs));
  EXPECT_EQ(lab.metadata().states[1], BankState::Valid);
  EXPECT_FALSE(*accept(lab, &kFirst));
  EXPECT_FALSE(lab.metadata().accepted(1));
  EXPECT_TRUE(*accept(lab, &kSecond));
  EXPECT_TRUE(lab.metadata().accepted(1));
  EXPECT_EQ(lab.metadata().states[1], BankState::Accepted);
  EXPECT_EQ(accept(lab, nullptr).error(), Error::InvalidParameters);
  EXPECT_EQ(revert(lab).error(), Error::InvalidParameters);
}

TEST_F(EfiUpdate, a_trial_is_given_up_by_hand) {
  ASSERT_TRUE(run({first(3)}, capsule_flags::kAcceptByOs));
  EXPECT_EQ(accept(lab, &kUnknown).error(), Error::NotFound);
  ASSERT_TRUE(revert(lab));
  lab.reboot();
  EXPECT_EQ(lab.metadata().active, 0);
  EXPECT_EQ(lab.metadata().states[1], BankState::Invalid);
  EXPECT_TRUE(run({first(3)}));
}

TEST_F(EfiUpdate, a_trial_is_given_up_after_three_boots) {
  ASSERT_TRUE(run({first(3)}, capsule_flags::kAcceptByOs));
  for (unsigned boot = 1; boot <= kMostTrialBoots; ++boot) {
    lab.reboot();
    const auto trial = count_trial_boot(lab);
    ASSERT_TRUE(trial);
    EXPECT_EQ(trial->kind, Trial::Kind::Running);
    EXPECT_EQ(trial->boots, boot);
  }
  lab.reboot();
  EXPECT_EQ(count_trial_boot(lab)->kind, Trial::Kind::GivenUp);
  lab.reboot();
  EXPECT_EQ(count_trial_boot(lab)->kind, Trial::Kind::None);
  EXPECT_EQ(lab.metadata().active, 0);
}

TEST_F(EfiUpdate, a_new_trial_is_counted_from_the_beginning) {
  for (int turn = 0; turn < 2; ++turn) {
    ASSERT_TRUE(run({first(3)}, capsule_flags::kAcceptByOs));
    lab.reboot();
    EXPECT_EQ(count_trial_boot(lab)->boots, 1);
    ASSERT_TRUE(accept(lab, nullptr));
  }
}

TEST_F(EfiUpdate, a_damaged_copy_of_the_metadata_is_restored_at_boot) {
  for (unsigned copy = 0; copy < 2; ++copy) {
    lab.copies[copy].bytes[9] ^= std::byte{4};
    lab.reboot();
    ASSERT_TRUE(count_trial_boot(lab));
    EXPECT_EQ(lab.copies[0].bytes, lab.copies[1].bytes) << copy;
  }
}

/// Power fails at every single step of an update that replaces both images, and of the boots after it.
struct EfiUpdatePowerFailure : EfiUpdate {
  void everywhere(uint32_t flags) {
    const std::vector<CapsuleItem> old_items{first(3, pattern(5000, 1)), second(3, pattern(700, 2))};
    const std::vector<CapsuleItem> new_items{first(4, pattern(4700, 3)), second(4, pattern(900, 4))};
    uint64_t steps = 0;
    for (uint64_t cut = 0; cut == 0 || cut <= steps; ++cut) {
      UpdateLab machine;
      const auto install = [&](const std::vector<CapsuleItem>& items, uint32_t with) {
        const Bytes bytes = fake::build_capsule(machine.signing, items, with);
        MemoryReader reader(bytes);
        const auto capsule = Capsule::open(reader);
        return Update().run(machine, *capsule).has_value();
      };
      ASSERT_TRUE(install(old_items, 0));
      const uint64_t before = machine.power.used;
      if (cut) machine.power.left = cut - 1;
      const bool done = install(new_items, flags);
      if (cut == 0) {
        ASSERT_TRUE(done);
        steps = machine.power.used - before;
        ASSERT_GT(steps, 300u);
        continue;
      }
      machine.reboot();
      const auto trial = count_trial_boot(machine);
      ASSERT_TRUE(trial) << "cut " << cut;
      const FwuMetadata& metadata = machine.metadata();
      const bool is_new = metadata.active == 0;
      ASSERT_NE(metadata.states[metadata.active], BankState::Invalid) << "cut " << cut;
      ASSERT_EQ(machine.copies[0].bytes, machine.copies[1].bytes) << "cut " << cut;
      const auto& expected = is_new ? new_items : old_items;
      for (const CapsuleItem& item : expected)
        ASSERT_EQ(machine.installed_image(item.type, metadata.active, item.image.size()), item.image) << "cut " << cut;
      for (size_t i = 0; i < 2; ++i)
        ASSERT_EQ(installed(machine, machine.descriptions[i])->version, is_new ? 4u : 3u) << "cut " << cut;
      if (done) ASSERT_TRUE(is_new) << "cut " << cut;
      if (!(is_new && flags)) ASSERT_TRUE(install(new_items, flags)) << "cut " << cut;
    }
  }
};

TEST_F(EfiUpdatePowerFailure, leaves_the_old_firmware_or_the_new_one) { everywhere(0); }
TEST_F(EfiUpdatePowerFailure, leaves_the_old_firmware_or_the_new_one_on_trial) {
  everywhere(capsule_flags::kAcceptByOs);
}

/// Power fails at every step of what ends a trial, or counts its boots.
struct EfiTrialPowerFailure : testing::Test {
  /// `end` is cut after each of its steps; `judge` sees the machine after the next boot, and whether `end` was done.
  template <class E, class J>
  void everywhere(E&& end, J&& judge) {
    uint64_t steps = 0;
    for (uint64_t cut = 0; cut == 0 || cut <= steps; ++cut) {
      UpdateLab machine;
      const Bytes bytes = fake::build_capsule(machine.signing, {first(3), second(5)}, capsule_flags::kAcceptByOs);
      MemoryReader reader(bytes);
      const auto capsule = Capsule::open(reader);
      ASSERT_TRUE(Update().run(machine, *capsule));
      ASSERT_EQ(count_trial_boot(machine)->boots, 1);
      const uint64_t before = machine.power.used;
      if (cut) machine.power.left = cut - 1;
      const bool done = end(machine);
      if (cut == 0) {
        ASSERT_TRUE(done);
        steps = machine.power.used - before;
        ASSERT_GT(steps, 0u);
      }
      machine.reboot();
      const auto trial = count_trial_boot(machine);
      ASSERT_TRUE(trial) << "cut " << cut;
      ASSERT_NE(machine.metadata().states[machine.metadata().active], BankState::Invalid) << "cut " << cut;
      ASSERT_EQ(machine.copies[0].bytes, machine.copies[1].bytes) << "cut " << cut;
      judge(machine, *trial, done);
    }
  }
};

TEST_F(EfiTrialPowerFailure, while_it_is_accepted_leaves_it_on_trial_or_accepted) {
  everywhere([](UpdateLab& machine) { return accept(machine, nullptr).has_value(); },
             [](UpdateLab& machine, const Trial& trial, bool done) {
               EXPECT_EQ(machine.metadata().active, 1);
               EXPECT_EQ(trial.kind == Trial::Kind::None, machine.metadata().accepted(1));
               if (done) {
                 EXPECT_TRUE(machine.metadata().accepted(1));
               }
             });
}

TEST_F(EfiTrialPowerFailure, while_it_is_given_up_leaves_it_on_trial_or_the_old_bank) {
  everywhere([](UpdateLab& machine) { return revert(machine).has_value(); },
             [](UpdateLab& machine, const Trial& trial, bool done) {
               const bool is_old = machine.metadata().active == 0;
               EXPECT_EQ(trial.kind, is_old ? Trial::Kind::None : Trial::Kind::Running);
               if (done) {
                 EXPECT_TRUE(is_old);
               }
             });
}

TEST_F(EfiTrialPowerFailure, while_a_boot_is_counted_loses_no_boot_but_that_one) {
  everywhere([](UpdateLab& machine) { return count_trial_boot(machine).has_value(); },
             [](UpdateLab& machine, const Trial& trial, bool done) {
               EXPECT_EQ(machine.metadata().active, 1);
               EXPECT_EQ(trial.kind, Trial::Kind::Running);
               EXPECT_EQ(trial.boots, done ? 3 : 2);
             });
}

}  // namespace
}  // namespace efi
