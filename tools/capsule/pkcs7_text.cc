// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/pkcs7_text.hh"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include <array>

#include "tools/capsule/der.hh"
#include "tools/capsule/identity.hh"

namespace capsule {
namespace {

std::string name_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  const char* const name = OBJ_nid2ln(OBJ_obj2nid(object));
  return name ? name : "unknown";
}

std::string hexadecimal(const ASN1_INTEGER* number) {
  const ssl::Owned<BIGNUM, BN_free> value(ASN1_INTEGER_to_BN(number, nullptr));
  char* const text = BN_bn2hex(value.get());
  std::string copy = text ? text : "";
  OPENSSL_free(text);
  return copy;
}

std::string signing_time_of(CMS_SignerInfo* signer) {
  const int at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
  X509_ATTRIBUTE* const attribute = at < 0 ? nullptr : CMS_signed_get_attr(signer, at);
  const ASN1_TYPE* const value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : nullptr;
  if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME)) return {};
  struct tm time{};
  if (ASN1_TIME_to_tm(value->value.asn1_string, &time) != 1) return {};
  std::array<char, 32> text{};
  return {text.data(), strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &time)};
}

/// EDK2 and U-Boot take a SignedData that no ContentInfo is around; OpenSSL does not.
Bytes wrapped(View pkcs7) {
  static constexpr std::string_view kSignedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
  const size_t start = pkcs7.size() < 2 || size_t(pkcs7[1]) < 0x80 ? 2 : 2 + (size_t(pkcs7[1]) & 0x7f);
  if (start < pkcs7.size() && pkcs7[start] == std::byte(der::Integer))
    return der::element(der::Sequence, {der::element(der::ObjectIdentifier, {view(kSignedData)}),
                                        der::element(der::Context0, {pkcs7.first(der::size_of_element(pkcs7))})});
  return {pkcs7.begin(), pkcs7.end()};
}

}  // namespace

Pkcs7Text describe_pkcs7(View pkcs7) {
  Pkcs7Text text;
  const Bytes bytes = wrapped(pkcs7);
  const unsigned char* at = raw(bytes);
  const ssl::Cms cms(d2i_CMS_ContentInfo(nullptr, &at, long(bytes.size())));
  STACK_OF(CMS_SignerInfo)* const signers = cms ? CMS_get0_SignerInfos(cms.get()) : nullptr;
  if (signers) {
    text.readable = true;
    std::vector<ssl::Certificate> certificates;
    if (STACK_OF(X509)* const stack = CMS_get1_certs(cms.get())) {
      while (X509* const one = sk_X509_shift(stack)) certificates.emplace_back(one);
      sk_X509_free(stack);
    }
    for (const ssl::Certificate& one : certificates) text.certificates.push_back(subject_of(one.get()));
    for (int i = 0; i < sk_CMS_SignerInfo_num(signers); ++i) {
      CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, i);
      SignerText& to = text.signers.emplace_back();
      X509_NAME* issuer = nullptr;
      ASN1_INTEGER* serial = nullptr;
      if (CMS_SignerInfo_get0_signer_id(signer, nullptr, &issuer, &serial) == 1 && issuer && serial) {
        to.issuer = capsule::name_of(issuer);
        to.serial = hexadecimal(serial);
      }
      X509_ALGOR *digest = nullptr, *signature = nullptr;
      CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, &signature);
      if (digest) to.digest = name_of(digest);
      if (signature) to.algorithm = name_of(signature);
      to.signing_time = signing_time_of(signer);
      for (const ssl::Certificate& one : certificates)
        if (CMS_SignerInfo_cert_cmp(signer, one.get()) == 0) to.subject = subject_of(one.get());
    }
  }
  ERR_clear_error();
  return text;
}

}  // namespace capsule
