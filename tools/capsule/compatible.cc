// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/compatible.hh"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "efi/capsule.hh"
#include "tools/capsule/commands.hh"
#include "tools/capsule/words.hh"

namespace capsule {
namespace {

constexpr std::string_view kCommands[] = {"create", "sign", "verify", "info", "extract", "accept", "revert"};

constexpr char kUsage[] =
    "Usage: capsule [options] IMAGE OUTPUT        as mkeficapsule; 'capsule --help' has the commands\n"
    "  -g, --guid GUID               image type\n"
    "  -i, --index N                 image index, 1 to 255\n"
    "  -I, --instance N              hardware instance\n"
    "  -v, --fw-version N            firmware version\n"
    "  -p, --private-key KEY         private key: PEM, DER or a pkcs11: URI\n"
    "  -c, --certificate CERT        the signer's certificate\n"
    "  -m, --monotonic-count N       monotonic count\n"
    "  -d, --dump-sig                write the signature to OUTPUT.p7 too\n"
    "  -A, --fw-accept               an accept capsule: needs -g, takes no IMAGE\n"
    "  -R, --fw-revert               a revert capsule: takes no -g and no IMAGE\n"
    "  -o, --capoemflag N            0x8000: on trial until the OS accepts (DEN0118)\n"
    "  -D, --dump-capsule CAPSULE    print the headers of a capsule\n";

constexpr option kOptions[] = {
    {"guid", required_argument, nullptr, 'g'},
    {"index", required_argument, nullptr, 'i'},
    {"instance", required_argument, nullptr, 'I'},
    {"fw-version", required_argument, nullptr, 'v'},
    {"private-key", required_argument, nullptr, 'p'},
    {"certificate", required_argument, nullptr, 'c'},
    {"monotonic-count", required_argument, nullptr, 'm'},
    {"dump-sig", no_argument, nullptr, 'd'},
    {"dump_sig", no_argument, nullptr, 'd'},
    {"fw-accept", no_argument, nullptr, 'A'},
    {"fw-revert", no_argument, nullptr, 'R'},
    {"capoemflag", required_argument, nullptr, 'o'},
    {"dump-capsule", no_argument, nullptr, 'D'},
    {"dump", no_argument, nullptr, 'D'},
    {"help", no_argument, nullptr, 'h'},
    {nullptr, 0, nullptr, 0},
};

/// strtoul() reads 010 as eight, which the commands do not.
std::string decimal(std::string_view word) {
  if (word.size() < 2 || word.size() > 21 || word[0] != '0') return std::string(word);
  uint64_t value = 0;
  for (const char c : word) {
    if (c < '0' || c > '7') return std::string(word);
    value = value * 8 + unsigned(c - '0');
  }
  return say("{}", value);
}

/// mkeficapsule takes all 16 bits that belong to the capsule's GUID, of which one has a meaning.
Outcome<bool> by_os(const std::string& word) {
  const uint64_t flags = TRY(number("--capoemflag", decimal(word), 0, 0xffff));
  if ((flags & ~uint64_t{efi::capsule_flags::kAcceptByOs}) != 0)
    return misused(
        "--capoemflag '{}': 0x8000 (on trial until the OS accepts, DEN0118) is the only one that firmware takes", word);
  return flags != 0;
}

struct Words {
  CreateOptions create;
  bool accept = false, revert = false, dump = false, help = false;
};

Outcome<void> set_once(std::string_view option, std::string& to) {
  if (!to.empty()) return misused("{} is given twice", option);
  to = optarg;
  return {};
}

Outcome<Words> read_options(int argc, char** argv) {
  Words words;
  CreateOptions& create = words.create;
  for (int c; (c = getopt_long(argc, argv, "g:i:I:v:p:c:m:o:dhARD", kOptions, nullptr)) != -1;) {
    switch (c) {
      case 'g': CHECK(set_once("--guid", create.guid)); break;
      case 'i': create.index = decimal(optarg); break;
      case 'I': create.hardware_instance = decimal(optarg); break;
      case 'v': create.versions = {decimal(optarg)}; break;
      case 'p': CHECK(set_once("--private-key", create.signature.private_key)); break;
      case 'c': CHECK(set_once("--certificate", create.signature.certificate)); break;
      case 'm': create.signature.monotonic_count = decimal(optarg); break;
      case 'o': create.accept_by_os = TRY(by_os(optarg)); break;
      case 'd': create.dump_signature = true; break;
      case 'A': words.accept = true; break;
      case 'R': words.revert = true; break;
      case 'D': words.dump = true; break;
      case 'h': words.help = true; break;
      default: return misused("'capsule -h' has mkeficapsule's options, 'capsule --help' the commands");
    }
  }
  return words;
}

}  // namespace

bool is_compatible(int argc, char** argv) {
  if (argc < 2) return false;
  const std::string_view first = argv[1];
  return first != "--help" && std::ranges::find(kCommands, first) == std::end(kCommands);
}

Outcome<void> run_compatible(int argc, char** argv) {
  Words words = TRY_MOVE(read_options(argc, argv));
  CreateOptions& create = words.create;
  const int count = argc - optind;
  char** const files = argv + optind;
  if (words.help) {
    fputs(kUsage, stdout);
    return {};
  }
  if (words.dump) {
    if (count != 1) return misused("--dump-capsule takes one capsule, not {} files", count);
    return info({.capsule = files[0], .json = false, .dump = true});
  }
  if (words.accept && words.revert) return misused("--fw-accept and --fw-revert are two capsules");
  const int wanted = words.accept || words.revert ? 1 : 2;
  if (count != wanted) {
    if (count > 0 && optind == 1)
      return misused("'{}' is no command: expected create, sign, verify, info, extract, accept or revert", files[0]);
    return misused("expected {}, not {} files", wanted == 1 ? "OUTPUT" : "IMAGE and OUTPUT", count);
  }
  if (words.accept) return accept({create.guid, files[0]});
  if (words.revert) {
    if (!create.guid.empty()) return misused("--fw-revert takes no --guid: a revert capsule is for all images");
    return revert(files[0]);
  }
  create.image = files[0];
  create.output = files[1];
  return capsule::create(create);
}

}  // namespace capsule
