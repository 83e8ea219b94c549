// SPDX-License-Identifier: BSD-2-Clause
// Engines are deprecated, and on Debian 12 the only way.
#define OPENSSL_SUPPRESS_DEPRECATED  // NOLINT: OpenSSL's name
#include "tools/capsule/token.hh"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>

#include <cctype>

namespace capsule {
namespace {

constexpr int kEngineFailed = 0;

/// The value of an attribute of the URI, percent signs decoded.
std::string attribute(std::string_view uri, std::string_view name) {
  for (size_t at = uri.find(name); at != std::string_view::npos; at = uri.find(name, at + 1)) {
    const std::string_view rest = uri.substr(at + name.size());
    if (at == 0 || std::string_view(":;?&").find(uri[at - 1]) == std::string_view::npos || !rest.starts_with('='))
      continue;
    const std::string_view word = rest.substr(1, rest.find_first_of(";&?", 1) - 1);
    std::string value;
    for (size_t i = 0; i < word.size(); ++i) {
      if (word[i] == '%' && i + 2 < word.size() && isxdigit(word[i + 1]) && isxdigit(word[i + 2])) {
        value += char(std::stoi(std::string(word.substr(i + 1, 2)), nullptr, 16));
        i += 2;
      } else {
        value += word[i];
      }
    }
    return value;
  }
  return {};
}

/// The URI for the engine, which does not know "module-path".
std::string without_module(const std::string& uri) {
  constexpr std::string_view kModule = "module-path=";
  const size_t at = uri.find(kModule);
  if (at == std::string::npos || at == 0) return uri;
  const size_t end = uri.find('&', at);
  if (end == std::string::npos) return uri.substr(0, at - 1);
  return uri.substr(0, at) + uri.substr(end + 1);
}

/// The engine lives as long as the program: its keys need it.
Outcome<ENGINE*> engine(const std::string& uri) {
  static ENGINE* started = nullptr;
  if (started) return started;
  OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr);
  ENGINE_load_dynamic();
  ENGINE* const found = ENGINE_by_id("pkcs11");
  if (!found)
    return failed("{}: OpenSSL has no engine 'pkcs11'; on Debian it is in the package libengine-pkcs11-openssl",
                  shown(uri));
  // It would print URIs with their PINs.
  ENGINE_ctrl_cmd_string(found, "QUIET", nullptr, 1);
  if (const std::string module = attribute(uri, "module-path");
      !module.empty() && ENGINE_ctrl_cmd_string(found, "MODULE_PATH", module.c_str(), 0) == kEngineFailed)
    return failed("{}: module-path: {}", shown(uri), ssl::reason());
  if (ENGINE_init(found) == kEngineFailed)
    return failed("{}: the token's library does not start ({}); name it by PKCS11_MODULE_PATH in the environment",
                  shown(uri), ssl::reason());
  return started = found;
}

}  // namespace

std::string shown(const std::string& name) { return is_token_uri(name) ? name.substr(0, name.find('?')) : name; }

Outcome<ssl::Key> load_token_key(const std::string& uri, const std::string& pin) {
  ENGINE* const token = TRY(engine(uri));
  if (!pin.empty() && attribute(uri, "pin-value").empty() && attribute(uri, "pin-source").empty() &&
      ENGINE_ctrl_cmd_string(token, "PIN", pin.c_str(), 0) == kEngineFailed)
    return failed("{}: PIN: {}", shown(uri), ssl::reason());
  ssl::Key key(ENGINE_load_private_key(token, without_module(uri).c_str(), UI_OpenSSL(), nullptr));
  if (!key) return failed("{}: no such private key in a token, or the wrong PIN ({})", shown(uri), ssl::reason());
  return key;
}

Outcome<ssl::Certificate> load_token_certificate(const std::string& uri) {
  ENGINE* const token = TRY(engine(uri));
  const std::string name = without_module(uri);
  struct {
    const char* uri;
    X509* certificate;
  } wanted{name.c_str(), nullptr};
  if (ENGINE_ctrl_cmd(token, "LOAD_CERT_CTRL", 0, &wanted, nullptr, 1) == kEngineFailed || !wanted.certificate)
    return failed("{}: no such certificate in a token ({})", shown(uri), ssl::reason());
  return ssl::Certificate(wanted.certificate);
}

}  // namespace capsule
