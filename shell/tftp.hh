// SPDX-License-Identifier: BSD-2-Clause
// shell/tftp.hh - a file from a server, into memory.
#pragma once
#include "shell/command.hh"

namespace shell {

struct Fetched {
  uint64_t size;  // bytes
  uint32_t sum;   // their CRC-32
};

/// `name` is that of the file, or server:name. Says what the server said against it, and what an error is about.
Result<Fetched> fetch(Machine& machine, uint64_t address, std::string_view name);

}  // namespace shell
