// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/recipe.hh"

#include <algorithm>
#include <array>

#include "efi/authenticate.hh"
#include "efi/capsule.hh"
#include "tools/capsule/openssl_crypto.hh"

namespace capsule {
namespace {

// UEFI 2.10, 23.3 and 8.5.3.
constexpr uint32_t kFmpHeader = 8, kOffset = 8, kImageHeader = 48, kAuthentication = 32;
constexpr uint64_t kSupportsAuthentication = 1, kSupportsDependency = 2;
constexpr uint16_t kCertificateRevision = 0x0200, kCertificateTypeGuid = 0x0ef1;
constexpr size_t kMostItems = 0xffff;

// One for the program: it does one thing at a time. As small as it can be without being slower.
std::array<std::byte, 64 * 1024> buffer;  // NOLINT: zeros until used

uint64_t size_of(const std::vector<Piece>& pieces) {
  uint64_t size = 0;
  for (const Piece& piece : pieces) size += piece.size;
  return size;
}

uint64_t authentication_size(const RecipeItem& item) { return item.seal ? kAuthentication + item.seal->size() : 0; }

Bytes image_header(const RecipeItem& item) {
  Bytes bytes;
  append(bytes, uint32_t{3});
  append(bytes, item.type);
  bytes.push_back(std::byte(item.index));
  bytes.resize(bytes.size() + 3);
  append(bytes, uint32_t(authentication_size(item) + size_of(item.content)));
  append(bytes, uint32_t(size_of(item.vendor_code)));
  append(bytes, item.hardware_instance);
  append(bytes, (item.seal ? kSupportsAuthentication : 0) | (item.has_dependency ? kSupportsDependency : 0));
  return bytes;
}

Bytes authentication(const RecipeItem& item, View pkcs7) {
  Bytes bytes;
  append(bytes, item.monotonic_count);
  append(bytes, uint32_t(kAuthentication - 8 + pkcs7.size()));
  append(bytes, kCertificateRevision);
  append(bytes, kCertificateTypeGuid);
  append(bytes, efi::kCertTypePkcs7);
  append(bytes, pkcs7);
  return bytes;
}

/// Before anything is written: do the sizes fit into their 32 bits?
Outcome<uint64_t> total_size(const Recipe& recipe) {
  if (recipe.items.empty() || recipe.items.size() > kMostItems)
    return failed("a capsule has 1 to {} payloads, not {}", kMostItems, recipe.items.size());
  uint64_t size = recipe.header_size + kFmpHeader + recipe.items.size() * kOffset;
  for (const RecipeItem& item : recipe.items) {
    const uint64_t before = size + kImageHeader + authentication_size(item);
    size = before + size_of(item.content) + size_of(item.vendor_code);
    if (size > UINT32_MAX)
      return failed("{}: {} bytes do not fit: the sizes of a capsule have 32 bits, and {} of these are taken already",
                    item.name, size_of(item.content), before);
    if (item.seal && item.seal->size() > efi::kMostPkcs7)
      return failed(
          "{}: the signature with its certificates has {} bytes, and firmware takes {}; leave certificates out",
          item.name, item.seal->size(), efi::kMostPkcs7);
  }
  return size;
}

Outcome<Bytes> write_item(RecipeItem& item, uint64_t at, OutputFile& output) {
  const Bytes header = image_header(item);
  CHECK(output.write(at, header));
  const uint64_t seal_at = at + header.size();
  uint64_t to = seal_at + authentication_size(item);
  OpensslCrypto crypto;
  if (item.seal) crypto.start(item.seal->digest());
  const auto write = [&](View bytes) {
    to += bytes.size();
    return output.write(to - bytes.size(), bytes);
  };
  const auto hash_and_write = [&](View bytes) {
    if (item.seal) crypto.update(bytes);
    return write(bytes);
  };
  CHECK(for_each_view(item.content, hash_and_write));
  CHECK(for_each_view(item.vendor_code, write));
  if (!item.seal) return Bytes{};
  Bytes count;
  append(count, item.monotonic_count);
  crypto.update(count);
  Bytes pkcs7 = TRY_MOVE(item.seal->make(crypto.finish().view()));
  if (pkcs7.size() != item.seal->size())
    return failed("{}: the signature has another size than was expected", item.name);
  CHECK(output.write(seal_at, authentication(item, pkcs7)));
  return pkcs7;
}

Outcome<void> check_written(const Recipe& recipe, const OutputFile& output) {
  InputFile file = TRY_MOVE(InputFile::open(output.temporary()));
  const auto capsule = efi::Capsule::open(file);
  if (!capsule) return failed("{}: what was written is no good capsule: {}", output.path(), say(capsule.error()));
  if (capsule->items() != recipe.items.size())
    return failed("{}: what was written has {} payloads", output.path(), capsule->items());
  return {};
}

}  // namespace

KeySeal::KeySeal(const Identity& identity, const SignatureForm& form) : identity_(identity), form_(form) {
  const Bytes digest(digest_size(form.digest), std::byte{}), signature(signature_size(identity), std::byte{});
  size_ = signed_data(identity, form, digest, signature).size();
}

Outcome<void> for_each_view(std::vector<Piece>& pieces, const std::function<Outcome<void>(View)>& take) {
  for (Piece& piece : pieces) {
    if (!piece.file) {
      CHECK(take(piece.bytes));
      continue;
    }
    for (uint64_t done = 0; done < piece.size;) {
      const auto part = std::span(buffer).first(size_t(std::min<uint64_t>(buffer.size(), piece.size - done)));
      if (const auto read = piece.file->read(piece.offset + done, part); !read) {
        CHECK(piece.file->unchanged());
        return failed("{}: could not be read at byte {}: {}", piece.file->path(), piece.offset + done, read.error());
      }
      CHECK(take(part));
      done += part.size();
    }
    CHECK(piece.file->unchanged());
  }
  return {};
}

Outcome<efi::DigestValue> content_digest(RecipeItem& item, efi::Digest digest) {
  OpensslCrypto crypto;
  crypto.start(digest);
  const auto hash = [&](View bytes) -> Outcome<void> {
    crypto.update(bytes);
    return {};
  };
  CHECK(for_each_view(item.content, hash));
  Bytes count;
  append(count, item.monotonic_count);
  crypto.update(count);
  return crypto.finish();
}

Outcome<std::vector<Bytes>> write_capsule(Recipe& recipe, OutputFile& output) {
  const uint64_t size = TRY(total_size(recipe));
  Bytes front;
  append(front, efi::kFirmwareManagementCapsule);
  append(front, recipe.header_size);
  append(front, recipe.flags);
  append(front, uint32_t(size));
  front.resize(recipe.header_size);
  append(front, uint32_t{1});
  append(front, uint16_t{0});
  append(front, uint16_t(recipe.items.size()));
  uint64_t offset = kFmpHeader + recipe.items.size() * kOffset;
  std::vector<Bytes> signatures;
  for (RecipeItem& item : recipe.items) {
    append(front, offset);
    signatures.push_back(TRY_MOVE(write_item(item, recipe.header_size + offset, output)));
    offset += kImageHeader + authentication_size(item) + size_of(item.content) + size_of(item.vendor_code);
  }
  CHECK(output.write(0, front));
  CHECK(check_written(recipe, output));
  return signatures;
}

}  // namespace capsule
