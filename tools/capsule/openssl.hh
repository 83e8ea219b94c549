// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/openssl.hh - OpenSSL's objects, which free themselves, and its errors as text.
#pragma once
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "efi/crypto.hh"

namespace capsule::ssl {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

using Bio = Owned<BIO, BIO_free_all>;
using Cms = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Certificate = Owned<X509, X509_free>;

/// Before anything else of OpenSSL's. Its configuration file, which may load more than a capsule needs, is read only
/// where keys come from a token.
void start();
/// The reason that OpenSSL has for its last failure; all are forgotten.
std::string reason();

inline const EVP_MD* evp(efi::Digest digest) {
  return digest == efi::Digest::Sha256 ? EVP_sha256() : digest == efi::Digest::Sha384 ? EVP_sha384() : EVP_sha512();
}

}  // namespace capsule::ssl
