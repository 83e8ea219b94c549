// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/machine.hh"

#include <cstdlib>
#include <utility>

namespace fake {
namespace {

class Silence final : public Console {
 public:
  void write(std::string_view) override {}
  int get() override { return -1; }
};
constinit Silence silence;

}  // namespace

Terminal::~Terminal() { set_console(silence); }

int Terminal::get() {
  if (on_look) on_look();
  if (typed_.empty()) return -1;
  const char c = typed_.front();
  typed_.pop_front();
  return uint8_t(c);
}

std::string Terminal::take() { return std::exchange(written_, {}); }

std::string Terminal::row() const {
  const std::string& row = rows_.back();
  return row.substr(0, row.find_last_not_of(' ') + 1);
}

void Terminal::write(std::string_view text) {
  written_ += text;
  for (const char c : text) show(c);
}

void Terminal::show(char c) {
  if (!sequence_.empty()) {
    sequence_ += c;
    if (sequence_.size() > 2 && c >= '@' && c <= '~') {
      sequence(c);
      sequence_.clear();
    }
    return;
  }
  switch (c) {
    case '\x1b': sequence_ = c; break;
    case '\a': ++bells_; break;
    case '\b': column_ -= column_ > 0; break;
    case '\r': column_ = 0; break;
    case '\n':
      rows_.emplace_back();
      column_ = 0;
      break;
    default:
      std::string& row = rows_.back();
      if (row.size() <= column_) row.resize(column_ + 1, ' ');
      row[column_++] = c;
  }
}

void Terminal::sequence(char last) {
  const size_t count = size_t(std::max(1, std::atoi(sequence_.c_str() + 2)));
  if (last == 'D') column_ -= std::min(column_, count);
  if (last == 'K') rows_.back().resize(std::min(rows_.back().size(), column_));
  if (last == 'H') column_ = 0;
  if (last == 'J') rows_ = {""};
}

shell::Machine::Registers Machine::firmware_call(const Registers& in, bool hvc) {
  calls.emplace_back(in, hvc);
  return answer;
}

Result<uint64_t> Machine::read(uint64_t address, Width width) {
  uint64_t value = 0;
  for (size_t i = size_t(width); i-- > 0;) {
    const auto at = cells.find(address + i);
    if (at == cells.end()) return failure(Error::NotMapped);
    value = value << 8 | at->second;
  }
  return value;
}

Result<void> Machine::write(uint64_t address, Width width, uint64_t value) {
  CHECK(read(address, width));
  for (size_t i = 0; i < size_t(width); ++i) cells[address + i] = uint8_t(value >> 8 * i);
  return {};
}

Result<std::span<std::byte>> Machine::memory(uint64_t address, uint64_t bytes) {
  if (address < ram_address() || bytes > ram.size() || address - ram_address() > ram.size() - bytes)
    return failure(Error::NotMapped);
  return std::span(ram).subspan(size_t(address - ram_address()), size_t(bytes));
}

}  // namespace fake
