// SPDX-License-Identifier: BSD-2-Clause
// shell/selftest.cc - a report of what a board has and whether it works, for a person to send in.
#include "lib/console.hh"
#include "lib/json.hh"
#include "lib/version.hh"
#include "shell/command.hh"
#include "shell/format.hh"
#include "shell/input.hh"

#ifdef CONFIG_SELFTEST
namespace shell {
namespace {

/// Lines for people, or with -j JSON for machines.
class Report {
 public:
  explicit Report(bool is_json) : json_(console()), is_json_(is_json) {
    if (is_json_) json_.open({}, '{');
  }
  ~Report() {
    if (is_json_) json_.close('}');
  }
  void add(std::string_view key, std::string_view value) {
    if (is_json_) return json_.add(key, value);
    print("{}: {}\n", key, Clean(value).text());
  }
  template <class... A>
  void add(std::string_view key, Format<std::type_identity_t<A>...> format, A... args) {
    const Arg list[] = {args...};
    vadd(key, format.text, list);
  }
  /// Once, behind all else, `run` says whether each of `checks` is passed.
  Result<void> add(Machine& machine, std::span<const SelfCheck> checks);

 private:
  void vadd(std::string_view key, std::string_view format, std::span<const Arg> args) {
    std::array<char, 40> memory;
    TextBuffer text(memory);
    vprint(text, format, args);
    add(key, text.text());
  }

  Json json_;
  const bool is_json_;
};

// By these its callers send it in: DEN0022 5.3, DEN0028 7.1.
void add_firmware(Report& report, Machine& machine) {
  constexpr uint64_t kPsciVersion = 0x8400'0000, kPsciFeatures = 0x8400'000a, kSmcccVersion = 0x8000'0000;
  const DeviceTree& tree = machine.device_tree();
  const auto node = tree.find("/psci"sv);
  const std::string_view method = node ? tree.string(*node, "method"sv) : ""sv;
  if (method.empty()) return;
  const auto ask = [&](uint64_t function) {
    return int32_t(machine.firmware_call({function, kSmcccVersion}, method == "hvc"sv)[0]);
  };
  const int32_t psci = ask(kPsciVersion);
  const int32_t smccc = psci >= 0x1'0000 && ask(kPsciFeatures) >= 0 ? ask(kSmcccVersion) : 0x1'0000;
  report.add("firmware"sv, "PSCI {}.{}, SMCCC {}.{} by {}", psci >> 16, uint16_t(psci), smccc >> 16, uint16_t(smccc),
             method);
}

Result<void> Report::add(Machine& machine, std::span<const SelfCheck> checks) {
  uint32_t counts[3] = {};
  constexpr std::string_view kResults[] = {"ok"sv, "not ok"sv, "skip"sv};
  Result<void> going;
  if (is_json_) json_.open("checks"sv, '[');
  for (const SelfCheck& check : checks) {
    going = go_on();
    if (!going) break;
    std::array<char, 160> memory;
    TextBuffer says(memory);
    const auto run = check.run(machine, says);
    if (!run) print_to(says, "{}{}", says.text().empty() ? ""sv : ": "sv, run.error());
    const unsigned result = run ? 0 : run.error() == Error::NoDevice ? 2 : 1;
    ++counts[result];
    if (!is_json_) {
      print("{} {}: {}\n", kResults[result], check.name, says.text());
      continue;
    }
    json_.open({}, '{');
    json_.add("name"sv, check.name);
    json_.add("result"sv, kResults[result]);
    json_.add("says"sv, says.text());
    json_.close('}');
  }
  if (is_json_)
    json_.close(']');
  else
    print("{} passed, {} failed, {} skipped\n", counts[0], counts[1], counts[2]);
  if (!going) return going;
  return counts[1] ? failure(Error::CheckFailed) : Result<void>();
}

}  // namespace

COMMAND(selftest, "selftest [-j]", "looks at everything that the board has: a report to send in") {
  Machine& machine = call.machine;
  Report report(call.has("-j"sv));
  report.add("version"sv, version());
  report.add("board"sv, machine.board());
  report.add("cpu"sv, "{:#x}", machine.cpu());
  add_firmware(report, machine);
  return report.add(machine, machine.self_checks());
}

}  // namespace shell
#endif
