// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/address.hh"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace vhost {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

Fd make_socket() { return Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

std::string reason(const std::string& path) { return path + ": " + std::strerror(errno); }

}  // namespace

Outcome<void> check_path(const std::string& path) {
  constexpr size_t kMost = sizeof sockaddr_un{}.sun_path - 1;
  if (path.empty()) return failure(std::string("the path of a socket is empty"));
  if (path.size() > kMost)
    return failure(path + ": a path of " + std::to_string(path.size()) + " bytes, and that of a socket has at most " +
                   std::to_string(kMost) + "; take a shorter one, or a relative one");
  return {};
}

Outcome<Fd> connect_to(const std::string& path) {
  CHECK(check_path(path));
  Fd fd = make_socket();
  if (!fd) return failure(reason(path));
  const sockaddr_un address = address_of(path);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  if (errno == ENOENT || errno == ECONNREFUSED || errno == EAGAIN || errno == EINTR) return Fd();
  return failure(reason(path));
}

Outcome<Listener> Listener::at(const std::string& path) {
  if (TRY_MOVE(connect_to(path))) return failure(path + ": somebody listens there already");
  struct stat status{};
  if (lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) return failure(path + ": exists and is no socket");
    unlink(path.c_str());
  }
  Listener listener;
  listener.fd_ = Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = address_of(path);
  const int fd = listener.fd();
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return failure(reason(path));
  listener.path_ = path;
  if (listen(fd, 4) != 0) return failure(reason(path));
  return listener;
}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

Listener::~Listener() {
  if (fd_ && !path_.empty()) unlink(path_.c_str());
}

Fd Listener::accept() const { return Fd(accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC)); }

}  // namespace vhost
