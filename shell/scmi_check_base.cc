// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi_check_base.cc - Base, 0x10 (4.3).
#include <algorithm>

#include "scmi/base.hh"
#include "shell/scmi_check.hh"

namespace shell::check {
namespace {

constexpr uint8_t kVendor = 3, kSubVendor = 4, kImplementation = 5, kList = 6, kAgent = 7, kNotify = 8, kDevice = 9,
                  kProtocol = 0xa, kResetAgent = 0xb;
constexpr uint32_t kNobody = 0xffff'fff0;  // no agent or device has such an id

/// Protocols that a page lists behind the first `skip`; nothing that can be relied on is none.
uint32_t page(Check& check, uint32_t skip, uint32_t total) {
  check.ask(kList, skip);
  check.expect(kSuccess, skip);
  const uint32_t count = check.word(0), bytes = check.bytes();
  if (check.status() != Error{}) return 0;
  const bool good = count != 0 && count <= total - skip && count <= bytes - 4 && bytes % 4 == 0;
  if (!good) check.wrong(skip, "as many as there are left, in whole words", count);
  return good ? std::min<uint32_t>(count, 4 * (Check::kReplyWords - 1)) : 0;
}

void protocols(Check& check) {
  const uint32_t total = check.attributes() & 0xff;
  std::array<uint8_t, 256> id;
  uint32_t found = 0;
  const auto listed = [&](uint32_t index) { return uint8_t(check.word(1 + index / 4) >> 8 * (index % 4)); };
  check.test(kList, "lists as many as ATTRIBUTES counts, each once");
  while (const uint32_t count = found < total ? page(check, found, total) : 0) {
    for (uint32_t i = 0; i < count; ++i) {
      const auto end = id.begin() + found;
      if (listed(i) <= 0x10 || std::find(id.begin(), end, listed(i)) != end)
        check.wrong(found, "another protocol", listed(i));
      id[found++] = listed(i);
    }
  }
  check.test(kList, "skips as many as it is told");
  for (uint32_t skip = 0; skip < found; ++skip) {
    page(check, skip, total);
    if (listed(0) != id[skip]) check.wrong(skip, "the same protocols", listed(0));
  }
  check.probe(kList, "refuses to skip more than there are", kBad, total + 1);
}

void agents(Check& check) {
  const bool ids = check.version() >= scmi::version(2, 0);  // 1.0 answers with the name alone
  const uint32_t total = check.attributes() >> 8 & 0xff;
  check.test(kAgent, "knows every agent, the platform first");
  if (!check.offers(kAgent)) check.skip("not offered");
  for (uint32_t id = 0; check.offers(kAgent) && id < total; ++id) {
    check.ask(kAgent, id);
    check.expect(kSuccess, id);
    const auto name = check.name_at(ids, 16);
    if (name.empty()) check.wrong(id, "a name that ends with a NUL");
    if (ids && check.word(0) != id) check.wrong(id, "the same id", check.word(0));
    if (id == 0 && !name.starts_with("platform"sv)) check.wrong(id, "platform");
  }
  check.probe(kAgent, "of an unknown agent is NOT_FOUND", kNotFound, kNobody);
  uint32_t self = 1;
  if (ids) {
    check.probe(kAgent, "of 0xffffffff is the one that asks", kSuccess, scmi::base::kMyself);
    self = check.word(0);
    if (self == 0 || self > total) check.wrong(kNoId, "the id of an agent", self);
  }

  constexpr const char* kStranger = "of an unknown agent is NOT_FOUND";
  constexpr const char* kFlags = "with reserved flags is refused";
  constexpr Accept kUnknown = kNotFound | kRefused;
  check.probe(kDevice, kStranger, kUnknown, kNobody, 0, 1);
  check.probe(kDevice, "of an unknown device is NOT_FOUND", kUnknown, self, kNobody, 1);
  check.probe(kDevice, kFlags, kBad | kUnknown, self, kNobody, ~0u);
  check.probe(kProtocol, kStranger, kUnknown, kNobody, 0, 0x14, 1);
  check.probe(kProtocol, kFlags, kBad | kUnknown, self, kNobody, 0x14, ~0u);
  check.probe(kResetAgent, kStranger, kUnknown, kNobody);
  if (check.destructive()) check.probe(kResetAgent, "of itself is done", kSuccess | kRefused, self);
}

}  // namespace

void base(Check& check) {
  check.turn_to(scmi::Protocol::Base, "000111342");
  check.common(0x6f, 0xffff'0000);
  for (const uint8_t message : {kVendor, kSubVendor}) {
    check.probe(message, "is a text that ends with a NUL", kSuccess);
    if (check.name_at(0, 16).empty()) check.wrong(kNoId, "printable text");
  }
  check.probe(kImplementation, "is there", kSuccess);
  protocols(check);
  agents(check);
  check.probe(kNotify, "can be switched on", kSuccess | kRefused, 1);
  check.probe(kNotify, "can be switched off", kSuccess | kRefused, 0);
  check.probe(kNotify, "with reserved bits is refused", kBad | kRefused, 2);
}

}  // namespace shell::check
