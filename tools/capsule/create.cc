// SPDX-License-Identifier: BSD-2-Clause
// `capsule create`, `sign`, `accept` and `revert`: whatever writes a capsule.
#include <array>
#include <deque>

#include "efi/authenticate.hh"
#include "efi/capsule.hh"
#include "efi/dependency.hh"
#include "tools/capsule/commands.hh"
#include "tools/capsule/dependency_text.hh"
#include "tools/capsule/detached.hh"
#include "tools/capsule/words.hh"

namespace capsule {
namespace {

constexpr std::string_view kNone = "none";

/// What `words` says for payload `number` of `count`; empty: nothing.
Outcome<std::string> choose(std::string_view option, const std::vector<std::string>& words, size_t number,
                            size_t count) {
  if (words.empty()) return std::string{};
  if (words.size() != 1 && words.size() != count)
    return misused(
        "{} is given {} times for {} payloads: give it once for all of them, or once for each ('none' for one "
        "that has none)",
        option, words.size(), count);
  const std::string& word = words[words.size() == 1 ? 0 : number];
  return word == kNone ? std::string{} : word;
}

Outcome<Bytes> dependency(const std::string& word) {
  if (!word.starts_with('@')) return parse_dependency(word);
  Bytes bytes = TRY_MOVE(read_small(word.substr(1), efi::kMostDependency));
  const auto size = efi::dependency_size(bytes);
  if (!size) return failed("{}: no dependency expression: {}", word.substr(1), say(size.error()));
  if (*size != bytes.size())
    return failed("{}: the dependency expression ends after {} of {} bytes", word.substr(1), *size, bytes.size());
  return bytes;
}

Bytes payload_header(uint32_t version, uint32_t lowest) {
  Bytes bytes;
  append(bytes, view("MSS1"));
  append(bytes, uint32_t{16});
  append(bytes, version);
  append(bytes, lowest);
  return bytes;
}

Outcome<uint32_t> flags(const CreateOptions& options) {
  namespace flag = efi::capsule_flags;
  uint32_t all = 0;
  if (options.accept_by_os) all |= flag::kAcceptByOs;
  if (options.persist_across_reset) all |= flag::kPersistAcrossReset;
  if (options.populate_system_table) all |= flag::kPopulateSystemTable;
  if (options.initiate_reset) all |= flag::kInitiateReset;
  if (!options.persist_across_reset && (options.populate_system_table || options.initiate_reset))
    return misused("--populate-system-table and --initiate-reset need --persist-across-reset (UEFI 2.10, 8.5.3)");
  return all;
}

struct Payloads {
  std::deque<InputFile> files;  // at addresses that last
  Recipe recipe;
};

Outcome<std::vector<PayloadWords>> wanted(const CreateOptions& options) {
  std::vector<PayloadWords> all;
  all.reserve(options.payloads.size() + 1);
  for (const std::string& words : options.payloads) all.push_back(TRY(payload_words("--payload", words)));
  const bool single = !options.guid.empty() || !options.index.empty() || !options.hardware_instance.empty();
  if (!all.empty() && (single || !options.image.empty()))
    return misused(
        "--payload has GUID, index and instance in it; leave out --guid, --index, --hardware-instance and "
        "IMAGE");
  if (!all.empty()) return all;
  if (options.image.empty())
    return misused("no payload: name the image with --guid and --index, or use --payload FILE:GUID:INDEX");
  if (options.guid.empty())
    return misused("--guid is missing: the image type GUID that the firmware knows {} by", options.image);
  if (options.index.empty()) return misused("--index is missing: the image index, from 1 to 255");
  PayloadWords one{options.image, TRY(guid("--guid", options.guid)),
                   uint8_t(TRY(number("--index", options.index, 1, 255))), 0};
  if (!options.hardware_instance.empty())
    one.hardware_instance = TRY(number("--hardware-instance", options.hardware_instance, 0, UINT64_MAX));
  all.push_back(std::move(one));
  return all;
}

Outcome<Payloads> gather(const CreateOptions& options) {
  Payloads all;
  all.recipe.header_size = uint32_t(TRY(number("--header-size", options.header_size, 28, 4096)));
  if (all.recipe.header_size != 28 && all.recipe.header_size != 32 && all.recipe.header_size != 4096)
    return misused("--header-size {}: expected 28, 32 or 4096", all.recipe.header_size);
  all.recipe.flags = TRY(flags(options));
  const std::vector<PayloadWords> payloads = TRY(wanted(options));
  const uint64_t count = TRY(number("--monotonic-count", options.signature.monotonic_count, 0, UINT64_MAX));
  for (size_t i = 0; i < payloads.size(); ++i) {
    const PayloadWords& words = payloads[i];
    for (size_t other = 0; other < i; ++other)
      if (payloads[other].type == words.type && payloads[other].index == words.index &&
          payloads[other].hardware_instance == words.hardware_instance)
        return misused("{} and {} are for the same image: type {}, index {}", payloads[other].file, words.file,
                       say(words.type), words.index);
    RecipeItem item;
    item.name = words.file;
    item.type = words.type;
    item.index = words.index;
    item.hardware_instance = words.hardware_instance;
    item.monotonic_count = count;

    const std::string expression = TRY(choose("--dependency", options.dependencies, i, payloads.size()));
    if (!expression.empty()) item.content.emplace_back(TRY_MOVE(dependency(expression)));
    item.has_dependency = !expression.empty();

    const std::string version = TRY(choose("--fw-version", options.versions, i, payloads.size()));
    const std::string lowest = TRY(choose("--lowest-supported-version", options.lowest_versions, i, payloads.size()));
    if (!lowest.empty() && version.empty())
      return misused("--lowest-supported-version stands beside a version: give --fw-version too");
    if (!version.empty()) {
      const auto is = uint32_t(TRY(number("--fw-version", version, 0, UINT32_MAX)));
      const auto least =
          lowest.empty() ? 0 : uint32_t(TRY(number("--lowest-supported-version", lowest, 0, UINT32_MAX)));
      if (least > is)
        return misused(
            "--lowest-supported-version {} is above --fw-version {}: firmware would refuse to install it again", least,
            is);
      item.content.emplace_back(payload_header(is, least));
    }

    InputFile& file = all.files.emplace_back(TRY_MOVE(InputFile::open(words.file)));
    // A file that says it is empty may have bytes all the same: those of /proc.
    CHECK(file.unchanged());
    if (file.size() == 0) return failed("{}: is empty; a firmware image has at least a byte", words.file);
    item.content.emplace_back(file, 0, file.size());
    if (const std::string vendor = TRY(choose("--vendor-code", options.vendor_codes, i, payloads.size()));
        !vendor.empty()) {
      InputFile& code = all.files.emplace_back(TRY_MOVE(InputFile::open(vendor)));
      item.vendor_code.emplace_back(code, 0, code.size());
    }
    all.recipe.items.push_back(std::move(item));
  }
  return all;
}

Outcome<SignatureForm> form_of(const SignatureOptions& options) {
  return SignatureForm{TRY(digest("--digest", options.digest)), TRY(source_date_epoch())};
}

/// Key and certificate, if the options name them.
Outcome<std::optional<Identity>> identity_of(const SignatureOptions& options) {
  if (options.private_key.empty() && options.certificate.empty()) {
    if (!options.chain.empty()) return misused("--chain goes with --certificate");
    return std::optional<Identity>{};
  }
  if (options.certificate.empty())
    return misused("--private-key without --certificate: name the certificate that was issued for this key");
  return std::optional<Identity>(
      TRY_MOVE(load_identity({options.private_key, options.certificate, options.chain, options.password_file})));
}

Outcome<void> write(Recipe& recipe, const std::string& path, bool dump_signature = false) {
  OutputFile output = TRY_MOVE(OutputFile::create(path));
  const std::vector<Bytes> signatures = TRY_MOVE(write_capsule(recipe, output));
  if (dump_signature)
    for (size_t i = 0; i < signatures.size(); ++i)
      if (!signatures[i].empty()) CHECK(write_file(numbered(path, i, signatures.size()) + ".p7", signatures[i]));
  return output.commit();
}

Outcome<void> write_bare(const std::string& path, const Guid& kind, const std::optional<Guid>& type) {
  Bytes bytes;
  append(bytes, kind);
  append(bytes, uint32_t{28});
  append(bytes, uint32_t{0});
  append(bytes, uint32_t(type ? 28 + sizeof(Guid) : 28));
  if (type) append(bytes, *type);
  return write_file(path, bytes);
}

/// Takes a capsule apart into what it is written from.
Outcome<Recipe> recipe_of(const efi::Capsule& capsule, InputFile& file, uint64_t count, bool replace) {
  if (capsule.header().kind != efi::CapsuleKind::FirmwareManagement)
    return failed("{}: only firmware management capsules are signed, and this is another kind", file.path());
  Recipe recipe;
  recipe.header_size = capsule.header().header_size;
  recipe.flags = capsule.header().flags;
  for (unsigned number = 0; number < capsule.items(); ++number) {
    const auto item = capsule.item(number);
    if (!item) return failed("{}: {}", file.path(), say(item.error()));
    if (item->authentication && !replace)
      return failed("{}: item {} is signed already; --replace signs it anew", file.path(), number);
    RecipeItem to;
    to.name = say("{}: item {}", file.path(), number);
    to.type = item->type;
    to.index = item->index;
    to.hardware_instance = item->hardware_instance;
    to.content.emplace_back(file, item->signed_bytes.offset, item->signed_bytes.size);
    to.has_dependency = item->dependency.size != 0;
    if (item->vendor_code.size != 0)
      to.vendor_code.emplace_back(file, item->vendor_code.offset, item->vendor_code.size);
    to.monotonic_count = count;
    recipe.items.push_back(std::move(to));
  }
  return recipe;
}

}  // namespace

Outcome<void> create(const CreateOptions& options) {
  const SignatureOptions& signature = options.signature;
  const SignatureForm form = TRY(form_of(signature));
  if (!signature.certificate.empty() && signature.private_key.empty())
    return misused(
        "--certificate without --private-key; to sign elsewhere, use --detached here and 'capsule sign "
        "--signature' with what comes back");
  if (!signature.detached.file.empty() && !signature.private_key.empty())
    return misused("--detached is for keys that are elsewhere; leave out --private-key");
  Payloads all = TRY_MOVE(gather(options));
  const std::optional<Identity> identity = TRY_MOVE(identity_of(signature));
  if (identity)
    for (RecipeItem& item : all.recipe.items) item.seal = std::make_unique<KeySeal>(*identity, form);
  if (!signature.detached.file.empty()) CHECK(write_detached(all.recipe, signature.detached, form));
  return write(all.recipe, options.output, options.dump_signature);
}

Outcome<void> sign_capsule(const SignOptions& options) {
  const SignatureOptions& signature = options.signature;
  const SignatureForm form = TRY(form_of(signature));
  const uint64_t count = TRY(number("--monotonic-count", signature.monotonic_count, 0, UINT64_MAX));
  const bool detached = !signature.detached.file.empty();
  if (unsigned(!signature.private_key.empty()) + unsigned(!options.signatures.empty()) + unsigned(detached) != 1)
    return misused(
        "give one of --private-key (to sign here), --detached (to write what is to be signed elsewhere) and "
        "--signature (to attach what was signed elsewhere)");
  if (detached && !options.output.empty()) return misused("--detached writes no capsule; leave out --output");
  if (!detached && options.output.empty()) return misused("--output is missing: the file to write");
  InputFile file = TRY_MOVE(InputFile::open(options.capsule));
  const auto capsule = efi::Capsule::open(file);
  if (!capsule) return failed("{}: {}", options.capsule, say(capsule.error()));
  Recipe recipe = TRY_MOVE(recipe_of(*capsule, file, count, options.replace));
  if (detached) return write_detached(recipe, signature.detached, form);

  const std::optional<Identity> identity = TRY_MOVE(identity_of(signature));
  if (!options.signatures.empty() && options.signatures.size() != recipe.items.size())
    return misused("--signature is given {} times for {} payloads: give it once for each, in their order",
                   options.signatures.size(), recipe.items.size());
  for (size_t i = 0; i < recipe.items.size(); ++i) {
    RecipeItem& item = recipe.items[i];
    if (options.signatures.empty())
      item.seal = std::make_unique<KeySeal>(*identity, form);
    else
      item.seal = TRY_MOVE(attach(item, options.signatures[i], form, identity));
  }
  return write(recipe, options.output);
}

Outcome<void> accept(const AcceptOptions& options) {
  if (options.guid.empty()) return misused("--guid is missing: the image type that is accepted");
  return write_bare(options.output, efi::kAcceptCapsule, TRY(guid("--guid", options.guid)));
}

Outcome<void> revert(const std::string& output) { return write_bare(output, efi::kRevertCapsule, {}); }

}  // namespace capsule
