// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/program.hh - from a front end to the next: waits for one, and for all that it and the others
// send, until somebody says that it is enough.
#pragma once
#include <functional>

#include "tools/scmi-vhost-user/console.hh"

namespace vhost {

class Program {
 public:
  struct Options {
    std::string socket;
    bool listen = false;                 // there, rather than connect to whoever listens there
    Microseconds patience = 30'000'000;  // for a front end to connect to
    std::string control;                 // path; empty: none
    std::string fault;                   // as Faults::set() takes it; empty: none
    Server::Options server;
  };
  enum Status : uint8_t { Good = 0, Failed = 1, Died = 3 };

  /// `log` outlives the program.
  Program(const Options& options, Log& log);

  /// Prepares sockets and signals. A failure is a sentence.
  Outcome<void> open();
  /// Serves until SIGTERM, SIGINT or "quit", or, where it has connected, until the front end is gone.
  Status run();
  /// Serves one front end until it is gone; false: the program shall end.
  bool serve(Fd socket);

 private:
  Outcome<Fd> find_front_end();
  /// Does what a front end has said so far. False: nothing more can be had of it.
  bool listen_to(Connection& connection, Backend& backend);
  /// Waits until something comes, or `until`; each of `fds` says what. False: the program shall end.
  bool wait(std::span<pollfd> fds, Microseconds until);

  const Options options_;
  Log& log_;
  Server server_;
  Control control_;
  Console console_;
  Fd signals_;
  Listener listener_;
  bool died_ = false, returns_ = false;
};

}  // namespace vhost
