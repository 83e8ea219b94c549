// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/words.hh"

#include <cstdlib>

#include "lib/text.hh"

namespace capsule {
namespace {

/// The last `:word` of `words`, taken off; nothing when there is no colon.
std::optional<std::string_view> last_word(std::string_view& words) {
  const size_t colon = words.rfind(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view word = words.substr(colon + 1);
  words = words.substr(0, colon);
  return word;
}

}  // namespace

Outcome<uint64_t> number(std::string_view option, std::string_view word, uint64_t least, uint64_t most) {
  const auto value = parse_number(word);
  if (!value || *value < least || *value > most)
    return misused("{} '{}': expected a number from {} to {}, decimal or after 0x", option, word, least, most);
  return *value;
}

Outcome<Guid> guid(std::string_view option, std::string_view word) {
  const auto value = parse_guid(word);
  if (!value) return misused("{} '{}': expected a GUID such as 09d7cf52-0720-4710-91d1-08469b7fe9c8", option, word);
  return *value;
}

Outcome<efi::Digest> digest(std::string_view option, std::string_view word) {
  if (word == "sha256") return efi::Digest::Sha256;
  if (word == "sha384") return efi::Digest::Sha384;
  if (word == "sha512") return efi::Digest::Sha512;
  return misused("{} '{}': expected sha256, sha384 or sha512", option, word);
}

Outcome<PayloadWords> payload_words(std::string_view option, std::string_view words) {
  std::string_view rest = words;
  const auto last = last_word(rest);
  std::string_view before = rest;
  const auto second = last_word(before);
  if (!last || !second || before.empty())
    return misused("{} '{}': expected FILE:GUID:INDEX or FILE:GUID:INDEX:INSTANCE", option, words);
  // The last word but one is the GUID, unless there is an instance behind the index.
  std::string_view index = *last, type = *second;
  uint64_t instance = 0;
  if (!parse_guid(type)) {
    const auto third = last_word(before);
    if (!third || before.empty() || !parse_guid(*third))
      return misused("{} '{}': no GUID where FILE:GUID:INDEX or FILE:GUID:INDEX:INSTANCE has one", option, words);
    index = *second;
    type = *third;
    instance = TRY(number(say("{} '{}': hardware instance", option, words), *last, 0, UINT64_MAX));
  }
  const uint64_t place = TRY(number(say("{} '{}': index", option, words), index, 1, 255));
  return PayloadWords{std::string(before), *parse_guid(type), uint8_t(place), instance};
}

Outcome<TrustWords> trust_words(std::string_view option, std::string_view words) {
  TrustWords trust;
  std::string_view rest = words;
  if (const auto last = last_word(rest); last) {
    if (const auto type = parse_guid(*last); type) {
      trust.file = rest;
      trust.type = *type;
      return trust;
    }
    std::string_view before = rest;
    if (const auto second = last_word(before); second)
      if (const auto type = parse_guid(*second); type) {
        trust.index = uint8_t(TRY(number(say("{} '{}': index", option, words), *last, 1, 255)));
        trust.file = before;
        trust.type = *type;
        return trust;
      }
  }
  trust.file = words;
  return trust;
}

Outcome<std::optional<time_t>> source_date_epoch() {
  const char* const word = ::getenv("SOURCE_DATE_EPOCH");
  if (!word || !*word) return std::optional<time_t>{};
  // The end of the year 9999, which is the last that a certificate's time can name.
  return std::optional<time_t>(time_t(TRY(number("SOURCE_DATE_EPOCH", word, 0, 253402300799))));
}

}  // namespace capsule
