// SPDX-License-Identifier: BSD-2-Clause
// shell/memory.cc - memory and registers, by the names that they have in U-Boot.
#include <algorithm>
#include <bit>

#include "lib/console.hh"
#include "lib/text.hh"
#include "shell/command.hh"
#include "shell/input.hh"

namespace shell {
namespace {

// "md.b" and so on; without a letter of its own it is a word.
Machine::Width width_of(std::string_view verb) {
  switch (verb.find('.') == std::string_view::npos ? 'l' : verb.back()) {
    case 'b': return Machine::Width::Byte;
    case 'w': return Machine::Width::Half;
    case 'q': return Machine::Width::Double;
    default: return Machine::Width::Word;
  }
}

void print_hex(uint64_t value, Machine::Width width) {
  constexpr char kFormats[][9] = {" {:02x}", " {:04x}", " {:08x}", " {:016x}"};
  const Arg arg = value;
  const auto& format = kFormats[std::countr_zero(uint8_t(width))];
  vprint(console(), {format, width == Machine::Width::Double ? 8u : 7u}, {&arg, 1});
}

}  // namespace

COMMAND(md, "md|md.b|md.w|md.l|md.q ADDRESS [COUNT]", "shows memory: bytes, 16, 32 (default) or 64 bits each") {
  const auto width = width_of(call.verb());
  const size_t size = size_t(width), in_line = 16 / size;
  const uint64_t address = call.number(0), count = call.number(1, 64 / size);
  for (uint64_t done = 0; done < count; done += in_line) {
    CHECK(go_on());
    std::array<uint64_t, 16> value;
    const size_t some = size_t(std::min<uint64_t>(in_line, count - done));
    about("memory"sv);
    for (size_t i = 0; i < some; ++i) value[i] = TRY(call.machine.read(address + (done + i) * size, width));
    print("{:08x}:", address + done * size);
    for (size_t i = 0; i < some; ++i) print_hex(value[i], width);
    print("  ");
    for (size_t i = 0; i < some * size; ++i) {
      const char c = char(value[i / size] >> 8 * (i % size));
      console().write(printable(c) ? std::string_view(&c, 1) : "."sv);
    }
    print("\n");
  }
  return {};
}

COMMAND(mw, "mw|mw.b|mw.w|mw.l|mw.q ADDRESS VALUE [COUNT]", "writes memory") {
  const auto width = width_of(call.verb());
  const uint64_t value = call.number(1), count = call.number(2, 1);
  if (size_t(width) < 8 && value >> 8 * size_t(width)) return failure(Error::BadNumber);
  for (uint64_t i = 0; i < count; ++i) {
    CHECK(go_on());
    about("memory"sv);
    CHECK(call.machine.write(call.number(0) + i * size_t(width), width, value));
  }
  return {};
}

}  // namespace shell
