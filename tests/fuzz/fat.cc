// SPDX-License-Identifier: BSD-2-Clause
// Any disk for a FAT file system: the input itself, or a sound one that the input damages. Every call comes back after
// no more reads than the disk has sectors and clusters, what is read lies in memory that is there, and a removal
// changes nothing but the FATs, the count of free clusters and the first byte of entries. A sound one is read as it was
// made.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "disk/fat.hh"
#include "tests/fake/disk.hh"
#include "tests/fake/fat_image.hh"
#include "tests/fuzz/input.hh"

namespace {

using disk::Fat;
using disk::FatEntry;
using disk::FatFile;
using fake::FatImage;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fat: %s\n", what);
  std::abort();
}

constexpr size_t kMostImage = 1 << 16;

struct World {
  World(std::vector<std::byte> image, uint32_t sector) : disk(std::move(image), sector) {
    disk.fault = [this](uint64_t, bool) { return fails && requests-- == 0 ? Error::IoError : Error{}; };
  }

  /// Runs one call, and holds it to what it may read.
  template <class F>
  auto bounded(F&& call, uint64_t times = 1) {
    const uint64_t before = disk.reads;
    auto result = call();
    // For each cluster a look at the FAT, of two sectors where an entry lies across them.
    const uint64_t most = 64 + times * 4 * (disk.sectors() * (disk.sector_size() / 512) + 8);
    expect(disk.reads - before <= most, "more sectors are read than there are");
    return result;
  }

  void look_at(const FatEntry& entry, Input& in) {
    expect(!entry.name().empty(), "an entry without a name");
    for (const char c : entry.name()) expect(c >= ' ' && c <= '~', "a character that no terminal has");
    if (entry.is_directory()) return;
    auto file = bounded([&] { return FatFile::open(*fat, entry); });
    if (!file) return;
    expect(file->size() <= disk.data.size(), "a file larger than the disk");
    std::vector<std::byte> content(size_t(file->size()));
    const auto whole = bounded([&] { return file->read(0, content); }, 2);
    const uint64_t at = in.byte() * uint64_t{in.byte()}, size = in.byte() * 3u;
    std::vector<std::byte> part(size);
    const auto some = bounded([&] { return file->read(at, part); });
    if (some) expect(at + size <= file->size(), "bytes from beyond the file");
    if (whole && some && !fails)
      expect(std::equal(part.begin(), part.end(), content.begin() + ptrdiff_t(at)), "other bytes");
  }

  void walk(const FatEntry& directory, Input& in, int depth) {
    uint32_t cursor = 0;
    std::optional<FatEntry> chosen;
    for (int i = 0; i < 40; ++i) {
      const uint32_t was = cursor;
      const auto entry = bounded([&] { return fat->list(directory, cursor); });
      expect(cursor >= was && cursor <= 65536, "a cursor that goes back");
      if (!entry) break;
      expect(entry->index >= was && entry->index < cursor, "an entry from elsewhere");
      look_at(*entry, in);
      if (entry->is_directory() && depth > 0 && i < 4) walk(*entry, in, depth - 1);
      if (!entry->is_directory() && in.byte() % 4 == 0) chosen = *entry;
    }
    std::optional<FatEntry> last;
    for (int i = 0; i < 40; ++i) {
      const auto entry = bounded([&] { return fat->next(directory, last ? &*last : nullptr); });
      if (!entry) break;
      last = *entry;
    }
    if (chosen) remove(*chosen);
  }

  void remove(const FatEntry& entry) {
    const std::vector<std::byte> before = disk.data;
    disk.written.clear();
    const auto removed = bounded([&] { return fat->remove(entry); }, 3);
    const auto number = [&](size_t at) { return unsigned(before[at]) | unsigned(before[at + 1]) << 8; };
    const size_t sector = number(11), fat_sectors = number(22) ? number(22) : number(36) | number(38) << 16;
    const size_t fats = number(14) * sector, data = fats + unsigned(before[16]) * fat_sectors * sector;
    const size_t info = number(22) ? 0 : number(48) * sector;
    for (const uint64_t written : disk.written) {
      for (size_t i = written * disk.sector_size(), end = i + disk.sector_size(); i < end; ++i) {
        if (before[i] == disk.data[i] || (i >= fats && i < data)) continue;
        if (info && i >= info + 488 && i < info + 492) continue;
        expect(i % 32 == 0 && i >= data && disk.data[i] == std::byte{0xe5}, "a removal changes something else");
      }
    }
    if (!removed) return;
    const auto again = fat->remove(entry);
    expect(!again, "it is removed twice");
  }

