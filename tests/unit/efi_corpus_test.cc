// SPDX-License-Identifier: BSD-2-Clause
// Every capsule of tests/capsules/ gets the verdict that was written beside it. Runs from the root of the tree.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "crypto/mbedtls.hh"
#include "tests/unit/efi_authenticate_corpus.hh"

namespace {

using namespace capsule_build;
using authenticate_corpus::contents;

const std::filesystem::path kCorpus = "tests/capsules";

struct Row {
  std::string structure, authentication, why;
};

/// verdicts.tsv by file.
std::map<std::string, Row> verdicts() {
  std::ifstream file(kCorpus / "verdicts.tsv");
  EXPECT_TRUE(file) << "run this from the root of the tree";
  std::map<std::string, Row> rows;
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "file\tstructure\tauthentication\twhy");
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string name;
    Row row;
    for (std::string* field : {&name, &row.structure, &row.authentication, &row.why}) {
      std::getline(fields, *field, '\t');
      EXPECT_FALSE(field->empty()) << line;
    }
    EXPECT_TRUE(fields.eof()) << line;
    EXPECT_TRUE(rows.emplace(name, row).second) << "twice: " << name;
  }
  return rows;
}

TEST(EfiCorpus, every_capsule_has_a_verdict_and_every_verdict_a_capsule) {
  std::set<std::string> files, rows;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kCorpus))
    if (entry.path().extension() == ".cap") files.insert(entry.path().lexically_relative(kCorpus));
  for (const auto& [name, row] : verdicts()) rows.insert(name);
  EXPECT_EQ(files, rows);
  EXPECT_EQ(files.size(), 141u);
}

TEST(EfiCorpus, every_capsule_is_one_that_somebody_else_described) {
  // manifest.tsv has those that were changed; those of good/ are in the README by who made them.
  std::set<std::string> described;
  std::ifstream file(kCorpus / "manifest.tsv");
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    ASSERT_NE(second, std::string::npos) << line;
    described.insert(line.substr(0, first) + '/' + line.substr(first + 1, second - first - 1) + ".cap");
  }
  for (const auto& [name, row] : verdicts())
    if (!name.starts_with("good/")) EXPECT_TRUE(described.erase(name)) << name;
  EXPECT_EQ(described, std::set<std::string>());
}

TEST(EfiCorpus, the_structure_of_each_capsule_gets_its_verdict) {
  for (const auto& [name, row] : verdicts()) EXPECT_EQ(verdict(contents(kCorpus / name)), row.structure) << name;
}

TEST(EfiCorpus, what_is_taken_apart_lies_within_its_file) {
  unsigned items = 0;
  for (const auto& [name, row] : verdicts()) {
    const Bytes capsule = contents(kCorpus / name);
    WatchedReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    for (unsigned number = 0; opened && number < opened->items(); ++number) {
      const auto item = opened->item(number);
      ASSERT_TRUE(item) << name;
      EXPECT_TRUE(is_within(*item, capsule.size())) << name;
      ++items;
    }
    EXPECT_FALSE(source.outside) << name;
  }
  EXPECT_GT(items, 80u);
}

TEST(EfiCorpus, a_detached_signature_is_the_one_in_its_capsule) {
  unsigned signatures = 0;
  for (const auto& [name, row] : verdicts()) {
    const auto detached = kCorpus / (name + ".p7");
    if (!std::filesystem::exists(detached)) continue;
    const Bytes capsule = contents(kCorpus / name);
    MemoryReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    ASSERT_TRUE(opened) << name;
    const auto item = opened->item(0);
    ASSERT_TRUE(item && item->authentication) << name;
    EXPECT_EQ(text(at(capsule, item->authentication->pkcs7)), contents(detached)) << name;
    ++signatures;
  }
  EXPECT_EQ(signatures, 7u);
}

TEST(EfiCorpus, an_authentication_verdict_fits_the_items) {
  for (const auto& [name, row] : verdicts()) {
    const Bytes capsule = contents(kCorpus / name);
    MemoryReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    const unsigned items = opened ? opened->items() : 0;
    EXPECT_EQ(row.authentication == "-", items == 0) << name;
    std::istringstream words(row.authentication);
    std::string word;
    for (unsigned number = 0; number < items; ++number) {
      if (number == 0 || !words.eof()) std::getline(words >> std::ws, word, ',');
      EXPECT_EQ(opened->item(number)->authentication.has_value(), word != "unsigned") << name << " item " << number;
    }
  }
}

TEST(EfiCorpus, of_what_is_not_the_signature_only_flags_and_hardware_instance_are_covered_by_nothing) {
  authenticate_corpus::TrustedKeys keys;
  const efi::KeyUse uses[] = {{authenticate_corpus::kType, 1}};
  keys.add("rsa2048", contents(kCorpus / "keys/rsa2048.der"), uses);
  crypto::MbedTls crypto;
  const auto authenticates = [&](const Bytes& capsule) {
    MemoryReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    if (!opened || opened->items() != 1) return false;
    const auto item = opened->item(0);
    if (!item || !item->authentication) return false;
    return authenticate_corpus::verdict(crypto, keys.keys(), authenticate_corpus::signed_item(capsule, *item),
                                        item->type, item->index) == "ok rsa2048";
  };
  const Bytes right = contents(kCorpus / "good/ub-rsa2048-maxcount.cap");
  ASSERT_TRUE(authenticates(right));

  const size_t header = 28 + 16, pkcs7 = header + 48 + 32, image = right.size() - 14;
  std::set<size_t> free;
  for (size_t at = 0; at < right.size(); at = at + 1 == pkcs7 ? image : at + 1) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes changed = right;
      changed[at] ^= std::byte(1u << bit);
      if (authenticates(changed)) free.insert(at);
    }
  }
  std::set<size_t> expected = {20 + 1, 20 + 2};  // of Flags: bit 15, 16 to 18; see efi/capsule.hh
  for (size_t at = 0; at < 8; ++at) expected.insert(header + 32 + at);
  EXPECT_EQ(free, expected);
}

}  // namespace
