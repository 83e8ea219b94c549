// SPDX-License-Identifier: BSD-2-Clause
#include "efi/capsule_report.hh"

#include "lib/le.hh"

using namespace std::string_view_literals;

namespace efi {
namespace {

constexpr char kLast[] = "CapsuleLast", kMax[] = "CapsuleMax";
constexpr size_t kNumberText = 11;  // "Capsule0000": in CapsuleLast and CapsuleMax, with no NUL

NumberedName record_name(uint16_t number) { return {"Capsule"sv, number}; }

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

// What CapsuleLast or CapsuleMax says of that record.
struct NumberText {
  explicit NumberText(uint16_t number) {
    const NumberedName name = record_name(number);
    for (size_t i = 0; i < kNumberText; ++i) characters[i] = uint8_t(name.view()[i]);
  }
  le16 characters[kNumberText];
};

Result<uint16_t> number_in(Variables& variables, const char* name) {
  le16 text[kNumberText];
  const auto size = variables.get(name, kCapsuleReport, std::as_writable_bytes(std::span(text)));
  if (!size && size.error() != Error::NoSpace) return failure(size.error());
  if (!size || *size != sizeof(text)) return failure(Error::Malformed);
  unsigned number = 0;
  for (size_t i = kNumberText - 4; i < kNumberText; ++i)
    number = number * 16 + (text[i] <= '9' ? text[i] - '0' : text[i] - 'A' + 10);
  // It is one where it is written as that number is.
  if (__builtin_memcmp(NumberText(uint16_t(number)).characters, text, sizeof(text)) != 0)
    return failure(Error::Malformed);
  return uint16_t(number);
}

Result<uint16_t> number_or(Variables& variables, const char* name, uint16_t otherwise) {
  const auto number = number_in(variables, name);
  return number || number.error() != Error::NotFound ? number : otherwise;
}

Result<void> put_number(Variables& variables, const char* name, uint16_t number) {
  const NumberText text(number);
  return variables.set(name, kCapsuleReport, std::as_bytes(std::span(text.characters)));
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
  CHECK(variables.set(record_name(number).view(), kCapsuleReport, std::as_bytes(std::span(&record, 1)).first(size)));
  CHECK(put_number(variables, kLast, number));
  return number;
}

Result<CapsuleRecord> read_capsule_report(Variables& variables, uint16_t number) {
  struct {
    Header header;
    Item item;
    std::byte others[444];  // paths, say
  } read;
  const auto size =
      variables.get(record_name(number).view(), kCapsuleReport, std::as_writable_bytes(std::span(&read, 1)));
  if (!size && size.error() != Error::NoSpace) return failure(size.error());
  if (!size || *size < sizeof(Header) || read.header.size != *size) return failure(Error::Malformed);
  Result<CapsuleRecord> record;
  record->capsule = read.header.capsule;
  record->status = read.header.status;
  record->has_item = *size >= sizeof(Header) + sizeof(Item);
  if (record->has_item) record->item = {read.item.payload, read.item.index, read.item.type};
  return record;
}

}  // namespace efi
