// SPDX-License-Identifier: BSD-2-Clause
// shell/job.cc - bytes of flashes and cards to and from memory, piece by piece, so that Ctrl-C and the line that says
// how far it is have their turn.
#include <algorithm>

#include "lib/console.hh"
#include "shell/format.hh"
#include "shell/input.hh"
#include "shell/progress.hh"
#include "shell/storage.hh"

#if defined(CONFIG_FLASH) || defined(CONFIG_MMC)
namespace shell {
namespace {

using Bytes = Storage::Bytes;

// What is moved at once; and the largest sectors whose rest can be kept while a part of them is written.
constexpr size_t kPiece = 256 << 10;
// A flash erases this much in one go quicker than its sectors one by one.
constexpr size_t kBlock = 64 << 10;
alignas(64) [[gnu::section(".bss..noinit")]] constinit std::byte memory_of_piece[kPiece];

void about_place(const Storage& storage, uint64_t offset) { about("{} at {:#x}", storage.name(), offset); }

Result<void> inside(const Storage& storage, uint64_t offset, uint64_t size) {
  if (size == 0) return failure(Error::Usage);
  about("{} has {:#x} bytes", storage.name(), storage.size());
  return within(offset, size, storage.size()) ? Result<void>() : failure(Error::OutOfRange);
}

/// What of `flash` is best erased in one go to change bytes from `offset` on, at most `left`: a block, or the sector
/// that the first lies in.
Result<Flash::Range> sector_at(const Flash& flash, uint64_t offset, uint64_t left) {
  uint64_t size = offset % kBlock == 0 && left >= kBlock ? kBlock : 256;
  for (; size <= kPiece; size *= 2)
    if (const uint64_t begin = offset & -size; flash.sector_size(begin, size)) return Flash::Range{begin, size};
  return failure(Error::NotSupported);
}

/// Makes bytes of one sector, or block of them, those of `from`, as many as lie in it. What else is in it stays, and
/// what is so already is not written.
Result<size_t> write_sector(Flash& flash, uint64_t offset, std::span<const std::byte> from) {
  const auto [begin, size] = TRY(sector_at(flash, offset, from.size()));
  const Bytes whole(memory_of_piece, size_t(size));
  const size_t before = size_t(offset - begin);
  from = from.first(std::min(whole.size() - before, from.size()));
  CHECK(flash.read(begin, whole));
  bool differs = false, needs_erasing = false;
  for (size_t i = 0; i < from.size(); ++i) {
    std::byte& byte = whole[before + i];
    differs |= byte != from[i];
    needs_erasing |= (byte & from[i]) != from[i];
    byte = from[i];
  }
  if (needs_erasing) {
    CHECK(flash.erase(begin, size));
    CHECK(flash.write(begin, whole));
  } else if (differs) {
    CHECK(flash.write(offset, from));
  }
  return from.size();
}

Result<void> same(const Storage& storage, uint64_t offset, const Storage& other, uint64_t other_offset, size_t size) {
  const std::byte* const is = TRY(storage.look(offset, {memory_of_piece, size}));
  about_place(other, other_offset);
  const std::byte* const should = TRY(other.look(other_offset, {memory_of_piece + kPiece / 2, size}));
  if (__builtin_memcmp(is, should, size) == 0) return {};
  size_t at = 0;
  while (is[at] == should[at]) ++at;
  about("{} at {:#x} is {:#04x}, not {:#04x}", storage.name(), offset + at, uint8_t(is[at]), uint8_t(should[at]));
  return failure(Error::CheckFailed);
}

/// Does as much of it as is done at once, `done` being done. How much that was.
Result<size_t> step(const Job& job, Job::Action action, uint64_t done) {
  const uint64_t offset = job.offset + done, other_offset = job.other_offset + done, left = job.size - done;
  const size_t some = size_t(std::min<uint64_t>(left, kPiece / 2));
  Flash* const flash = job.storage.flash();
  about_place(job.storage, offset);
  if (action == Job::Erase) {
    const auto [begin, size] = TRY(sector_at(*flash, offset, left));
    CHECK(flash->erase(begin, size));
    return size_t(size);
  }
  if (action == Job::Compare) {
    CHECK(same(job.storage, offset, job.other, other_offset, some));
    return some;
  }
  std::byte* const memory = job.other.memory() + other_offset;
  if (action == Job::Write && flash) return write_sector(*flash, offset, {memory, size_t(left)});
  CHECK(job.storage.move(action == Job::Write, offset, {memory, some}));
  return some;
}

}  // namespace

Result<void> Job::run(Action action) const {
  Flash* const flash = storage.flash();
  CHECK(inside(storage, offset, size));
  if (action != Erase) CHECK(inside(other, other_offset, size));
  about_place(storage, offset);
  if (action == Erase) CHECK(flash->sector_size(offset, size));
  if ((action == Erase || action == Write) && !call.has("raw"sv)) {
    const std::string_view why = call.machine.objection(storage.name(), offset, {other.memory(), size_t(other.size())});
    about("{}: {}; with 'raw' it is done", storage.name(), why);
    if (!why.empty()) return failure(Error::Rejected);
  }
  const Time& time = call.machine.time();
  const Ticks start = time.now();
  Progress progress(time, "bytes"sv, size);
  Result<void> outcome;
  for (uint64_t done = 0; done < size && outcome;) {
    const auto some = step(*this, action, done);
    if (!some) outcome = failure(some.error());
    done += some.value_or(0);
    progress.at(done);
    if (some && done < size) outcome = go_on();
  }
  progress.end();
  if (outcome.error() == Error::ReadOnly && flash && flash->protected_range().value_or(Flash::Range{}).size)
    about("{} is write-protected, see flash protect", storage.name());
  CHECK(outcome);
  if (action == Write) CHECK(storage.flush());
  const Ticks ticks = std::max<Ticks>(time.now() - start, 1);
  print("{} bytes{}, {} KiB/s, ", size, action == Compare ? " are the same"sv : ""sv, size * time.hertz / 1024 / ticks);
  print_duration(time, ticks);
  return {};
}

Result<void> transfer(const Call& call, const Storage& storage, uint64_t offset, uint64_t size, uint64_t address) {
  CHECK(inside(storage, offset, size));
  about("memory"sv);
  const Bytes memory = TRY(call.machine.memory(address, size));
  const std::string_view verb = call.verb();
  return Job{call, storage, offset, size, Storage(memory)}.run(verb == "write"sv    ? Job::Write
                                                               : verb == "verify"sv ? Job::Compare
                                                                                    : Job::Read);
}

Result<void> compare(const Call& call, const Storage& storage, uint64_t offset, uint64_t size, std::string_view name,
                     uint64_t other_offset) {
  const auto flash = find_flash(call.machine, name);
  const Storage other = flash ? Storage(**flash) : Storage(*TRY(find_area(call.machine, name)));
  return Job{call, storage, offset, size, other, other_offset}.run(Job::Compare);
}

}  // namespace shell
#endif
