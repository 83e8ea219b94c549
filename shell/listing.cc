// SPDX-License-Identifier: BSD-2-Clause
#include "shell/listing.hh"

#include "lib/console.hh"
#include "lib/text.hh"
#include "shell/format.hh"

namespace shell {
namespace {

struct Column {
  std::string_view key, yes, no;  // yes: empty unless it is a truth
  bool hex = false, truth = false, left = false;
  size_t width = 0;
};

Column take_column(std::string_view& columns) {
  std::string_view width = take_until(columns, ' '), text = take_until(width, ':');
  Column column{.key = take_until(text, '?'), .yes = {}, .no = {}};
  column.truth = !text.empty();
  column.yes = take_until(text, '|');
  column.no = text;
  column.hex = column.key.ends_with('#');
  if (column.hex) column.key.remove_suffix(1);
  column.left = width.starts_with('-');
  if (column.left) width.remove_prefix(1);
  for (const char digit : width) column.width = column.width * 10 + size_t(digit - '0');
  return column;
}

void print_padded(const Column& column, std::string_view text) {
  const size_t pad = column.width > text.size() ? column.width - text.size() : 0;
  constexpr std::string_view kBlanks = "                                    ";
  if (!column.left) console().write(kBlanks.substr(0, pad));
  console().write(text);
  if (column.left) console().write(kBlanks.substr(0, pad));
  print(" ");
}

}  // namespace

Listing::Listing(const Call& call, std::string_view columns)
    : json_(console()), is_json_(call.has("-j"sv)), columns_(columns) {
  header();
}

Listing::~Listing() {
  if (nested_) unnest();
  end_row();
  if (is_json_) json_.close(']');
}

void Listing::header() {
  if (is_json_) return json_.open({}, '[');
  if (nested_) print("  ");
  for (std::string_view rest = columns_; !rest.empty();) {
    const Column column = take_column(rest);
    if (column.width || !column.truth) print_padded(column, column.key);
  }
  print("\n");
}

void Listing::end_row() {
  if (in_row_ && is_json_) json_.close('}');
  in_row_ = false;
}

void Listing::nest(std::string_view key, std::string_view columns) {
  outer_ = columns_;
  columns_ = columns;
  nested_ = true;
  if (is_json_)
    json_.open(key, '[');
  else
    header();
  in_row_ = false;
}

void Listing::unnest() {
  end_row();
  if (is_json_) json_.close(']');
  columns_ = outer_;
  nested_ = false;
  in_row_ = true;
}

void Listing::row(std::span<const Arg> cells) {
  end_row();
  in_row_ = true;
  if (is_json_)
    json_.open({}, '{');
  else if (nested_)
    print("  ");
  std::string_view rest = columns_;
  for (const Arg& cell : cells) {
    const Column column = take_column(rest);
    if (is_json_) {
      if (column.truth)
        json_.add_bool(column.key, cell.u != 0);
      else
        json_.add(column.key, cell);
      continue;
    }
    std::array<char, 24> memory;
    TextBuffer buffer(memory);
    const std::span one(&cell, 1);
    if (column.truth)
      print_padded(column, cell.u ? column.yes : column.no);
    else if (cell.kind == Arg::Text)
      print_padded(column, Clean(cell.s).text());
    else
      vprint(buffer, column.hex ? "{:#x}"sv : "{}"sv, one), print_padded(column, buffer.text());
  }
  if (!is_json_) print("\n");
}

}  // namespace shell
