// SPDX-License-Identifier: BSD-2-Clause
#include <array>

#include "lib/console.hh"
#include "lib/crc32.hh"
#include "shell/command.hh"
#include "shell/input.hh"

#ifdef CONFIG_NET
namespace shell {

COMMAND(crc32, "crc32 ADDRESS SIZE", "checksum of SIZE bytes of memory") {
  constexpr uint64_t kPart = 4096;
  Crc32 sum;
  std::array<std::byte, 8> bytes;
  for (uint64_t done = 0, size = call.number(1); done < size;) {
    if (done % kPart == 0) CHECK(go_on());
    const uint64_t address = call.number(0) + done;
    // By words where they are whole: a device may take nothing else, and memory is read the quicker.
    const auto width = size - done < 8 || address % 8 ? Machine::Width::Byte : Machine::Width::Double;
    about("memory"sv);
    const uint64_t value = TRY(call.machine.read(address, width));
    for (size_t i = 0; i < size_t(width); ++i) bytes[i] = std::byte(value >> 8 * i);
    sum.add(std::span(bytes).first(size_t(width)));
    done += size_t(width);
  }
  print("{:08x}\n", sum.value());
  return {};
}

}  // namespace shell
#endif
