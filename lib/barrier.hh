// SPDX-License-Identifier: BSD-2-Clause
// lib/barrier.hh - order between accesses to memory that something else than this CPU's caches sees. The domain is the
// full system: memory shared with a platform is Device or Non-cacheable, which the inner shareable domain leaves out.
#pragma once

inline void device_barrier() {
#ifdef CONFIG_HOST
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#else
  asm volatile("dmb sy" ::: "memory");
#endif
}
