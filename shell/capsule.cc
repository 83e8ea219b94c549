// SPDX-License-Identifier: BSD-2-Clause
// shell/capsule.cc - capsules: looked at, verified, applied.
#include "shell/capsule.hh"

#include "lib/console.hh"
#include "lib/mark.hh"
#include "shell/capsule_source.hh"
#include "shell/listing.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

using efi::Capsule, efi::CapsuleKind, efi::Checked;

constinit CapsuleSource source;
constinit std::array<char, 160> reason{};

std::string_view text(CapsuleKind kind) {
  constexpr std::string_view kTexts[] = {"firmware management"sv, "accept"sv, "revert"sv, "Windows UX"sv};
  return kTexts[size_t(kind)];
}

void print_flags(uint32_t flags) {
  constexpr std::pair<uint32_t, std::string_view> kNames[] = {
      {efi::capsule_flags::kAcceptByOs, " accept-by-os"sv},
      {efi::capsule_flags::kPersistAcrossReset, " persist-across-reset"sv},
      {efi::capsule_flags::kPopulateSystemTable, " populate-system-table"sv},
      {efi::capsule_flags::kInitiateReset, " initiate-reset"sv},
  };
  print("flags {:#010x}", flags);
  for (const auto& [bit, name] : kNames)
    if (flags & bit) print("{}", name);
  print("\n");
}

Checked<void> print_items(const Call& call, const Capsule& capsule) {
  Listing list(call,
               "item:4 type:-36 index:5 instance#:10 version:10 lowest:10 count:5 signed?yes|no:-6 depends?yes|no:-7"
               " bytes:10"sv);
  for (unsigned number = 0; number < capsule.items(); ++number) {
    const efi::Item item = TRY_CHECKED(capsule.item(number));
    const auto header = item.payload_header.value_or(efi::PayloadHeader{});
    list.row({number, GuidText(item.type).view(), item.index, item.hardware_instance, header.version,
              header.lowest_supported_version, item.authentication ? item.authentication->monotonic_count : 0,
              item.authentication.has_value(), item.dependency.size != 0, item.image.size});
  }
  return {};
}

}  // namespace

std::unexpected<Error> rejected(const efi::Refusal& refusal) {
  TextBuffer text(reason);
  print_refusal(text, refusal);
  about(text.text());
  return failure(Error::Rejected);
}

COMMAND(capsule_info, "capsule info FILE [-j]",
        "what is in a capsule; FILE is memory:ADDRESS+SIZE, tftp:FILE, disk:PATH or blk0:PATH") {
  Reader& from = *TRY(source.open(call.machine, call.text(0)));
  const auto capsule = Capsule::open(from);
  if (!capsule) return rejected(capsule.error());
  const auto& header = capsule->header();
  if (!call.has("-j"sv)) {
    print("{} capsule, {} bytes, header of {}\n", text(header.kind), header.image_size, header.header_size);
    print_flags(header.flags);
    if (header.kind == CapsuleKind::Accept) print("accepts {}\n", GuidText(capsule->accepts()).view());
  }
  if (const auto printed = print_items(call, *capsule); !printed) return rejected(printed.error());
  return {};
}

COMMAND(capsule_verify, "capsule verify FILE", "whether a capsule would be installed; nothing is written") {
  efi::Platform& platform = *TRY(platform_of(call));
  Reader& from = *TRY(source.open(call.machine, call.text(0)));
  mark<kCallBegins>();
  const auto capsule = Capsule::open(from);
  if (!capsule) return rejected(capsule.error());
  const auto verified = update().verify(platform, *capsule);
  mark<kCallEnds>();
  if (!verified) return rejected(verified.error());
  if (capsule->items() == 0) {
    print("{} capsule: well-formed, not signed\n", text(capsule->header().kind));
    return {};
  }
  print("verified: {} item{}", capsule->items(), capsule->items() == 1 ? ""sv : "s"sv);
  for (const efi::VerifiedItem& one : update().items())
    print(", {} by {}{}", one.image->name, one.key->name, one.key->is_test ? " (a test key)"sv : ""sv);
  print("\n");
  return {};
}

COMMAND(capsule_update, "capsule update FILE", "installs a capsule: all of it is verified before anything is written") {
  efi::Platform& platform = *TRY(platform_of(call));
  Reader& from = *TRY(source.open(call.machine, call.text(0)));
  const auto applied = apply(platform, from, {});
  if (!applied) return rejected(applied.error());
  return {};
}

}  // namespace shell
#endif
