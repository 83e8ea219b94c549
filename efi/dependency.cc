// SPDX-License-Identifier: BSD-2-Clause
// efi/dependency.cc
#include "efi/dependency.hh"

namespace efi {

namespace {

enum Opcode : uint8_t {
  PushGuid = 0x00,
  PushVersion = 0x01,
  DeclareVersionName = 0x02,
  End = 0x0d,
  DeclareLength = 0x0e
};

/// What an opcode takes from the expression and from the stack, and what it leaves there.
struct Rule {
  enum Kind : uint8_t { Nothing, Truth, Version };
  uint8_t operand;  // bytes, at least
  uint8_t pops;
  Kind of;
  Kind pushes;
  /// The results of an operator, a bit for each case. Of two versions (the first is the one on top): 1 equal, 2
  /// greater, 4 less. Of truth values: 1 all false, 2 the lower one true, 4 the upper one, 8 both.
  uint8_t results;
};
constexpr Rule kRules[] = {
    {16, 0, Rule::Nothing, Rule::Version, 0},  // PushGuid
    {4, 0, Rule::Nothing, Rule::Version, 0},   // PushVersion
    {1, 0, Rule::Nothing, Rule::Nothing, 0},   // DeclareVersionName: the NUL
    {0, 2, Rule::Truth, Rule::Truth, 8},       // AND
    {0, 2, Rule::Truth, Rule::Truth, 14},      // OR
    {0, 1, Rule::Truth, Rule::Truth, 1},       // NOT
    {0, 0, Rule::Nothing, Rule::Truth, 1},     // TRUE
    {0, 0, Rule::Nothing, Rule::Truth, 0},     // FALSE
    {0, 2, Rule::Version, Rule::Truth, 1},     // EQ
    {0, 2, Rule::Version, Rule::Truth, 2},     // GT
    {0, 2, Rule::Version, Rule::Truth, 3},     // GTE
    {0, 2, Rule::Version, Rule::Truth, 4},     // LT
    {0, 2, Rule::Version, Rule::Truth, 5},     // LTE
    {0, 1, Rule::Truth, Rule::Nothing, 2},     // END
    {4, 0, Rule::Nothing, Rule::Nothing, 0},   // DeclareLength
};

}  // namespace

Verdict walk_dependency(std::span<const std::byte> bytes, const Versions* installed, DependencyOutcome& to) {
  struct Element {
    uint32_t value;
    Rule::Kind kind;
  };
  Element stack[1 + kDeepestDependency];
  Element* const bottom = stack + 1;  // what is below is of no kind that an operator takes
  Element* top = bottom;
  stack[0].kind = Rule::Nothing;
  bool all_installed = true;
  uint32_t declared = 0;  // as DeclareLength has it; 0: it has not been seen

  const size_t size = bytes.size() < kMostDependency ? bytes.size() : kMostDependency;
  for (size_t at = 0; at < size;) {
    const auto opcode = uint8_t(bytes[at++]);
    if (opcode >= std::size(kRules)) return REFUSE("dependency", "unknown opcode", InvalidFormat);
    const Rule& rule = kRules[opcode];
    const std::byte* const operand = bytes.data() + at;
    at += rule.operand;
    if (at > size) break;

    // "GUID >= 3" is written 3, GUID, GTE: the left side is the upper one.
    uint32_t popped[2] = {};
    for (unsigned left = rule.pops; left > 0; popped[--left] = top->value)
      if ((--top)->kind != rule.of) return REFUSE("dependency", "operator without its operands", InvalidFormat);
    const uint32_t lower = popped[0], upper = popped[1];
    const unsigned which = rule.of != Rule::Version ? 2 * upper + lower : upper == lower ? 0 : upper > lower ? 1 : 2;
    uint32_t value = rule.results >> which & 1;

    if (opcode == PushGuid && installed) {
      Guid guid;
      __builtin_memcpy(&guid, operand, sizeof guid);
      const auto version = installed->version(guid);
      if (!version) all_installed = false;
      value = version.value_or(0);
    }
    if (rule.operand == sizeof value) __builtin_memcpy(&value, operand, sizeof value);
    if (opcode == DeclareVersionName)
      while (bytes[at - 1] != std::byte{})
        if (++at > size) break;
    if (opcode == DeclareLength) declared = at == 1 + sizeof declared && value ? value : UINT32_MAX;
    if (opcode == End) {
      if (top != bottom) return REFUSE("dependency", "values left over at END", InvalidFormat);
      if (declared && declared != at) return REFUSE("dependency", "length declared wrong, or not first", InvalidFormat);
      to = {uint32_t(at), value && all_installed};
      return {};
    }
    if (rule.pushes) {
      if (top == std::end(stack)) return REFUSE("dependency", "deeper than 32", InvalidFormat);
      *top++ = {value, rule.pushes};
    }
  }
  return REFUSE("dependency", "cut, or without END", InvalidFormat);
}

}  // namespace efi
