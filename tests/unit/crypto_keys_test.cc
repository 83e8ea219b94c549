// SPDX-License-Identifier: BSD-2-Clause
// What tools/keys made of tests/keys/all.
#include <gtest/gtest.h>

#include "board/keys.hh"
#include "crypto/mbedtls.hh"
#include "tests/unit/efi_authenticate_corpus.hh"

namespace {

using authenticate_corpus::contents;

capsule_build::Bytes copy(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

TEST(CryptoKeys, certificates_are_there_in_der_under_their_files_names) {
  const auto trusted = board_keys().trusted;
  ASSERT_EQ(trusted.size(), 4u);
  EXPECT_EQ(trusted[0].name, "test");
  EXPECT_EQ(trusted[1].name, "root");
  EXPECT_EQ(copy(trusted[1].certificate), contents("tests/capsules/keys/root.der"));
  EXPECT_EQ(copy(trusted[0].certificate.first(4)), capsule_build::bytes({0x30, 0x82, 0x03, 0x2f}));
  EXPECT_EQ(trusted[0].certificate.size(), 4u + 0x32f);
}

TEST(CryptoKeys, only_those_that_say_so_are_test_keys) {
  EXPECT_TRUE(board_keys().trusted[0].is_test);
  EXPECT_FALSE(board_keys().trusted[1].is_test);
  EXPECT_FALSE(board_keys().trusted[2].is_test);
}

TEST(CryptoKeys, each_is_bound_to_its_image_types) {
  const auto first = board_keys().trusted[0].uses, second = board_keys().trusted[1].uses;
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].type, "09d7cf52-0720-4710-91d1-08469b7fe9c8"_guid);
  EXPECT_EQ(first[0].index, 1);
  EXPECT_EQ(first[1].type, "5a7021f5-fef2-48b4-aaba-832e777418c0"_guid);
  EXPECT_EQ(first[1].index, 0);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].index, 255);
}

TEST(CryptoKeys, revoked_ones_are_there_by_the_digest_of_their_der) {
  const auto revoked = board_keys().revoked;
  ASSERT_EQ(revoked.size(), 2u);
  crypto::MbedTls crypto;
  crypto.start(efi::Digest::Sha256);
  crypto.update(contents("tests/capsules/keys/other.der"));
  const auto digest = crypto.finish();
  EXPECT_EQ(copy(std::as_bytes(std::span(revoked[0].sha256))), copy(digest.view()));
}

}  // namespace
