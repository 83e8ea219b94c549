// SPDX-License-Identifier: BSD-2-Clause
// tools/fd.hh - a file descriptor that closes itself.
#pragma once
#include <unistd.h>

#include <utility>

namespace tools {

class Fd {
 public:
  Fd() = default;
  /// Takes `fd` over; -1: none.
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { close(); }

  int get() const { return fd_; }
  /// It is the caller's.
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace tools
