// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/recipe.hh - a capsule that is to be written, and the one way to write it. Payloads go through a small
// buffer once: read, hashed, written. What stands before them is filled in at the end.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "tools/capsule/bytes.hh"
#include "tools/capsule/file.hh"
#include "tools/capsule/signed_data.hh"

namespace capsule {

/// Bytes of ours, or of a file, which outlives the recipe.
struct Piece {
  Piece(Bytes all) : bytes(std::move(all)), size(bytes.size()) {}
  Piece(InputFile& from, uint64_t at, uint64_t count) : file(&from), offset(at), size(count) {}

  Bytes bytes;
  InputFile* file = nullptr;
  uint64_t offset = 0, size = 0;
};

/// Where the PKCS#7 of an item comes from. Its size is known before the content.
class Seal {
 public:
  Seal() = default;
  Seal(const Seal&) = delete;
  Seal& operator=(const Seal&) = delete;
  virtual ~Seal() = default;
  virtual size_t size() const = 0;
  virtual efi::Digest digest() const = 0;
  virtual Outcome<Bytes> make(View content_digest) = 0;
};

/// By a private key that we have. `identity` outlives it.
class KeySeal final : public Seal {
 public:
  KeySeal(const Identity& identity, const SignatureForm& form);
  size_t size() const override { return size_; }
  efi::Digest digest() const override { return form_.digest; }
  Outcome<Bytes> make(View content_digest) override { return sign(identity_, form_, content_digest); }

 private:
  const Identity& identity_;
  SignatureForm form_;
  size_t size_;
};

/// One that was made elsewhere, and checked.
class MadeSeal final : public Seal {
 public:
  explicit MadeSeal(Bytes pkcs7) : pkcs7_(std::move(pkcs7)) {}
  size_t size() const override { return pkcs7_.size(); }
  efi::Digest digest() const override { return efi::Digest::Sha256; }
  Outcome<Bytes> make(View /*content_digest*/) override { return pkcs7_; }

 private:
  Bytes pkcs7_;
};

struct RecipeItem {
  std::string name;  // for people: the payload's file
  Guid type;
  uint8_t index = 1;
  uint64_t hardware_instance = 0;
  std::vector<Piece> content;  // dependency expression, payload header, payload: what a signature covers
  bool has_dependency = false;
  std::vector<Piece> vendor_code;
  uint64_t monotonic_count = 0;
  std::unique_ptr<Seal> seal;  // nullptr: not signed
};

struct Recipe {
  uint32_t header_size = 28;
  uint32_t flags = 0;
  std::vector<RecipeItem> items;
};

/// Writes all of it to `output`, and reads it back through efi::Capsule. Returns the PKCS#7 of each item, empty for one
/// that is not signed. Commits nothing.
Outcome<std::vector<Bytes>> write_capsule(Recipe& recipe, OutputFile& output);

/// Calls `take(View)`, which returns an Outcome<void>, for all bytes of `pieces` in order; files have to stay as they
/// are.
Outcome<void> for_each_view(std::vector<Piece>& pieces, const std::function<Outcome<void>(View)>& take);

/// The digest of the content and the count, which is what a signature is about.
Outcome<efi::DigestValue> content_digest(RecipeItem& item, efi::Digest digest);

}  // namespace capsule
