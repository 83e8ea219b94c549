// SPDX-License-Identifier: BSD-2-Clause
// `capsule verify`: by the same sources as the firmware.
#include <array>
#include <cstdio>

#include "efi/authenticate.hh"
#include "efi/capsule.hh"
#include "tools/capsule/commands.hh"
#include "tools/capsule/file.hh"
#include "tools/capsule/identity.hh"
#include "tools/capsule/openssl_crypto.hh"
#include "tools/capsule/words.hh"

namespace capsule {
namespace {

struct Anchor {
  TrustWords words;
  Bytes der;
  std::string subject;
};

Outcome<std::vector<Anchor>> anchors(const std::vector<std::string>& trusted) {
  std::vector<Anchor> all;
  for (const std::string& each : trusted) {
    const TrustWords words = TRY(trust_words("--trust", each));
    for (const ssl::Certificate& one : TRY_MOVE(load_certificates(words.file)))
      all.push_back({words, der_of(one.get()), subject_of(one.get())});
  }
  return all;
}

Outcome<std::vector<efi::RevokedCertificate>> revocations(const std::vector<std::string>& revoked) {
  std::vector<efi::RevokedCertificate> all;
  OpensslCrypto crypto;
  for (const std::string& each : revoked)
    for (const ssl::Certificate& one : TRY_MOVE(load_certificates(each))) {
      crypto.start(efi::Digest::Sha256);
      crypto.update(der_of(one.get()));
      const efi::DigestValue digest = crypto.finish();
      efi::RevokedCertificate& to = all.emplace_back();
      __builtin_memcpy(to.sha256, digest.bytes.data(), sizeof(to.sha256));
    }
  return all;
}

class Verifier {
 public:
  Verifier(const std::vector<Anchor>& trusted, const std::vector<efi::RevokedCertificate>& revoked)
      : trusted_(trusted), revoked_(revoked) {}

  /// Who signed it, in words.
  efi::Checked<std::string> verify(Reader& source, const efi::Item& item) {
    if (!item.authentication) return REFUSE("authentication", "not signed", AuthError);
    const efi::Extent& at = item.authentication->pkcs7;
    if (at.size > efi::kMostPkcs7) return REFUSE("PKCS#7", "longer than 16 KiB", AuthError);
    Bytes pkcs7(size_t(at.size), std::byte{});
    if (const auto read = source.read(at.offset, pkcs7); !read)
      return REFUSE_ERROR("PKCS#7", read.error(), Unsuccessful);

    // Where the user named no image, the key is good for this one.
    const efi::KeyUse any{item.type, item.index};
    std::vector<efi::KeyUse> uses;
    std::vector<efi::TrustedKey> keys;
    uses.reserve(trusted_.size());
    for (const Anchor& each : trusted_) {
      uses.push_back(each.words.type ? efi::KeyUse{*each.words.type, each.words.index} : any);
      keys.push_back({each.subject, each.der, std::span(&uses.back(), 1)});
    }
    OpensslCrypto crypto;
    const efi::Keys all{keys, revoked_};
    efi::Authenticator authenticator(crypto, all);
    CHECK_CHECKED(authenticator.begin(pkcs7, item.type, item.index));
    static std::array<std::byte, 64 * 1024> buffer;  // NOLINT: read before use
    for (uint64_t done = 0; done < item.signed_bytes.size;) {
      const auto part = std::span(buffer).first(std::min<size_t>(buffer.size(), item.signed_bytes.size - done));
      if (const auto read = source.read(item.signed_bytes.offset + done, part); !read)
        return REFUSE_ERROR("payload", read.error(), Unsuccessful);
      authenticator.update(part);
      done += part.size();
    }
    const efi::TrustedKey* const key = TRY_CHECKED(authenticator.finish(item.authentication->monotonic_count));
    return say("{}, {}, monotonic count {}", key->name, name(authenticator.algorithm()),
               item.authentication->monotonic_count);
  }

 private:
  const std::vector<Anchor>& trusted_;
  const std::vector<efi::RevokedCertificate>& revoked_;
};

}  // namespace

Outcome<void> verify(const VerifyOptions& options) {
  if (options.trusted.empty())
    return misused("--trust is missing: a certificate that may sign, or that issues who may");
  const std::vector<Anchor> trusted = TRY_MOVE(anchors(options.trusted));
  const std::vector<efi::RevokedCertificate> revoked = TRY_MOVE(revocations(options.revoked));
  InputFile file = TRY_MOVE(InputFile::open(options.capsule));
  const auto capsule = efi::Capsule::open(file);
  if (!capsule) return failed("{}: {}", options.capsule, say(capsule.error()));
  if (capsule->header().kind != efi::CapsuleKind::FirmwareManagement)
    return failed("{}: authentication: capsules of this kind carry no signature", options.capsule);
  Verifier verifier(trusted, revoked);
  std::string refused;
  for (unsigned number = 0; number < capsule->items(); ++number) {
    const auto item = capsule->item(number);
    const auto verified = item ? verifier.verify(file, *item) : std::unexpected(item.error());
    if (verified) {
      printf("item %u: authentic: %s\n", number, verified->c_str());
      continue;
    }
    const std::string why = say(verified.error().of_item(number));
    printf("%s\n", why.c_str());
    if (refused.empty()) refused = why;
  }
  if (!refused.empty()) return failed("{}: {}", options.capsule, refused);
  return file.unchanged();
}

}  // namespace capsule
