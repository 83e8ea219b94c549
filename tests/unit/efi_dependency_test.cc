// SPDX-License-Identifier: BSD-2-Clause
#include "efi/dependency.hh"

#include <gtest/gtest.h>

#include "tests/unit/efi_capsule_build.hh"

namespace {

using capsule_build::append;
using capsule_build::Bytes;
using capsule_build::verdict;

constexpr Guid kOther = "5a7021f5-fef2-48b4-aaba-832e777418c0"_guid,
               kUnknown = "00000000-0000-0000-0000-000000000001"_guid;

class Machine : public efi::Versions {
 public:
  std::optional<uint32_t> version(const Guid& type) const override {
    if (type == capsule_build::kType) return 5;
    if (type == kOther) return 0x80000001;
    return {};
  }
};

Bytes guid(const Guid& of) {
  Bytes all = capsule_build::bytes({0x00});
  append(all, of);
  return all;
}
Bytes version(uint32_t of) {
  Bytes all = capsule_build::bytes({0x01});
  append(all, of);
  return all;
}
template <class... T>
Bytes join(const T&... parts) {
  Bytes all;
  (append(all, parts), ...);
  return all;
}
Bytes code(std::initializer_list<unsigned> opcodes) { return capsule_build::bytes(opcodes); }

/// "true", "false", or why not.
std::string value(const Bytes& expression) {
  const auto size = efi::dependency_size(expression);
  const auto value = efi::evaluate_dependency(expression, Machine());
  EXPECT_EQ(verdict(size), verdict(value));
  if (!value) return std::string(value.error().why());
  EXPECT_EQ(*size, expression.size());
  return *value ? "true" : "false";
}

const Bytes kType = guid(capsule_build::kType);  // version 5

TEST(EfiDependency, truth_values_are_combined) {
  EXPECT_EQ(value(code({6, 13})), "true");
  EXPECT_EQ(value(code({7, 13})), "false");
  EXPECT_EQ(value(code({6, 5, 13})), "false");
  EXPECT_EQ(value(code({7, 5, 13})), "true");
  for (const unsigned left : {6, 7})
    for (const unsigned right : {6, 7}) {
      EXPECT_EQ(value(code({left, right, 3, 13})), left == 6 && right == 6 ? "true" : "false");
      EXPECT_EQ(value(code({left, right, 4, 13})), left == 6 || right == 6 ? "true" : "false");
    }
}

TEST(EfiDependency, the_version_pushed_last_stands_on_the_left) {
  const struct {
    unsigned opcode;
    const char *less, *equal, *greater;
  } rows[] = {{8, "false", "true", "false"},
              {9, "false", "false", "true"},
              {10, "false", "true", "true"},
              {11, "true", "false", "false"},
              {12, "true", "true", "false"}};
  for (const auto& row : rows) {
    EXPECT_EQ(value(join(version(6), kType, code({row.opcode, 13}))), row.less) << row.opcode;
    EXPECT_EQ(value(join(version(5), kType, code({row.opcode, 13}))), row.equal) << row.opcode;
    EXPECT_EQ(value(join(version(4), kType, code({row.opcode, 13}))), row.greater) << row.opcode;
  }
}

TEST(EfiDependency, versions_have_no_sign) {
  EXPECT_EQ(value(join(version(0x7fffffff), guid(kOther), code({9, 13}))), "true");
  EXPECT_EQ(value(join(version(0xffffffff), guid(kOther), code({9, 13}))), "false");
}

TEST(EfiDependency, an_image_that_is_not_installed_makes_all_of_it_false) {
  EXPECT_EQ(value(join(version(0), guid(kUnknown), code({10, 13}))), "false");
  EXPECT_EQ(value(join(version(1), guid(kUnknown), code({10, 5, 13}))), "false") << "under a NOT";
  EXPECT_EQ(value(join(version(0), guid(kUnknown), code({10, 6, 4, 13}))), "false") << "beside an OR";
}

TEST(EfiDependency, a_name_of_a_version_changes_nothing) {
  EXPECT_EQ(value(join(version(5), code({2, 'v', '5', 0}), kType, code({8, 13}))), "true");
  EXPECT_EQ(value(code({2, 0, 6, 13})), "true") << "an empty one";
  EXPECT_EQ(value(code({2, 13, 13, 0, 7, 13})), "false") << "a name that looks like an END";
}

TEST(EfiDependency, a_declared_length_is_first_and_right) {
  EXPECT_EQ(value(code({14, 7, 0, 0, 0, 6, 13})), "true");
  EXPECT_EQ(value(code({14, 6, 0, 0, 0, 6, 13})), "length declared wrong, or not first");
  EXPECT_EQ(value(code({14, 8, 0, 0, 0, 6, 13})), "length declared wrong, or not first");
  EXPECT_EQ(value(code({14, 7, 0, 1, 0, 6, 13})), "length declared wrong, or not first");
  EXPECT_EQ(value(code({14, 0, 0, 0, 0, 6, 13})), "length declared wrong, or not first");
  EXPECT_EQ(value(code({6, 14, 7, 0, 0, 0, 13})), "length declared wrong, or not first");
  EXPECT_EQ(value(code({14, 12, 0, 0, 0, 14, 12, 0, 0, 0, 6, 13})), "length declared wrong, or not first");
}

TEST(EfiDependency, a_declared_length_is_no_operand) {
  EXPECT_EQ(value(join(code({14, 12, 0, 0, 0}), version(12), code({8, 13}))), "operator without its operands");
}

TEST(EfiDependency, operators_get_what_they_are_for) {
  const std::string without = "operator without its operands";
  for (const unsigned opcode : {3, 4, 5, 8, 9, 10, 11, 12, 13}) EXPECT_EQ(value(code({opcode, 13})), without) << opcode;
  for (const unsigned opcode : {3, 4, 8, 9, 10, 11, 12}) EXPECT_EQ(value(code({6, opcode, 13})), without) << opcode;
  for (const unsigned opcode : {3, 4, 5}) EXPECT_EQ(value(join(version(1), version(1), code({opcode, 13}))), without);
  for (const unsigned opcode : {8, 9, 10, 11, 12}) {
    EXPECT_EQ(value(code({6, 6, opcode, 13})), without) << opcode;
    EXPECT_EQ(value(join(version(1), code({6, opcode, 13}))), without) << opcode;
    EXPECT_EQ(value(join(code({6}), version(1), code({opcode, 13}))), without) << opcode;
  }
  EXPECT_EQ(value(join(version(1), code({13}))), without) << "END of a version";
}

TEST(EfiDependency, one_truth_value_is_left_at_the_end) {
  EXPECT_EQ(value(code({6, 6, 13})), "values left over at END");
  EXPECT_EQ(value(join(version(1), code({6, 13}))), "values left over at END");
}

TEST(EfiDependency, every_cut_of_an_expression_is_refused) {
  const Bytes whole = join(version(3), code({2, 'a', 'b', 0}), kType, code({10, 13}));
  ASSERT_EQ(value(whole), "true");
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(value(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size))), "cut, or without END") << size;
}

