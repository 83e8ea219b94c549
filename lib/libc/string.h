// SPDX-License-Identifier: BSD-2-Clause
// lib/libc/string.h - the little of C's library that libfdt and lwIP ask for. Those without a body are in lib/mem.cc,
// where compilers also expect them.
#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void* memcpy(void* __restrict to, const void* __restrict from, size_t n);
void* memmove(void* to, const void* from, size_t n);
void* memset(void* to, int byte, size_t n);
int memcmp(const void* a, const void* b, size_t n);
size_t strlen(const char* s);
int strncmp(const char* a, const char* b, size_t most);  // only declared: nothing here uses it
int strcmp(const char* a, const char* b);                     // the same
void* memchr(const void* s, int byte, size_t n);

static inline size_t strnlen(const char* s, size_t most) {
  size_t n = 0;
  while (n < most && s[n]) ++n;
  return n;
}

static inline char* strchr(const char* s, int c) { return (char*)memchr(s, c, strlen(s) + 1); }

static inline char* strrchr(const char* s, int c) {
  const char* found = NULL;
  do
    if (*s == (char)c) found = s;
  while (*s++);
  return (char*)found;
}

#ifdef __cplusplus
}
#endif
