// SPDX-License-Identifier: BSD-2-Clause
// shell/editor.hh - one line being typed, on any terminal that knows three ANSI sequences: left, erase to the end of
// the line, clear. A line wider than the terminal scrolls within its row.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace shell {

class Editor {
 public:
  static constexpr size_t kLongest = 255;

  enum class Outcome : uint8_t {
    Pending,  // go on
    Line,     // line() is complete, until start()
    Dropped,  // Ctrl-C, or longer than kLongest: the line is gone and, if need be, complained about
    Tab,      // somebody may insert() something at cursor()
  };

  /// Prints the prompt, with nothing behind it.
  void start();
  /// Takes one character as it comes from the terminal, whatever it is.
  Outcome type(char c);

  std::string_view line() const { return {text_.data(), size_}; }
  size_t cursor() const { return cursor_; }
  void insert(std::string_view text);

  /// Takes prompt and line off the screen so that something else can be printed, and puts them back.
  void hide();
  void show();

 private:
  enum class Key : uint8_t { None, Escape, Bracket, Letter };  // how far into an escape sequence

  Outcome control(char c);
  void sequence(char last);
  void move(size_t to);
  void erase(size_t from, size_t to);
  void replace(std::string_view text);
  void draw();
  void remember();
  void recall(size_t back);

  std::array<char, kLongest> text_{};
  size_t size_ = 0, cursor_ = 0;
  size_t scrolled_ = 0;  // characters of the line left of the screen
  size_t column_ = 0;    // of the cursor, behind the prompt
  size_t recalled_ = 0;  // lines back in the history; 0: the one being typed
  Key key_ = Key::None;
  uint8_t parameter_ = 0;  // of the escape sequence
  bool after_return_ = false, too_long_ = false;

#if defined(CONFIG_SHELL_HISTORY) || defined(CONFIG_HOST)
  // Lines that ended with '\n', the newest last.
  std::array<char, 1024> history_{};
  size_t remembered_ = 0;
#endif
};

}  // namespace shell
