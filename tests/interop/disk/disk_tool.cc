// SPDX-License-Identifier: BSD-2-Clause
// disk-tool IMAGE SECTOR-SIZE COMMAND... - disk/ on a file, for tests against the programs of others:
//   gpt                    the table: which copy, then each partition
//   [N] tree               every file and directory of the file system on all of the disk, or on partition N
//   [N] sorted PATH        the names of a directory, in their order
//   [N] read PATH PIECE    a file, read in pieces of that many bytes
//   [N] remove PATH
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "disk/fat.hh"
#include "disk/gpt.hh"
#include "disk/slice.hh"
#include "lib/crc32.hh"

namespace {

class File final : public BlockDevice {
 public:
  File(const char* path, uint32_t sector) : file_(open(path, O_RDWR)), sector_(sector) {
    struct stat is;
    if (file_ < 0 || fstat(file_, &is) != 0) {
      std::perror(path);
      std::exit(2);
    }
    sectors_ = uint64_t(is.st_size) / sector;
  }
  std::string_view name() const override { return "file"; }
  uint64_t sectors() const override { return sectors_; }
  uint32_t sector_size() const override { return sector_; }
  bool read_only() const override { return false; }
  Result<void> read(uint64_t sector, std::span<std::byte> to) override {
    CHECK(check(sector, to.size()));
    const auto got = pread(file_, to.data(), to.size(), off_t(sector * sector_));
    return got == ssize_t(to.size()) ? Result<void>() : failure(Error::IoError);
  }
  Result<void> write(uint64_t sector, std::span<const std::byte> from) override {
    CHECK(check(sector, from.size()));
    const auto put = pwrite(file_, from.data(), from.size(), off_t(sector * sector_));
    return put == ssize_t(from.size()) ? Result<void>() : failure(Error::IoError);
  }
  Result<void> flush() override { return {}; }

 private:
  Result<void> check(uint64_t sector, size_t size) const {
    if (size % sector_ != 0) return failure(Error::Misaligned);
    if (size / sector_ > sectors_ || sector > sectors_ - size / sector_) return failure(Error::OutOfRange);
    return {};
  }

  int file_;
  uint32_t sector_;
  uint64_t sectors_ = 0;
};

template <class T>
T must(Result<T> result, const std::string& what) {
  if (result) {
    if constexpr (std::is_void_v<T>)
      return;
    else
      return *result;
  }
  const auto reason = text(result.error());
  std::fprintf(stderr, "%s: %.*s\n", what.c_str(), int(reason.size()), reason.data());
  std::exit(1);
}

int gpt(File& disk) {
  static disk::Gpt table;
  must(table.open(disk), "gpt");
  std::printf("%s %s\n", table.copy() == disk::Gpt::Copy::Primary ? "primary" : "backup",
              std::string(GuidText(table.disk_guid()).view()).c_str());
  uint32_t cursor = 0;
  for (auto is = table.next(cursor); is || is.error() != Error::NotFound; is = table.next(cursor)) {
    const auto partition = must(is, "partition");
    std::printf("%u %llu %llu %s %s %s\n", partition.number, (unsigned long long)partition.first,
                (unsigned long long)partition.last, std::string(GuidText(partition.type).view()).c_str(),
                std::string(GuidText(partition.unique).view()).c_str(), std::string(partition.name()).c_str());
  }
  return 0;
}

// By the first name, of the entry itself: "crc size path", or "dir - path/".
int tree(disk::Fat& fat) {
  std::printf("fat%u %u %s\n", unsigned(fat.kind()), fat.cluster_size(), fat.dirty() ? "dirty" : "clean");
  std::vector<std::pair<std::string, disk::FatEntry>> open{{"", fat.root()}};
  while (!open.empty()) {
    const auto [path, directory] = open.back();
    open.pop_back();
    uint32_t cursor = 0;
    for (auto is = fat.list(directory, cursor); is || is.error() != Error::NotFound; is = fat.list(directory, cursor)) {
      const auto entry = must(is, path);
      const std::string name = path + std::string(entry.name());
      if (entry.is_directory()) {
        std::printf("dir - %s\n", name.c_str());
        if (open.size() < 1000) open.emplace_back(name + "/", entry);
        continue;
      }
      auto file = must(disk::FatFile::open(fat, entry), name);
      std::vector<std::byte> content(size_t(file.size()));
      must(file.read(0, content), name);
      std::printf("%08x %llu %s\n", crc32(content), (unsigned long long)file.size(), name.c_str());
    }
  }
  return 0;
}

int sorted(disk::Fat& fat, const char* path) {
  const auto directory = must(fat.find(path), path);
  auto is = fat.next(directory, nullptr);
  for (; is; is = fat.next(directory, &*is)) std::printf("%s\n", std::string(is->name()).c_str());
  return is.error() == Error::NotFound ? 0 : 1;
}

int read(disk::Fat& fat, const char* path, size_t piece) {
  auto file = must(disk::FatFile::open(fat, must(fat.find(path), path)), path);
  std::vector<std::byte> bytes(piece);
  for (uint64_t at = 0; at < file.size();) {
    const auto part = std::span(bytes).first(size_t(std::min<uint64_t>(piece, file.size() - at)));
    must(file.read(at, part), path);
    std::fwrite(part.data(), 1, part.size(), stdout);
    at += part.size();
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) return 2;
  static File disk(words[1], uint32_t(std::atoi(words[2])));
  BlockDevice* volume = &disk;
  char** word = words + 3;
  if (std::strcmp(*word, "gpt") == 0) return gpt(disk);
  if (const int number = std::atoi(*word)) {
    static disk::Gpt table;
    must(table.open(disk), "gpt");
    uint32_t cursor = uint32_t(number - 1);
    const auto partition = must(table.next(cursor), "partition");
    static disk::Slice slice = must(disk::Slice::of(disk, partition.first, partition.last, "partition"), "partition");
    volume = &slice;
    ++word;
  }
  static disk::Fat fat;
  must(fat.mount(*volume), "mount");
  const std::string_view verb = *word ? *word : "";
  if (verb == "tree") return tree(fat);
  if (verb == "sorted" && word[1]) return sorted(fat, word[1]);
  if (verb == "read" && word[1] && word[2]) return read(fat, word[1], size_t(std::atoi(word[2])));
  if (verb == "remove" && word[1]) return must(fat.remove(word[1]), word[1]), 0;
  return 2;
}
