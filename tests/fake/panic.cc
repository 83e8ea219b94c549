// SPDX-License-Identifier: BSD-2-Clause
#include <cstdio>
#include <cstdlib>

#include "lib/assert.hh"

void panic(const char* what) {
  std::fprintf(stderr, "panic: %s\n", what);
  std::abort();
}
