// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/main.cc - the command line. CLI11 throws, so this file alone is built with exceptions.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "lib/assert.hh"
#include "tools/capsule/commands.hh"
#include "tools/capsule/compatible.hh"
#include "tools/capsule/openssl.hh"

void panic(const char* what) {
  fprintf(stderr, "capsule: this should never happen: %s\n", what);
  std::abort();
}

namespace capsule {
namespace {

constexpr char kFooter[] =
    "\nExamples:\n"
    "  capsule create --guid 09d7cf52-0720-4710-91d1-08469b7fe9c8 --index 1 --fw-version 7 \\\n"
    "      --private-key release.key --certificate release.crt firmware.bin -o firmware.cap\n"
    "  capsule verify firmware.cap --trust release.crt\n"
    "  capsule info firmware.cap\n"
    "\nWithout a command, the options are those of U-Boot's mkeficapsule: 'capsule -h'.\n"
    "Exit status: 0 done, 1 refused or failed, 2 the command line cannot be meant so.\n";

void add_signature(CLI::App& command, SignatureOptions& options) {
  command.add_option("--private-key", options.private_key, "sign with this key: a PEM or DER file, or a pkcs11: URI")
      ->option_text("KEY");
  command
      .add_option("--certificate", options.certificate,
                  "the certificate of that key (a file or a pkcs11: URI); others in the same file go along")
      ->option_text("CERT");
  command.add_option("--chain", options.chain, "certificates of issuers to include; may be repeated")
      ->allow_extra_args(false)
      ->option_text("CERT");
  command
      .add_option("--password-file", options.password_file, "the key's password or PIN is the first line of this file")
      ->option_text("FILE");
  command.add_option("--digest", options.digest, "sha256 (default), sha384 or sha512")->option_text("DIGEST");
  command.add_option("--monotonic-count", options.monotonic_count, "signed along with the payload; default 0")
      ->option_text("N");
  command
      .add_option("--detached", options.detached.file,
                  "write here what is to be signed elsewhere; FILE.0, FILE.1 where there are several payloads")
      ->option_text("FILE");
  command
      .add_option(
          "--detached-form", options.detached.form,
          "content (default): for who makes a PKCS#7; attributes: for who makes a bare signature; digest: of the "
          "content")
      ->option_text("FORM");
}

void add_create(CLI::App& app, CreateOptions& options) {
  CLI::App& command = *app.add_subcommand("create", "make a capsule of one or several payloads");
  command.add_option("IMAGE", options.image, "the payload, when there is one")->option_text("FILE");
  command.add_option("-g,--guid", options.guid, "its image type")->option_text("GUID");
  command.add_option("-i,--index", options.index, "its image index, 1 to 255")->option_text("N");
  command.add_option("-I,--hardware-instance", options.hardware_instance, "its hardware instance; default 0")
      ->option_text("N");
  command
      .add_option("--payload", options.payloads, "FILE:GUID:INDEX[:INSTANCE]: a payload with all that; may be repeated")
      ->allow_extra_args(false)
      ->option_text("PAYLOAD");
  command.add_option("-o,--output", options.output, "the capsule to write")->required()->option_text("FILE");
  const auto each = [&](const char* name, std::vector<std::string>& to, const char* help, const char* text) {
    command.add_option(name, to, help)->allow_extra_args(false)->option_text(text)->group("For each payload");
  };
  each("-v,--fw-version", options.versions, "version, in an FMP payload header", "N");
  each("--lowest-supported-version", options.lowest_versions, "firmware below it is never installed again", "N");
  each("--dependency", options.dependencies,
       "'GUID >= 3 && !(GUID < 2)': what has to be installed; @FILE: an expression in binary", "EXPRESSION");
  each("--vendor-code", options.vendor_codes, "data behind the payload, which no signature covers", "FILE");
  const std::string capsule = "The capsule";
  command.add_option("--header-size", options.header_size, "28 (default), 32 as EDK2's tools, or 4096")
      ->option_text("N")
      ->group(capsule);
  command.add_flag_callback(
             "--persist-across-reset", [] {}, "CAPSULE_FLAGS_PERSIST_ACROSS_RESET: the default")
      ->group(capsule);
  command
      .add_flag_callback(
          "--no-persist-across-reset", [&options] { options.persist_across_reset = false; }, "without it")
      ->group(capsule);
  command.add_flag("--populate-system-table", options.populate_system_table, "CAPSULE_FLAGS_POPULATE_SYSTEM_TABLE")
      ->group(capsule);
  command.add_flag("--initiate-reset", options.initiate_reset, "CAPSULE_FLAGS_INITIATE_RESET")->group(capsule);
  command.add_flag("--accept-by-os", options.accept_by_os, "on trial until an accept capsule comes (DEN0118): bit 15")
      ->group(capsule);
  add_signature(command, options.signature);
  command.footer(
      "\nAn option for each payload is given once for all of them, or once for each in their order, 'none' for one "
      "that\n"
      "has none.");
}

void add_sign(CLI::App& app, SignOptions& options) {
  CLI::App& command = *app.add_subcommand("sign", "sign a capsule that is not signed, here or with a key elsewhere");
  command.add_option("CAPSULE", options.capsule, "the capsule")->required()->option_text("FILE");
  command.add_option("-o,--output", options.output, "the signed capsule to write")->option_text("FILE");
  command
      .add_option("--signature", options.signatures,
                  "attach this: a PKCS#7 (DER, PEM), or a bare signature of --detached-form attributes; one for each "
                  "payload")
      ->allow_extra_args(false)
      ->option_text("FILE");
  command.add_flag("--replace", options.replace, "sign one that is signed already");
  add_signature(command, options.signature);
}

void add_verify(CLI::App& app, VerifyOptions& options) {
  CLI::App& command = *app.add_subcommand("verify", "check form and signatures of a capsule as the firmware does");
  command.add_option("CAPSULE", options.capsule, "the capsule")->required()->option_text("FILE");
  command
      .add_option("--trust", options.trusted,
                  "CERT[:GUID[:INDEX]]: who may sign, or issue who may, and for which image; may be repeated")
      ->allow_extra_args(false)
      ->option_text("CERT");
  command.add_option("--revoked", options.revoked, "a certificate that neither signs nor issues; may be repeated")
      ->allow_extra_args(false)
      ->option_text("CERT");
}

void add_info(CLI::App& app, InfoOptions& options) {
  CLI::App& command = *app.add_subcommand("info", "what is in a capsule, or which check refuses it");
  command.add_option("CAPSULE", options.capsule, "the capsule")->required()->option_text("FILE");
  CLI::Option* const json = command.add_flag("-j,--json", options.json, "as JSON");
  command.add_flag("--dump", options.dump, "in the lines of mkeficapsule --dump-capsule")->excludes(json);
}

void add_extract(CLI::App& app, ExtractOptions& options) {
  CLI::App& command = *app.add_subcommand("extract", "parts of a capsule to files");
  command.add_option("CAPSULE", options.capsule, "the capsule")->required()->option_text("FILE");
  command.add_option("-o,--output", options.output, "the file to write; FILE.0, FILE.1 for several payloads")
      ->required()
      ->option_text("FILE");
  command.add_option("--item", options.item, "this payload only, counted from 0")->option_text("N");
  command
      .add_option(
          "--part", options.part,
          "image (default), raw (with dependency and payload header), content (raw and monotonic count: what is "
          "signed), signature, dependency, vendor-code")
      ->option_text("PART");
  command.add_flag_callback("--raw", [&options] { options.part = "raw"; }, "the same as --part raw");
}

int report(const Outcome<void>& outcome) {
  if (!outcome) {
    fflush(stdout);
    fprintf(stderr, "capsule: error: %s\n", outcome.error().text.c_str());
    return int(outcome.error().exit);
  }
  if (fflush(stdout) != 0 || ferror(stdout) != 0) {
    fprintf(stderr, "capsule: error: standard output could not be written\n");
    return int(Exit::Failed);
  }
  return int(Exit::Good);
}

int run(int argc, char** argv) {
  CLI::App app{"EFI capsules: makes, signs, verifies, shows and takes them apart.", "capsule"};
  CreateOptions create_options;
  SignOptions sign_options;
  VerifyOptions verify_options;
  InfoOptions info_options;
  ExtractOptions extract_options;
  AcceptOptions accept_options;
  std::string revert_output;
  app.require_subcommand(1);
  app.footer(kFooter);
  add_create(app, create_options);
  add_sign(app, sign_options);
  add_verify(app, verify_options);
  add_info(app, info_options);
  add_extract(app, extract_options);
  CLI::App& accept_command = *app.add_subcommand("accept", "make a capsule that accepts an image on trial (DEN0118)");
  accept_command.add_option("-g,--guid", accept_options.guid, "the image type")->required()->option_text("GUID");
  accept_command.add_option("-o,--output", accept_options.output, "the capsule to write")
      ->required()
      ->option_text("FILE");
  CLI::App& revert_command = *app.add_subcommand("revert", "make a capsule that goes back to the other bank (DEN0118)");
  revert_command.add_option("-o,--output", revert_output, "the capsule to write")->required()->option_text("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? report({}) : int(Exit::Usage);
  }

  const std::string name = app.get_subcommands()[0]->get_name();
  return report(name == "create"    ? create(create_options)
                : name == "sign"    ? sign_capsule(sign_options)
                : name == "verify"  ? verify(verify_options)
                : name == "info"    ? info(info_options)
                : name == "extract" ? extract(extract_options)
                : name == "accept"  ? accept(accept_options)
                                    : revert(revert_output));
}

}  // namespace
}  // namespace capsule

int main(int argc, char** argv) {
  // A file that grows beyond a limit is a failed write like any other.
  signal(SIGXFSZ, SIG_IGN);
  capsule::ssl::start();
  if (capsule::is_compatible(argc, argv)) return capsule::report(capsule::run_compatible(argc, argv));
  return capsule::run(argc, argv);
}
