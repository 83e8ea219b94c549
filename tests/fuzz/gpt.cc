// SPDX-License-Identifier: BSD-2-Clause
// Any disk for a partition table: the input itself, or a sound one that the input damages, with checksums made right
// or not. Every call comes back after a few reads of the table; what is handed out lies on the disk and does not
// overlap; and of a sound one it is what was made.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "disk/gpt.hh"
#include "tests/fake/disk.hh"
#include "tests/fake/gpt_image.hh"
#include "tests/fuzz/input.hh"

namespace {

using disk::Gpt;
using disk::Partition;
using fake::GptImage;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "gpt: %s\n", what);
  std::abort();
}

constexpr size_t kMostImage = 1 << 16;
constexpr Guid kType = "0fc63daf-8483-4772-8e79-3d69d8477de4"_guid;

template <class F>
auto bounded(const fake::Disk& disk, F&& call) {
  const uint64_t before = disk.reads;
  auto result = call();
  expect(disk.reads - before <= 4 * (Gpt::kMostTable / disk.sector_size() + 2), "more is read than the table");
  return result;
}

/// All that it finds.
std::vector<Partition> look_at(fake::Disk& disk, Gpt::Mbr mbr) {
  const auto gpt = std::make_unique<Gpt>();
  std::vector<Partition> all;
  if (!bounded(disk, [&] { return gpt->open(disk, mbr); })) {
    uint32_t cursor = 0;
    expect(!gpt->next(cursor), "a partition of a table that was refused");
    return all;
  }
  uint32_t cursor = 0;
  while (true) {
    const uint32_t was = cursor;
    const auto is = bounded(disk, [&] { return gpt->next(cursor); });
    if (!is && is.error() == Error::NotFound) break;
    expect(cursor > was && cursor <= Gpt::kMostEntries, "a walk that does not end");
    if (!is) continue;
    expect(is->number == cursor && is->type != Guid{}, "a partition from elsewhere");
    expect(is->first <= is->last && is->last < disk.sectors() && is->first > 1, "a partition beyond the disk");
    for (const char c : is->name()) expect(c >= ' ' && c <= '~', "a character that no terminal has");
    for (const Partition& other : all) expect(is->last < other.first || other.last < is->first, "an overlap");
    all.push_back(*is);
    const auto found = bounded(disk, [&] { return gpt->find_unique(is->unique); });
    expect(!found || found->number <= is->number, "another one was first");
    if (all.size() == 12) break;
  }
  static_cast<void>(bounded(disk, [&] { return gpt->find_type(kType, 1); }));
  return all;
}

void make_and_damage(Input& in) {
  const uint8_t shape = in.byte();
  const GptImage::Shape is{.sectors = 40u + in.byte(),
                           .sector = shape & 1 ? 4096u : 512u,
                           .entries = 1u + in.byte() % 12,
                           .entry_size = 128u << shape / 2 % 3};
  GptImage image(is);
  uint64_t next = image.first_usable();
  uint32_t count = 0;
  for (uint32_t index = 0; index < is.entries; ++index) {
    const uint8_t length = in.byte();
    if (length == 0 || length > 8 || next + length > image.last_usable() + 1) continue;
    Guid unique{};
    unique.bytes[0] = uint8_t(index + 1);
    image.set(index, kType, unique, next, next + length - 1, u"name");
    next += length;
    ++count;
  }
  image.seal();
  const unsigned damages = in.byte() % 12;
  const size_t places[] = {0, image.header(), image.header(true), image.table(), image.table(true)};
  bool sound = true;
  for (unsigned n = damages; n && !in.empty(); --n) {
    const uint8_t which = in.byte();
    const size_t size = size_t{1} << which / 8 % 4, at = places[which % 5] + (in.byte() | (in.byte() & 1) << 8);
    if (at + size > image.bytes.size()) continue;
    sound = false;
    image.put(at, which & 128 ? in.word() | uint64_t{in.word()} << 32 : in.byte(), size);
  }
  if (!sound && shape & 64) {
    const uint64_t table = image.get(image.header() + 72, 8),
                   size = image.get(image.header() + 80, 4) * image.get(image.header() + 84, 4);
    if (table < is.sectors && size <= (is.sectors - table) * is.sector) image.seal();
  }
  fake::Disk disk(image.bytes, is.sector);
  const auto found = look_at(disk, shape & 32 ? Gpt::Mbr::Ignored : Gpt::Mbr::Required);
  if (sound) expect(found.size() == count, "partitions of a sound table are missing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size - 1 > kMostImage) return 0;
  Input in(data + 1, size - 1);
  if (data[0] % 2) {
    make_and_damage(in);
    return 0;
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(data + 1);
  fake::Disk disk(std::vector<std::byte>(bytes, bytes + size - 1), 512u << data[0] / 2 % 4);
  look_at(disk, data[0] & 16 ? Gpt::Mbr::Required : Gpt::Mbr::Ignored);
  return 0;
}
