// SPDX-License-Identifier: BSD-2-Clause
#include "efi/pkcs7.hh"

namespace efi {
namespace {

using namespace der;

constexpr std::array<std::byte, 7> kPadding{};

// RFC 5652 3
constexpr Step kContentInfo[] = {
    enter(kSequence), take(kOid, 0), enter(constructed(0)), whole(kSequence, 1), kEnd, kEnd, kEnd};
// RFC 5652 5.3
constexpr Step kSignerInfo[] = {
    enter(kSequence),
    take(kInteger, Signer::Version),
    maybe(kSequence, Signer::IssuerAndSerial),
    maybe(primitive(0), Signer::KeyId),
    enter(kSequence),
    take(kOid, Signer::DigestOid),
    rest(Signer::DigestParameters),
    kEnd,
    maybe_whole(constructed(0), Signer::Attributes),
    enter(kSequence),
    take(kOid, Signer::AlgorithmOid),
    rest(Signer::AlgorithmParameters),
    kEnd,
    take(kOctetString, Signer::Signature),
    maybe(constructed(1)),
    kEnd,
    kEnd,
};
constexpr Step kAlgorithm[] = {enter(kSequence), take(kOid, 0), rest(1), kEnd, kEnd};
constexpr Step kAttribute[] = {enter(kSequence), take(kOid, 0), take(kSet, 1), kEnd, kEnd};

}  // namespace

// RFC 5652 5.1
constexpr Step SignedData::kRow[] = {
    enter(kSequence),
    take(kInteger, Version),
    take(kSet, Digests),
    enter(kSequence),
    take(kOid, ContentType),
    rest(Content),
    kEnd,
    maybe(constructed(0), Certificates),
    maybe_whole(constructed(1), Lists),
    take(kSet, Signers),
    kEnd,
    kEnd,
};

bool Signer::read(Bytes element) {
  if (!match(element, kSignerInfo, parts_.data())) return false;
  const bool by_key = !parts_[KeyId].empty();
  return parts_[IssuerAndSerial].empty() == by_key && parts_[Version].size() == 1 && version() == (by_key ? 3 : 1);
}

Verdict SignedData::read(Bytes pkcs7) {
  Bytes element = next(pkcs7);
  if (pkcs7.size() > kPadding.size() || !same(pkcs7, Bytes(kPadding).first(pkcs7.size())))
    return REFUSE("PKCS#7", "followed by more than 7 zeros", AuthError);

  Bytes info[2];
  if (match(element, kContentInfo, info) && known(info[0]) == Oid::SignedData) element = info[1];
  const Verdict malformed = REFUSE("PKCS#7", "no SignedData in DER, or nobody signed", AuthError);
  if (!match(element, kRow, parts_.data())) return malformed;
  unsigned signers = 0, certificates = 0, version = 0;
  Signer signer;
  for (Bytes list = this->signers(); !list.empty(); ++signers) {
    if (!signer.read(next(list))) return malformed;
    if (version < signer.version()) version = signer.version();
  }
  for (Bytes list = this->certificates(); !list.empty(); ++certificates)
    if (list[0] != std::byte{kSequence} || next(list).empty()) return malformed;
  if (signers == 0 || parts_[Version].size() != 1 || unsigned(parts_[Version][0]) != version) return malformed;
  if (known(parts_[ContentType]) != Oid::Data || !parts_[Content].empty())
    return REFUSE("PKCS#7", "has content of its own", AuthError);
  if (!parts_[Lists].empty()) return REFUSE("PKCS#7", "has revocation lists", AuthError);
  if (signers > kMostSigners || certificates > kMostCertificates)
    return REFUSE("PKCS#7", "more than 8 signers or certificates", AuthError);
  return {};
}

bool SignedData::announces(Oid digest) const {
  Bytes algorithm_parts[2];
  for (Bytes list = parts_[Digests]; match(next(list), kAlgorithm, algorithm_parts);)
    if (algorithm(algorithm_parts[0], algorithm_parts[1]) == digest) return true;
  return false;
}

Verdict message_digest(Bytes attributes, Bytes& digest) {
  unsigned types = 0, digests = 0;
  for (Bytes list = contents(attributes); !list.empty();) {
    Bytes attribute[2], type;
    if (!match(next(list), kAttribute, attribute)) return REFUSE("PKCS#7", "malformed signed attributes", AuthError);
    const Oid oid = known(attribute[0]);
    if (oid == Oid::ContentType)
      types += match(attribute[1], kOnlyOid, &type) && known(type) == Oid::Data ? 1 : 2;
    else if (oid == Oid::MessageDigest)
      digests += match(attribute[1], kOnlyOctets, &digest) ? 1 : 2;
  }
  if (types != 1) return REFUSE("contentType", "not data, or not there once", AuthError);
  if (digests != 1) return REFUSE("messageDigest", "not there once", AuthError);
  return {};
}

}  // namespace efi
