// SPDX-License-Identifier: BSD-2-Clause
#include "shell/capsule_source.hh"

#include "lib/text.hh"
#include "shell/command.hh"
#include "shell/file_system.hh"
#include "shell/tftp.hh"

#ifdef CONFIG_CAPSULE
namespace shell {

Reader* CapsuleSource::in_memory(std::span<const std::byte> bytes) { return &memory_.emplace(bytes); }

Result<Reader*> CapsuleSource::open_memory(Machine& machine, std::string_view text) {
  const auto address = parse_number(take_until(text, '+'));
  const auto size = parse_number(text);
  if (!address || !size) return failure(Error::Usage);
  about("memory"sv);
  return in_memory(TRY(machine.memory(*address, *size)));
}

Result<Reader*> CapsuleSource::download([[maybe_unused]] Machine& machine, [[maybe_unused]] std::string_view text) {
#ifdef CONFIG_NET
  uint64_t address = machine.load_address();
  if (const size_t at = text.rfind('@'); at != text.npos) {  // a name may have one too
    if (const auto given = parse_number(text.substr(at + 1))) {
      address = *given;
      text = text.substr(0, at);
    }
  }
  const Fetched fetched = TRY(fetch(machine, address, text));
  about("memory"sv);
  return in_memory(TRY(machine.memory(address, fetched.size)));
#else
  return failure(Error::NotSupported);
#endif
}

Result<Reader*> CapsuleSource::open_file(Machine& machine, std::string_view disk, std::string_view path) {
  about(disk);
  Result<disk::Fat*> files = failure(Error::NoDevice);
  BlockDevice* block;
  for (size_t number = 0; (block = machine.disk(number)); ++number)
    if (disk == "disk"sv || disk == block->name()) {
      files = file_system().mount(*block);
      if (files || disk != "disk"sv) break;
    }
  if (!files) return failure(files.error());
  about(path);
  const disk::FatEntry entry = TRY((*files)->find(path));
  return &file_.emplace(TRY(disk::FatFile::open(**files, entry)));
}

Result<Reader*> CapsuleSource::open(Machine& machine, std::string_view text) {
  std::string_view rest = text;
  const std::string_view place = take_until(rest, ':');
  if (place.size() == text.size()) return failure(Error::Usage);
  if (place == "memory"sv) return open_memory(machine, rest);
  if (place == "tftp"sv) return download(machine, rest);
  return open_file(machine, place, rest);
}

}  // namespace shell
#endif
