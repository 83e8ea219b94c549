// SPDX-License-Identifier: BSD-2-Clause
// shell/virtio.cc - the virtio devices: what they are, how they are, and how they start again.
#include "shell/virtio.hh"
#include "lib/console.hh"
#include "shell/command.hh"
#include "shell/listing.hh"
#include "shell/place.hh"

#ifdef CONFIG_VIRTIO
namespace shell {
namespace {

using virtio::Device;

std::string_view name_of(virtio::Type type) {
  switch (type) {
    case virtio::Type::None: break;
    case virtio::Type::Network: return "network"sv;
    case virtio::Type::Block: return "block"sv;
    case virtio::Type::Console: return "console"sv;
    case virtio::Type::Entropy: return "entropy"sv;
    case virtio::Type::Scmi: return "scmi"sv;
  }
  return "unknown"sv;
}

/// "64+8 packed indirect event": descriptors of each queue, and what they have in common.
std::string_view describe_queues(const Device& device, std::span<char> memory) {
  TextBuffer text(memory);
  bool indirect = false;
  const auto queues = device.queues();
  for (size_t i = 0; i < queues.size(); ++i) {
    print_to(text, "{}{}", i ? "+"sv : ""sv, queues[i]->size());
    indirect |= queues[i]->indirect();
  }
  if (!queues.empty())
    print_to(text, " {}{}{}", queues[0]->packed() ? "packed"sv : "split"sv, indirect ? " indirect"sv : ""sv,
             queues[0]->event_index() ? " event"sv : ""sv);
  return text.text();
}

Result<void> start_anew(Device& device, uint32_t number) {
  const auto stopped = device.stop();  // what it loses is said, and no reason not to start it
  if (!stopped) print("{} {}: {}\n", number, name_of(device.type()), stopped.error());
  const auto started = device.start();
  print("{} {}: {}\n", number, name_of(device.type()), state_of(device));
  return started;
}

}  // namespace

Arg state_of(const Device& device) {
  if (device.running()) return "running"sv;
  return device.error() == Error{} ? Arg("stopped"sv) : Arg(device.error());
}

COMMAND(virtio_info, "virtio info [-j]", "the devices: features offered and in use, queues, state") {
  if (!Device::first()) return failure(Error::NoDevice);
  Listing list(call, "device:6 type:-8 bus:-4 address:10 offered#:14 accepted#:14 queues:-24 state"sv);
  uint32_t number = 0;
  for (const Device* device = Device::first(); device; device = device->next(), ++number) {
    std::array<char, 48> memory;
    std::array<char, 20> place_memory;
    TextBuffer place(place_memory);
    const auto& bus = device->transport();
    print_place(place, bus);
    list.row({number, name_of(device->type()), bus.bus(), place.text(), device->offered(), device->features(),
              describe_queues(*device, memory), state_of(*device)});
  }
  return {};
}

COMMAND(virtio_scan, "virtio scan", "starts all devices that do not run") {
  if (!Device::first()) return failure(Error::NoDevice);
  Result<void> result;
  uint32_t number = 0, run = 0;
  for (Device* device = Device::first(); device; device = device->next(), ++number) {
    const bool ran = device->running();
    if (const auto started = ran ? Result<void>() : start_anew(*device, number); !started) {
      about("device"sv, number);
      result = failure(started.error());
    }
    run += device->running();
  }
  print("{} of {} devices run\n", run, number);
  return result;
}

COMMAND(virtio_reset, "virtio reset N", "stops a device and starts it anew") {
  about("device"sv, call.number(0));
  Device* device = Device::first();
  for (uint64_t number = call.number(0); device && number != 0; --number) device = device->next();
  if (!device) return failure(Error::NoDevice);
  return start_anew(*device, uint32_t(call.number(0)));
}

}  // namespace shell
#endif
