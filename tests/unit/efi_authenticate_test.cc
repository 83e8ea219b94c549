// SPDX-License-Identifier: BSD-2-Clause
#include "efi/authenticate.hh"

#include <gtest/gtest.h>

#include <sstream>

#include "crypto/mbedtls.hh"
#include "tests/unit/efi_authenticate_corpus.hh"

namespace {

using namespace authenticate_corpus;

class EfiAuthenticate : public testing::Test {
 protected:
  std::string verdict(const SignedItem& item) { return authenticate_corpus::verdict(crypto, keys.keys(), item); }

  crypto::MbedTls crypto;
  TrustedKeys keys{"tests/capsules/keys", {"rsa2048", "rsa3072", "p256", "root"}};
};

TEST_F(EfiAuthenticate, each_capsule_of_the_corpus_gets_its_verdict) {
  std::ifstream file("tests/capsules/verdicts.tsv");
  std::string line;
  std::getline(file, line);
  unsigned authenticated = 0;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string name, structure, expected;
    std::getline(fields, name, '\t');
    std::getline(fields, structure, '\t');
    std::getline(fields, expected, '\t');
    if (structure != "ok" || expected == "-") continue;
    const auto capsule = contents("tests/capsules/" + name);
    MemoryReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    ASSERT_TRUE(opened) << name;
    std::istringstream words(expected);
    std::string word;
    for (unsigned number = 0; number < opened->items(); ++number) {
      if (number == 0 || !words.eof()) std::getline(words >> std::ws, word, ',');
      const auto item = opened->item(number);
      ASSERT_TRUE(item) << name;
      if (!item->authentication) continue;
      const std::string got = verdict(signed_item(capsule, *item));
      EXPECT_EQ(got.substr(0, got.find(':')), word) << name << " item " << number << ": " << got;
      ++authenticated;
    }
  }
  EXPECT_GT(authenticated, 30u);
}

}  // namespace
