// SPDX-License-Identifier: BSD-2-Clause
// tests/tool/shim.c - preloaded: SHIM=close:NAME makes closing a file fail whose name contains NAME, as a network's
// file system does that is full; SHIM=rename:NAME makes giving it that name fail; SHIM=cut:NAME, grow:NAME and
// touch:NAME change the file when it is first read.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int wants(const char* what, const char* name) {
  const char* shim = getenv("SHIM");
  size_t length = strlen(what);
  return shim && strncmp(shim, what, length) == 0 && shim[length] == ':' && strstr(name, shim + length + 1);
}

static int wants_fd(const char* what, int fd, char name[4096]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, name, 4095);
  if (size < 0) return 0;
  name[size] = 0;
  return wants(what, name);
}

int close(int fd) {
  char name[4096];
  int fails = wants_fd("close", fd, name);
  int result = ((int (*)(int))dlsym(RTLD_NEXT, "close"))(fd);
  if (!fails) return result;
  errno = ENOSPC;
  return -1;
}

int rename(const char* from, const char* to) {
  if (wants("rename", to)) {
    errno = EIO;
    return -1;
  }
  return ((int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename"))(from, to);
}

ssize_t pread(int fd, void* to, size_t size, off_t offset) {
  static int done;
  char name[4096];
  struct stat status;
  ssize_t (*real)(int, void*, size_t, off_t) = (ssize_t(*)(int, void*, size_t, off_t))dlsym(RTLD_NEXT, "pread");
  ssize_t got = real(fd, to, size, offset);
  // The look past the end comes before the first byte is read.
  if (done || got <= 1 || fstat(fd, &status) != 0) return got;
  if (wants_fd("cut", fd, name)) done = truncate(name, status.st_size / 2) == 0;
  if (wants_fd("grow", fd, name)) done = truncate(name, status.st_size + 1) == 0;
  if (wants_fd("touch", fd, name)) done = utimensat(AT_FDCWD, name, NULL, 0) == 0;
  return got;
}
