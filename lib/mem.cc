// SPDX-License-Identifier: BSD-2-Clause
// lib/mem.cc - the functions that a freestanding compiler may call. Words wherever there are enough of them, and never
// off their alignment, which Device memory and an MMU that is off do not allow.
#include <cstddef>
#include <cstdint>

// Without this the loops below become calls of themselves.
#define NO_IDIOM __attribute__((optimize("no-tree-loop-distribute-patterns")))
#ifdef __clang__
#undef NO_IDIOM
#define NO_IDIOM __attribute__((no_builtin))
#endif

namespace {
using Word = uintptr_t __attribute__((may_alias));
constexpr uintptr_t kUnaligned = sizeof(Word) - 1;

// Words of `to`, which is aligned, from two words of `from` each, which is not. None is read that has no byte of
// `from`.
NO_IDIOM size_t merge(unsigned char* to, const unsigned char* from, size_t n) {
  const unsigned low = unsigned(uintptr_t(from) & kUnaligned) * 8, high = sizeof(Word) * 8 - low;
  auto* f = reinterpret_cast<const Word*>(uintptr_t(from) & ~kUnaligned);
  auto* t = reinterpret_cast<Word*>(to);
  auto* const end = t + n / sizeof(Word);
  Word word = *f++;
  while (t != end) {
    const Word next = *f++;
    *t++ = word >> low | next << high;
    word = next;
  }
  return n & ~kUnaligned;
}
}  // namespace

extern "C" {

NO_IDIOM void* memcpy(void* __restrict to, const void* __restrict from, size_t n) {
  auto* t = static_cast<unsigned char*>(to);
  auto* f = static_cast<const unsigned char*>(from);
  if (n >= 4 * sizeof(Word))
    for (; uintptr_t(t) & kUnaligned; --n) *t++ = *f++;
  if (((uintptr_t(t) | uintptr_t(f)) & kUnaligned) == 0)
    for (; n >= sizeof(Word); n -= sizeof(Word), t += sizeof(Word), f += sizeof(Word))
      *reinterpret_cast<Word*>(t) = *reinterpret_cast<const Word*>(f);
  else if (n >= sizeof(Word) && (uintptr_t(t) & kUnaligned) == 0) {
    const size_t done = merge(t, f, n);
    t += done, f += done, n -= done;
  }
  while (n--) *t++ = *f++;
  return to;
}

NO_IDIOM void* memmove(void* to, const void* from, size_t n) {
  auto* t = static_cast<unsigned char*>(to);
  auto* f = static_cast<const unsigned char*>(from);
  if (uintptr_t(t) - uintptr_t(f) >= n) return memcpy(to, from, n);
  while (n--) t[n] = f[n];
  return to;
}

NO_IDIOM void* memset(void* to, int byte, size_t n) {
  auto* t = static_cast<unsigned char*>(to);
  if ((uintptr_t(t) & kUnaligned) == 0) {
    const uintptr_t word = ~uintptr_t{0} / 255 * static_cast<unsigned char>(byte);
    for (; n >= sizeof(Word); n -= sizeof(Word), t += sizeof(Word)) *reinterpret_cast<Word*>(t) = word;
  }
  while (n--) *t++ = static_cast<unsigned char>(byte);
  return to;
}

NO_IDIOM int memcmp(const void* a, const void* b, size_t n) {
  auto* x = static_cast<const unsigned char*>(a);
  auto* y = static_cast<const unsigned char*>(b);
  if (n >= 4 * sizeof(Word) && ((uintptr_t(x) | uintptr_t(y)) & kUnaligned) == 0)
    while (n >= sizeof(Word) && *reinterpret_cast<const Word*>(x) == *reinterpret_cast<const Word*>(y))
      n -= sizeof(Word), x += sizeof(Word), y += sizeof(Word);
  for (; n; --n, ++x, ++y)
    if (*x != *y) return *x - *y;
  return 0;
}

NO_IDIOM void* memchr(const void* s, int byte, size_t n) {
  const auto* p = static_cast<const unsigned char*>(s);
  for (; n; --n, ++p)
    if (*p == static_cast<unsigned char>(byte)) return const_cast<unsigned char*>(p);
  return nullptr;
}

NO_IDIOM size_t strlen(const char* s) {
  size_t n = 0;
  while (s[n]) ++n;
  return n;
}
}
