// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/main.cc - the command line. CLI11 throws, so this file alone is built with exceptions.
#include <CLI/CLI.hpp>
#include <cstdlib>

#include "lib/assert.hh"
#include "tools/scmi-vhost-user/program.hh"

void panic(const char* what) {
  std::cerr << "scmi-vhost-user: this should never happen: " << what << '\n';
  std::abort();
}

int main(int argc, char** argv) {
  using scmi::platform::Release;
  const std::map<std::string, Release> releases{{"1.0", Release::V1_0},
                                                {"2.0", Release::V2_0},
                                                {"3.0", Release::V3_0},
                                                {"3.1", Release::V3_1},
                                                {"3.2", Release::V3_2}};
  vhost::Program::Options options;
  bool log_messages = false;
  double delay = 0, patience = 30;

  CLI::App app{
      "A reference SCMI platform as a vhost-user back end, for QEMU's vhost-user-scmi-pci and vhost-user-scmi."};
  app.add_option("--socket", options.socket, "connect to the front end that listens at this path")->required();
  app.add_flag("--listen", options.listen, "listen at that path instead, and serve one front end after the other");
  app.add_option("--wait", patience, "seconds that a front end to connect to may take to appear")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_flag("--log", log_messages, "print a line for each message");
  app.add_option("--fault", options.fault,
                 "misbehave: name[:count[:skip[:protocol:message]]], with one of: " + vhost::fault_names());
  app.add_option("--delay", delay, "milliseconds that an answer takes")->check(CLI::Range(0.0, 1e6));
  app.add_option("--version", options.server.release, "release of the specification that is served")
      ->transform(CLI::CheckedTransformer(releases))
      ->option_text("1.0|2.0|3.0|3.1|3.2");
  app.add_option("--agent", options.server.agent, "who sits at the other end: 1 firmware, 2 secondary, 3 observer")
      ->check(CLI::Range(1, 3))
      ->capture_default_str();
  app.add_option("--control", options.control,
                 "take commands at this path, a line each: " + std::string(vhost::Control::kHelp));
  CLI11_PARSE(app, argc, argv);
  options.server.delay = vhost::Microseconds(delay * 1'000);
  options.patience = vhost::Microseconds(patience * 1'000'000);

  vhost::StandardError output;
  vhost::Log log(output, log_messages);
  vhost::Program program(options, log);
  if (const auto opened = program.open(); !opened) {
    log.say("error: {}", std::string_view(opened.error()));
    return vhost::Program::Failed;
  }
  return program.run();
}
