// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi_check.hh - a check of the platform against the specification that needs no table about the platform: what
// it says is held against the standard and against what else it says. Sections: DEN0056E.
#pragma once
#include <array>

#include "scmi/client.hh"
#include "shell/command.hh"

namespace shell::check {

/// Statuses that are right, one bit each.
using Accept = uint32_t;
constexpr Accept accept(auto... errors) { return ((1u << -int(errors)) | ...); }
inline constexpr Accept kSuccess = 1;
inline constexpr Accept kNotFound = accept(Error::NotFound);
inline constexpr Accept kBad = accept(Error::InvalidParameters);
inline constexpr Accept kDenied = accept(Error::Denied);
inline constexpr Accept kRefused = accept(Error::NotSupported) | kDenied;

inline constexpr uint32_t kNoId = 0xffff'ffff;
inline constexpr uint64_t kNothing = ~uint64_t{0};

/// Tests of one protocol after the other, as TAP. A test begins with test() and ends with the next one; it has passed
/// when nothing was wrong() meanwhile. After Ctrl-C or the loss of the platform nothing is sent or printed any more.
class Check {
 public:
  explicit Check(const Call& call) : time_(call.machine.time()), destructive_(call.has("-d"sv)) {}

  /// All of it. Error::CheckFailed: there are findings; Interrupted; or why there is no platform to check.
  Result<void> run();

  // What the tests of a protocol are made of.

  /// Turns to `protocol` and asks its version. `sizes`: words of its messages from 3 on, a digit each. False: the
  /// platform does not have it.
  bool turn_to(scmi::Protocol protocol, const char* sizes);
  /// Its attributes, which messages it has, and what 4.2.2 demands of every protocol. `mandatory`: a bit for
  /// each message. `reserved`: bits of the attributes that must be zero.
  void common(uint32_t mandatory, uint32_t reserved);

  void test(const char* sentence) { test(kNoMessage, sentence); }
  void test(int message, const char* sentence);  // begins with the name of the message
  void wrong(uint32_t id, const char* expected, uint64_t got = kNothing);
  void skip(const char* reason) { skipped_ = reason; }
  /// Wrong unless the last answer's status is among `right`.
  void expect(Accept right, uint32_t id = kNoId);
  /// A test of its own: the platform offers `message` and answers these words with one of `right`.
  void probe(uint8_t message, const char* sentence, Accept right, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0,
             uint32_t d = 0);
  /// Tests of their own: each message from 3 on answers an id that does not exist with NOT_FOUND. It is their first
  /// word, but for `second`, where it is the second.
  void unknown_ids(uint32_t id, uint8_t second);

  /// What is tested for many ids at once: each of `sentences`, one a line, is a property; verify() says how it is with
  /// an id; report() makes a test of each.
  void verify(unsigned property, uint32_t id, bool good, const char* expected, uint64_t got = kNothing);
  void verify(unsigned property, uint32_t id, Accept right);  // of the last answer's status
  /// A name of 16 bytes that lies in the reply from `word` on; and, by NAME_GET `message` when `extended`, the whole
  /// one.
  void verify_names(unsigned property, uint32_t id, size_t word, bool extended, uint8_t message);
  /// Notifications of `id` by `message`. NOT_SUPPORTED is right: there may be no way to deliver them.
  void verify_switch(unsigned property, uint8_t message, uint32_t id);
  void report(std::string_view sentences);

  /// A test of its own: enables notifications `event` of `id` by `message`, and after `change` one arrives.
  template <class F>
  void notifies(uint8_t message, uint32_t id, bool offered, scmi::Command event, F&& change) {
    if (!listen(message, id, offered, event)) return;
    change();
    await(message, id, event);
  }

  /// Sends a message of the size that it must have; false when the platform answered anything but SUCCESS.
  bool ask(uint8_t message, uint32_t a = 0, uint32_t b = 0, uint32_t c = 0, uint32_t d = 0) {
    return send(message, size_of(message), a, b, c, d);
  }
  Error status() const { return status_; }
  /// Of the reply, behind the status. Zeros where nothing came.
  uint32_t word(size_t index) const { return reply_[index]; }
  uint32_t bytes() const { return bytes_; }
  /// The name of at most `size` bytes in the reply from `word` on; empty when it is not ended, or not for people.
  std::string_view name_at(size_t word, size_t size) const;

  bool offers(uint8_t message) const { return offered_ >> message & 1; }
  bool destructive() const { return destructive_; }
  bool stopped() const { return stopped_ != Error{}; }
  uint32_t version() const { return version_; }
  uint32_t attributes() const { return attributes_; }
  scmi::Client& client() { return *client_; }

  static constexpr size_t kReplyWords = 64, kProperties = 12;

 private:
  static constexpr int kNoMessage = -1;
  struct Finding {
    const char* expected;  // null: one of `right`
    uint64_t got;          // kNothing: what it was is of no help
    uint32_t id;
    Accept right;
    Error status;
    enum : uint8_t { Untouched, Good, Wrong } state = Untouched;
  };

  bool send(uint8_t message, size_t words, uint32_t a, uint32_t b, uint32_t c, uint32_t d);
  size_t size_of(uint8_t message) const;
  void note(Finding& finding, uint32_t id, const char* expected, uint64_t got, Accept right);
  bool fits(Accept right) const { return status_ > Error::UnknownStatus && (right >> -int(status_) & 1); }
  bool listen(uint8_t message, uint32_t id, bool offered, scmi::Command event);
  void await(uint8_t message, uint32_t id, scmi::Command event);
  void finish();
  void endurance();
  void malformed();

  const Time& time_;
  scmi::Client* client_ = nullptr;
  scmi::Protocol protocol_ = scmi::Protocol::Base;
  const char* sizes_ = "";
  const bool destructive_;
  uint8_t lost_ = 0;      // messages in a row without an answer
  uint32_t present_ = 0;  // a bit for each protocol that was turned to, by its low five bits
  uint32_t version_ = 0, attributes_ = 0, offered_ = 0;

  uint32_t number_ = 0, failed_ = 0;  // tests
  bool open_ = false, arrived_ = false;
  int message_ = kNoMessage;
  const char *sentence_ = nullptr, *skipped_ = nullptr;
  Finding finding_{};
  std::array<Finding, kProperties> properties_{};

  Error status_{}, stopped_{};
  uint32_t bytes_ = 0;
  std::array<uint32_t, kReplyWords> reply_{};
};

void base(Check& check);
void clock(Check& check);
void reset(Check& check);

}  // namespace shell::check
