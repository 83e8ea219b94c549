// SPDX-License-Identifier: BSD-2-Clause
#include "efi/esrt.hh"

#include "lib/le.hh"

namespace efi {
namespace {

constexpr uint64_t kVersion = 1;

struct Header {
  le32 count, most;
  le64 version;
};
struct Wire {
  Guid image;
  le32 type, version, lowest_supported_version, flags, last_attempt_version, last_attempt_status;
};
static_assert(sizeof(Header) == kEsrtHeader && sizeof(Wire) == kEsrtEntry);

}  // namespace

Result<size_t> write_esrt(std::span<const EsrtEntry> entries, std::span<std::byte> to) {
  const size_t size = esrt_size(entries.size());
  if (size > to.size()) return failure(Error::NoSpace);
  const Header header{uint32_t(entries.size()), uint32_t(entries.size()), kVersion};
  __builtin_memcpy(to.data(), &header, sizeof(header));
  std::byte* at = &to[sizeof(header)];
  for (const EsrtEntry& entry : entries) {
    const Wire wire{entry.image,
                    uint32_t(entry.type),
                    entry.version,
                    entry.lowest_supported_version,
                    entry.capsule_flags,
                    entry.last_attempt_version,
                    entry.last_attempt_status};
    __builtin_memcpy(at, &wire, sizeof(wire));
    at += sizeof(wire);
  }
  return size;
}

Result<size_t> parse_esrt(std::span<const std::byte> bytes, std::span<EsrtEntry> to) {
  Header header;
  if (bytes.size() < sizeof(header)) return failure(Error::Malformed);
  __builtin_memcpy(&header, bytes.data(), sizeof(header));
  if (header.version != kVersion || header.count > header.most ||
      header.count > (bytes.size() - sizeof(header)) / sizeof(Wire))
    return failure(Error::Malformed);
  if (header.count > to.size()) return failure(Error::NoSpace);
  const std::byte* at = &bytes[sizeof(header)];
  for (size_t i = 0; i < header.count; ++i, at += sizeof(Wire)) {
    Wire wire;
    __builtin_memcpy(&wire, at, sizeof(wire));
    if (wire.type > uint32_t(EsrtEntry::Type::UefiDriver)) return failure(Error::Malformed);
    to[i] = {wire.image,
             EsrtEntry::Type(uint32_t(wire.type)),
             wire.version,
             wire.lowest_supported_version,
             wire.flags,
             wire.last_attempt_version,
             wire.last_attempt_status};
  }
  return header.count;
}

}  // namespace efi
