// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/boot_machine.hh"

#include <algorithm>
#include <ranges>

namespace fake {

namespace {

const Time& stopped_clock() {
  static constexpr Time kTime{[] { return Ticks{0}; }, 1'000'000};
  return kTime;
}

}  // namespace

class BootMachine::Tested final : public board::Banks, private efi::Progress {
 public:
  explicit Tested(BootMachine& machine) : Banks(machine.flash, machine.card, stopped_clock), machine_(machine) {}
  efi::Crypto& crypto() override { return machine_.signing_; }
  const efi::Keys& keys() const override { return machine_.keys_; }
  efi::Progress& progress() override { return *this; }

 private:
  void step(std::string_view what, unsigned, uint64_t, uint64_t) override {
    if (machine_.steps.empty() || machine_.steps.back() != what) machine_.steps.emplace_back(what);
  }
  void unsettled(const efi::Refusal& why) override { machine_.told.emplace_back(why.check()); }

  BootMachine& machine_;
};

BootMachine::BootMachine()
    : certificate_(file("tests/capsules/keys/rsa2048.der")),
      uses_{efi::KeyUse{kBoardFirmware, 1}},
      trusted_{efi::TrustedKey{"rsa2048", certificate_, uses_, true}},
      keys_{trusted_, {}} {
  reset();
}

Bytes BootMachine::capsule(const Bytes& image, uint32_t version, uint32_t flags) {
  return build_capsule(signing_, {{.type = kBoardFirmware, .version = version, .image = image}}, flags);
}

efi::Checked<efi::Updated> BootMachine::install(const Bytes& bytes) {
  MemoryReader reader(bytes);
  const auto opened = efi::Capsule::open(reader);
  if (!opened) return std::unexpected(opened.error());
  return efi::Update().run(banks(), *opened);
}

void BootMachine::reset() {
  supply.left = UINT64_MAX;
  for (const auto& area : card.areas)
    if (!supply.on) area->lose();
  supply.on = true;
  banks_ = std::make_shared<Tested>(*this);
}

Bytes BootMachine::starts() {
  const unsigned number = card.config.partition - 1u;
  return number < 2 ? whole_boot_image(bank(number).bytes) : Bytes{};
}

bool BootMachine::copy_is_unmistakably_none() {
  const auto first = std::span(flash.bytes).first(4);
  return !std::ranges::equal(first, boot_image(4, 1) | std::views::take(4));
}

BootMachine::Stored BootMachine::stored() { return {flash.bytes, {bank(0).bytes, bank(1).bytes}, card.config}; }

void BootMachine::put(const Stored& stored) {
  flash.bytes = stored.flash;
  for (unsigned number = 0; number < 2; ++number) bank(number).bytes = stored.banks[number];
  card.config = stored.config;
  reset();
}

}  // namespace fake
