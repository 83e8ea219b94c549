// SPDX-License-Identifier: BSD-2-Clause
// Any bytes typed at the prompt, before the reference platform: what is written can be shown on any terminal, and after
// Ctrl-C the prompt takes a line as ever.
#include <libfdt.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "scmi/instance.hh"
#include "scmi/platform/reference.hh"
#include "scmi/platform/smt.hh"
#include "shell/input.hh"
#include "shell/session.hh"
#include "tests/fake/machine.hh"

namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "shell_line: %s\n", what);
  std::abort();
}

/// The platform, and the one way to it.
struct World {
  World() : transport({area(), sizeof words}, {}, {ring, 0, 0, 0}, scmi::Completion::OnReturn) {
    current = this;
    platform.start(scmi::platform::Release::V3_2);
    channel.open(area(), sizeof words);
  }
  static intptr_t ring(uintptr_t, uintptr_t, uintptr_t) {
    current->channel.serve();
    return 0;
  }
  scmi::Area* area() { return reinterpret_cast<scmi::Area*>(words); }

  static inline World* current = nullptr;
  uint32_t words[32]{};
  fake::Machine machine;
  scmi::platform::Platform platform{scmi::platform::kReference};
  scmi::platform::Channel channel{platform, 1};
  scmi::ShmemTransport transport;
  scmi::Client client{transport, machine.timeline.time};
};

DeviceTree tree() {
  alignas(8) static char blob[512];
  fdt_create(blob, sizeof blob);
  fdt_finish_reservemap(blob);
  fdt_begin_node(blob, "");
  fdt_begin_node(blob, "chosen");
  fdt_property_string(blob, "bootargs", "quiet");
  fdt_end_node(blob);
  fdt_end_node(blob);
  fdt_finish(blob);
  return DeviceTree::open(blob, sizeof blob).value_or(DeviceTree());
}

scmi::Instance& instance() {
  static scmi::Instance* const one = *scmi::add_instance("fuzzed");
  return *one;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  World world;
  std::construct_at(&instance(), "fuzzed");
  (void)instance().add(world.client);
  world.machine.tree = tree();
  for (uintptr_t i = 0; i < 256; ++i) world.machine.cells[i] = uint8_t(i);

  fake::Terminal terminal;
  // Every command is stopped in the end, for some would take hours: somebody gets impatient and presses Ctrl-C.
  unsigned looks = 0;
  terminal.on_look = [&] {
    if (++looks % 400 == 0) terminal.type("\x03");
  };
  shell::Session session(world.machine);
  session.start();
  for (size_t i = 0; i < size; ++i) {
    session.type(char(data[i]));
    if (data[i] % 16 == 0) session.idle();
  }
  for (const char c : terminal.take())
    expect((c >= ' ' && c <= '~') || c == '\n' || c == '\t' || c == '\r' || c == '\a' || c == '\x1b',
           "a byte for no terminal");

  session.type(shell::kControlC);
  terminal.take();
  for (const char c : std::string_view("echo alive\r")) session.type(c);
  expect(terminal.take() == "echo alive\nalive\ncorbel> ", "the prompt does not answer");
  return 0;
}
