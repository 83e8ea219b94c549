// SPDX-License-Identifier: BSD-2-Clause
// efi/keys.hh - whose signature counts, and for what. A board has the list in read-only data.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/guid.hh"

namespace efi {

/// What a signature does not cover (image type and index) is bound to the key here.
struct KeyUse {
  Guid type;      // UpdateImageTypeId
  uint8_t index;  // UpdateImageIndex, 1 and up; 0: every index of that type
};

struct TrustedKey {
  std::string_view name;                   // the certificate's file, for people: "release"
  std::span<const std::byte> certificate;  // X.509, DER: the signer's own, or one that issued the signer's
  std::span<const KeyUse> uses;
  bool is_test = false;  // its private key is no secret: a firmware that has it says so at boot
};

/// SHA-256 of a certificate's DER. One that is here neither signs nor issues.
struct RevokedCertificate {
  uint8_t sha256[32];
};

struct Keys {
  std::span<const TrustedKey> trusted;
  std::span<const RevokedCertificate> revoked;
};

}  // namespace efi
