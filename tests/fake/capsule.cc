// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/capsule.hh"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace fake {
namespace {

void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

void append(Bytes& to, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) to.push_back(std::byte(value >> 8 * i));
}

void append(Bytes& to, const Guid& guid) {
  for (const uint8_t byte : guid.bytes) to.push_back(std::byte(byte));
}

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
  append(count, monotonic_count, 8);
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
  Bytes body;
  std::vector<size_t> offsets;
  for (const CapsuleItem& item : items) {
    Bytes content = item.dependency;
    if (item.version) {
      append(content, 0x3153'534d, 4);  // 'MSS1'
      append(content, 16, 4);
      append(content, *item.version, 4);
      append(content, item.lowest_supported_version, 4);
    }
    append(content, item.image);
    Bytes payload;
    if (item.is_signed) {
      const Bytes pkcs7 = crypto.sign(content, item.monotonic_count);
      append(payload, item.monotonic_count, 8);
      append(payload, 24 + pkcs7.size(), 4);
      append(payload, 0x0200, 2);
      append(payload, 0x0ef1, 2);
      append(payload, "4aafd29d-68df-49ee-8aa9-347d375665a7"_guid);
      append(payload, pkcs7);
    }
    append(payload, content);
    offsets.push_back(body.size());
    append(body, 3, 4);
    append(body, item.type);
    append(body, item.index, 4);
    append(body, payload.size(), 4);
    append(body, 0, 4);
    append(body, item.hardware_instance, 8);
    append(body, (item.is_signed ? 1 : 0) | (item.dependency.empty() ? 0 : 2), 8);
    append(body, payload);
  }
  const size_t lead = 8 + 8 * items.size();
  Bytes capsule;
  append(capsule, "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"_guid);
  append(capsule, 28, 4);
  append(capsule, flags, 4);
  append(capsule, 28 + lead + body.size(), 4);
  append(capsule, 1, 4);
  append(capsule, uint64_t{items.size()} << 16, 4);
  for (const size_t offset : offsets) append(capsule, lead + offset, 8);
  append(capsule, body);
  return capsule;
}

}  // namespace fake
