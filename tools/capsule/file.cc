// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/file.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace capsule {
namespace {

std::string_view reason() { return strerror(errno); }

// Names of temporary files for the signal handler, which may touch nothing else: a slot is empty, or a text that was
// complete before its first character was set.
constexpr size_t kMostTemporaries = 4;
std::array<std::array<char, 4096>, kMostTemporaries> names;  // NOLINT: zeros until used
std::array<std::atomic<bool>, kMostTemporaries> in_use;      // NOLINT: lock-free

void leave(int signal) {
  for (size_t i = 0; i < names.size(); ++i)
    if (in_use[i]) ::unlink(names[i].data());
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void remember(const std::string& name) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    if (::signal(signal, leave) == SIG_IGN) ::signal(signal, SIG_IGN);
  for (size_t i = 0; i < names.size(); ++i)
    if (!in_use[i] && name.size() < names[i].size()) {
      memcpy(names[i].data(), name.c_str(), name.size() + 1);
      in_use[i] = true;
      return;
    }
}

void forget(const std::string& name) {
  for (size_t i = 0; i < names.size(); ++i)
    if (in_use[i] && name == names[i].data()) in_use[i] = false;
}

Result<void> write_all(int fd, View bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t done = ::pwrite(fd, bytes.data(), bytes.size(), off_t(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return failure(Error::IoError);
    bytes = bytes.subspan(size_t(done));
    offset += uint64_t(done);
  }
  return {};
}

}  // namespace

Outcome<InputFile> InputFile::open(const std::string& path) {
  InputFile file;
  file.path_ = path;
  // A pipe that nobody writes to must not hold us up before it can be refused.
  file.fd_ = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (file.fd_.get() < 0 || ::fstat(file.fd_.get(), &status) != 0) return failed("{}: {}", path, reason());
  if (!S_ISREG(status.st_mode))
    return failed("{}: not a regular file; what is read needs a size, so write it to a file first", path);
  file.size_ = uint64_t(status.st_size);
  file.modified_ = status.st_mtim;
  ::posix_fadvise(file.fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

Result<void> InputFile::read(uint64_t offset, std::span<std::byte> to) {
  while (!to.empty()) {
    const ssize_t done = ::pread(fd_.get(), to.data(), to.size(), off_t(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return failure(Error::IoError);
    if (done == 0) return failure(Error::OutOfRange);
    to = to.subspan(size_t(done));
    offset += uint64_t(done);
  }
  return {};
}

Outcome<void> InputFile::unchanged() const {
  struct stat status{};
  if (::fstat(fd_.get(), &status) != 0) return failed("{}: {}", path_, reason());
  char more = 0;
  const bool grown = ::pread(fd_.get(), &more, 1, off_t(size_)) > 0;
  if (grown || uint64_t(status.st_size) != size_)
    return failed("{}: its size was {} bytes and is not any more; start again when nobody writes to it", path_, size_);
  if (status.st_mtim.tv_sec != modified_.tv_sec || status.st_mtim.tv_nsec != modified_.tv_nsec)
    return failed("{}: was written to while it was read; start again when nobody does", path_);
  return {};
}

Outcome<Bytes> read_small(const std::string& path, size_t most) {
  InputFile file = TRY_MOVE(InputFile::open(path));
  if (file.size() > most) return failed("{}: {} bytes, where at most {} make sense", path, file.size(), most);
  Bytes bytes(size_t(file.size()), std::byte{});
  if (const auto read = file.read(0, bytes); !read) return failed("{}: could not be read: {}", path, read.error());
  CHECK(file.unchanged());
  return bytes;
}

Outcome<OutputFile> OutputFile::create(const std::string& path) {
  std::string target = path;
  if (char* const real = ::realpath(path.c_str(), nullptr)) {
    target = real;
    ::free(real);  // NOLINT: realpath's
  }
  OutputFile file(path, target);
  struct stat status{};
  const bool exists = ::stat(target.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return failed("{}: is a directory; name a file", path);
  file.special_ = exists && !S_ISREG(status.st_mode);
  const char* const folder = ::getenv("TMPDIR");
  std::string name = file.special_ ? std::string(folder && *folder ? folder : "/tmp") + "/capsule" : target;
  name += ".XXXXXX";
  file.fd_ = Fd(::mkostemp(name.data(), O_CLOEXEC));
  if (file.fd_.get() < 0) return failed("{}: cannot be created: {}", path, reason());
  file.temporary_ = name;
  remember(name);
  if (!file.special_) {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(file.fd_.get(), exists ? status.st_mode & 0777 : 0666 & ~mask) != 0)
      return failed("{}: {}", path, reason());
  }
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::move(other.fd_)),
      special_(other.special_) {}

OutputFile::~OutputFile() { discard(); }

void OutputFile::discard() {
  if (temporary_.empty()) return;
  ::unlink(temporary_.c_str());
  forget(temporary_);
  temporary_.clear();
}

Outcome<void> OutputFile::write(uint64_t offset, View bytes) {
  if (!write_all(fd_.get(), bytes, offset))
    return failed("{}: could not be written: {}; nothing was kept of it", path_, reason());
  return {};
}

Outcome<void> OutputFile::copy_to_target() {
  const Fd target(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
  if (target.get() < 0) return failed("{}: {}", path_, reason());
  std::array<std::byte, 65536> buffer;  // NOLINT: read before use
  for (uint64_t at = 0;;) {
    const ssize_t got = ::pread(fd_.get(), buffer.data(), buffer.size(), off_t(at));
    if (got < 0) return failed("{}: {}", temporary_, reason());
    if (got == 0) return {};
    for (ssize_t done = 0; done < got;) {
      const ssize_t put = ::write(target.get(), buffer.data() + done, size_t(got - done));
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return failed("{}: could not be written: {}", path_, reason());
      done += put;
    }
    at += uint64_t(got);
  }
}

Outcome<void> OutputFile::commit() {
  if (special_) {
    CHECK(copy_to_target());
    discard();
    return {};
  }
  // Some file systems tell only here that there was no room.
  if (::close(fd_.release()) != 0)
    return failed("{}: could not be written: {}; nothing was kept of it", path_, reason());
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) return failed("{}: {}", path_, reason());
  forget(temporary_);
  temporary_.clear();
  return {};
}

Outcome<void> write_file(const std::string& path, View bytes) {
  OutputFile file = TRY_MOVE(OutputFile::create(path));
  CHECK(file.write(0, bytes));
  return file.commit();
}

}  // namespace capsule
