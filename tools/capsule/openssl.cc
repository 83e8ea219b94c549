// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/openssl.hh"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <array>

namespace capsule::ssl {

void start() { OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr); }

std::string reason() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  if (const char* const text = ERR_reason_error_string(error)) return text;
  std::array<char, 256> text{};
  ERR_error_string_n(error, text.data(), text.size());
  return error ? text.data() : "no reason given";
}

}  // namespace capsule::ssl
