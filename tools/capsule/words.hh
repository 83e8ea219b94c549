// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/words.hh - words of the command line. Failures name the option and what it takes.
#pragma once
#include <ctime>
#include <optional>
#include <string>

#include "efi/crypto.hh"
#include "tools/capsule/outcome.hh"

namespace capsule {

/// Decimal, or hexadecimal after 0x, from `least` to `most`.
Outcome<uint64_t> number(std::string_view option, std::string_view word, uint64_t least, uint64_t most);
Outcome<Guid> guid(std::string_view option, std::string_view word);
Outcome<efi::Digest> digest(std::string_view option, std::string_view word);
constexpr std::string_view name(efi::Digest digest) {
  return digest == efi::Digest::Sha256 ? "SHA-256" : digest == efi::Digest::Sha384 ? "SHA-384" : "SHA-512";
}

/// FILE:GUID:INDEX[:INSTANCE]. The file's name may have colons.
struct PayloadWords {
  std::string file;
  Guid type;
  uint8_t index;
  uint64_t hardware_instance;
};
Outcome<PayloadWords> payload_words(std::string_view option, std::string_view words);

/// CERT[:GUID[:INDEX]]. Without a GUID: for every image; without an index: for every image of that type.
struct TrustWords {
  std::string file;
  std::optional<Guid> type;
  uint8_t index = 0;
};
Outcome<TrustWords> trust_words(std::string_view option, std::string_view words);

/// SOURCE_DATE_EPOCH of the environment (reproducible-builds.org), if it is set.
Outcome<std::optional<time_t>> source_date_epoch();

}  // namespace capsule
