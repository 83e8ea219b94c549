// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/platform/fault.hh"

#include <algorithm>

#include "lib/text.hh"
#include "scmi/base.hh"
#include "scmi/clock.hh"
#include "scmi/reset.hh"

namespace scmi::platform {
namespace {

constexpr std::array<std::string_view, kFaults> kNames = {
    "none",    "silence", "late",         "wrong-token",     "wrong-protocol", "wrong-message", "wrong-type",
    "short",   "long",    "zero",         "length-3",        "error-bit",      "busy",          "bad-counts",
    "endless", "empty",   "unterminated", "status-positive", "status-vendor",  "no-smc"};

/// A reply that is a list: where its parts are. Words count from the header.
struct List {
  Command command;
  uint8_t index;            // of the request's payload
  uint32_t returned;        // mask in word 2
  uint8_t remaining_shift;  // 32: there is no such count
};
constexpr List kLists[] = {
    {base::wire::DiscoverListProtocols::kCommand, 0, 0xffff'ffff, 32},
    {clock::wire::DescribeRates::kCommand, 1, 0xfff, 16},
    {clock::wire::PossibleParentsGet::kCommand, 1, 0xff, 24},
};

/// A reply with a name in it.
struct Named {
  Command command;
  uint8_t first, words;  // from the header
};
constexpr Named kNamed[] = {
    {base::wire::DiscoverVendor::kCommand, 2, 4},  {base::wire::DiscoverSubVendor::kCommand, 2, 4},
    {base::wire::DiscoverAgent::kCommand, 3, 4},   {clock::wire::Attributes::kCommand, 3, 4},
    {clock::wire::NameGet::kCommand, 3, 16},       {reset::wire::DomainAttributes::kCommand, 4, 4},
    {reset::wire::DomainNameGet::kCommand, 3, 16},
};

template <class T, size_t N>
const T* find(const T (&rows)[N], Header header) {
  for (const T& row : rows)
    if (row.command == Command(header.word & 0x3fcff)) return &row;
  return nullptr;
}

bool about_lists(Fault fault) {
  return fault == Fault::BadCounts || fault == Fault::EndlessPages || fault == Fault::EmptyPages;
}

void disturb_list(Fault fault, const List& list, uint32_t& word) {
  const uint32_t remaining = list.remaining_shift < 32 ? 1u << list.remaining_shift : 0;
  if (fault == Fault::BadCounts)
    word = (word & ~list.returned) | ((word & list.returned) + 64);
  else if (fault == Fault::EndlessPages)
    word = (word & (remaining - 1)) | remaining * 100;
  else
    word = (word & ~list.returned & (remaining - 1)) | remaining * 5;
}

}  // namespace

std::string_view name(Fault fault) { return kNames[size_t(fault)]; }

std::optional<Fault> fault_named(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return Fault(found - kNames.begin());
}

Result<FaultPlan> parse_fault(std::string_view text) {
  FaultPlan plan;
  const auto fault = fault_named(take_until(text, ':'));
  if (!fault) return failure(Error::InvalidParameters);
  plan.fault = *fault;
  if (plan.fault == Fault::Busy) plan.count = 0;
  if (!text.empty()) plan.count = uint32_t(TRY(parse_number(take_until(text, ':'), UINT32_MAX)));
  if (!text.empty()) plan.skip = uint32_t(TRY(parse_number(take_until(text, ':'), UINT32_MAX)));
  if (!text.empty()) {
    const auto protocol = uint8_t(TRY(parse_number(take_until(text, ':'), 0xff)));
    plan.filter = command(Protocol(protocol), uint8_t(TRY(parse_number(text, 0xff))));
  }
  return plan;
}

void FaultyChannel::set(const FaultPlan& plan) {
  plan_ = plan;
  held_ = 0;
  if (left_busy_) channel_.give_up();
  left_busy_ = false;
}

bool FaultyChannel::hits(const Request& request) {
  if (plan_.fault == Fault::None) return false;
  if (plan_.filter && *plan_.filter != Command(request.header.word & 0x3fcff)) return false;
  if (about_lists(plan_.fault) && !find(kLists, request.header)) return false;
  if (plan_.fault == Fault::Unterminated && !find(kNamed, request.header)) return false;
  if (plan_.skip) {
    --plan_.skip;
    return false;
  }
  return true;
}

bool FaultyChannel::serve() {
  Request request;
  const Channel::Taken taken = channel_.take(request);
  if (taken == Channel::Taken::Nothing) return true;
  if (held_) {  // and this command is lost
    release();
    return true;
  }
  Words words{};
  const Reply reply{words.data(), std::min<uint32_t>(channel_.capacity(), sizeof words)};
  const bool hit = hits(request);
  const Fault fault = hit ? plan_.fault : Fault::None;
  if (hit && plan_.count && --plan_.count == 0) plan_ = {};

  if (fault == Fault::NoSmc) return false;
  left_busy_ = fault == Fault::Silence || fault == Fault::Late || fault == Fault::Busy;
  if (fault == Fault::Silence) return true;
  const List* const list = find(kLists, request.header);
  if (fault == Fault::EndlessPages) request.words[list->index] = 0;

  uint32_t length = channel_.answer(taken, request, reply);
  uint32_t status = Area::kFree | (taken == Channel::Taken::Damaged ? Area::kError : 0);
  const bool good = words[1] == 0;
  switch (fault) {
    case Fault::None:
    case Fault::Silence:
    case Fault::NoSmc: break;
    case Fault::Late:
      late_ = words;
      held_ = length;
      return true;
    case Fault::WrongToken: words[0] ^= 0x200u << Header::kTokenShift; break;
    case Fault::WrongProtocol: words[0] ^= 1u << 10; break;
    case Fault::WrongMessage: words[0] ^= 1; break;
    case Fault::WrongType: words[0] ^= uint32_t(MessageType::DelayedResponse) << Header::kTypeShift; break;
    case Fault::Short: length -= 4; break;
    case Fault::ErrorBit: status |= Area::kError; break;
    case Fault::Busy: status = 0; break;
    case Fault::BadCounts:
    case Fault::EndlessPages:
    case Fault::EmptyPages:
      if (!good) break;
      disturb_list(fault, *list, words[2]);
      if (fault == Fault::EmptyPages) length = 12;
      break;
    case Fault::Unterminated:
      if (!good) break;
      if (const Named* const named = find(kNamed, request.header)) {
        auto* const bytes = reinterpret_cast<char*>(&words[named->first]);
        std::replace(bytes, bytes + named->words * 4, '\0', '!');
      }
      break;
    case Fault::StatusPositive:
    case Fault::StatusVendor:
      words[1] = fault == Fault::StatusPositive ? 7 : uint32_t(-200);
      length = 8;
      break;
    case Fault::Long:
    case Fault::ZeroLength:
    case Fault::Length3: break;
  }
  for (uint32_t i = 0; i < words.size() && i * 4 < length; ++i) channel_.area().message[i] = words[i];
  if (fault == Fault::Long) length = channel_.capacity() + 4;
  if (fault == Fault::ZeroLength) length = 0;
  if (fault == Fault::Length3) length = 3;
  channel_.give(length, status);
  return true;
}

void FaultyChannel::release() {
  for (uint32_t i = 0; i * 4 < held_; ++i) channel_.area().message[i] = late_[i];
  channel_.give(held_, Area::kFree);
  held_ = 0;
  left_busy_ = false;
}

}  // namespace scmi::platform
