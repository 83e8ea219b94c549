// SPDX-License-Identifier: BSD-2-Clause
#include "efi/authenticate.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "crypto/mbedtls.hh"
#include "tests/unit/der_tree.hh"
#include "tests/unit/efi_authenticate_corpus.hh"

namespace {

using namespace authenticate_corpus;
using der_tree::Node, der_tree::parse;

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

// What openssl made: tests/unit/data/authenticate/make.
const std::string kData = "tests/unit/data/authenticate";
const Bytes kContent = contents(kData + "/content");
SignedItem vector(const std::string& name) { return {contents(kData + "/" + name + ".p7"), kContent, 7}; }

class EfiAuthenticateVectors : public EfiAuthenticate {
 protected:
  EfiAuthenticateVectors() {
    keys = TrustedKeys(kData, {"p256", "p384", "rsa4096", "rsa1024", "p521", "root", "root1", "rootless"});
  }
  Node tree(const std::string& name) { return parse(vector(name).pkcs7); }
  std::string verdict_of(const Node& pkcs7) { return verdict({pkcs7.bytes(), kContent, 7}); }
  static constexpr size_t kCertificates = 3;
  // ContentInfo, [0], SignedData
  static Node& signed_data(Node& pkcs7) { return pkcs7.at({1, 0}); }
  static Node& signer(Node& pkcs7) { return signed_data(pkcs7).inside.back().at({0}); }
  using EfiAuthenticate::verdict;
};

TEST_F(EfiAuthenticateVectors, each_algorithm_is_verified) {
  for (const std::string key : {"p256", "p384"})
    for (const std::string digest : {"sha256", "sha384", "sha512"})
      EXPECT_EQ(verdict(vector(key + "-" + digest)), "ok " + key) << digest;
  EXPECT_EQ(verdict(vector("rsa4096")), "ok rsa4096");
  EXPECT_EQ(verdict(vector("no-attributes")), "ok p384");
}

TEST_F(EfiAuthenticateVectors, weak_algorithms_are_refused_by_name) {
  EXPECT_EQ(verdict(vector("sha1")), "digest: SHA-1");
  EXPECT_EQ(verdict(vector("md5")), "digest: MD5");
  EXPECT_EQ(verdict(vector("sha224")), "digest: not known");
  EXPECT_EQ(verdict(signed_item("tests/capsules/derived/openssl-pss.cap")), "signature: RSA-PSS");
  EXPECT_EQ(verdict(vector("weak")), "digest: SHA-1");
  EXPECT_EQ(verdict(vector("rsa1024")), "certificate: its key is not usable");
  EXPECT_EQ(verdict(vector("p521")), "signer: no key that this firmware trusts");
}

TEST_F(EfiAuthenticateVectors, a_signed_data_that_nobody_signed_is_refused_for_that) {
  Node pkcs7 = tree("rsa4096");
  signed_data(pkcs7).inside.back().inside.clear();
  signed_data(pkcs7).at({0}).value = capsule_build::bytes({0});  // the version of none
  EXPECT_EQ(verdict_of(pkcs7), "PKCS#7: no SignedData in DER, or nobody signed");
}

TEST_F(EfiAuthenticateVectors, a_signer_is_found_by_his_key_as_well) {
  EXPECT_EQ(verdict(vector("key-id")), "ok p256");
}

TEST_F(EfiAuthenticateVectors, a_chain_that_came_along_is_followed) {
  EXPECT_EQ(verdict(vector("direct")), "ok root");
  EXPECT_EQ(verdict(vector("chain")), "ok root");
  EXPECT_EQ(verdict(vector("chain-of-four")), "ok root");
  EXPECT_EQ(verdict(vector("chain-of-five")), "signer: no key that this firmware trusts");
  EXPECT_EQ(verdict(vector("chain-without-middle")), "signer: no key that this firmware trusts");
  EXPECT_EQ(verdict(vector("path-length-kept")), "ok root");
}

TEST_F(EfiAuthenticateVectors, one_in_the_middle_may_be_trusted_itself) {
  keys = {kData, {"sub"}};
  EXPECT_EQ(verdict(vector("chain")), "ok sub");
  EXPECT_EQ(verdict(vector("chain-without-middle")), "ok sub");
  keys = {kData, {"leaf"}};
  EXPECT_EQ(verdict(vector("chain")), "ok leaf");
}

TEST_F(EfiAuthenticateVectors, who_may_not_issue_certificates_has_issued_none) {
  const std::string refused = "certificate: its issuer may not issue any";
  EXPECT_EQ(verdict(vector("no-authority")), refused);
  EXPECT_EQ(verdict(vector("no-issuing")), refused);
  EXPECT_EQ(verdict(vector("path-length")), refused);
  // Version 1 does not say what it is: the board has to.
  EXPECT_EQ(verdict(vector("old-middle")), refused);
  EXPECT_EQ(verdict(vector("under-version-1")), "ok root1");
  EXPECT_EQ(verdict(vector("under-rootless")), refused);
}

TEST_F(EfiAuthenticateVectors, who_is_not_meant_to_sign_code_has_signed_none) {
  EXPECT_EQ(verdict(vector("web")), "certificate: not meant for signing code");
  EXPECT_EQ(verdict(vector("cipher")), "certificate: not meant for signing code");
  EXPECT_EQ(verdict(vector("critical")), "certificate: has an unknown critical extension");
}

TEST_F(EfiAuthenticateVectors, a_name_proves_nothing) {
  // Issuer and serial number are those of root, whose key it was not.
  EXPECT_EQ(verdict(vector("impostor")), "signature: not made by its key over this");
  EXPECT_EQ(verdict(vector("forged-issuer")), "certificate: not signed by its issuer's key");
  // With two of one name, that one is found whose key it was.
  keys = {kData, {"root", "rollover"}};
  EXPECT_EQ(verdict(vector("forged-issuer")), "ok rollover");
  EXPECT_EQ(verdict(vector("chain")), "ok root");
}

TEST_F(EfiAuthenticateVectors, who_is_revoked_neither_signs_nor_issues) {
  const auto revoke = [&](const std::string& name) {
    crypto.start(efi::Digest::Sha256);
    crypto.update(contents(kData + "/" + name + ".der"));
    keys.revoke(crypto.finish());
  };
  revoke("direct");
  EXPECT_EQ(verdict(vector("direct")), "revoked: its certificate, or an issuer's");
  EXPECT_EQ(verdict(vector("chain")), "ok root");
  revoke("sub");
  EXPECT_EQ(verdict(vector("chain")), "revoked: its certificate, or an issuer's");
  revoke("p256");
  EXPECT_EQ(verdict(vector("p256-sha256")), "revoked: its certificate, or an issuer's");
  EXPECT_EQ(verdict(vector("p384-sha256")), "ok p384");
}

TEST_F(EfiAuthenticateVectors, a_key_is_bound_to_image_types_and_indices) {
  const Guid other = "5a7021f5-fef2-48b4-aaba-832e777418c0"_guid;
  const efi::KeyUse uses[] = {{kType, 3}, {other, 0}};
  keys = {};
  keys.add("p256", contents(kData + "/p256.der"), uses);
  const auto use = [&](const Guid& type, uint8_t index) {
    return authenticate_corpus::verdict(crypto, keys.keys(), vector("p256-sha256"), type, index);
  };
  const std::string refused = "key use: not for images of this type and index";
  EXPECT_EQ(use(kType, 3), "ok p256");
  EXPECT_EQ(use(kType, 1), refused);
  EXPECT_EQ(use(other, 1), "ok p256");
  EXPECT_EQ(use(other, 255), "ok p256");
  EXPECT_EQ(use("00000000-fef2-48b4-aaba-832e777418c0"_guid, 3), refused);
  keys = {};
  keys.add("nothing", contents(kData + "/p256.der"), {});
  EXPECT_EQ(use(kType, 3), refused);
}

TEST_F(EfiAuthenticateVectors, the_same_key_may_be_listed_twice) {
  const efi::KeyUse first[] = {{kType, 1}}, second[] = {{kType, 2}};
  keys = {};
  keys.add("one", contents(kData + "/p256.der"), first);
  keys.add("two", contents(kData + "/p256.der"), second);
  EXPECT_EQ(authenticate_corpus::verdict(crypto, keys.keys(), vector("p256-sha256"), kType, 2), "ok two");
}

TEST_F(EfiAuthenticateVectors, one_signer_who_is_trusted_is_enough) {
  EXPECT_EQ(verdict(vector("two-signers")), "ok p256");
  keys = {kData, {"p384"}};
  EXPECT_EQ(verdict(vector("two-signers")), "ok p384");
  keys = {};
  EXPECT_EQ(verdict(vector("two-signers")), "signer: no key that this firmware trusts");
}

TEST_F(EfiAuthenticateVectors, what_no_signature_covers_may_be_left_out_or_put_in) {
  Node pkcs7 = tree("p256-sha256");
  Node& certificates = signed_data(pkcs7).inside[kCertificates];
  certificates.inside.clear();
  EXPECT_EQ(verdict_of(pkcs7), "ok p256");
  for (int i = 0; i < 8; ++i) certificates.inside.push_back({0x30, capsule_build::text("no certificate")});
  EXPECT_EQ(verdict_of(pkcs7), "ok p256");
  signer(pkcs7).inside.push_back({0xa1, capsule_build::text("a time stamp, perhaps")});
  EXPECT_EQ(verdict_of(pkcs7), "ok p256");
  const Bytes bare = signed_data(pkcs7).bytes();
  EXPECT_EQ(verdict({bare, kContent, 7}), "ok p256");
  certificates.inside.push_back({0x30});
  EXPECT_EQ(verdict_of(pkcs7), "PKCS#7: more than 8 signers or certificates");
}

TEST_F(EfiAuthenticateVectors, padding_is_zeros_and_less_than_eight) {
  Bytes pkcs7 = vector("p256-sha256").pkcs7;
  for (int i = 1; i <= 8; ++i) {
    pkcs7.push_back(std::byte{0});
    EXPECT_EQ(verdict({pkcs7, kContent, 7}), i < 8 ? "ok p256" : "PKCS#7: followed by more than 7 zeros") << i;
  }
  pkcs7.erase(pkcs7.end() - 2, pkcs7.end());
  pkcs7.back() = std::byte{1};
  EXPECT_EQ(verdict({pkcs7, kContent, 7}), "PKCS#7: followed by more than 7 zeros");
}

TEST_F(EfiAuthenticateVectors, what_must_not_be_there_is_refused) {
  EXPECT_EQ(verdict(vector("embedded")), "PKCS#7: has content of its own");
  Node lists = tree("p256-sha256");
  signed_data(lists).inside.insert(signed_data(lists).inside.begin() + kCertificates + 1, Node{0xa1});
  EXPECT_EQ(verdict_of(lists), "PKCS#7: has revocation lists");
  Node other = tree("p256-sha256");
  other.at({0}).value.back() = std::byte{3};  // id-envelopedData
  EXPECT_EQ(verdict_of(other), "PKCS#7: no SignedData in DER, or nobody signed");
  Node unsigned_data = tree("p256-sha256");
  signed_data(unsigned_data).inside.back().inside.clear();
  EXPECT_EQ(verdict_of(unsigned_data), "PKCS#7: no SignedData in DER, or nobody signed");
  Node many = tree("p256-sha256");
  signed_data(many).inside.back().inside.assign(9, signer(many));
  EXPECT_EQ(verdict_of(many), "PKCS#7: more than 8 signers or certificates");
  EXPECT_EQ(verdict({Bytes(efi::kMostPkcs7 + 1), kContent, 7}), "PKCS#7: longer than 16 KiB");
  EXPECT_EQ(verdict({{}, kContent, 7}), "PKCS#7: no SignedData in DER, or nobody signed");
}

TEST_F(EfiAuthenticateVectors, a_version_is_what_its_signers_make_it) {
  Node three = tree("p256-sha256");
  signed_data(three).inside[0].value[0] = std::byte{3};
  EXPECT_EQ(verdict_of(three), "PKCS#7: no SignedData in DER, or nobody signed");
  Node by_key = tree("key-id");
  EXPECT_EQ(signed_data(by_key).inside[0].value[0], std::byte{3});
  signer(by_key).inside[0].value[0] = std::byte{1};
  signed_data(by_key).inside[0].value[0] = std::byte{1};
  EXPECT_EQ(verdict_of(by_key), "PKCS#7: no SignedData in DER, or nobody signed");
}

TEST_F(EfiAuthenticateVectors, digests_have_to_agree) {
  Node announced = tree("p256-sha256");
  signed_data(announced).at({1, 0, 0}).value.back() = std::byte{2};
  EXPECT_EQ(verdict_of(announced), "digest: not one of digestAlgorithms");
  Node signature = tree("p256-sha256");
  signer(signature).at({4, 0}).value.back() = std::byte{3};
  EXPECT_EQ(verdict_of(signature), "digest: not its signature's");
  Node parameters = tree("p256-sha256");
  signer(parameters).at({2}).inside.push_back({0x04});
  EXPECT_EQ(verdict_of(parameters), "digest: not known");
}

// SignerInfo: version, issuer and serial, digest, attributes, algorithm, signature
constexpr size_t kAttributes = 3;

TEST_F(EfiAuthenticateVectors, signed_attributes_are_checked) {
  const auto changed = [&](auto&& change) {
    Node pkcs7 = tree("p256-sha256");
    change(signer(pkcs7).inside[kAttributes]);
    return verdict_of(pkcs7);
  };
  // contentType, signingTime, messageDigest
  EXPECT_EQ(changed([](Node& all) { all.at({0, 1, 0}).value.back() = std::byte{2}; }),
            "contentType: not data, or not there once");
  EXPECT_EQ(changed([](Node& all) { all.inside.erase(all.inside.begin()); }),
            "contentType: not data, or not there once");
  EXPECT_EQ(changed([](Node& all) { all.inside.push_back(all.inside[0]); }),
            "contentType: not data, or not there once");
  EXPECT_EQ(changed([](Node& all) { all.inside.pop_back(); }), "messageDigest: not there once");
  EXPECT_EQ(changed([](Node& all) { all.inside.push_back(all.inside[2]); }), "messageDigest: not there once");
  EXPECT_EQ(changed([](Node& all) { all.at({2, 1}).inside.push_back(all.at({2, 1, 0})); }),
            "messageDigest: not there once");
  EXPECT_EQ(changed([](Node& all) { all.at({2, 1, 0}).value.pop_back(); }),
            "digest: the image is not the one that was signed");
  EXPECT_EQ(changed([](Node& all) { all.at({1}).inside.pop_back(); }), "PKCS#7: malformed signed attributes");
  EXPECT_EQ(changed([](Node& all) { all.inside.clear(); }), "contentType: not data, or not there once");
  // The time is nothing that anybody looks at, but it is signed.
  EXPECT_EQ(changed([](Node& all) { all.at({1, 1, 0}).value[0] ^= std::byte{1}; }),
            "signature: not made by its key over this");
}

TEST_F(EfiAuthenticateVectors, a_signature_over_attributes_is_none_over_an_image_that_consists_of_them) {
  Node pkcs7 = tree("p256-sha256");
  Node attributes = signer(pkcs7).inside[kAttributes];
  signer(pkcs7).inside.erase(signer(pkcs7).inside.begin() + kAttributes);
  attributes.tag = 0x31;
  Bytes image = attributes.bytes();
  uint64_t count = 0;
  std::memcpy(&count, image.data() + image.size() - sizeof count, sizeof count);
  image.erase(image.end() - sizeof count, image.end());
  EXPECT_EQ(verdict({pkcs7.bytes(), image, count}), "PKCS#7: signs attributes and no image");
}

TEST_F(EfiAuthenticateVectors, an_algorithm_that_is_not_the_keys_is_refused) {
  Node pkcs7 = tree("p256-sha256");
  signer(pkcs7).at({4, 0}).value = parse(vector("rsa4096").pkcs7).at({1, 0, 4, 0, 4, 0}).value;
  EXPECT_EQ(verdict_of(pkcs7), "signature: not of its key's algorithm");
}

TEST_F(EfiAuthenticateVectors, what_was_signed_comes_in_any_pieces) {
  const SignedItem item = vector("p384-sha512");
  const efi::Keys trusted = keys.keys();
  efi::Authenticator authenticator(crypto, trusted);
  ASSERT_TRUE(authenticator.begin(item.pkcs7, kType, 1));
  for (const std::byte& byte : item.bytes) authenticator.update({&byte, 1});
  authenticator.update({});
  const auto key = authenticator.finish(7);
  ASSERT_TRUE(key);
  EXPECT_EQ((*key)->name, "p384");
  EXPECT_EQ(authenticator.algorithm(), efi::Digest::Sha512);
  crypto.start(efi::Digest::Sha512);
  crypto.update(item.bytes);
  crypto.update(capsule_build::bytes({7, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(efi::same(authenticator.content().view(), crypto.finish().view()));
}

TEST_F(EfiAuthenticateVectors, nothing_is_finished_that_was_not_begun) {
  const efi::Keys trusted = keys.keys();
  efi::Authenticator authenticator(crypto, trusted);
  crypto.start(efi::Digest::Sha256);
  EXPECT_FALSE(authenticator.finish(7));
  const SignedItem item = vector("p256-sha256");
  ASSERT_TRUE(authenticator.begin(item.pkcs7, kType, 1));
  authenticator.update(item.bytes);
  ASSERT_TRUE(authenticator.finish(7));
  authenticator.update(item.bytes);
  EXPECT_FALSE(authenticator.finish(7));
  ASSERT_TRUE(authenticator.begin(item.pkcs7, kType, 1));
  ASSERT_FALSE(authenticator.begin({}, kType, 1));
  authenticator.update(item.bytes);
  EXPECT_FALSE(authenticator.finish(7));
}

TEST_F(EfiAuthenticateVectors, certificates_of_one_name_do_not_keep_it_busy) {
  Node pkcs7 = tree("chain");
  Node& certificates = signed_data(pkcs7).inside[kCertificates];
  // The one in the middle names itself as its issuer's issuer, eight times over.
  Node middle = certificates.inside[0].at({0, 5}).contents() == certificates.inside[1].at({0, 3}).contents()
                    ? certificates.inside[0]
                    : certificates.inside[1];
  for (Node& certificate : certificates.inside)
    if (certificate.bytes() == middle.bytes()) certificate.at({0, 3}) = middle.at({0, 5});
  middle.at({0, 3}) = middle.at({0, 5});
  while (certificates.inside.size() < 8) certificates.inside.push_back(middle);
  EXPECT_EQ(verdict_of(pkcs7), "certificate: too many ways to a trusted one");
}

size_t offset(const Bytes& of, const Bytes& in) {
  return size_t(std::find_end(in.begin(), in.end(), of.begin(), of.end()) - in.begin());
}

// Every byte of the PKCS#7 and of what is signed, changed in several ways: where that changes nothing, the byte is one
// of those that authenticate.hh names.
void every_byte_counts(efi::Crypto& crypto, const efi::Keys& keys, const SignedItem& item, const Bytes& free,
                       size_t also_free, std::initializer_list<unsigned> changes) {
  const size_t first = offset(free, item.pkcs7), last = first + free.size();
  ASSERT_LE(last, item.pkcs7.size());
  ASSERT_EQ(verdict(crypto, keys, item).substr(0, 3), "ok ");
  for (size_t i = 0; i < item.pkcs7.size(); ++i) {
    for (const unsigned change : changes) {
      SignedItem changed = item;
      changed.pkcs7[i] ^= std::byte(change);
      const std::string verdict = authenticate_corpus::verdict(crypto, keys, changed);
      if (verdict.starts_with("ok "))
        EXPECT_TRUE((i >= first && i < last) || i == also_free) << i << ' ' << change << ' ' << verdict;
    }
  }
}

TEST_F(EfiAuthenticate, every_byte_counts_but_those_of_a_certificate_that_is_here_and_the_name_of_the_algorithm) {
  const SignedItem item = signed_item("tests/capsules/good/d12-rsa2048.cap");
  Node pkcs7 = parse(item.pkcs7);
  // SEQUENCE, length, OBJECT IDENTIFIER, length, nine bytes: rsaEncryption is one byte from sha256WithRSAEncryption.
  const size_t name = offset(pkcs7.at({1, 0, 4, 0, 4}).bytes(), item.pkcs7) + 12;
  every_byte_counts(crypto, keys.keys(), item, pkcs7.at({1, 0, 3, 0}).contents(), name, {0x01, 0x0a, 0x80, 0xff});
  for (size_t i = 0; i < item.bytes.size(); ++i) {
    SignedItem changed = item;
    changed.bytes[i] ^= std::byte(1 << i % 8);
    EXPECT_FALSE(verdict(changed).starts_with("ok ")) << i;
  }
  for (int bit = 0; bit < 64; ++bit) {
    SignedItem changed = item;
    changed.count ^= uint64_t{1} << bit;
    EXPECT_FALSE(verdict(changed).starts_with("ok ")) << bit;
  }
}

TEST_F(EfiAuthenticate, every_byte_counts_of_a_certificate_that_came_along_and_is_needed) {
  const SignedItem item = signed_item("tests/capsules/good/edk2-leaf-chain.cap");
  Node pkcs7 = parse(item.pkcs7);
  Node& certificates = pkcs7.at({1, 0, 3});
  ASSERT_EQ(certificates.inside.size(), 2u);
  const Bytes root = contents("tests/capsules/keys/root.der");
  const Node& not_needed = certificates.inside[certificates.inside[0].bytes() == root ? 0 : 1];
  ASSERT_EQ(not_needed.bytes(), root);
  const size_t name = offset(pkcs7.at({1, 0, 4, 0, 4}).bytes(), item.pkcs7) + 12;
  every_byte_counts(crypto, keys.keys(), item, not_needed.contents(), name, {0x01});
}

TEST_F(EfiAuthenticateVectors, every_byte_of_an_ecdsa_signature_counts) {
  const SignedItem item = vector("p256-sha256");
  Node pkcs7 = tree("p256-sha256");
  const size_t size = signer(pkcs7).inside.back().bytes().size();
  for (size_t i = item.pkcs7.size() - size; i < item.pkcs7.size(); ++i) {
    SignedItem changed = item;
    changed.pkcs7[i] ^= std::byte{1};
    EXPECT_FALSE(verdict(changed).starts_with("ok ")) << i;
  }
}

}  // namespace
