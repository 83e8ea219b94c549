// SPDX-License-Identifier: BSD-2-Clause
// shell/efivar.cc - UEFI variables.
#include "efi/platform.hh"
#include "lib/console.hh"
#include "lib/text.hh"
#include "shell/capsule.hh"
#include "shell/format.hh"
#include "shell/listing.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

Result<efi::Platform*> store_of(const Call& call) {
  const auto platform = platform_of(call);
  if (platform) about("variables"sv);
  return platform;
}

Result<efi::Variables*> variables_of(const Call& call) {
  efi::Platform* const platform = TRY(store_of(call));
  return platform->variables();
}

Result<Guid> vendor_of(const Call& call, size_t index) {
  if (index >= call.count()) return efi::kGlobalVariable;
  about(call.text(index));
  return parse_guid(call.text(index));
}

// Not on the stack, which is small.
constinit std::array<std::byte, efi::kMostVariable> data{};

}  // namespace

COMMAND(efivar, "efivar [-j]", "the variables that are kept") {
  efi::Variables& variables = *TRY(variables_of(call));
  Listing list(call, "vendor:-36 attributes#:10 size:5 name"sv);
  for (uint32_t cursor = 0;;) {
    const auto variable = variables.next(cursor);
    if (!variable && variable.error() == Error::NotFound) return {};
    if (!variable) return failure(variable.error());
    list.row({GuidText(variable->vendor).view(), variable->attributes, variable->size, variable->name()});
  }
}

COMMAND(efivar_read, "efivar read WORD [WORD]", "prints the variable of that name, and vendor, in hexadecimal") {
  efi::Variables& variables = *TRY(variables_of(call));
  const Guid vendor = TRY(vendor_of(call, 1));
  about(call.text(0));
  const size_t size = TRY(variables.get(call.text(0), vendor, data));
  for (size_t i = 0; i < size; ++i) print("{:02x}{}", uint8_t(data[i]), i % 16 == 15 || i + 1 == size ? "\n"sv : " "sv);
  return {};
}

COMMAND(efivar_write, "efivar write WORD WORD [WORD]", "sets variable NAME to bytes in hexadecimal, of that vendor") {
  efi::Variables& variables = *TRY(variables_of(call));
  const Guid vendor = TRY(vendor_of(call, 2));
  const std::string_view hex = call.text(1);
  about(hex);
  if (hex.size() % 2 || hex.size() / 2 > data.size()) return failure(Error::BadNumber);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const unsigned high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
    if (high > 15 || low > 15) return failure(Error::BadNumber);
    data[i / 2] = std::byte(high << 4 | low);
  }
  about(call.text(0));
  return variables.set(call.text(0), vendor, std::span(data).first(hex.size() / 2));
}

COMMAND(efivar_remove, "efivar remove WORD [WORD]", "forgets the variable of that name, and vendor") {
  efi::Variables& variables = *TRY(variables_of(call));
  const Guid vendor = TRY(vendor_of(call, 1));
  about(call.text(0));
  return variables.remove(call.text(0), vendor);
}

COMMAND(efivar_format, "efivar format", "makes an empty store of variables, whatever was there") {
  return TRY(store_of(call))->make_variables();
}

}  // namespace shell
#endif