  fake::Disk disk;
  std::unique_ptr<Fat> fat = std::make_unique<Fat>();
  bool fails = false;
  uint64_t requests = 0;
};

std::string content_of(size_t size, char seed) {
  std::string content(size, seed);
  for (size_t i = 0; i < size; ++i) content[i] = char(content[i] + i / 100);
  return content;
}

// As the input says; small, for it is made each time.
void make_and_damage(Input& in) {
  const uint8_t shape = in.byte();
  const unsigned kind = shape % 64 == 63 ? 16 : shape % 2 ? 32 : 12;  // FAT16 is never small
  FatImage image({.kind = kind,
                  .clusters = kind == 16 ? 4085u : 40u + in.byte() / 4,
                  .sector = shape & 4 ? 1024u : 512u,
                  .in_cluster = kind != 16 && shape & 8 ? 2u : 1u,
                  .fats = shape & 16 ? 1u : 2u,
                  .root_entries = 32});
  const uint32_t directory = image.add_directory(0, "EFI");
  struct Made {
    std::string path, content;
  };
  std::vector<Made> files;
  for (unsigned n = in.byte() % 6; n; --n) {
    const uint8_t how = in.byte();
    const std::string name = std::string(1 + how % 30, char('a' + n)) + ".cap";
    files.push_back({(how & 64 ? "EFI/" : "") + name, content_of(in.byte() * 8, char(how))});
    image.add(how & 64 ? directory : 0, std::u16string(name.begin(), name.end()),
              {.content = files.back().content, .step = 1u + how % 3});
  }
  bool sound = true;
  const size_t places[] = {0, image.offset_of_fat(), image.offset_of_root(), image.offset_of(directory),
                           image.shape.sector};
  for (unsigned n = in.byte() % 16; n && !in.empty(); --n) {
    const size_t at = places[in.byte() % 5] + (in.byte() | (in.byte() & 1) << 8);
    if (at >= image.bytes.size()) continue;
    sound = false;
    const uint8_t value = in.byte();
    image.put8(at, value);
    if (value & 1) image.put8(at + 1, in.byte());
  }

  World world(image.bytes, shape & 32 && image.shape.sector == 1024 ? 1024 : 512);
  const auto mounted = world.bounded([&] { return world.fat->mount(world.disk); });
  if (sound) {
    expect(bool(mounted), "a sound file system is not mounted");
    for (const Made& made : files) {
      const auto entry = world.bounded([&] { return world.fat->find(made.path); });
      expect(bool(entry), "a file is not found");
      auto file = FatFile::open(*world.fat, *entry);
      std::string content(made.content.size(), '?');
      expect(file && file->size() == content.size(), "a file of another size");
      expect(bool(file->read(0, std::as_writable_bytes(std::span(content)))) && content == made.content,
             "another content");
    }
  }
  if (!mounted) return;
  world.fails = in.byte() > 200;
  world.requests = in.byte();
  world.walk(world.fat->root(), in, 2);
  for (const Made& made : files) {
    const auto entry = world.bounded([&] { return world.fat->find(made.path); });
    if (entry && in.byte() % 2) world.remove(*entry);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Input in(data + 1, size - 1);
  if (data[0] % 2) {
    make_and_damage(in);
    return 0;
  }
  if (size - 1 > kMostImage) return 0;
  const auto* bytes = reinterpret_cast<const std::byte*>(data + 1);
  World world(std::vector<std::byte>(bytes, bytes + size - 1), 512u << data[0] / 2 % 4);
  if (!world.bounded([&] { return world.fat->mount(world.disk); })) return 0;
  world.walk(world.fat->root(), in, 2);
  static_cast<void>(world.bounded([&] { return world.fat->find("\\EFI\\UpdateCapsule\\a.cap"); }, 3));
  return 0;
}
