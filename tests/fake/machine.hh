// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/machine.hh - what the shell runs on in tests: a terminal with a keyboard, and a machine with some memory.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lib/console.hh"
#include "shell/machine.hh"
#include "tests/fake/timeline.hh"

namespace fake {

/// A terminal as people have it. It is the console as long as it lives.
class Terminal final : public Console {
 public:
  Terminal() { set_console(*this); }
  ~Terminal();
  Terminal(const Terminal&) = delete;

  void write(std::string_view text) override;
  int get() override;

  /// What is typed while a command runs; each look at the keyboard takes one character.
  void type(std::string_view text) { typed_.insert(typed_.end(), text.begin(), text.end()); }
  /// Called at each look at the keyboard.
  std::function<void()> on_look;

  /// Everything that was written since the last call, as it came.
  std::string take();
  /// The row with the cursor, without blanks at its end; and the column of the cursor.
  std::string row() const;
  size_t column() const { return column_; }
  size_t rows() const { return rows_.size(); }
  unsigned bells() const { return bells_; }

 private:
  void show(char c);
  void sequence(char last);

  std::string written_;
  std::deque<char> typed_;
  std::vector<std::string> rows_ = {""};
  size_t column_ = 0;
  unsigned bells_ = 0;
  std::string sequence_;  // begun and not ended
};

class Machine final : public shell::Machine {
 public:
  const Time& time() const override { return *clock; }
  const DeviceTree& device_tree() const override { return tree; }
  std::string_view board() const override { return "fake machine"; }
  Registers firmware_call(const Registers& in, bool hvc) override;
  Result<uint64_t> read(uint64_t address, Width width) override;
  Result<void> write(uint64_t address, Width width, uint64_t value) override;
  /// `ram`, at its own address of the host.
  Result<std::span<std::byte>> memory(uint64_t address, uint64_t bytes) override;
  std::span<const PciFunction> pci() const override { return functions; }
  BlockDevice* disk(size_t number) override { return number < disks.size() ? disks[number] : nullptr; }
  Flash* flash(size_t number) override { return number < flashes.size() ? flashes[number] : nullptr; }
  MmcCard* mmc(size_t number) override { return number < cards.size() ? cards[number] : nullptr; }
  std::string_view objection(std::string_view storage, uint64_t offset, std::span<const std::byte> bytes) override {
    return objects ? objects(storage, offset, bytes) : std::string_view();
  }
  std::span<const shell::SelfCheck> self_checks() const override { return checks; }
  uint32_t cpu() const override { return midr; }
  Error reset() override { return ++resets, Error::NoDevice; }
  Error power_off() override {
    ++power_offs;
    if (on_power_off) on_power_off();
    return Error::NoDevice;
  }

  Timeline timeline;
  const Time* clock = &timeline.time;
  DeviceTree tree;
  std::map<uint64_t, uint8_t> cells;  // nothing answers where there is none
  std::vector<std::byte> ram = std::vector<std::byte>(64 << 10);
  uint64_t ram_address() const { return uint64_t(uintptr_t(ram.data())); }
  std::vector<PciFunction> functions;
  std::vector<BlockDevice*> disks;
  std::vector<Flash*> flashes;
  std::vector<MmcCard*> cards;
  std::function<std::string_view(std::string_view, uint64_t, std::span<const std::byte>)> objects;
  std::vector<shell::SelfCheck> checks;
  uint32_t midr = 0;
  unsigned resets = 0, power_offs = 0;
  std::function<void()> on_power_off;
  std::vector<std::pair<Registers, bool>> calls;
  Registers answer{};
};

}  // namespace fake
