// SPDX-License-Identifier: BSD-2-Clause
// shell/virtio_block.cc - disks.
#include <algorithm>

#include "lib/console.hh"
#include "lib/mark.hh"
#include "shell/command.hh"
#include "shell/format.hh"
#include "shell/input.hh"
#include "shell/listing.hh"
#include "shell/progress.hh"
#include "shell/virtio.hh"
#include "virtio/block.hh"

#ifdef CONFIG_VIRTIO
namespace shell {
namespace {

using virtio::Block;

Result<Block*> disk_of(uint64_t number) {
  about("disk"sv, number);
  Block* const disk = Block::find(size_t(number));
  if (!disk) return failure(Error::NoDevice);
  return disk;
}

/// Piece by piece, so that Ctrl-C and the line that says how far it is have their turn.
Result<void> transfer(const Time& time, Block& disk, bool write, uint64_t sector, std::span<std::byte> memory) {
  constexpr size_t kPiece = size_t{16} << 20;
  Progress progress(time, "bytes"sv, memory.size());
  Result<void> result;
  for (size_t done = 0; result && done < memory.size();) {
    const auto piece = memory.subspan(done, std::min(kPiece, memory.size() - done));
    result = write ? disk.write(sector, piece) : disk.read(sector, piece);
    sector += piece.size() / disk.sector_size();
    done += piece.size();
    progress.at(done);
    if (result) result = go_on();
  }
  progress.end();
  return result;
}

}  // namespace

COMMAND(virtio_blk_info, "virtio blk info [-j]", "the disks: sectors of how many bytes, and whether they take writes") {
  if (!Block::find(0)) return failure(Error::NoDevice);
  Listing list(call, "disk:4 name:-6 sectors:14 bytes:6 mib:9 access?ro|rw:-6 state"sv);
  const Block* disk;
  for (uint32_t number = 0; (disk = Block::find(number)); ++number) {
    list.row({number, disk->name(), disk->sectors(), disk->sector_size(),
              disk->sectors() / 1024 * disk->sector_size() / 1024, disk->read_only(), state_of(*disk)});
  }
  return {};
}

COMMAND(virtio_blk_read, "virtio blk read|write N SECTOR COUNT ADDRESS", "COUNT sectors of disk N to or from memory") {
  Block& disk = *TRY(disk_of(call.number(0)));
  const uint64_t sector = call.number(1), count = call.number(2);
  if (count > disk.sectors() || sector > disk.sectors() - count) return failure(Error::OutOfRange);
  about("memory"sv);
  const auto memory = TRY(call.machine.memory(call.number(3), count * disk.sector_size()));
  about("disk"sv, call.number(0));
  const Time& time = call.machine.time();
  const Ticks start = time.now();
  CHECK(transfer(time, disk, call.verb() == "write"sv, sector, memory));
  const Ticks ticks = time.now() - start;
  print("{} bytes, {} MiB/s, ", memory.size(),
        uint64_t{memory.size()} / 1024 * time.hertz / 1024 / std::max<Ticks>(ticks, 1));
  print_duration(time, ticks);
  return {};
}

COMMAND(virtio_blk_flush, "virtio blk flush N", "what was written to disk N outlives a loss of power") {
  return TRY(disk_of(call.number(0)))->flush();
}

COMMAND(bench_blk, "bench blk COUNT ADDRESS [N]", "random reads of 4 KiB, several at a time, from disk N to memory") {
  constexpr size_t kSize = 4096, kDepth = 16;
  Block& disk = *TRY(disk_of(call.number(2)));
  const uint64_t in_one = kSize / disk.sector_size();
  const uint64_t places = in_one ? std::min<uint64_t>(disk.sectors() / in_one, UINT32_MAX) : 0;
  if (places == 0) return failure(Error::NotSupported);
  about("memory"sv);
  const auto memory = TRY(call.machine.memory(call.number(1), kSize * kDepth));
  about("disk"sv, call.number(2));

  const uint64_t count = call.number(0);
  const auto reads = [&] -> Result<void> {
    std::array<uint8_t, kDepth> buffers, buffer_of;  // those that are free, on a pile; those that are out, by tag
    for (size_t i = 0; i < kDepth; ++i) buffers[i] = uint8_t(i);
    uint32_t random = 1;
    size_t out = 0;
    for (uint64_t left = count; left != 0 || out != 0;) {
      while (left != 0 && out < kDepth) {        // many at once: the device is told once
        random = random * 1664525 + 1013904223;  // Numerical Recipes
        const uint8_t buffer = buffers[out];
        const auto tag = disk.submit_read((random * places >> 32) * in_one, memory.subspan(buffer * kSize, kSize));
        if (!tag && tag.error() != Error::Busy) return failure(tag.error());
        if (!tag) break;
        buffer_of[*tag] = buffer;
        ++out;
        --left;
      }
      for (const size_t keep = left ? out / 2 : 0; out > keep;) {
        const auto read = TRY(disk.collect());
        if (read.error != Error{}) return failure(read.error);
        buffers[--out] = buffer_of[read.tag];
      }
    }
    return {};
  };
  const Time& time = call.machine.time();
  const Ticks start = time.now();
  mark<kCallBegins>();
  const auto result = reads();
  mark<kCallEnds>();
  while (disk.outstanding() != 0 && disk.collect()) {}  // after an error
  CHECK(result);
  print("{} reads in ", count);
  print_duration(time, time.now() - start);
  return {};
}

}  // namespace shell
#endif
