// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/peer.hh"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace fake {
namespace {

constexpr size_t kFirstWord = sizeof(scmi::Area) / 4;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fake peer: %s\n", what);
  std::abort();
}

}  // namespace

Words SharedMemory::message() const {
  const uint32_t bytes = std::min<uint32_t>(uint32_t{area().length}, size_ - uint32_t(sizeof(scmi::Area)));
  return Words(words_.get() + kFirstWord, words_.get() + kFirstWord + bytes / 4);
}

void SharedMemory::put(const Words& message) {
  for (size_t i = 0; i < message.size() && kFirstWord + i < size_ / 4; ++i) words_[kFirstWord + i] = message[i];
  area().length = uint32_t(4 * message.size());
}

Peer::Peer(uint32_t size, uint32_t event_size) : a2p(size), p2a(event_size) {
  a2p.area().status = scmi::Area::kFree;
  p2a.area().status = scmi::Area::kFree;
}

intptr_t Peer::ring(uintptr_t function, uintptr_t argument1, uintptr_t argument2) {
  Peer& peer = *reinterpret_cast<Peer*>(uintptr_t(argument1));
  expect(function == kFunction && argument2 == 0, "the doorbell is rung with other arguments than given");
  ++peer.rings;
  if (peer.call_result == 0) peer.on_ring();
  return peer.call_result;
}

void Peer::serve() {
  scmi::Area& area = a2p.area();
  expect((area.status & (scmi::Area::kFree | scmi::Area::kError)) == 0, "a command in a channel that is not ours");
  expect(area.length >= 4 && area.length % 4 == 0, "a command with a length that cannot be");
  const Words command = a2p.message();
  const Answer answer = server.serve(command);
  if (answer.silent || answer.held) return;
  a2p.put(join({{command[0] ^ answer.flip}, answer.words}));
  if (answer.length) area.length = *answer.length;
  area.status = scmi::Area::kFree | (answer.error_bit ? scmi::Area::kError : 0);
}

bool Peer::notify(const Words& message) {
  if (!(p2a.area().status & scmi::Area::kFree)) return false;
  p2a.put(message);
  p2a.area().status = 0;
  return true;
}

}  // namespace fake
