// SPDX-License-Identifier: BSD-2-Clause
#include "efi/authenticate.hh"

#include <algorithm>
#include <bit>
#include <utility>

#include "efi/certificate.hh"
#include "lib/le.hh"

namespace efi {
namespace {

// Ways to go on that may be tried: a PKCS#7 whose certificates all bear one name offers thousands.
constexpr unsigned kMostTries = 32;

// The digest of an algorithm, as efi::Oid has it alone.
Oid refused_digest(Oid oid) { return oid < Oid::Sha256 ? oid : Oid(uint8_t(Family::Digest) | (uint8_t(oid) & 0xf)); }

// Why an algorithm is none that counts.
Verdict weak(Oid oid) {
  if (oid == Oid::RsaPss) return REFUSE("signature", "RSA-PSS", AuthError);
  if (refused_digest(oid) == Oid::Sha1) return REFUSE("digest", "SHA-1", AuthError);
  if (refused_digest(oid) == Oid::Md5) return REFUSE("digest", "MD5", AuthError);
  return REFUSE("digest", "not known", AuthError);
}

bool fits(Oid algorithm, const PublicKey& key) {
  return family(algorithm) == (key.kind == PublicKey::Kind::Rsa ? Family::Rsa : Family::Ecdsa);
}

bool names(const Signer& signer, const Certificate& certificate) {
  if (!signer[Signer::KeyId].empty()) return same(signer[Signer::KeyId], certificate[Certificate::KeyId]);
  Bytes both = signer[Signer::IssuerAndSerial];
  return same(der::next(both), certificate[Certificate::Issuer]) && same(both, certificate[Certificate::Serial]);
}

bool may_issue(const Certificate& issuer, bool trusted, unsigned between) {
  if (issuer.version < 3) return trusted;
  return issuer.authority && (issuer.key_usage & Certificate::kCertificateSign) != 0 && between <= issuer.path_length;
}

}  // namespace

/// From a signer's certificate up to a trusted one, by names; then down, by signatures.
struct Authenticator::Level {
  Certificate certificate;              // that is looked at
  std::span<const TrustedKey> trusted;  // those to look at next
  Bytes came_along;                     // those to look at after them
};
struct Authenticator::Search {
  SignedData data;
  Signer signer;
  std::array<Level, kLongestChain + 1> levels;  // the signer's first
};

const DigestValue& Authenticator::hash(Digest digest, Bytes first, Bytes rest) {
  crypto_.start(digest);
  crypto_.update(first);
  crypto_.update(rest);
  return value_ = crypto_.finish();
}

Verdict Authenticator::verify(const PublicKey& key, Digest digest, const DigestValue& value, Bytes signature) {
  const auto verified = crypto_.verify(key, digest, value.view(), signature);
  if (verified) return {};
  switch (verified.error()) {
    case Error::Denied: return REFUSE("signature", "not made by its key over this", AuthError);
    case Error::InvalidParameters: return REFUSE("certificate", "its key is not usable", AuthError);
    default: return REFUSE_ERROR("signature", verified.error(), InsufficientResources);
  }
}

// With a trusted certificate at the upper end.
Verdict Authenticator::accept(const Search& search, const Level* issuer, const TrustedKey& trusted) {
  const auto meant = [this](const KeyUse& use) { return use.type == type_ && (use.index == 0 || use.index == index_); };
  if (std::ranges::none_of(trusted.uses, meant))
    return REFUSE("key use", "not for images of this type and index", AuthError);
  const Level* const last = search.levels.data();
  const bool came_along = issuer != last;
  if (!keys_.revoked.empty())
    for (const Level* level = last; level <= issuer; ++level) {
      const DigestValue& value = hash(Digest::Sha256, level->certificate[Certificate::All]);
      for (const RevokedCertificate& revoked : keys_.revoked)
        if (__builtin_memcmp(value.bytes.data(), revoked.sha256, sizeof(revoked.sha256)) == 0)
          return REFUSE("revoked", "its certificate, or an issuer's", AuthError);
    }
  while (issuer != last) {
    const PublicKey& key = issuer->certificate.key;
    const Certificate& link = (--issuer)->certificate;
    if (!has_digest(link.algorithm)) return weak(link.algorithm);
    if (link.unknown_critical) return REFUSE("certificate", "has an unknown critical extension", AuthError);
    const Digest algorithm = digest(link.algorithm);
    if (!fits(link.algorithm, key) ||
        !verify(key, algorithm, hash(algorithm, link[Certificate::ToBeSigned]), link[Certificate::Signature]))
      return REFUSE("certificate", "not signed by its issuer's key", AuthError);
  }
  const Certificate& own = last->certificate;
  constexpr uint8_t kSigns = Certificate::kDigitalSignature | Certificate::kNonRepudiation;
  if (came_along && ((own.key_usage & kSigns) == 0 || !own.signs_code))
    return REFUSE("certificate", "not meant for signing code", AuthError);
  if (!fits(search.signer.signature_algorithm(), own.key))
    return REFUSE("signature", "not of its key's algorithm", AuthError);
  trusted_ = &trusted;
  key_ = own.key;
  return {};
}

Verdict Authenticator::find(Search& search) {
  Verdict why = REFUSE("signer", "no key that this firmware trusts", AuthError);
  Level *const last = search.levels.data(), *const end = last + search.levels.size() - 1;
  Level* level = last;
  level->trusted = keys_.trusted;
  level->came_along = search.data.certificates();
  for (unsigned tries = 0; tries < kMostTries;) {
    Certificate& certificate = level->certificate;
    const TrustedKey* trusted = nullptr;
    if (!level->trusted.empty()) {
      trusted = &level->trusted.front();
      level->trusted = level->trusted.subspan(1);
    } else if (level->came_along.empty() || level == end) {
      if (level == last) return why;
      --level;
      continue;
    }
    if (!certificate.read(trusted ? trusted->certificate : der::next(level->came_along))) continue;
    if (level == last ? !names(search.signer, certificate)
                      : !same(certificate[Certificate::Subject], level[-1].certificate[Certificate::Issuer]))
      continue;
    ++tries;
    if (level != last && !may_issue(certificate, trusted != nullptr, unsigned(level - last - 1))) {
      why = REFUSE("certificate", "its issuer may not issue any", AuthError);
    } else if (trusted) {
      why = accept(search, level, *trusted);
      if (why) return why;
    } else {
      ++level;
      level->trusted = keys_.trusted;
      level->came_along = search.data.certificates();
    }
  }
  return REFUSE("certificate", "too many ways to a trusted one", AuthError);
}

Verdict Authenticator::begin(std::span<const std::byte> pkcs7, const Guid& type, uint8_t index) {
  trusted_ = nullptr;
  type_ = type;
  index_ = index;
  size_ = 0;
  // All zero in one piece: its members one by one are a loop and twenty instructions.
  Search search = std::bit_cast<Search>(std::array<std::byte, sizeof(Search)>{});
  Verdict why;
  if (pkcs7.size() > kMostPkcs7)
    why = REFUSE("PKCS#7", "longer than 16 KiB", AuthError);
  else
    why = search.data.read(pkcs7);
  if (why)
    for (Bytes list = search.data.signers(); !list.empty() && !trusted_;) {
      search.signer.read(der::next(list));
      why = consider(search);
    }
  if (why) crypto_.start(algorithm_);
  return why;
}

Verdict Authenticator::consider(Search& search) {
  const Signer& signer = search.signer;
  const Oid digest_oid = signer.digest(), signature_oid = signer.signature_algorithm();
  if (family(digest_oid) != Family::Digest || !has_digest(digest_oid)) return weak(digest_oid);
  algorithm_ = digest(digest_oid);
  if (signature_oid != Oid::Rsa) {
    if (!has_digest(signature_oid)) return weak(signature_oid);
    if (digest(signature_oid) != algorithm_) return REFUSE("digest", "not its signature's", AuthError);
  }
  if (!search.data.announces(digest_oid)) return REFUSE("digest", "not one of digestAlgorithms", AuthError);
  attributes_ = signer[Signer::Attributes];
  signature_ = signer[Signer::Signature];
  if (!attributes_.empty()) CHECK_VERDICT(message_digest(attributes_, wanted_));
  return find(search);
}

void Authenticator::update(std::span<const std::byte> bytes) {
  if (!trusted_) return;
  for (size_t i = 0; size_ + i < head_.size() && i < bytes.size(); ++i) head_[size_t(size_ + i)] = bytes[i];
  size_ += bytes.size();
  crypto_.update(bytes);
}

Verdict Authenticator::judge() {
  if (attributes_.empty()) {
    // A signature over attributes must not pass for one over an image that consists of them.
    if (head_[0] == std::byte{der::kSet} && der::size(head_) == size_)
      return REFUSE("PKCS#7", "signs attributes and no image", AuthError);
    return verify(key_, algorithm_, content_, signature_);
  }
  if (!same(content_.view(), wanted_)) return REFUSE("digest", "the image is not the one that was signed", AuthError);
  // What is signed has the tag that it would have outside of SignerInfo (RFC 5652 5.4).
  const std::byte set{der::kSet};
  return verify(key_, algorithm_, hash(algorithm_, {&set, 1}, attributes_.subspan(1)), signature_);
}

Checked<const TrustedKey*> Authenticator::finish(uint64_t monotonic_count) {
  if (!trusted_) return REFUSE("signer", "none was found", AuthError);
  const le64 count = monotonic_count;
  update(std::as_bytes(std::span(&count, 1)));
  content_ = crypto_.finish();
  const Verdict why = judge();
  const TrustedKey* const trusted = std::exchange(trusted_, nullptr);
  if (!why) return std::unexpected(why.error());
  return trusted;
}

}  // namespace efi
