// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/token.hh - keys and certificates in PKCS#11 tokens, by OpenSSL's engine of libp11, which is what Debian
// 12 has.
#pragma once
#include <string>

#include "tools/capsule/openssl.hh"
#include "tools/capsule/outcome.hh"

namespace capsule {

inline bool is_token_uri(std::string_view name) { return name.starts_with("pkcs11:"); }

/// A name for messages: a URI without its query, which may have the PIN.
std::string shown(const std::string& name);

/// `pin` counts where the URI has none; where both are empty OpenSSL asks on the terminal. "module-path" in the URI, or
/// PKCS11_MODULE_PATH in the environment, names the token's library; without either p11-kit knows.
Outcome<ssl::Key> load_token_key(const std::string& uri, const std::string& pin);
Outcome<ssl::Certificate> load_token_certificate(const std::string& uri);

}  // namespace capsule
