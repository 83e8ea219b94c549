// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/capsule.hh"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/unit/efi_capsule_build.hh"

namespace fake {
namespace {

using capsule_build::append;

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Bytes file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "%s: missing; tests run in the root of the tree\n", path.c_str());
    std::abort();
  }
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  Bytes bytes(all.size());
  for (size_t i = 0; i < all.size(); ++i) bytes[i] = std::byte(all[i]);
  return bytes;
}

Result<void> SigningCrypto::verify(const efi::PublicKey&, efi::Digest, std::span<const std::byte> digest,
                                   std::span<const std::byte>) {
  if (!signed_.contains(text(digest))) return failure(Error::Denied);
  return {};
}

Bytes SigningCrypto::sign(const Bytes& content, uint64_t monotonic_count) {
  Bytes count;
  append(count, le64(monotonic_count));
  real_.start(efi::Digest::Sha256);
  real_.update(content);
  real_.update(count);
  signed_.insert(text(real_.finish().view()));
  // The PKCS#7 of a capsule that openssl signed without attributes. 28 + 8 + 8 + 48 bytes of headers, then the count.
  const Bytes capsule = file("tests/capsules/derived/openssl-noattr.cap");
  constexpr size_t kAuthentication = 28 + 16 + 48;
  size_t length = 0;
  for (size_t i = 0; i < 4; ++i) length |= size_t(capsule.at(kAuthentication + 8 + i)) << 8 * i;
  return {capsule.begin() + kAuthentication + 32, capsule.begin() + kAuthentication + 8 + length};
}

Bytes build_capsule(SigningCrypto& crypto, const std::vector<CapsuleItem>& items, uint32_t flags) {
  using Header = efi::format::ImageHeader;
  capsule_build::CapsuleOf capsule{.flags = flags, .items = {}};
  for (const CapsuleItem& item : items) {
    Bytes content = item.dependency;
    if (item.version)
      append(content, efi::format::PayloadHeader{efi::format::PayloadHeader::kSignature, 16, *item.version,
                                                 item.lowest_supported_version});
    append(content, item.image);
    capsule_build::ItemOf one{.type = item.type, .index = item.index, .hardware_instance = item.hardware_instance};
    one.support = (item.is_signed ? uint64_t{Header::kAuthentication} : 0) |
                  (item.dependency.empty() ? 0 : uint64_t{Header::kDependency});
    one.authentication.monotonic_count = item.monotonic_count;
    if (item.is_signed) one.pkcs7 = crypto.sign(content, item.monotonic_count);
    one.image = std::move(content);
    capsule.items.push_back(std::move(one));
  }
  return capsule.build();
}

}  // namespace fake
