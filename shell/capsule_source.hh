// SPDX-License-Identifier: BSD-2-Clause
// shell/capsule_source.hh - where a capsule is, as people write it.
#pragma once
#include <optional>

#include "disk/fat.hh"
#include "lib/reader.hh"
#include "shell/machine.hh"

namespace shell {

class CapsuleSource {
 public:
  /// memory:ADDRESS+SIZE; tftp:FILE or tftp:SERVER:FILE, which is loaded to where the machine has room, or to ADDRESS
  /// in tftp:FILE@ADDRESS; disk:PATH on the first disk that has files, or blk0:PATH. What it returns stays until the
  /// next open(). Says what an error is about. Errors: Usage: not written so; those of where it lies.
  Result<Reader*> open(Machine& machine, std::string_view text);

 private:
  Result<Reader*> open_memory(Machine& machine, std::string_view text);
  Result<Reader*> open_file(Machine& machine, std::string_view disk, std::string_view path);
  Result<Reader*> download(Machine& machine, std::string_view text);
  Reader* in_memory(std::span<const std::byte> bytes);

  std::optional<MemoryReader> memory_;
  std::optional<disk::FatFile> file_;
};

}  // namespace shell
