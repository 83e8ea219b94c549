// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/commands.hh - what the program does. The command line fills these in; words of it are checked here, so
// that every way to give them is checked alike.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tools/capsule/outcome.hh"

namespace capsule {

/// For whom the private key is not here: what it has to sign is written, and the signature comes back by SignOptions.
struct DetachedOptions {
  std::string file;              // empty: not wanted
  std::string form = "content";  // content, digest or attributes
};

struct SignatureOptions {
  std::string private_key, certificate, password_file;
  std::vector<std::string> chain;
  std::string digest = "sha256";
  std::string monotonic_count = "0";
  DetachedOptions detached;
};

struct CreateOptions {
  std::string image, guid, index, hardware_instance;  // one payload, or
  std::vector<std::string> payloads;                  // FILE:GUID:INDEX[:INSTANCE] each
  // One for all payloads, or one for each in their order.
  std::vector<std::string> versions, lowest_versions, dependencies, vendor_codes;
  std::string header_size = "28";
  bool persist_across_reset = true, populate_system_table = false, initiate_reset = false, accept_by_os = false;
  SignatureOptions signature;
  bool dump_signature = false;  // also to OUTPUT.p7, as mkeficapsule does
  std::string output;
};
Outcome<void> create(const CreateOptions& options);

struct SignOptions {
  std::string capsule;
  std::vector<std::string> signatures;  // made elsewhere, one for each item
  bool replace = false;
  SignatureOptions signature;
  std::string output;
};
Outcome<void> sign_capsule(const SignOptions& options);

struct VerifyOptions {
  std::string capsule;
  std::vector<std::string> trusted, revoked;
};
/// Prints a line for each item. A failure: one of them at least is not authentic.
Outcome<void> verify(const VerifyOptions& options);

struct InfoOptions {
  std::string capsule;
  bool json = false;
  bool dump = false;  // the lines of mkeficapsule --dump-capsule
};
Outcome<void> info(const InfoOptions& options);

struct ExtractOptions {
  std::string capsule;
  std::string item;  // empty: all
  std::string part = "image";
  std::string output;
};
Outcome<void> extract(const ExtractOptions& options);

/// Capsules of DEN0118 that have no payload.
struct AcceptOptions {
  std::string guid;
  std::string output;
};
Outcome<void> accept(const AcceptOptions& options);
Outcome<void> revert(const std::string& output);

}  // namespace capsule
