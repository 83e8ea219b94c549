// SPDX-License-Identifier: BSD-2-Clause
#include "efi/fmp_state.hh"

#include <gtest/gtest.h>

#include <vector>

#include "efi/variable_store.hh"
#include "tests/fake/area.hh"

namespace {

using efi::FmpState;

constexpr Guid kType = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"_guid;

struct EfiFmpState : testing::Test {
  fake::StorageArea area{3 * 4096, 4096};
  efi::VariableStore variables{area};

  static FmpState state(uint32_t base, uint64_t count) {
    FmpState state;
    for (uint32_t bank = 0; bank < efi::kMostBanks; ++bank)
      state.banks[bank] = {base + bank, base + 10 + bank, base + 20 + bank, base + 30 + bank};
    state.monotonic_count = count;
    return state;
  }
};

TEST_F(EfiFmpState, where_nothing_was_kept_all_is_zero) {
  const auto state = efi::read_fmp_state(variables, kType, 1);
  ASSERT_TRUE(state);
  for (const FmpState::Bank& bank : state->banks) {
    EXPECT_EQ(bank.version, 0u);
    EXPECT_EQ(bank.lowest_supported_version, 0u);
    EXPECT_EQ(bank.last_attempt_version, 0u);
    EXPECT_EQ(bank.last_attempt_status, 0u);
  }
  EXPECT_EQ(state->monotonic_count, 0u);
}

TEST_F(EfiFmpState, what_was_kept_is_read_for_as_many_banks_as_there_are) {
  for (unsigned banks = 1; banks <= efi::kMostBanks; ++banks) {
    ASSERT_EQ(error_of(efi::write_fmp_state(variables, kType, 1, banks, state(banks, uint64_t{banks} << 40))), kNone);
    const auto back = efi::read_fmp_state(variables, kType, 1);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->monotonic_count, uint64_t{banks} << 40);
    for (unsigned bank = 0; bank < efi::kMostBanks; ++bank) {
      EXPECT_EQ(back->banks[bank].version, bank < banks ? banks + bank : 0);
      EXPECT_EQ(back->banks[bank].last_attempt_status, bank < banks ? banks + 30 + bank : 0);
    }
  }
}

TEST_F(EfiFmpState, it_lies_as_u_boot_has_it) {
  ASSERT_EQ(error_of(efi::write_fmp_state(variables, kType, 0xab, 2, state(1, 0x1122334455667788))), kNone);
  std::vector<std::byte> data(100);
  auto size = variables.get("FmpState00AB", kType, data);
  ASSERT_EQ(error_of(size), kNone);
  ASSERT_EQ(*size, 32u);
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(uint8_t(data[4 * i]), 1 + i % 4 * 10 + i / 4) << i;
  size = variables.get("MonotonicCount00AB", kType, data);
  ASSERT_EQ(error_of(size), kNone);
  ASSERT_EQ(*size, 8u);
  EXPECT_EQ(uint8_t(data[0]), 0x88);
}

TEST_F(EfiFmpState, images_are_told_apart_by_their_index) {
  ASSERT_EQ(error_of(efi::write_fmp_state(variables, kType, 1, 2, state(1, 1))), kNone);
  ASSERT_EQ(error_of(efi::write_fmp_state(variables, kType, 2, 2, state(2, 2))), kNone);
  EXPECT_EQ(efi::read_fmp_state(variables, kType, 1)->banks[0].version, 1u);
  EXPECT_EQ(efi::read_fmp_state(variables, kType, 2)->banks[0].version, 2u);
}

TEST_F(EfiFmpState, a_variable_of_another_size_is_malformed) {
  std::vector<std::byte> data(100);
  for (const size_t size : {1u, 15u, 17u, 65u, 80u}) {
    ASSERT_EQ(error_of(variables.set("FmpState0001", kType, std::span(data).first(size))), kNone);
    EXPECT_EQ(error_of(efi::read_fmp_state(variables, kType, 1)), Error::Malformed) << size;
  }
  ASSERT_EQ(error_of(variables.remove("FmpState0001", kType)), kNone);
  for (const size_t size : {1u, 7u, 9u}) {
    ASSERT_EQ(error_of(variables.set("MonotonicCount0001", kType, std::span(data).first(size))), kNone);
    EXPECT_EQ(error_of(efi::read_fmp_state(variables, kType, 1)), Error::Malformed) << size;
  }
}

TEST_F(EfiFmpState, a_loss_of_power_never_lowers_the_count) {
  ASSERT_EQ(error_of(efi::write_fmp_state(variables, kType, 1, 2, state(1, 5))), kNone);
  const auto before = area.data;
  unsigned raised_alone = 0;
  for (uint64_t cut = 0;; ++cut) {
    area.data = before;
    efi::VariableStore first(area);
    area.cut_power(cut, uint32_t(cut));
    if (efi::write_fmp_state(first, kType, 1, 2, state(2, 6))) break;
    area.power_on();
    efi::VariableStore again(area);
    const auto back = efi::read_fmp_state(again, kType, 1);
    ASSERT_EQ(error_of(back), kNone) << cut;
    ASSERT_TRUE(back->monotonic_count == 5 || back->monotonic_count == 6) << cut;
    ASSERT_TRUE(back->banks[1].version == 2 || back->banks[1].version == 3) << cut;
    ASSERT_TRUE(back->banks[1].version == 2 || back->monotonic_count == 6) << "a new version with the old count";
    raised_alone += back->banks[1].version == 2 && back->monotonic_count == 6;
  }
  EXPECT_GT(raised_alone, 0u);
}

}  // namespace
