// SPDX-License-Identifier: BSD-2-Clause
#include "lib/result.hh"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "lib/assert.hh"

namespace {

TEST(LibResult, every_error_has_words_of_its_own) {
  std::map<std::string, int> seen;
  for (int number = -1; number >= -128; --number) {
    const std::string words(text(Error(number)));
    if (words == "unknown error") continue;
    EXPECT_FALSE(words.empty()) << number;
    EXPECT_EQ(seen.count(words), 0u) << words;
    seen[words] = number;
  }
  EXPECT_GE(seen.size(), 33u);
  for (int status = -1; status >= -12; --status) EXPECT_NE(text(Error(status)), "unknown error") << status;
}

Result<int> half(int of) {
  if (of % 2) return failure(Error::OutOfRange);
  return of / 2;
}
Result<int> quarter(int of) {
  const int once = TRY(half(of));
  return TRY(half(once));
}
Result<void> even(int what) {
  CHECK(half(what));
  return {};
}

TEST(LibResult, try_takes_the_value_or_returns_the_error) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(6).error(), Error::OutOfRange);
  EXPECT_EQ(quarter(7).error(), Error::OutOfRange);
}

TEST(LibResult, check_returns_the_error_alone) {
  EXPECT_TRUE(even(2));
  EXPECT_EQ(even(3).error(), Error::OutOfRange);
}

TEST(LibResult, an_assertion_that_fails_names_itself) {
  const int two = 2;
  ASSERT(two == 2);
  EXPECT_DEATH(ASSERT(two == 3), "two == 3");
}

}  // namespace
