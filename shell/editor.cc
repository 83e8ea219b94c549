// SPDX-License-Identifier: BSD-2-Clause
#include "shell/editor.hh"

#include <algorithm>
#include <cstring>

#include "lib/console.hh"
#include "lib/text.hh"
#include "shell/input.hh"

namespace shell {
namespace {

constexpr std::string_view kPrompt = "corbel> ";
constexpr size_t kWidth = 79 - kPrompt.size();  // of the text: most terminals have 80 columns
constexpr char kDelete = 0x7f, kEscape = 0x1b;

constexpr char control_key(char letter) { return char(letter & 0x1f); }

void left(size_t columns) {
  if (columns) print("\x1b[{}D", columns);
}

}  // namespace

void Editor::start() {
  size_ = cursor_ = scrolled_ = column_ = recalled_ = 0;
  key_ = Key::None;
  too_long_ = false;
  console().write(kPrompt);
}

void Editor::hide() { print("\r\x1b[K"); }

void Editor::show() {
  console().write(kPrompt);
  column_ = 0;
  draw();
}

void Editor::draw() {
  if (cursor_ < scrolled_ || cursor_ > scrolled_ + kWidth) scrolled_ = cursor_ < kWidth / 2 ? 0 : cursor_ - kWidth / 2;
  left(column_);
  const std::string_view seen(text_.data() + scrolled_, std::min(size_ - scrolled_, kWidth));
  console().write(seen);
  print("\x1b[K");
  column_ = cursor_ - scrolled_;
  left(seen.size() - column_);
}

void Editor::move(size_t to) {
  cursor_ = to;
  draw();
}

void Editor::erase(size_t from, size_t to) {
  std::memmove(&text_[from], text_.data() + to, size_ - to);
  size_ -= to - from;
  move(from);
}

void Editor::insert(std::string_view text) {
  if (text.size() > kLongest - size_) {
    if (!too_long_) print("\a");
    too_long_ = true;
    return;
  }
  std::memmove(text_.data() + cursor_ + text.size(), text_.data() + cursor_, size_ - cursor_);
  std::memcpy(text_.data() + cursor_, text.data(), text.size());
  size_ += text.size();
  cursor_ += text.size();
  if (cursor_ == size_ && column_ + text.size() <= kWidth) {  // what a script or a paste does: no more than its echo
    console().write(text);
    column_ += text.size();
  } else {
    draw();
  }
}

void Editor::replace(std::string_view text) {
  size_ = cursor_ = 0;
  std::memcpy(text_.data(), text.data(), text.size());
  size_ = text.size();
  move(size_);
}

Editor::Outcome Editor::type(char c) {
  const bool second = after_return_ && c == '\n';  // of CR LF
  after_return_ = c == '\r';
  if (second) return Outcome::Pending;
  if (static_cast<unsigned char>(c) < ' ' || c == kDelete) {
    key_ = Key::None;  // a sequence that breaks off was none
    return control(c);
  }
  if (key_ != Key::None) {
    sequence(c);
  } else if (printable(c) && !too_long_) {
    insert({&c, 1});
  }
  return Outcome::Pending;
}

Editor::Outcome Editor::control(char c) {
  switch (c) {
    case '\r':
    case '\n':
      print("\n");
      if (too_long_) {
        print("error: line longer than {} characters\n", kLongest);
        return Outcome::Dropped;
      }
      remember();
      return Outcome::Line;
    case kControlC: print("^C\n"); return Outcome::Dropped;
    case kEscape: key_ = Key::Escape; break;
    case '\t': return too_long_ ? Outcome::Pending : Outcome::Tab;
    case '\b':
    case kDelete:
      if (cursor_) erase(cursor_ - 1, cursor_);
      break;
    case control_key('A'): move(0); break;
    case control_key('E'): move(size_); break;
    case control_key('B'): move(cursor_ - (cursor_ > 0)); break;
    case control_key('F'): move(cursor_ + (cursor_ < size_)); break;
    case control_key('D'):
      if (cursor_ < size_) erase(cursor_, cursor_ + 1);
      break;
    case control_key('K'): erase(cursor_, size_); break;
    case control_key('U'):
      too_long_ = false;
      erase(0, cursor_);
      break;
    case control_key('W'): {
      size_t from = cursor_;
      while (from && text_[from - 1] == ' ') --from;
      while (from && text_[from - 1] != ' ') --from;
      erase(from, cursor_);
      break;
    }
    case control_key('L'):
      print("\x1b[H\x1b[2J");
      show();
      break;
    case control_key('P'): recall(recalled_ + 1); break;
    case control_key('N'):
      if (recalled_) recall(recalled_ - 1);
      break;
    default: break;
  }
  return Outcome::Pending;
}

// Keys that send more than one character: ESC [ A, ESC O A, ESC [ 3 ~. What is not known is swallowed whole.
void Editor::sequence(char c) {
  if (key_ == Key::Escape) {
    key_ = c == '[' ? Key::Bracket : c == 'O' ? Key::Letter : Key::None;
    parameter_ = 0;
    return;
  }
  if (key_ == Key::Bracket && (c < '@' || !printable(c))) {
    parameter_ = c >= '0' && c <= '9' ? uint8_t(parameter_ * 10 + (c - '0')) : uint8_t(0);
    return;
  }
  key_ = Key::None;
  if (c == '~')
    c = parameter_ == 1 || parameter_ == 7 ? 'H' : parameter_ == 4 || parameter_ == 8 ? 'F' : parameter_ == 3 ? 'X' : 0;
  switch (c) {
    case 'A': control(control_key('P')); break;
    case 'B': control(control_key('N')); break;
    case 'C': control(control_key('F')); break;
    case 'D': control(control_key('B')); break;
    case 'F': control(control_key('E')); break;
    case 'H': control(control_key('A')); break;
    case 'X': control(control_key('D')); break;
    default: break;
  }
}

#if defined(CONFIG_SHELL_HISTORY) || defined(CONFIG_HOST)

void Editor::remember() {
  const std::string_view all(history_.data(), remembered_);
  if (size_ == 0) return;
  if (all.ends_with('\n') && all.substr(0, remembered_ - 1).ends_with(line()) &&
      (remembered_ == size_ + 1 || all[remembered_ - size_ - 2] == '\n'))
    return;  // the same as the last one
  size_t gone = 0;
  while (remembered_ - gone + size_ + 1 > history_.size()) gone = all.find('\n', gone) + 1;
  std::memmove(history_.data(), history_.data() + gone, remembered_ - gone);
  remembered_ -= gone;
  std::memcpy(history_.data() + remembered_, text_.data(), size_);
  remembered_ += size_;
  history_[remembered_++] = '\n';
}

void Editor::recall(size_t back) {
  std::string_view rest(history_.data(), remembered_), found{"", 0};  // empty, yet not null
  for (size_t i = 0; i < back; ++i) {
    if (rest.empty()) return;  // no more
    rest.remove_suffix(1);
    const size_t end = rest.rfind('\n') + 1;
    found = rest;
    found.remove_prefix(end);
    rest = rest.substr(0, end);
  }
  recalled_ = back;
  replace(found);
}

#else

void Editor::remember() {}
void Editor::recall(size_t) {}

#endif

}  // namespace shell
