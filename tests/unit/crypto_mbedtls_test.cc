// SPDX-License-Identifier: BSD-2-Clause
#include "crypto/mbedtls.hh"

#include <gtest/gtest.h>

#include "efi/certificate.hh"
#include "tests/unit/der_tree.hh"
#include "tests/unit/efi_authenticate_corpus.hh"

namespace {

using authenticate_corpus::contents;
using capsule_build::Bytes, capsule_build::text;
using efi::Digest;

std::string hex(std::span<const std::byte> bytes) {
  std::string all;
  for (const std::byte byte : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", unsigned(byte));
    all += two;
  }
  return all;
}

std::string digest(Digest kind, const Bytes& bytes) {
  crypto::MbedTls crypto;
  crypto.start(kind);
  crypto.update(bytes);
  return hex(crypto.finish().view());
}

// The examples of FIPS 180-2, appendices B to D.
TEST(CryptoMbedtls, digests_are_those_of_the_standards_examples) {
  EXPECT_EQ(digest(Digest::Sha256, text("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest(Digest::Sha384, text("abc")),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(digest(Digest::Sha512, text("abc")),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(digest(Digest::Sha256, {}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest(Digest::Sha256, Bytes(1'000'000, std::byte{'a'})),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(digest(Digest::Sha384, Bytes(1'000'000, std::byte{'a'})),
            "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985");
}

TEST(CryptoMbedtls, bytes_come_in_any_pieces) {
  Bytes bytes;
  for (unsigned i = 0; i < 1000; ++i) bytes.push_back(std::byte(i * 7));
  for (const Digest kind : {Digest::Sha256, Digest::Sha384, Digest::Sha512}) {
    const std::string whole = digest(kind, bytes);
    for (const size_t piece : {1, 63, 64, 65, 127, 128, 129, 999}) {
      crypto::MbedTls crypto;
      crypto.start(kind);
      for (size_t at = 0; at < bytes.size(); at += piece)
        crypto.update(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
      EXPECT_EQ(hex(crypto.finish().view()), whole) << piece;
    }
  }
}

TEST(CryptoMbedtls, another_digest_that_is_begun_ends_the_first) {
  crypto::MbedTls crypto;
  crypto.start(Digest::Sha512);
  crypto.update(text("something"));
  crypto.start(Digest::Sha256);
  crypto.update(text("abc"));
  EXPECT_EQ(hex(crypto.finish().view()), digest(Digest::Sha256, text("abc")));
}

// A certificate that is signed by its own key: message, signature and key in one.
struct SelfSigned {
  explicit SelfSigned(const std::string& path) : der(contents(path)) {
    EXPECT_TRUE(certificate.read(der)) << path;
    crypto.start(efi::digest(certificate.algorithm));
    crypto.update(certificate[efi::Certificate::ToBeSigned]);
    value = crypto.finish();
    const efi::Bytes bytes = certificate[efi::Certificate::Signature];
    signature.assign(bytes.begin(), bytes.end());
  }
  Error verify() {
    const auto result = crypto.verify(certificate.key, efi::digest(certificate.algorithm), value.view(), signature);
    return result ? Error{} : result.error();
  }

  Bytes der, signature;
  efi::Certificate certificate;
  efi::DigestValue value;
  crypto::MbedTls crypto;
};

const std::string kKeys = "tests/capsules/keys/", kData = "tests/unit/data/authenticate/";

TEST(CryptoMbedtls, signatures_of_each_kind_of_key_are_verified) {
  for (const auto& path : {kKeys + "rsa2048.der", kKeys + "rsa3072.der", kKeys + "rsa4096.der", kKeys + "p256.der",
                           kKeys + "p384.der", kData + "p384.der", kData + "rsa4096.der"}) {
    SelfSigned all(path);
    EXPECT_EQ(all.verify(), kNone) << path;
    EXPECT_EQ(all.verify(), kNone) << "the second time: " << path;
    all.value.bytes[0] ^= std::byte{1};
    EXPECT_EQ(all.verify(), Error::Denied) << path;
    all.value.bytes[0] ^= std::byte{1};
    all.signature.back() ^= std::byte{1};
    EXPECT_EQ(all.verify(), Error::Denied) << path;
    all.signature.pop_back();
    EXPECT_EQ(all.verify(), Error::Denied) << path;
    all.signature.clear();
    EXPECT_EQ(all.verify(), Error::Denied) << path;
  }
}

TEST(CryptoMbedtls, a_signature_is_smaller_than_its_modulus) {
  SelfSigned all(kKeys + "rsa2048.der");
  const auto modulus = all.certificate.key.modulus;
  all.signature.assign(modulus.begin(), modulus.end());
  EXPECT_EQ(all.verify(), Error::Denied);
  all.signature.assign(modulus.size(), std::byte{0xff});
  EXPECT_EQ(all.verify(), Error::Denied);
  all.signature.assign(modulus.size(), std::byte{0});
  EXPECT_EQ(all.verify(), Error::Denied);
}

TEST(CryptoMbedtls, rsa_keys_of_other_sizes_are_not_used) {
  SelfSigned all(kData + "rsa1024.der");
  EXPECT_EQ(all.verify(), Error::InvalidParameters);
  SelfSigned good(kKeys + "rsa2048.der");
  auto& key = good.certificate.key;
  const auto modulus = key.modulus, exponent = key.exponent;
  key.modulus = modulus.first(255);
  EXPECT_EQ(good.verify(), Error::InvalidParameters);
  const Bytes large(513, std::byte{0xff});
  key.modulus = large;
  EXPECT_EQ(good.verify(), Error::InvalidParameters);
  Bytes even(modulus.begin(), modulus.end());
  even.back() &= std::byte{0xfe};
  key.modulus = even;
  EXPECT_EQ(good.verify(), Error::InvalidParameters);
  key.modulus = modulus;
  for (const Bytes& wrong :
       {Bytes{}, capsule_build::bytes({1}), capsule_build::bytes({2}), Bytes(9, std::byte{0xff})}) {
    key.exponent = wrong;
    EXPECT_EQ(good.verify(), Error::InvalidParameters) << hex(wrong);
  }
  key.exponent = exponent;
  EXPECT_EQ(good.verify(), kNone);
}

TEST(CryptoMbedtls, the_digest_says_in_the_signature_what_it_is) {
  SelfSigned all(kKeys + "rsa2048.der");
  efi::DigestValue longer = all.value;
  longer.size = 48;
  EXPECT_EQ(error_of(all.crypto.verify(all.certificate.key, Digest::Sha384, longer.view(), all.signature)),
            Error::Denied);
  EXPECT_EQ(error_of(all.crypto.verify(all.certificate.key, Digest::Sha384, all.value.view(), all.signature)),
            Error::InvalidParameters);
}

TEST(CryptoMbedtls, a_point_that_is_not_on_its_curve_is_no_key) {
  SelfSigned all(kKeys + "p256.der");
  auto& key = all.certificate.key;
  Bytes point(key.point.begin(), key.point.end());
  point.back() ^= std::byte{1};
  key.point = point;
  EXPECT_EQ(all.verify(), Error::InvalidParameters);
  point.back() ^= std::byte{1};
  point[0] = std::byte{2};
  EXPECT_EQ(all.verify(), Error::InvalidParameters);
  key.point = std::span(point).first(64);
  EXPECT_EQ(all.verify(), Error::InvalidParameters);
  const Bytes zeros = [] {
    Bytes bytes(65);
    bytes[0] = std::byte{4};
    return bytes;
  }();
  key.point = zeros;
  EXPECT_EQ(all.verify(), Error::InvalidParameters);
}

TEST(CryptoMbedtls, an_ecdsa_signature_is_two_numbers_in_strict_der) {
  SelfSigned all(kKeys + "p256.der");
  const auto good = der_tree::parse(all.signature);
  const auto verify = [&](auto&& change) {
    auto pair = good;
    change(pair);
    all.signature = pair.bytes();
    return all.verify();
  };
  using der_tree::Node;
  EXPECT_EQ(verify([](Node&) {}), kNone);
  EXPECT_EQ(verify([](Node& pair) { pair.inside.pop_back(); }), Error::Denied);
  EXPECT_EQ(verify([](Node& pair) { pair.inside.push_back(pair.inside[0]); }), Error::Denied);
  EXPECT_EQ(verify([](Node& pair) { pair.inside[0].value = capsule_build::bytes({0}); }), Error::Denied);
  EXPECT_EQ(verify([](Node& pair) { pair.inside[1].value = capsule_build::bytes({0}); }), Error::Denied);
  EXPECT_EQ(verify([](Node& pair) { pair.inside[0].value.insert(pair.inside[0].value.begin(), 2, std::byte{0}); }),
            Error::Denied);
  EXPECT_EQ(verify([](Node& pair) { pair.inside[0].value.insert(pair.inside[0].value.begin(), 40, std::byte{1}); }),
            Error::Denied);
  // The order of P-256's base point, which is as good as zero.
  EXPECT_EQ(verify([](Node& pair) {
              pair.inside[0].value = capsule_build::bytes(
                  {0x00, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                   0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51});
            }),
            Error::Denied);
}

}  // namespace
