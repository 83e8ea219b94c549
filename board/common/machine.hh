// SPDX-License-Identifier: BSD-2-Clause
// board/common/machine.hh - what machines that run on arch/ have alike: memory, firmware calls, PSCI.
#pragma once
#include <optional>

#include "board/common/discovery.hh"
#include "drivers/psci.hh"
#include "shell/machine.hh"

namespace board {

class ArchMachine : public shell::Machine {
 public:
  const Time& time() const override;
  const DeviceTree& device_tree() const override { return tree; }
  std::string_view board() const override { return name; }
  Registers firmware_call(const Registers& in, bool hvc) override;
  Result<uint64_t> read(uint64_t address, Width width) override;
  Result<void> write(uint64_t address, Width width, uint64_t value) override;
#ifdef CONFIG_LOAD
  Result<std::span<std::byte>> memory(uint64_t address, uint64_t size) override;
#endif
  Error reset() override { return last(&drivers::Psci::reset); }
  Error power_off() override { return last(&drivers::Psci::power_off); }

  // What the board finds at boot.
  DeviceTree tree;
  std::string_view name;
  std::optional<drivers::Psci> psci;

 protected:
  constexpr ArchMachine() = default;
  ~ArchMachine() = default;
  /// Before the last order: nothing goes on by itself, and what was printed is out.
  virtual void quiesce() = 0;

 private:
  Error last(Error (drivers::Psci::*order)() const);
};

/// The board's own, of which there is one.
ArchMachine& the_machine();

// Rows of the table.
void bind_psci(const Device& device);
void bind_area(const Device& device);
void bind_scmi(const Device& device);
void reserve(const Device& device);

/// At the end of a boot.
void print_psci();
/// Everybody has the private half of these.
void print_test_keys();

}  // namespace board
