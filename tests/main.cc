// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() != 0) return result;
  std::fputs("no test has such a name; --gtest_list_tests lists them\n", stderr);
  return 1;
}
