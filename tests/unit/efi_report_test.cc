// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "efi/capsule_report.hh"
#include "efi/variable_store.hh"
#include "tests/fake/area.hh"

namespace {

using efi::CapsuleReport, efi::Status;

constexpr Guid kCapsule = "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"_guid;
constexpr Guid kAccept = "0c996046-bcc0-4d04-85ec-e1fcedf1c6f8"_guid;
constexpr Guid kType = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"_guid;

struct EfiReport : testing::Test {
  fake::StorageArea area{3 * 8192, 8192};
  efi::VariableStore variables{area};

  std::vector<uint8_t> get(std::string_view name) {
    std::vector<uint8_t> data(efi::kMostVariable);
    data.resize(variables.get(name, efi::kCapsuleReport, std::as_writable_bytes(std::span(data))).value_or(0));
    return data;
  }
  // ASCII as it lies in CHAR16, without a NUL.
  static std::vector<uint8_t> wide(std::string_view text) {
    std::vector<uint8_t> all;
    for (const char c : text) all.insert(all.end(), {uint8_t(c), 0});
    return all;
  }
  Error set(std::string_view name, const std::vector<uint8_t>& data) {
    return error_of(variables.set(name, efi::kCapsuleReport, std::as_bytes(std::span(data))));
  }
};

TEST_F(EfiReport, a_record_lies_as_the_specification_has_it) {
  const CapsuleReport report{.capsule = kCapsule,
                             .status = Status::AuthError,
                             .has_item = true,
                             .item = {.payload = 3, .index = 7, .type = kType},
                             .file = "fw.cap"};
  const auto number = efi::write_capsule_report(variables, report);
  ASSERT_EQ(error_of(number), kNone);
  EXPECT_EQ(*number, 0);
  const auto record = get("Capsule0000");
  ASSERT_EQ(record.size(), 48u + 20 + 2 * 7 + 2);
  EXPECT_EQ(record[0], record.size());
  EXPECT_EQ(record[1] | record[2] | record[3], 0);
  EXPECT_EQ(std::memcmp(&record[8], &kCapsule, 16), 0);
  EXPECT_TRUE(std::all_of(record.begin() + 24, record.begin() + 40, [](uint8_t byte) { return byte == 0; }));
  uint64_t status;
  std::memcpy(&status, &record[40], 8);
  EXPECT_EQ(status, 0x8000'0000'0000'001a);
  EXPECT_EQ(record[48] | record[49] << 8, 1);
  EXPECT_EQ(record[50], 3);
  EXPECT_EQ(record[51], 7);
  EXPECT_EQ(std::memcmp(&record[52], &kType, 16), 0);
  auto file = wide("fw.cap");
  file.resize(file.size() + 4);
  EXPECT_TRUE(std::equal(file.begin(), file.end(), record.begin() + 68));
  EXPECT_EQ(get("CapsuleLast"), wide("Capsule0000"));
  EXPECT_EQ(get("CapsuleMax"), wide("Capsule000F"));
}

TEST_F(EfiReport, a_capsule_without_items_has_a_header_alone) {
  ASSERT_EQ(error_of(efi::write_capsule_report(variables, {.capsule = kAccept})), kNone);
  EXPECT_EQ(get("Capsule0000").size(), 48u);
  const auto record = efi::read_capsule_report(variables, 0);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->capsule, kAccept);
  EXPECT_EQ(record->status, 0u);
  EXPECT_FALSE(record->has_item);
}

TEST_F(EfiReport, numbers_begin_again_after_the_highest) {
  EXPECT_EQ(efi::next_capsule_report(variables).value_or(99), 0);
  EXPECT_EQ(error_of(efi::last_capsule_report(variables)), Error::NotFound);
  for (unsigned i = 0; i < 40; ++i) {
    const auto number = efi::write_capsule_report(
        variables, {.capsule = kCapsule, .has_item = true, .item = {.payload = uint8_t(i), .index = 1, .type = kType}});
    ASSERT_EQ(error_of(number), kNone);
    EXPECT_EQ(*number, i % 16);
    EXPECT_EQ(efi::last_capsule_report(variables).value_or(99), i % 16);
    EXPECT_EQ(efi::read_capsule_report(variables, *number)->item.payload, i);
  }
  EXPECT_EQ(get("CapsuleLast"), wide("Capsule0007"));
  EXPECT_EQ(error_of(efi::read_capsule_report(variables, 16)), Error::NotFound);
}

TEST_F(EfiReport, a_highest_number_that_somebody_set_counts) {
  ASSERT_EQ(set("CapsuleMax", wide("Capsule1ABC")), kNone);
  ASSERT_EQ(set("CapsuleLast", wide("Capsule1ABB")), kNone);
  EXPECT_EQ(efi::write_capsule_report(variables, {.capsule = kCapsule}).value_or(0), 0x1abc);
  EXPECT_EQ(get("Capsule1ABC").size(), 48u);
  EXPECT_EQ(efi::write_capsule_report(variables, {.capsule = kCapsule}).value_or(1), 0);
  EXPECT_EQ(get("CapsuleMax"), wide("Capsule1ABC"));
}

TEST_F(EfiReport, names_that_are_no_records_are_malformed) {
  for (const auto& odd : {wide("Capsule001"), wide("Capsule00011"), wide("Capsule00g0"), wide("Capsule000a"),
                          wide("capsule0000"), std::vector<uint8_t>(22, '0'), std::vector<uint8_t>{1}}) {
    ASSERT_EQ(set("CapsuleLast", odd), kNone);
    EXPECT_EQ(error_of(efi::last_capsule_report(variables)), Error::Malformed);
    EXPECT_EQ(error_of(efi::next_capsule_report(variables)), Error::Malformed);
    EXPECT_EQ(error_of(efi::write_capsule_report(variables, {.capsule = kCapsule})), Error::Malformed);
  }
  ASSERT_EQ(set("CapsuleLast", wide("Capsule0001")), kNone);
  ASSERT_EQ(set("CapsuleMax", wide("Capsule")), kNone);
  EXPECT_EQ(error_of(efi::next_capsule_report(variables)), Error::Malformed);
}

TEST_F(EfiReport, records_of_sizes_that_none_has_are_malformed) {
  std::vector<uint8_t> record(48);
  record[0] = 47;
  ASSERT_EQ(set("Capsule0000", record), kNone);
  EXPECT_EQ(error_of(efi::read_capsule_report(variables, 0)), Error::Malformed);
  record[0] = 48;
  ASSERT_EQ(set("Capsule0000", record), kNone);
  EXPECT_EQ(error_of(efi::read_capsule_report(variables, 0)), kNone);
  record.pop_back();
  record[0] = 47;
  ASSERT_EQ(set("Capsule0000", record), kNone);
  EXPECT_EQ(error_of(efi::read_capsule_report(variables, 0)), Error::Malformed);
  record.assign(1000, 0);
  ASSERT_EQ(set("Capsule0000", record), kNone);
  EXPECT_EQ(error_of(efi::read_capsule_report(variables, 0)), Error::Malformed);
}

TEST_F(EfiReport, a_file_name_has_a_limit) {
  CapsuleReport report{.capsule = kCapsule, .has_item = true};
  const std::string longest(efi::kMostReportFile, 'f'), longer = longest + "f";
  report.file = longest;
  EXPECT_EQ(error_of(efi::write_capsule_report(variables, report)), kNone);
  EXPECT_EQ(get("Capsule0000").size(), 48u + 20 + 2 * 64 + 4);
  report.file = longer;
  EXPECT_EQ(error_of(efi::write_capsule_report(variables, report)), Error::InvalidParameters);
}

TEST_F(EfiReport, each_status_has_a_code_and_words) {
  const std::pair<Status, std::string_view> all[] = {{Status::Success, "success"},
                                                     {Status::Unsuccessful, "aborted"},
                                                     {Status::InsufficientResources, "out of resources"},
                                                     {Status::IncorrectVersion, "incompatible version"},
                                                     {Status::InvalidFormat, "invalid parameter"},
                                                     {Status::AuthError, "security violation"},
                                                     {Status::PowerAc, "not ready"},
                                                     {Status::PowerBattery, "not ready"},
                                                     {Status::UnsatisfiedDependencies, "unsupported"}};
  for (const auto& [status, words] : all) {
    EXPECT_EQ(efi::efi_status_text(efi::efi_status(status)), words);
    EXPECT_EQ(efi::efi_status(status) >> 63, status != Status::Success);
  }
  EXPECT_EQ(efi::efi_status(Status(200)), efi::efi_status(Status::Unsuccessful));
  EXPECT_EQ(efi::efi_status_text(12345), "error");
}

TEST_F(EfiReport, a_loss_of_power_leaves_the_latest_record_or_the_one_before) {
  ASSERT_EQ(error_of(efi::write_capsule_report(variables, {.capsule = kAccept})), kNone);
  const auto before = area.data;
  for (uint64_t cut = 0;; ++cut) {
    area.data = before;
    efi::VariableStore first(area);
    area.cut_power(cut, uint32_t(cut));
    if (efi::write_capsule_report(first, {.capsule = kCapsule})) break;
    area.power_on();
    efi::VariableStore again(area);
    const auto last = efi::last_capsule_report(again);
    ASSERT_EQ(error_of(last), kNone) << cut;
    ASSERT_LE(*last, 1) << cut;
    const auto record = efi::read_capsule_report(again, *last);
    ASSERT_EQ(error_of(record), kNone) << cut;
    EXPECT_EQ(record->capsule, *last ? kCapsule : kAccept) << cut;
  }
  EXPECT_GT(area.operations(), 100u);
}

}  // namespace
