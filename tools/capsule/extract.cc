// SPDX-License-Identifier: BSD-2-Clause
// `capsule extract`.
#include "efi/capsule.hh"
#include "tools/capsule/commands.hh"
#include "tools/capsule/detached.hh"
#include "tools/capsule/words.hh"

namespace capsule {
namespace {

Outcome<std::vector<Piece>> pieces_of(const efi::Item& item, InputFile& file, std::string_view part) {
  const auto of = [&](const efi::Extent& extent) { return Piece(file, extent.offset, extent.size); };
  std::vector<Piece> all;
  if (part == "image") {
    all.push_back(of(item.image));
  } else if (part == "raw") {
    all.push_back(of(item.signed_bytes));
  } else if (part == "content") {
    if (!item.authentication) return failed("{}: item {}: not signed", file.path(), item.number);
    Bytes count;
    append(count, item.authentication->monotonic_count);
    all.push_back(of(item.signed_bytes));
    all.emplace_back(std::move(count));
  } else if (part == "signature") {
    if (!item.authentication) return failed("{}: item {}: not signed", file.path(), item.number);
    all.push_back(of(item.authentication->pkcs7));
  } else if (part == "dependency") {
    if (item.dependency.size == 0) return failed("{}: item {}: no dependency expression", file.path(), item.number);
    all.push_back(of(item.dependency));
  } else if (part == "vendor-code") {
    if (item.vendor_code.size == 0) return failed("{}: item {}: no vendor code", file.path(), item.number);
    all.push_back(of(item.vendor_code));
  } else {
    return misused("--part '{}': expected image, raw, content, signature, dependency or vendor-code", part);
  }
  return all;
}

}  // namespace

Outcome<void> extract(const ExtractOptions& options) {
  InputFile file = TRY_MOVE(InputFile::open(options.capsule));
  const auto capsule = efi::Capsule::open(file);
  if (!capsule) return failed("{}: {}", options.capsule, say(capsule.error()));
  if (capsule->items() == 0) return failed("{}: capsules of this kind have no payload", options.capsule);
  unsigned first = 0, last = capsule->items() - 1;
  if (!options.item.empty()) first = last = unsigned(TRY(number("--item", options.item, 0, last)));
  for (unsigned each = first; each <= last; ++each) {
    const auto item = capsule->item(each);
    if (!item) return failed("{}: {}", options.capsule, say(item.error()));
    std::vector<Piece> pieces = TRY_MOVE(pieces_of(*item, file, options.part));
    OutputFile output = TRY_MOVE(OutputFile::create(numbered(options.output, each, last - first + 1)));
    uint64_t at = 0;
    const auto write = [&](View bytes) {
      at += bytes.size();
      return output.write(at - bytes.size(), bytes);
    };
    CHECK(for_each_view(pieces, write));
    CHECK(output.commit());
  }
  return {};
}

}  // namespace capsule
