// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/server.hh"

#include <algorithm>
#include <cstring>
#include <utility>

namespace fake {
namespace {
scmi::Command command_of(uint32_t header) { return scmi::Command(header & 0x3fcff); }
}  // namespace

Words text(std::string_view characters, size_t bytes) {
  Words words(bytes / 4);
  std::memcpy(words.data(), characters.data(), std::min(bytes, characters.size()));
  return words;
}

Words join(std::initializer_list<Words> parts) {
  Words all;
  for (const Words& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

void Server::speaks(scmi::Protocol protocol, uint32_t version) {
  on(scmi::command(protocol, scmi::common::kVersion), {kSuccess, version});
  on(scmi::command(protocol, scmi::common::kMessageAttributes), [this, protocol](const Words& arguments) -> Answer {
    const bool there = handlers_.contains(scmi::command(protocol, uint8_t(arguments.at(0))));
    return there ? Answer{kSuccess, 0} : Answer(Error::NotFound);
  });
}

Answer Server::serve(const Words& message) {
  seen.push_back(message);
  const auto handler = handlers_.find(command_of(message.at(0)));
  Answer answer =
      handler == handlers_.end() ? Answer(Error::NotFound) : handler->second(Words(message.begin() + 1, message.end()));
  if (const auto spoil = std::exchange(spoil_, nullptr)) spoil(answer);
  return answer;
}

size_t Server::count(scmi::Command command) const {
  return size_t(std::ranges::count_if(seen, [&](const Words& m) { return command_of(m.front()) == command; }));
}

}  // namespace fake
