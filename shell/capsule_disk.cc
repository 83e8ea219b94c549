// SPDX-License-Identifier: BSD-2-Clause
#include "shell/capsule_disk.hh"

#include "lib/console.hh"
#include "lib/le.hh"
#include "shell/capsule.hh"
#include "shell/file_system.hh"
#include "shell/format.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

constexpr std::string_view kFolder = "/EFI/UpdateCapsule"sv, kIndications = "OsIndications"sv;
constexpr uint64_t kFileCapsules = 4;  // EFI_OS_INDICATIONS_FILE_CAPSULE_DELIVERY_SUPPORTED

// Large, and used one at a time.
constinit disk::FatEntry folder, here;

uint64_t read_indications(efi::Variables& variables) {
  le64 bits{};
  const auto got = variables.get(kIndications, efi::kGlobalVariable, std::as_writable_bytes(std::span(&bits, 1)));
  return got && *got == sizeof bits ? uint64_t(bits) : 0;
}

void write_indications(efi::Variables& variables, le64 bits) {
  const auto set = variables.set(kIndications, efi::kGlobalVariable, std::as_bytes(std::span(&bits, 1)));
  if (!set) print("{}: {}\n", kIndications, set.error());
}

/// Calls handle(fat, entry) for each file in the order of their names in capitals.
template <class F>
Result<void> for_each_capsule(BlockDevice& disk, F&& handle) {
  disk::Fat& fat = *TRY(file_system().mount(disk));
  folder = TRY(fat.find(kFolder));
  for (bool first = true;; first = false) {
    const auto next = fat.next(folder, first ? nullptr : &here);
    if (!next && next.error() == Error::NotFound) return {};
    if (!next) return failure(next.error());
    here = *next;
    if (!here.is_directory()) handle(fat, here);
  }
}

template <class F>
bool for_each_disk(Machine& machine, F&& handle) {
  bool any = false;
  BlockDevice* disk;
  for (size_t number = 0; (disk = machine.disk(number)); ++number) {
    const auto walked = for_each_capsule(*disk, [&](disk::Fat& fat, const disk::FatEntry& entry) {
      any = true;
      handle(*disk, fat, entry);
    });
    if (!walked && walked.error() != Error::NotFound) print("{}: {}\n", disk->name(), walked.error());
  }
  return any;
}

/// One capsule of a disk; returns whether the machine has to start again.
bool apply_file(efi::Platform& platform, disk::Fat& fat, const disk::FatEntry& entry) {
  print("{}: ", Clean(entry.name()).text());
  const auto file = disk::FatFile::open(fat, entry);
  bool restart = false;
  if (file) {
    disk::FatFile reader = *file;
    const auto applied = apply(platform, reader, entry.name());
    restart = applied && applied->restart;
    if (!applied) {
      print("error: ");
      print_refusal(console(), applied.error());
      print("\n");
    }
  } else {
    print("error: {}\n", file.error());
  }
  // Whatever became of it, or it would be tried at each boot for ever.
  if (const auto removed = fat.remove(entry); !removed)
    print("{}: not removed: {}\n", Clean(entry.name()).text(), removed.error());
  return restart;
}

}  // namespace

bool capsules_are_wanted(efi::Platform& platform) {
  const auto variables = platform.variables();
  return variables && (read_indications(**variables) & kFileCapsules);
}

bool apply_waiting_capsules(Machine& machine) {
  const auto platform = machine.updates();
  if (!platform) return false;
  bool restart = false;
  for_each_disk(machine, [&](BlockDevice&, disk::Fat& fat, const disk::FatEntry& entry) {
    restart = apply_file(**platform, fat, entry) || restart;
  });
  // Last: when power fails before, what is left is applied at the next boot.
  if (const auto variables = (*platform)->variables())
    if (const uint64_t bits = read_indications(**variables); bits & kFileCapsules)
      write_indications(**variables, bits & ~kFileCapsules);
  return restart;
}

COMMAND(capsule_scan, "capsule scan [now]",
        "capsules in \\\\EFI\\\\UpdateCapsule of the disks; `now` applies and removes them") {
  if (call.has("now"sv)) {
    about("firmware update"sv);
    static_cast<void>(TRY(call.machine.updates()));
    if (apply_waiting_capsules(call.machine)) print("reset: it counts from the next boot on\n");
    return {};
  }
  const bool any = for_each_disk(call.machine, [](BlockDevice& disk, disk::Fat&, const disk::FatEntry& entry) {
    print("{} {:>10} {}\n", disk.name(), entry.size, Clean(entry.name()).text());
  });
  if (!any) print("no capsules are waiting\n");
  return {};
}

}  // namespace shell
#endif
