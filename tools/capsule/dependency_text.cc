// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/dependency_text.hh"

#include <array>
#include <cctype>
#include <optional>

#include "efi/dependency.hh"
#include "lib/text.hh"

namespace capsule {
namespace {

enum class Opcode : uint8_t {  // UEFI 2.10, 23.2
  PushGuid = 0x00,
  PushVersion = 0x01,
  DeclareVersionName = 0x02,
  And = 0x03,
  Or = 0x04,
  Not = 0x05,
  True = 0x06,
  False = 0x07,
  Equal = 0x08,
  Greater = 0x09,
  GreaterOrEqual = 0x0a,
  Less = 0x0b,
  LessOrEqual = 0x0c,
  End = 0x0d,
  DeclareLength = 0x0e,
};

struct Operator {
  std::string_view text;
  unsigned binds;  // the higher, the stronger
  Opcode opcode;
  bool unequal = false;
};
// Longer ones first, as `<` begins `<=`.
constexpr auto kOperators = std::to_array<Operator>({
    {"&&", 2, Opcode::And},
    {"||", 1, Opcode::Or},
    {"==", 3, Opcode::Equal},
    {"!=", 3, Opcode::Equal, true},
    {">=", 3, Opcode::GreaterOrEqual},
    {"<=", 3, Opcode::LessOrEqual},
    {">", 3, Opcode::Greater},
    {"<", 3, Opcode::Less},
});
constexpr Operator kNot{"!", 4, Opcode::Not};
constexpr Operator kOpen{"(", 0, Opcode::End};

bool compares(Opcode opcode) { return opcode >= Opcode::Equal && opcode <= Opcode::LessOrEqual; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Outcome<Bytes> parse() {
    bool want_operand = true;
    for (skip(); at_ < text_.size(); skip()) {
      const size_t column = at_;
      if (want_operand) {
        if (take("!")) {
          operators_.push_back({kNot, column});
        } else if (take("(")) {
          operators_.push_back({kOpen, column});
        } else {
          CHECK(operand());
          want_operand = false;
        }
      } else if (take(")")) {
        CHECK(close(column));
      } else {
        CHECK(binary(column));
        want_operand = true;
      }
    }
    if (want_operand) return wrong(at_, "a GUID, a version, true or false is missing");
    while (!operators_.empty()) {
      if (operators_.back().what.text == "(") return wrong(operators_.back().column, "this ( is never closed");
      CHECK(apply());
    }
    if (!operands_[0].truth) return wrong(0, "this is a version; compare it with one: GUID >= 3");
    Bytes code = std::move(operands_[0].code);
    code.push_back(std::byte(Opcode::End));
    if (const auto size = efi::dependency_size(code); !size)
      return failure(Failure{"--dependency: " + say(size.error()) + "; make it shorter", Exit::Usage});
    return code;
  }

 private:
  struct Operand {
    Bytes code;
    bool truth;
    size_t column;
  };
  struct Pending {
    Operator what;
    size_t column;
  };

  std::unexpected<Failure> wrong(size_t column, std::string_view why) const {
    return misused("--dependency '{}': column {}: {}", text_, column + 1, why);
  }

  void skip() {
    while (at_ < text_.size() && isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Outcome<void> operand() {
    const size_t column = at_;
    if (const auto guid = parse_guid(text_.substr(at_, kGuidText)); guid) {
      at_ += kGuidText;
      Bytes code{std::byte(Opcode::PushGuid)};
      append(code, *guid);
      operands_.push_back({std::move(code), false, column});
      return {};
    }
    size_t end = at_;
    while (end < text_.size() && (isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '-')) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    if (word == "true" || word == "false") {
      operands_.push_back({{std::byte(word == "true" ? Opcode::True : Opcode::False)}, true, column});
      return {};
    }
    const auto version = parse_number(word, UINT32_MAX);
    if (!version) return wrong(column, "expected a GUID, a version of at most 32 bits, true or false");
    Bytes code{std::byte(Opcode::PushVersion)};
    append(code, uint32_t(*version));
    operands_.push_back({std::move(code), false, column});
    return {};
  }

  Outcome<void> binary(size_t column) {
    for (const Operator& each : kOperators) {
      if (!take(each.text)) continue;
      while (!operators_.empty() && operators_.back().what.binds >= each.binds) CHECK(apply());
      operators_.push_back({each, column});
      return {};
    }
    return wrong(column, "expected && || == != < <= > >= or )");
  }

  Outcome<void> close(size_t column) {
    while (!operators_.empty() && operators_.back().what.text != "(") CHECK(apply());
    if (operators_.empty()) return wrong(column, "this ) was never opened");
    operators_.pop_back();
    return {};
  }

  Outcome<void> apply() {
    const Pending pending = operators_.back();
    operators_.pop_back();
    const Opcode opcode = pending.what.opcode;
    if (opcode == Opcode::Not) {
      Operand& one = operands_.back();
      if (!one.truth) return wrong(pending.column, "! takes a comparison; put it in parentheses: !(GUID < 2)");
      one.code.push_back(std::byte(opcode));
      return {};
    }
    Operand right = std::move(operands_.back());
    operands_.pop_back();
    Operand& left = operands_.back();
    if (compares(opcode) && (left.truth || right.truth))
      return wrong((left.truth ? left : right).column, "versions are compared, and this is a truth value");
    if (!compares(opcode) && (!left.truth || !right.truth))
      return wrong((left.truth ? right : left).column, "this is a version; compare it with one: GUID >= 3");
    // The first that a comparison takes off the stack is its left side.
    if (compares(opcode)) std::swap(left.code, right.code);
    append(left.code, View(right.code));
    left.code.push_back(std::byte(opcode));
    if (pending.what.unequal) left.code.push_back(std::byte(Opcode::Not));
    left.truth = true;
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Operand> operands_;
  std::vector<Pending> operators_;
};

std::string_view text_of(Opcode opcode) {
  for (const Operator& each : kOperators)
    if (each.opcode == opcode && !each.unequal) return each.text;
  return "?";
}

unsigned binding(Opcode opcode) {
  for (const Operator& each : kOperators)
    if (each.opcode == opcode) return each.binds;
  return 0;
}

struct Part {
  std::string text;
  unsigned binds = 5;
};

std::string within(const Part& part, unsigned binds) { return part.binds < binds ? "(" + part.text + ")" : part.text; }

}  // namespace

Outcome<Bytes> parse_dependency(std::string_view text) { return Parser(text).parse(); }

std::string describe_dependency(View expression) {
  std::vector<Part> stack;
  const auto pop = [&] {
    if (stack.empty()) return Part{"?"};
    Part part = std::move(stack.back());
    stack.pop_back();
    return part;
  };
  for (size_t at = 0; at < expression.size();) {
    const auto opcode = Opcode(expression[at++]);
    const View rest = expression.subspan(at);
    switch (opcode) {
      case Opcode::PushGuid: {
        Guid guid;
        if (rest.size() < sizeof(guid)) return "?";
        __builtin_memcpy(guid.bytes.data(), rest.data(), sizeof(guid));
        stack.push_back({say(guid)});
        at += sizeof(guid);
        break;
      }
      case Opcode::PushVersion: {
        if (rest.size() < 4) return "?";
        uint32_t version = 0;
        for (unsigned i = 0; i < 4; ++i) version |= uint32_t(rest[i]) << 8 * i;
        stack.push_back({say("{}", version)});
        at += 4;
        break;
      }
      case Opcode::DeclareVersionName:  // names the version for people; it is no operand
        while (at < expression.size() && expression[at] != std::byte{}) ++at;
        ++at;
        break;
      case Opcode::DeclareLength: at += 4; break;
      case Opcode::True: stack.push_back({"true"}); break;
      case Opcode::False: stack.push_back({"false"}); break;
      case Opcode::Not: stack.push_back({"!" + within(pop(), 5), 4}); break;
      case Opcode::End: return pop().text;
      default: {
        const unsigned binds = binding(opcode);
        Part second = pop(), first = pop();
        if (compares(opcode)) std::swap(first, second);
        stack.push_back({say("{} {} {}", within(first, binds), text_of(opcode), within(second, binds)), binds});
      }
    }
  }
  return "?";
}

}  // namespace capsule
