// SPDX-License-Identifier: BSD-2-Clause
#include "shell/scmi_check.hh"

#include <algorithm>

#include "lib/console.hh"
#include "lib/text.hh"
#include "shell/input.hh"
#include "shell/names.hh"
#include "shell/progress.hh"
#include "shell/scmi.hh"

namespace shell::check {
namespace {

/// "NOT_FOUND" out of what text() says, or all of it where the specification has no word.
std::string_view word_for(Error status) {
  if (status == Error{}) return "SUCCESS"sv;
  const std::string_view all = text(status);
  std::string_view word = all;
  take_until(word, '(');
  return word.empty() ? all : take_until(word, ')');
}

}  // namespace

bool Check::turn_to(scmi::Protocol protocol, const char* sizes) {
  finish();
  protocol_ = protocol;
  client_ = &chosen(protocol);
  sizes_ = sizes;
  ask(scmi::common::kVersion);
  version_ = word(0);
  if (status_ != Error::NotSupported && status_ != Error::NotFound) {
    present_ |= 1u << (uint32_t(protocol) & 31);
    return true;
  }
  test("is there");
  skip("not offered");
  return false;
}

size_t Check::size_of(uint8_t message) const {
  using namespace scmi::common;
  if (message == kMessageAttributes || message == kNegotiateVersion) return 1;
  if (message < 3) return 0;
  const std::string_view sizes = sizes_;
  return message - 3u < sizes.size() ? size_t(sizes[message - 3u] - '0') : 0;
}

bool Check::send(uint8_t message, size_t words, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  const uint32_t request[] = {a, b, c, d};
  reply_ = {};
  if (const auto go = go_on(); !go) stopped_ = go.error();
  status_ = stopped_;
  if (stopped()) return false;
  const auto length = client_->raw(scmi::command(protocol_, message), {request, words}, reply_);
  status_ = length ? Error{} : length.error();
  bytes_ = length.value_or(0);
  constexpr uint8_t kLost = 4;
  lost_ = is_status(status_) ? 0 : lost_ + 1;
  if (lost_ == kLost) stopped_ = status_;
  return bool(length);
}

std::string_view Check::name_at(size_t word, size_t size) const {
  const std::string_view field(reinterpret_cast<const char*>(&reply_[word]), size);
  const std::string_view name = field.substr(0, field.find('\0'));
  const bool good = bytes_ >= word * 4 + size && name.size() < size && std::ranges::all_of(name, printable);
  return good ? name : std::string_view();
}

void Check::test(int message, const char* sentence) {
  finish();
  open_ = true;
  message_ = message;
  sentence_ = sentence;
  skipped_ = nullptr;
  finding_.state = Finding::Good;
}

// The first is kept: what follows from it says less.
void Check::note(Finding& finding, uint32_t id, const char* expected, uint64_t got, Accept right) {
  if (finding.state != Finding::Wrong) finding = {expected, got, id, right, status_, Finding::Wrong};
}

void Check::wrong(uint32_t id, const char* expected, uint64_t got) { note(finding_, id, expected, got, 0); }

void Check::expect(Accept right, uint32_t id) {
  if (!fits(right)) note(finding_, id, nullptr, 0, right);
}

void Check::finish() {
  if (!open_ || stopped()) return;
  open_ = false;
  const Finding& finding = finding_;
  const bool bad = finding.state == Finding::Wrong && !skipped_;
  failed_ += bad;
  print("{}ok {} - {} ", bad ? "not "sv : ""sv, ++number_, protocol_name(uint8_t(protocol_)));
  if (message_ != kNoMessage) print("{} ", message_name(uint8_t(protocol_), uint8_t(message_), false));
  print("{}", sentence_);
  if (skipped_) print(" # SKIP {}", skipped_);
  print("\n");
  if (!bad) return;
  print("# ");
  if (finding.id != kNoId) print("{}: ", finding.id);
  print("expected ");
  if (finding.expected) {
    print("{}", finding.expected);
    if (finding.got != kNothing) print(", got {:#x}", finding.got);
  } else {
    bool more = false;
    for (int status = 0; finding.right >> status; ++status)
      if (finding.right >> status & 1) {
        print("{}{}", more ? " or "sv : ""sv, word_for(Error(-status)));
        more = true;
      }
    print(", got {}", word_for(finding.status));
  }
  print("\n");
}

void Check::probe(uint8_t message, const char* sentence, Accept right, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  test(message, sentence);
  if (!offers(message)) return skip("not offered");
  ask(message, a, b, c, d);
  expect(right);
}

void Check::unknown_ids(uint32_t id, uint8_t second) {
  for (uint8_t message = 3; message < scmi::common::kNegotiateVersion && size_of(message); ++message)
    probe(message, "of an id past the last is NOT_FOUND", kNotFound, message == second ? 0 : id,
          message == second ? id : 0);
}

void Check::verify(unsigned property, uint32_t id, bool good, const char* expected, uint64_t got) {
  Finding& finding = properties_[property];
  if (!good) note(finding, id, expected, got, 0);
  if (finding.state == Finding::Untouched) finding.state = Finding::Good;
}

void Check::verify(unsigned property, uint32_t id, Accept right) {
  if (!fits(right)) note(properties_[property], id, nullptr, 0, right);
  verify(property, id, true, nullptr);
}

void Check::verify_names(unsigned property, uint32_t id, size_t word, bool extended, uint8_t message) {
  std::array<char, 16> memory;
  TextBuffer copy(memory);
  copy.write(name_at(word, memory.size()));
  const std::string_view name = copy.text();
  verify(property, id, !name.empty(), "printable text that ends with a NUL");
  if (!extended) return;
  ask(message, id);
  verify(property + 1, id, kSuccess);
  verify(property + 1, id, !name.empty() && name_at(1, 64).starts_with(name), "what the short name begins");
}

void Check::verify_switch(unsigned property, uint8_t message, uint32_t id) {
  for (const uint32_t on : {1u, 0u}) {
    ask(message, id, on);
    verify(property, id, kSuccess | kRefused);
  }
}

void Check::report(std::string_view sentences) {
  static constinit char sentence[80];  // a test is printed when the next one begins
  for (Finding& property : properties_) {
    if (sentences.empty()) break;
    finish();
    TextBuffer copy({sentence, sizeof sentence - 1});
    copy.write(take_until(sentences, '\n'));
    copy.write({"", 1});
    test(sentence);
    if (property.state == Finding::Untouched) skip("nothing to try it on");
    if (property.state == Finding::Wrong) finding_ = property;
    property.state = Finding::Untouched;
  }
}

bool Check::listen(uint8_t message, uint32_t id, bool offered, scmi::Command event) {
  test(message, "brings a notification");
  arrived_ = false;
  const auto handler = [](void* arrived, scmi::Header, std::span<const uint32_t>) {
    *static_cast<bool*>(arrived) = true;
  };
  if (offered && ask(message, id, 1) && shell::listen(event, handler, &arrived_)) return true;
  skip("not offered");
  return false;
}

void Check::await(uint8_t message, uint32_t id, scmi::Command event) {
  const Ticks start = time_.now();
  while (!arrived_ && time_.now() - start < time_.milliseconds(100)) chosen().poll();
  if (!arrived_) wrong(id, "a notification within 100 ms");
  ask(message, id, 0);
  // What comes now is not ours any more; and this object will be gone.
  (void)shell::listen(event, [](void*, scmi::Header, std::span<const uint32_t>) {}, nullptr);
}

void Check::common(uint32_t mandatory, uint32_t reserved) {
  using namespace scmi::common;
  test(kVersion, "is 1.0 or newer");
  ask(kVersion);
  expect(kSuccess);
  if (version_ >> 16 == 0) wrong(kNoId, "a major number", version_);

  test(kAttributes, "has zeros where it must");
  ask(kAttributes);
  expect(kSuccess);
  attributes_ = word(0);
  if (attributes_ & reserved) wrong(kNoId, "zeros", attributes_ & reserved);

  enum { kMandatory, kAnswers, kZero };
  offered_ = 0;
  for (uint32_t message = 0; message < 32; ++message) {
    if (ask(kMessageAttributes, message)) {
      offered_ |= 1u << message;
      verify(kZero, message, word(0) == 0, "zero", word(0));
    }
    if (mandatory >> message & 1) verify(kMandatory, message, kSuccess);
    verify(kAnswers, message, kSuccess | kNotFound);
  }
  ask(kMessageAttributes, 0xff);
  verify(kAnswers, 0xff, kNotFound);
  report(
      "PROTOCOL_MESSAGE_ATTRIBUTES knows every mandatory message\n"
      "PROTOCOL_MESSAGE_ATTRIBUTES of other messages are NOT_FOUND\n"
      "PROTOCOL_MESSAGE_ATTRIBUTES are zero");

  test("refuses a message that it does not know");
  ask(0xfe);
  expect(kNotFound | kRefused);

  probe(kNegotiateVersion, "takes the version that it has", kSuccess, version_);
  probe(kNegotiateVersion, "refuses one that it does not have", kNotFound | kRefused | kBad, version_ + 0x1'0000);
  test(kNegotiateVersion, "comes back from an older version");
  if (!offers(kNegotiateVersion)) {
    skip("not offered");
  } else if (ask(kNegotiateVersion, 0x1'0000)) {
    ask(kNegotiateVersion, version_);
    expect(kSuccess);
  } else {
    expect(kNotFound | kRefused | kBad);  // it need not have one
  }
}

// Every token once and the first ones again, which shows how long a message takes.
void Check::endurance() {
  test("answers 1100 messages in a row, with every token");
  constexpr uint32_t kCount = 1100;
  Ticks least = ~Ticks{0}, most = 0, all = 0;
  Progress progress(time_, "messages"sv, kCount);
  for (uint32_t i = 0; i < kCount && !stopped(); ++i) {
    const Ticks start = time_.now();
    ask(scmi::common::kVersion);
    const Ticks took = time_.now() - start;
    least = std::min(least, took);
    most = std::max(most, took);
    all += took;
    expect(kSuccess, i);
    if (word(0) != version_) wrong(i, "the same version", word(0));
    progress.at(i);
  }
  progress.end();
  finish();
  const auto nanoseconds = [&](Ticks ticks) { return ticks * 1'000'000 / (time_.hertz / 1000); };
  if (!stopped())
    print("# a message takes {} to {} ns, {} on average\n", nanoseconds(least), nanoseconds(most),
          nanoseconds(all) / kCount);
}

// What no client sends. It comes last, for there are platforms that never answer again.
void Check::malformed() {
  using namespace scmi::common;
  for (const auto protocol : {scmi::Protocol::Base, scmi::Protocol::Clock, scmi::Protocol::Reset}) {
    if (!(present_ >> (uint32_t(protocol) & 31) & 1)) continue;
    turn_to(protocol, "");
    test(kMessageAttributes, "without its parameter is refused");
    if (send(kMessageAttributes, 0, 0, 0, 0, 0) || !is_status(status_)) wrong(kNoId, "an error");
    test(kVersion, "with parameters that it does not have is answered");
    send(kVersion, 3, 0, 0, 0, 0);
    expect(kSuccess | kBad | accept(Error::ProtocolError));
  }
}

Result<void> Check::run() {
  const auto troubles = [] {
    uint32_t sum = 0;
    for (const auto& channel : chosen().channels()) {
      const auto seen = channel.client->statistics();
      sum += seen.malformed + seen.timed_out + seen.late + seen.unexpected;
    }
    return sum;
  };
  const uint32_t before = troubles();
  base(*this);
  clock(*this);
  reset(*this);
  turn_to(scmi::Protocol::Base, "");
  endurance();
  malformed();
  turn_to(scmi::Protocol::Base, "");
  test("and the others left no message lost or malformed");
  if (const uint32_t after = troubles(); after != before) wrong(kNoId, "none", after - before);
  finish();

  if (stopped()) {
    print("Bail out! {}\n", stopped_);
    return failure(stopped_);
  }
  print("1..{}\n", number_);
  if (failed_ == 0) {
    print("check: conformant\n");
    return {};
  }
  print("check: {} findings\n", failed_);
  return failure(Error::CheckFailed);
}

}  // namespace shell::check

namespace shell {

COMMAND(scmi_check, "scmi check [-d]", "checks the platform's conformance, as TAP; -d: also what changes its state") {
  return check::Check(call).run();
}

}  // namespace shell
