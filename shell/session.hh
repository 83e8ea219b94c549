// SPDX-License-Identifier: BSD-2-Clause
// shell/session.hh - the prompt: takes what is typed, runs it, and shows what the platforms send meanwhile.
#pragma once
#include "shell/editor.hh"
#include "shell/machine.hh"

namespace shell {

class Session {
 public:
  explicit Session(Machine& machine) : machine_(machine) {}

  /// The first prompt.
  void start() { editor_.start(); }
  void type(char c);
  /// To be called while nothing is typed: takes what the SCMI platforms send.
  void idle();

 private:
  void complete();

  Machine& machine_;
  Editor editor_;
};

/// For events that print while somebody is typing: takes the line off the screen; the prompt puts it back. Does nothing
/// when there is no prompt.
void make_room();

}  // namespace shell
