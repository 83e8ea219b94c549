// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/shell_lab.hh - a shell on a fake machine, and with it the reference platform as two SCMI instances.
#pragma once
#include <gtest/gtest.h>

#include <sstream>

#include "scmi/instance.hh"
#include "scmi/platform/fault.hh"
#include "shell/execute.hh"
#include "shell/input.hh"
#include "shell/session.hh"
#include "tests/fake/machine.hh"
#include "tests/unit/platform_shared.hh"

namespace shell_test {

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  return lines;
}

struct Lab {
  /// What a line prints, and how it ends.
  std::string run(std::string_view line) {
    terminal.take();
    error = shell::execute(machine, line);
    return terminal.take();
  }
  std::vector<std::string> lines(std::string_view line) { return lines_of(run(line)); }

  fake::Terminal terminal;
  fake::Machine machine;
  Error error{};
};

/// One agent's way to the platform, by shared memory and a doorbell that returns when the platform is done.
struct Line {
  Line(scmi::platform::Platform& p, fake::Timeline& t, uint32_t agent, uint8_t only = 0)
      : platform(p), timeline(t), shared(p, agent, 128, only), events(p, agent) {
    transport = scmi::ShmemTransport({&shared.area(), shared.size()}, {&memory.area(), memory.size()},
                                     {ring, 0, uintptr_t(this), 0}, scmi::Completion::OnReturn);
    events.open(&memory.area());
    client = std::make_unique<scmi::Client>(transport, timeline.time);
  }
  static intptr_t ring(uintptr_t, uintptr_t self, uintptr_t) {
    auto& line = *reinterpret_cast<Line*>(self);
    const bool taken = line.faulty.serve();
    line.work();
    return taken ? 0 : -1;
  }
  /// What the platform does of its own accord, until it has no more to do.
  void work() {
    platform.complete();
    events.deliver();
    if (!events.waiting() || busy) return;
    busy = true;
    timeline.after(200, [this] {
      busy = false;
      work();
    });
  }

  scmi::platform::Platform& platform;
  fake::Timeline& timeline;
  platform_test::SharedChannel shared;
  platform_test::SharedMemory memory{64};
  scmi::platform::FaultyChannel faulty{shared.channel};
  scmi::platform::EventChannel events;
  scmi::ShmemTransport transport;
  bool busy = false;
  std::unique_ptr<scmi::Client> client;
};

/// The list of instances only grows, so the two in it stay; they have channels as long as a test lasts.
struct ScmiLab : Lab, platform_test::World {
  explicit ScmiLab(scmi::platform::Release release = scmi::platform::Release::V3_2) : World(release) {
    static bool added = false;
    auto& list = instances();
    for (size_t i = 0; i < 2; ++i) {
      if (!added) list[i] = scmi::add_instance(i ? "second" : "first").value();
      std::construct_at(list[i], i ? "second" : "first");
      (void)list[i]->add(*(i ? second : first).client);
    }
    added = true;
    run("scmi dev 0");
  }
  ~ScmiLab() {
    for (auto* instance : instances()) std::construct_at(instance, "unused");
  }
  static std::array<scmi::Instance*, 2>& instances() {
    static std::array<scmi::Instance*, 2> list{};
    return list;
  }
  void set(scmi::platform::Fault fault, uint32_t count = 1, uint32_t skip = 0) {
    first.faulty.set({.fault = fault, .count = count, .skip = skip, .filter = {}});
  }
  uint32_t sent() const { return first.client->statistics().sent; }

  Line first{*platform, machine.timeline, 1}, second{*platform, machine.timeline, 2};
};

}  // namespace shell_test
