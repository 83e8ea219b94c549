// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/instance.hh"

namespace scmi {
namespace {

constexpr size_t kMostInstances = 4;
// Raw memory, not an array of instances: those that no board adds must not cost an initialiser.
alignas(Instance) constinit std::byte memory[kMostInstances * sizeof(Instance)]{};
constinit size_t count = 0;

Instance* at(size_t index) { return reinterpret_cast<Instance*>(memory) + index; }

}  // namespace

std::span<Instance> instances() { return {at(0), count}; }

Result<Instance*> add_instance(std::string_view name) {
  if (count == kMostInstances) return failure(Error::NoSpace);
  return std::construct_at(at(count++), name);
}

Result<void> Instance::add(Client& client, uint8_t protocol) {
  if (count_ == kMostChannels) return failure(Error::NoSpace);
  if (count_) client.set_base(*channels_[0].client);
  channels_[count_++] = {&client, protocol};
  return {};
}

Client& Instance::client(Protocol protocol) const {
  for (const Channel& channel : channels())
    if (channel.serves(protocol)) return *channel.client;
  return *channels_[0].client;
}

unsigned Instance::poll() {
  unsigned arrived = 0;
  for (const Channel& channel : channels()) arrived += channel.client->poll();
  return arrived;
}

}  // namespace scmi
