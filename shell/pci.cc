// SPDX-License-Identifier: BSD-2-Clause
// shell/pci.cc - what is on the PCI bus.
#include "lib/console.hh"
#include "shell/command.hh"
#include "shell/listing.hh"
#include "virtio/device.hh"

#ifdef CONFIG_VIRTIO
namespace shell {
namespace {

// PCI Code and ID Assignment 1.11, 1: the words for a class; a subclass of 0xff stands for all that are not named.
struct Class {
  uint16_t code;  // class and subclass
  std::string_view name;
};
constexpr Class kClasses[] = {
    {0x00ff, "unclassified"sv}, {0x0100, "SCSI"sv},          {0x0106, "SATA"sv},        {0x0108, "NVMe"sv},
    {0x01ff, "storage"sv},      {0x0200, "Ethernet"sv},      {0x02ff, "network"sv},     {0x03ff, "display"sv},
    {0x04ff, "multimedia"sv},   {0x05ff, "memory"sv},        {0x0600, "host bridge"sv}, {0x0604, "PCI bridge"sv},
    {0x06ff, "bridge"sv},       {0x07ff, "communication"sv}, {0x08ff, "peripheral"sv},  {0x09ff, "input"sv},
    {0x0bff, "processor"sv},    {0x0c03, "USB"sv},           {0x0cff, "serial bus"sv},  {0x10ff, "encryption"sv},
    {0x11ff, "signals"sv},      {0x12ff, "accelerator"sv},
};

std::string_view class_of(const PciFunction& function) {
  const uint16_t code = uint16_t(function.class_code >> 8);
  for (const Class& known : kClasses)
    if (known.code == code || (known.code == (code | 0xff))) return known.name;
  return "unknown"sv;
}

std::string_view driver_of(const PciFunction& function) {
  using virtio::Device;
  for (const Device* device = Device::first(); device; device = device->next())
    if (device->transport().bus() == "pci"sv && device->transport().address() == function.address) return "virtio"sv;
  return {};
}

}  // namespace

COMMAND(pci, "pci [-j]", "the functions on the PCI bus, their drivers, and where their BARs are") {
  const auto functions = call.machine.pci();
  if (functions.empty()) return failure(Error::NoDevice);
  const bool json = call.has("-j"sv);
  Listing list(call, "address:7 vendor#:6 device#:6 class:-13 driver:-6 bar:3 at#:10 size#:10"sv);
  for (const PciFunction& function : functions) {
    std::array<char, 8> memory;
    TextBuffer place(memory);
    print_pci_address(place, function.address);
    Arg cells[] = {place.text(), function.vendor, function.device, class_of(function), driver_of(function), ""sv, ""sv,
                   ""sv};
    const std::span<const Arg> own = std::span(cells).first(5);
    bool said = json;
    if (json) {
      list.row(own);
      list.nest("bars"sv, "bar at# size#"sv);
    }
    for (uint32_t i = 0; i < function.bars.size(); ++i) {
      const auto [address, size] = function.bars[i];
      if (size == 0) continue;
      cells[5] = i;
      cells[6] = address;
      cells[7] = size;
      if (json) {
        list.row(std::span(cells).subspan(5));
        continue;
      }
      list.row(cells);
      for (Arg& cell : std::span(cells).first(5)) cell = ""sv;  // below it only the BARs
      said = true;
    }
    if (json) list.unnest();
    if (!said) list.row(own);
  }
  return {};
}

}  // namespace shell
#endif
