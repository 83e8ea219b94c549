// SPDX-License-Identifier: BSD-2-Clause
// shell/command.hh - COMMAND(id, usage, help) { ... } in any source of shell/ adds a command; no list is edited.
//
// The usage line is the whole grammar, checked here for everyone before the command runs:
//   lower case   the word itself, or one of several: on|off
//   UPPER CASE   a number of 32 bits; ADDRESS, VALUE, FID, SECTOR, OFFSET and X have 64, HZ takes 48M or 1.5G as
//                well. PATH, FILE, HOST, FLASH, AREA, CARD, WORD and COMMAND are any text
//   [...]        may be missing; these stand last, and words among them come in any order
//   A...         the last one, any number of times
// Completion and `help` come from the same line.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "lib/result.hh"
#include "shell/machine.hh"

namespace shell {

// Texts know their length: a pointer alone would be measured at run time, for a freestanding compiler knows no strlen.
using namespace std::string_view_literals;

using Words = std::span<const std::string_view>;

/// Takes the words off `text`, as many as fit; what is left is empty when all did. A word between " " may hold blanks.
size_t split(std::string_view& text, std::span<std::string_view> words);

/// A command as it was typed: it fits its usage line.
struct Call {
  Machine& machine;
  Words words;
  size_t first;  // of the arguments

  /// The word before the arguments: of "scmi clock enable 3" it is "enable".
  std::string_view verb() const { return words[first - 1]; }
  size_t count() const { return words.size() - first; }
  /// The `index`th argument; empty when there is none.
  std::string_view text(size_t index) const { return index < count() ? words[first + index] : std::string_view(); }
  /// The same as a number; `missing` when there is none.
  uint64_t number(size_t index, uint64_t missing = 0) const;
  /// Whether `word` is among the arguments.
  bool has(std::string_view word) const;
};

/// What the error of this command is about, for the line "error: clock 3: not found (NOT_FOUND)". Where nothing is said
/// it is the command itself, or the thing that ID names.
void about(std::string_view what);
void about(std::string_view what, uint64_t number);

/// A command in the image: where its parts are, seen from here. Distances need no relocation, pointers would cost three
/// times as much as all else about a command.
struct Command {
  int32_t usage_, run_;

  std::string_view usage() const;
  std::string_view help() const;
  Result<void> run(const Call& call) const;
};

/// All commands; in the firmware sorted by their ids.
std::span<const Command> commands();

/// One part of a usage line.
struct Token {
  std::string_view text;  // without brackets and dots: words with '|' between them, or the name of an argument
  bool argument, repeated;
  bool takes(std::string_view word) const;
};

/// A usage line, taken apart.
class Usage {
 public:
  explicit Usage(std::string_view line);

  size_t verbs() const { return verbs_; }        // words that lead it
  size_t required() const { return required_; }  // these, and the arguments that must be there
  size_t size() const { return count_; }
  const Token& operator[](size_t index) const { return tokens_[index]; }
  std::span<const Token> options() const { return std::span(tokens_).first(count_).subspan(required_); }
  /// How many of `words`, from the first on, may stand where they stand.
  size_t fits(Words words) const;

 private:
  std::array<Token, 8> tokens_;
  uint8_t count_ = 0, verbs_ = 0, required_ = 0;
};

}  // namespace shell

#ifdef CONFIG_HOST  // where the linker itself gives names to the ends of a section
#define COMMAND_SECTION(id) "commands"
#else
#define COMMAND_SECTION(id) ".commands." #id
#endif

// clang-format off
#define COMMAND(id, usage, help)                                                                         \
  [[gnu::used]] static Result<void> command_##id([[maybe_unused]] const Call& call) asm("command_" #id); \
  asm(".pushsection .rodata.command_" #id ",\"a\",%progbits\n"                                          \
      ".Lusage_" #id ": .asciz \"" usage "\\t" help "\"\n"                                              \
      ".popsection\n"                                                                                    \
      ".pushsection " COMMAND_SECTION(id) ",\"a\",%progbits\n"                                          \
      ".balign 4\n"                                                                                      \
      ".long .Lusage_" #id " - .\n"                                                                      \
      ".long command_" #id " - .\n"                                                                      \
      ".popsection");                                                                                    \
  static Result<void> command_##id([[maybe_unused]] const Call& call)
// clang-format on
