// SPDX-License-Identifier: BSD-2-Clause
// `capsule info`: as text, as JSON, and in the lines of mkeficapsule's dump, which build tools read.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "efi/authenticate.hh"
#include "efi/capsule.hh"
#include "tools/capsule/commands.hh"
#include "tools/capsule/dependency_text.hh"
#include "tools/capsule/file.hh"
#include "tools/capsule/pkcs7_text.hh"

namespace capsule {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kKinds[] = {"firmware-management", "accept", "revert", "windows-ux"};

struct Facts {
  const std::string& path;
  const efi::Capsule& capsule;
  std::vector<efi::Item> items;
};

Bytes read(Reader& source, const efi::Extent& extent, size_t most) {
  Bytes bytes(size_t(std::min<uint64_t>(extent.size, most)), std::byte{});
  if (!source.read(extent.offset, bytes)) bytes.clear();
  return bytes;
}

std::vector<std::string> flag_names(uint32_t flags) {
  namespace flag = efi::capsule_flags;
  std::vector<std::string> names;
  if (flags & flag::kPersistAcrossReset) names.emplace_back("persist-across-reset");
  if (flags & flag::kPopulateSystemTable) names.emplace_back("populate-system-table");
  if (flags & flag::kInitiateReset) names.emplace_back("initiate-reset");
  if (flags & flag::kAcceptByOs) names.emplace_back("accept-by-os");
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

/// One fact a line, values in a column.
void row(std::string_view name, const std::string& value) {
  printf("  %-20.*s %s\n", int(name.size()), name.data(), value.c_str());
}

void print_signature(Reader& source, const efi::Authentication& authentication) {
  row("signature",
      say("PKCS#7 of {} bytes, monotonic count {}", authentication.pkcs7.size, authentication.monotonic_count));
  const Pkcs7Text text = describe_pkcs7(read(source, authentication.pkcs7, efi::kMostPkcs7));
  if (!text.readable) row("signer", "cannot be read");
  for (const SignerText& signer : text.signers) {
    row("signer",
        (signer.subject.empty() ? "issued by " + signer.issuer + " (certificate not included)" : signer.subject) +
            ", " + signer.algorithm + ", " + signer.digest);
    if (!signer.signing_time.empty()) row("signing time", signer.signing_time);
  }
}

void print_text(const Facts& facts) {
  const efi::CapsuleHeader& header = facts.capsule.header();
  printf("%s: %.*s capsule, %u bytes\n", facts.path.c_str(), int(kKinds[unsigned(header.kind)].size()),
         kKinds[unsigned(header.kind)].data(), header.image_size);
  row("header size", say("{}", header.header_size));
  const std::string flags = joined(flag_names(header.flags));
  row("flags", say("{:#010x}", header.flags) + (flags.empty() ? "" : " " + flags));
  if (header.kind == efi::CapsuleKind::Accept) row("accepts", say(facts.capsule.accepts()));
  for (const efi::Item& item : facts.items) {
    printf("item %u\n", item.number);
    row("image type", say(item.type));
    row("image index", say("{}", item.index));
    row("hardware instance", say("{}", item.hardware_instance));
    row("image", say("{} bytes at {}", item.image.size, item.image.offset));
    if (item.header_version != 3) row("header version", say("{}", item.header_version));
    if (item.payload_header)
      row("version",
          say("{}, lowest supported {}", item.payload_header->version, item.payload_header->lowest_supported_version));
    if (item.dependency.size)
      row("dependency", describe_dependency(read(facts.capsule.source(), item.dependency, SIZE_MAX)));
    if (item.vendor_code.size)
      row("vendor code", say("{} bytes at {}", item.vendor_code.size, item.vendor_code.offset));
    if (item.authentication)
      print_signature(facts.capsule.source(), *item.authentication);
    else
      row("signature", "none");
  }
}

Json extent(const efi::Extent& extent) { return {{"offset", extent.offset}, {"size", extent.size}}; }

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json signature_json(Reader& source, const efi::Authentication& authentication) {
  const Pkcs7Text text = describe_pkcs7(read(source, authentication.pkcs7, efi::kMostPkcs7));
  Json signers = Json::array();
  for (const SignerText& signer : text.signers)
    signers.push_back({{"subject", text_or_null(signer.subject)},
                       {"issuer", text_or_null(signer.issuer)},
                       {"serial", text_or_null(signer.serial)},
                       {"algorithm", signer.algorithm},
                       {"digest", signer.digest},
                       {"signing_time", text_or_null(signer.signing_time)}});
  return {{"monotonic_count", authentication.monotonic_count},
          {"pkcs7", extent(authentication.pkcs7)},
          {"signers", signers},
          {"certificates", text.certificates}};
}

Json json_of(const Facts& facts) {
  const efi::CapsuleHeader& header = facts.capsule.header();
  Json all = {{"file", facts.path},
              {"good", true},
              {"kind", kKinds[unsigned(header.kind)]},
              {"guid", say(header.guid)},
              {"header_size", header.header_size},
              {"flags", header.flags},
              {"flag_names", flag_names(header.flags)},
              {"image_size", header.image_size}};
  if (header.kind == efi::CapsuleKind::Accept) all["accepts"] = say(facts.capsule.accepts());
  all["items"] = Json::array();
  for (const efi::Item& item : facts.items) {
    Json one = {{"number", item.number},
                {"header_version", item.header_version},
                {"image_type", say(item.type)},
                {"image_index", item.index},
                {"hardware_instance", item.hardware_instance},
                {"image_capsule_support", item.image_capsule_support},
                {"image", extent(item.image)},
                {"signed_bytes", extent(item.signed_bytes)}};
    one["version"] = item.payload_header ? Json(item.payload_header->version) : Json();
    one["lowest_supported_version"] =
        item.payload_header ? Json(item.payload_header->lowest_supported_version) : Json();
    one["dependency"] = item.dependency.size
                            ? Json(describe_dependency(read(facts.capsule.source(), item.dependency, SIZE_MAX)))
                            : Json();
    one["vendor_code"] = item.vendor_code.size ? extent(item.vendor_code) : Json();
    one["signature"] = item.authentication ? signature_json(facts.capsule.source(), *item.authentication) : Json();
    all["items"].push_back(std::move(one));
  }
  return all;
}

void print_json(const Json& json) {
  // A certificate's names may be of any bytes.
  printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

/// "NAME<tabs>: value", the colon in column 48.
void dump(const std::string& name, const std::string& value) {
  std::string line = name;
  for (size_t column = name.size(); column < 48; column = column / 8 * 8 + 8) line += '\t';
  printf("%s: %s\n", line.c_str(), value.c_str());
}
void dump(const std::string& name, uint64_t value) {
  std::array<char, 32> text{};
  snprintf(text.data(), text.size(), "%08lX", static_cast<unsigned long>(value));
  dump(name, std::string(text.data()));
}
void dump(const std::string& name, const Guid& guid) {
  std::string text = say(guid);
  for (char& c : text) c = char(toupper(c));
  dump(name, text);
}

void dump_item(const efi::Item& item) {
  const std::string image = "FMP_CAPSULE_IMAGE_HDR.", authentication = "EFI_FIRMWARE_IMAGE_AUTH.";
  const uint64_t seal = item.authentication ? 32 + item.authentication->pkcs7.size : 0;
  puts("--------");
  dump(image + "VERSION", item.header_version);
  dump(image + "UPDATE_IMAGE_TYPE_ID", item.type);
  dump(image + "UPDATE_IMAGE_INDEX", item.index);
  dump(image + "UPDATE_IMAGE_SIZE", item.signed_bytes.size + seal);
  dump(image + "UPDATE_VENDOR_CODE_SIZE", item.vendor_code.size);
  dump(image + "UPDATE_HARDWARE_INSTANCE", item.hardware_instance);
  dump(image + "IMAGE_CAPSULE_SUPPORT", item.image_capsule_support);
  puts("--------");
  if (item.authentication) {
    dump(authentication + "MONOTONIC_COUNT", item.authentication->monotonic_count);
    dump(authentication + "AUTH_INFO.HDR.dwLENGTH", 24 + item.authentication->pkcs7.size);
    dump(authentication + "AUTH_INFO.HDR.wREVISION", 0x0200);
    dump(authentication + "AUTH_INFO.HDR.wCERTTYPE", 0x0ef1);
    dump(authentication + "AUTH_INFO.CERT_TYPE", efi::kCertTypePkcs7);
  } else {
    puts("Capsule Authentication Not Enabled");
  }
  if (item.payload_header) {
    puts("--------");
    dump("FMP_PAYLOAD_HDR.SIGNATURE", 0x3153534d);
    dump("FMP_PAYLOAD_HDR.HEADER_SIZE", item.payload_header->header_size);
    dump("FMP_PAYLOAD_HDR.FW_VERSION", item.payload_header->version);
    dump("FMP_PAYLOAD_HDR.LOWEST_SUPPORTED_VERSION", item.payload_header->lowest_supported_version);
  }
  puts("--------");
  dump("Payload Image Size", item.image.size);
}

void print_dump(const Facts& facts) {
  const efi::CapsuleHeader& header = facts.capsule.header();
  dump("EFI_CAPSULE_HDR.CAPSULE_GUID", header.guid);
  dump("EFI_CAPSULE_HDR.HEADER_SIZE", header.header_size);
  dump("EFI_CAPSULE_HDR.FLAGS", header.flags);
  dump("EFI_CAPSULE_HDR.CAPSULE_IMAGE_SIZE", header.image_size);
  if (header.kind == efi::CapsuleKind::Accept) {
    puts("--------");
    dump("ACCEPT_IMAGE_GUID", facts.capsule.accepts());
  }
  if (header.kind != efi::CapsuleKind::FirmwareManagement) return;
  puts("--------");
  dump("EFI_FMP_HDR.VERSION", 1);
  dump("EFI_FMP_HDR.EMBEDDED_DRIVER_COUNT", uint64_t{0});
  dump("EFI_FMP_HDR.PAYLOAD_ITEM_COUNT", facts.items.size());
  for (const efi::Item& item : facts.items) dump_item(item);
}

std::unexpected<Failure> refused(const InfoOptions& options, const efi::Refusal& refusal) {
  if (options.json)
    print_json({{"file", options.capsule},
                {"good", false},
                {"refusal",
                 {{"item", refusal.item() == efi::Refusal::kCapsule ? Json() : Json(refusal.item())},
                  {"check", refusal.check()},
                  {"why", refusal.error() != Error{} ? text(refusal.error()) : refusal.why()},
                  {"status", unsigned(refusal.status())}}}});
  return failed("{}: {}", options.capsule, say(refusal));
}

}  // namespace

Outcome<void> info(const InfoOptions& options) {
  InputFile file = TRY_MOVE(InputFile::open(options.capsule));
  const auto capsule = efi::Capsule::open(file);
  if (!capsule) return refused(options, capsule.error());
  Facts facts{options.capsule, *capsule, {}};
  for (unsigned number = 0; number < capsule->items(); ++number) {
    const auto item = capsule->item(number);
    if (!item) return refused(options, item.error());
    facts.items.push_back(*item);
  }
  if (options.json)
    print_json(json_of(facts));
  else if (options.dump)
    print_dump(facts);
  else
    print_text(facts);
  return {};
}

}  // namespace capsule
