// SPDX-License-Identifier: BSD-2-Clause
// shell/listing.hh - a table for people, or with -j the same as JSON for machines, from one description of its columns:
// "id:5 enabled?on|off:-7 first#:10 name" - a key; with ? true and false in words, with # in hexadecimal; its width,
// negative when aligned to the left. JSON has true, false and plain numbers there.
#pragma once
#include <initializer_list>

#include "lib/json.hh"
#include "shell/command.hh"

namespace shell {

class Listing {
 public:
  /// Prints the header. JSON when the command has the argument -j. The columns are not copied.
  Listing(const Call& call, std::string_view columns);
  /// Ends the list, so that it is whole even when a command fails half way.
  ~Listing();

  /// Cells that are missing at the end stay empty. Texts from outside are made harmless.
  void row(std::initializer_list<Arg> cells) { row({cells.begin(), cells.size()}); }
  void row(std::span<const Arg> cells);
  /// Rows below the last one, until unnest(), one level deep.
  void nest(std::string_view key, std::string_view columns);
  void unnest();

 private:
  void header();
  void end_row();

  Json json_;
  const bool is_json_;
  bool in_row_ = false, nested_ = false;
  std::string_view columns_, outer_;
};

}  // namespace shell
