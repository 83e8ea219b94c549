// SPDX-License-Identifier: BSD-2-Clause
#include "lib/print.hh"

namespace {

struct Spec {
  bool left = false, zero = false, prefix = false, hex = false;
  uint8_t width = 0;
};

// Reads the part between ':' and '}'; `at` ends behind the brace.
Spec parse(std::string_view format, size_t& at) {
  Spec spec;
  for (; at < format.size(); ++at) {
    const char c = format[at];
    if (c == '}') break;
    if (c == '<')
      spec.left = true;
    else if (c == '0' && spec.width == 0)
      spec.zero = true;
    else if (c >= '0' && c <= '9')
      spec.width = uint8_t(spec.width * 10 + (c - '0'));
    else if (c == '#')
      spec.prefix = true;
    else if (c == 'x')
      spec.hex = true;
  }
  ++at;
  return spec;
}

void pad(Output& out, size_t from, size_t to) {
  for (; from < to; ++from) out.write(" ");
}

void show(Output& out, Spec spec, const Arg& arg) {
  char memory[24];
  std::string_view text = arg.s;
  if (arg.kind != Arg::Text) {
    const bool negative = arg.kind == Arg::Signed && arg.i < 0 && !spec.hex;
    uint64_t value = negative ? -uint64_t(arg.i) : arg.u;
    char* const end = memory + sizeof memory;
    char* first = end;
    do {
      *--first = "0123456789abcdef"[spec.hex ? value & 15 : value % 10];
      value = spec.hex ? value >> 4 : value / 10;
    } while (value);
    const bool prefixed = spec.hex && spec.prefix;
    const int lead = prefixed ? 2 : negative;
    while (spec.zero && end - first + lead < spec.width && first - memory > lead) *--first = '0';
    if (prefixed) {
      *--first = 'x';
      *--first = '0';
    }
    if (negative) *--first = '-';
    text = {first, size_t(end - first)};
  }
  if (!spec.left) pad(out, text.size(), spec.width);
  out.write(text);
  if (spec.left) pad(out, text.size(), spec.width);
}

}  // namespace

void vprint(Output& out, std::string_view format, std::span<const Arg> args) {
  size_t plain = 0, next = 0;
  for (size_t i = 0; i + 1 < format.size();) {
    if (format[i] != '{' || (format[i + 1] != '}' && format[i + 1] != ':')) {
      ++i;
      continue;
    }
    if (i > plain) out.write(format.substr(plain, i - plain));
    i += format[i + 1] == ':' ? 2 : 1;
    const Spec spec = parse(format, i);
    if (next < args.size()) show(out, spec, args[next++]);
    plain = i;
  }
  if (plain < format.size()) out.write(format.substr(plain));
}
