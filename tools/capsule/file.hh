// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/file.hh - files that are read in pieces, and files that are there whole or not at all.
#pragma once
#include <ctime>
#include <string>

#include "lib/reader.hh"
#include "tools/capsule/bytes.hh"
#include "tools/capsule/outcome.hh"
#include "tools/fd.hh"

namespace capsule {

using tools::Fd;

/// A regular file, whose size is known before it is read.
class InputFile final : public Reader {
 public:
  static Outcome<InputFile> open(const std::string& path);

  const std::string& path() const { return path_; }
  uint64_t size() const override { return size_; }
  /// Errors: OutOfRange: the file is shorter; IoError.
  Result<void> read(uint64_t offset, std::span<std::byte> to) override;
  /// A failure when the file has another size than when it was opened, or was written to since.
  Outcome<void> unchanged() const;

 private:
  Fd fd_;
  std::string path_;
  uint64_t size_ = 0;
  timespec modified_{};
};

/// All of a small file (a certificate, a signature). `most` is the largest size that makes sense.
Outcome<Bytes> read_small(const std::string& path, size_t most);

/// A file that gets its name when it is complete: until commit() it is a temporary one beside it, and nothing stays of
/// it when this goes away without, or at SIGINT, SIGTERM, SIGHUP. What is no regular file (a device, a pipe) gets all
/// bytes in order at commit().
class OutputFile {
 public:
  static Outcome<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  const std::string& path() const { return path_; }
  /// Where the bytes are until commit().
  const std::string& temporary() const { return temporary_; }
  Outcome<void> write(uint64_t offset, View bytes);
  Outcome<void> commit();

 private:
  OutputFile(std::string path, std::string target) : path_(std::move(path)), target_(std::move(target)) {}
  Outcome<void> copy_to_target();
  void discard();

  std::string path_;       // as the user names it
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty: nothing to discard
  Fd fd_;
  bool special_ = false;
};

/// All of it at once.
Outcome<void> write_file(const std::string& path, View bytes);

}  // namespace capsule
