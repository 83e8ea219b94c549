// SPDX-License-Identifier: BSD-2-Clause
// net/lwip/arch/cc.h - lwIP's port: what it wants to know about compilers, and what it asks of us (net/port.cc).
#ifndef NET_LWIP_ARCH_CC_H
#define NET_LWIP_ARCH_CC_H
#include <limits.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
uint32_t net_random(void);
#ifdef __cplusplus
[[noreturn]] void net_assert_failed(void);
}
#else
_Noreturn void net_assert_failed(void);
#endif

#define LWIP_NO_INTTYPES_H 1  // formats of numbers, of which nothing is printed
#define LWIP_NO_CTYPE_H    1
#define LWIP_NO_UNISTD_H   1
#define LWIP_RAND()        net_random()

// Of <unistd.h>, which lwIP would include where <limits.h> has a limit for it.
typedef __PTRDIFF_TYPE__ ssize_t;
#ifndef SSIZE_MAX
#define SSIZE_MAX LONG_MAX
#endif

// One instruction each, where lwIP has functions.
#define lwip_htons(x) __builtin_bswap16(x)
#define lwip_htonl(x) __builtin_bswap32(x)

// What lwIP asserts about itself stays compiled in: a stop is better than a stack that goes on with what it did not
// expect. Where that was tells the backtrace; the texts would be a sixth of the whole.
#define LWIP_PLATFORM_DIAG(x)   ((void)0)
#define LWIP_PLATFORM_ASSERT(x) net_assert_failed()

// Pools are set up when the network is first used, so they need not be cleared at each boot.
#define LWIP_DECLARE_MEMORY_ALIGNED(name, size) \
  u8_t name[size] __attribute__((aligned(8), section(".bss..noinit")))

#endif
