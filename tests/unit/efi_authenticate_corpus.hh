// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/efi_authenticate_corpus.hh - files that tests read, and what stands in a capsule to be authenticated.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>

#include "efi/authenticate.hh"
#include "tests/unit/efi_capsule_build.hh"

namespace authenticate_corpus {

using capsule_build::Bytes;

/// From the root of the tree, where tests run.
inline Bytes contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return capsule_build::text({std::istreambuf_iterator<char>(file), {}});
}

inline constexpr Guid kType = "09d7cf52-0720-4710-91d1-08469b7fe9c8"_guid;
inline constexpr efi::KeyUse kAnyUse[] = {{kType, 0}};

/// Certificates that are trusted, as a board would have them.
class TrustedKeys {
 public:
  TrustedKeys() = default;
  TrustedKeys(const std::string& folder, std::initializer_list<std::string> names) {
    for (const auto& name : names) add(name, contents(folder + "/" + name + ".der"));
  }
  void add(const std::string& name, const Bytes& certificate, std::span<const efi::KeyUse> uses = kAnyUse) {
    held_.push_back({name, certificate, {uses.begin(), uses.end()}});
    keys_.clear();
    for (const Held& held : held_) keys_.push_back({held.name, held.certificate, held.uses});
  }
  void revoke(const efi::DigestValue& digest) {
    efi::RevokedCertificate revoked;
    std::memcpy(revoked.sha256, digest.bytes.data(), sizeof revoked.sha256);
    revoked_.push_back(revoked);
  }
  efi::Keys keys() const { return {keys_, revoked_}; }

 private:
  struct Held {
    std::string name;
    Bytes certificate;
    std::vector<efi::KeyUse> uses;
  };
  std::list<Held> held_;
  std::vector<efi::TrustedKey> keys_;
  std::vector<efi::RevokedCertificate> revoked_;
};

/// One item of a capsule.
struct SignedItem {
  Bytes pkcs7, bytes;
  uint64_t count = 0;
};
inline SignedItem signed_item(const Bytes& capsule, const efi::Item& item) {
  const auto part = [&](const efi::Extent& extent) {
    const auto from = capsule.begin() + ptrdiff_t(extent.offset);
    return Bytes(from, from + ptrdiff_t(extent.size));
  };
  return {part(item.authentication->pkcs7), part(item.signed_bytes), item.authentication->monotonic_count};
}
inline SignedItem signed_item(const std::filesystem::path& path) {
  const Bytes capsule = contents(path);
  MemoryReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  EXPECT_TRUE(opened) << path;
  const auto item = opened->item(0);
  EXPECT_TRUE(item && item->authentication) << path;
  return signed_item(capsule, *item);
}

/// "ok NAME", or "check: why".
inline std::string verdict(efi::Crypto& crypto, const efi::Keys& keys, const SignedItem& item, const Guid& type = kType,
                           uint8_t index = 1) {
  const auto refused = [](const efi::Refusal& refusal) {
    EXPECT_EQ(refusal.status(), efi::Status::AuthError);
    return std::string(refusal.check()) + ": " + std::string(refusal.why());
  };
  efi::Authenticator authenticator(crypto, keys);
  if (const auto begun = authenticator.begin(item.pkcs7, type, index); !begun) return refused(begun.error());
  authenticator.update(item.bytes);
  const auto finished = authenticator.finish(item.count);
  return finished ? "ok " + std::string((*finished)->name) : refused(finished.error());
}

}  // namespace authenticate_corpus
