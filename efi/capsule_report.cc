// SPDX-License-Identifier: BSD-2-Clause
#include "efi/capsule_report.hh"

#include "lib/le.hh"

using namespace std::string_view_literals;

namespace efi {
namespace {

constexpr std::string_view kLast = "CapsuleLast"sv, kMax = "CapsuleMax"sv, kPrefix = "Capsule"sv;
constexpr size_t kNumberText = 11;  // "Capsule0000": in CapsuleLast and CapsuleMax, with no NUL

// EFI_CAPSULE_RESULT_VARIABLE_HEADER, and EFI_CAPSULE_RESULT_VARIABLE_FMP behind it.
struct Header {
  le32 size;  // of all
  le32 reserved;
  Guid capsule;
  uint8_t processed[16];  // EFI_TIME
  le64 status;
};
struct Item {
  le16 version;
  uint8_t payload, index;
  Guid type;
};
static_assert(sizeof(Header) == 48 && sizeof(Item) == 20);

constexpr uint16_t kItemVersion = 1;

// EFI_STATUS (UEFI 2.10, appendix D): those of failures have the highest bit set.
constexpr uint64_t kFailed = uint64_t{1} << 63;
constexpr uint8_t kStatuses[] = {
    0,   // Success
    21,  // Unsuccessful: aborted
    9,   // InsufficientResources: out of resources
    25,  // IncorrectVersion: incompatible version
    2,   // InvalidFormat: invalid parameter
    26,  // AuthError: security violation
    6,   // PowerAc: not ready
    6,   // PowerBattery
    3,   // UnsatisfiedDependencies: unsupported
};

// The number in CapsuleLast or CapsuleMax.
Result<uint16_t> number_in(Variables& variables, std::string_view name) {
  std::array<uint8_t, 2 * kNumberText> text;
  const auto size = variables.get(name, kCapsuleReport, std::as_writable_bytes(std::span(text)));
  if (!size && size.error() != Error::NoSpace) return failure(size.error());
  if (!size || *size != text.size()) return failure(Error::Malformed);
  unsigned number = 0;
  for (size_t i = 0; i < kNumberText; ++i) {
    const char c = char(text[2 * i]);
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (text[2 * i + 1] || (i < kPrefix.size() ? c != kPrefix[i] : digit < 0)) return failure(Error::Malformed);
    if (i >= kPrefix.size()) number = number * 16 + unsigned(digit);
  }
  return uint16_t(number);
}

Result<uint16_t> number_or(Variables& variables, std::string_view name, uint16_t otherwise) {
  const auto number = number_in(variables, name);
  return number || number.error() != Error::NotFound ? number : otherwise;
}

Result<void> put_number(Variables& variables, std::string_view name, uint16_t number) {
  std::array<uint8_t, 2 * kNumberText> text{};
  const NumberedName of(kPrefix, number);
  for (size_t i = 0; i < kNumberText; ++i) text[2 * i] = uint8_t(of.view()[i]);
  return variables.set(name, kCapsuleReport, std::as_bytes(std::span(text)));
}

}  // namespace

uint64_t efi_status(Status status) {
  const uint8_t code = size_t(status) < std::size(kStatuses) ? kStatuses[size_t(status)] : kStatuses[1];
  return code ? kFailed | code : 0;
}

std::string_view efi_status_text(uint64_t status) {
  if (!status) return "success"sv;
  switch (status ^ kFailed) {
    case 2: return "invalid parameter"sv;
    case 3: return "unsupported"sv;
    case 6: return "not ready"sv;
    case 9: return "out of resources"sv;
    case 21: return "aborted"sv;
    case 25: return "incompatible version"sv;
    case 26: return "security violation"sv;
    default: return "error"sv;
  }
}

Result<uint16_t> last_capsule_report(Variables& variables) { return number_in(variables, kLast); }

Result<uint16_t> next_capsule_report(Variables& variables) {
  const uint16_t most = TRY(number_or(variables, kMax, kUsualCapsuleMax));
  const uint16_t last = TRY(number_or(variables, kLast, UINT16_MAX));
  return last < most ? uint16_t(last + 1) : uint16_t(0);
}

Result<uint16_t> write_capsule_report(Variables& variables, const CapsuleReport& report) {
  if (report.file.size() > kMostReportFile) return failure(Error::InvalidParameters);
  const uint16_t number = TRY(next_capsule_report(variables));
  struct {
    Header header;
    Item item;
    le16 text[kMostReportFile + 2];  // the file's name, and an empty CapsuleTarget
  } record{};
  size_t size = sizeof(Header);
  if (report.has_item) {
    size = offsetof(decltype(record), text) + 2 * (report.file.size() + 2);
    record.item = {kItemVersion, report.item.payload, report.item.index, report.item.type};
    for (size_t i = 0; i < report.file.size(); ++i) record.text[i] = uint8_t(report.file[i]);
  }
  record.header.size = uint32_t(size);
  record.header.capsule = report.capsule;
  record.header.status = efi_status(report.status);
  // The same again writes nothing.
  CHECK(put_number(variables, kMax, TRY(number_or(variables, kMax, kUsualCapsuleMax))));
  CHECK(variables.set(NumberedName(kPrefix, number).view(), kCapsuleReport,
                      std::as_bytes(std::span(&record, 1)).first(size)));
  CHECK(put_number(variables, kLast, number));
  return number;
}

Result<CapsuleRecord> read_capsule_report(Variables& variables, uint16_t number) {
  std::array<std::byte, 512> bytes;  // others keep paths in it
  const auto size = variables.get(NumberedName(kPrefix, number).view(), kCapsuleReport, bytes);
  if (!size && size.error() != Error::NoSpace) return failure(size.error());
  Header header;
  if (!size || *size < sizeof(header)) return failure(Error::Malformed);
  __builtin_memcpy(&header, bytes.data(), sizeof(header));
  if (header.size != *size) return failure(Error::Malformed);
  CapsuleRecord record{header.capsule, header.status, *size >= sizeof(Header) + sizeof(Item), {}};
  if (record.has_item) {
    Item item;
    __builtin_memcpy(&item, &bytes[sizeof(header)], sizeof(item));
    record.item = {item.payload, item.index, item.type};
  }
  return record;
}

}  // namespace efi
