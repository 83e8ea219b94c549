// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_monitor/options.hh"

#include "lib/text.hh"

namespace board {
namespace {
using scmi::platform::Release;

constexpr std::string_view kPrefix = "monitor.";
constexpr std::string_view kReleaseNames[] = {"1.0", "2.0", "3.0", "3.1", "3.2"};
constexpr std::string_view kInstances[] = {"none", "one", "two"};

/// The place of `value` among `names`.
template <size_t N>
Result<unsigned> choice(std::string_view value, const std::string_view (&names)[N]) {
  for (unsigned i = 0; i < N; ++i)
    if (names[i] == value) return i;
  return failure(Error::Usage);
}

Result<void> parse(std::string_view name, std::string_view value, Options& options) {
  if (name == "el") {
    if (value != "1" && value != "2") return failure(Error::Usage);
    options.el = value == "1" ? 1 : 2;
  } else if (name == "conduit") {
    options.hvc = TRY(choice(value, {"smc", "hvc"})) == 1;
  } else if (name == "scmi") {
    options.instances = TRY(choice(value, kInstances));
  } else if (name == "version") {
    options.release = Release(TRY(choice(value, kReleaseNames)));
  } else if (name == "fault") {
    options.fault = TRY(scmi::platform::parse_fault(value));
  } else if (name == "irq") {
    if (value != "a2p") return failure(Error::Usage);
    options.interrupt = true;
  } else {
    return failure(Error::Usage);
  }
  return {};
}

}  // namespace

Result<void> parse_options(std::string_view arguments, Options& options, std::string_view& bad) {
  for (std::string_view word = take_word(arguments); !word.empty(); word = take_word(arguments)) {
    if (!word.starts_with(kPrefix)) continue;
    bad = word;
    std::string_view value = word.substr(kPrefix.size());
    const std::string_view name = take_until(value, '=');
    CHECK(parse(name, value, options));
  }
  if (options.el == 2) options.hvc = false;
  return {};
}

}  // namespace board