TEST(EfiDependency, unknown_opcodes_are_refused) {
  for (unsigned opcode = 15; opcode < 256; ++opcode) EXPECT_EQ(value(code({opcode, 6, 13})), "unknown opcode");
}

TEST(EfiDependency, what_follows_the_end_is_not_looked_at) {
  const Bytes bytes = code({6, 13, 0xff, 0xff});
  EXPECT_EQ(efi::dependency_size(bytes), 2u);
  EXPECT_TRUE(efi::evaluate_dependency(bytes, Machine()).value());
}

TEST(EfiDependency, the_stack_has_32_places) {
  Bytes deep(32, std::byte{6});
  append(deep, Bytes(31, std::byte{3}));
  append(deep, code({13}));
  EXPECT_EQ(value(deep), "true");
  deep.insert(deep.begin(), std::byte{6});
  EXPECT_EQ(value(deep), "deeper than 32");
}

TEST(EfiDependency, an_expression_may_be_long_but_not_endless) {
  Bytes expression(efi::kMostDependency, std::byte{5});
  expression.front() = std::byte{6};
  expression.back() = std::byte{13};
  EXPECT_EQ(value(expression), "true");
  expression.insert(expression.begin() + 1, std::byte{5});
  EXPECT_EQ(value(expression), "cut, or without END");
  Bytes name = code({2});
  name.resize(100'000, std::byte{'x'});
  EXPECT_EQ(value(name), "cut, or without END");
}

}  // namespace
