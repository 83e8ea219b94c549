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

/// A store that nobody sees before everything that stands above it: one instruction where the CPU has one.
template <class T>
void store_release(volatile T* to, T value) {
  __atomic_store_n(to, value, __ATOMIC_RELEASE);
}
/// A load that is done before everything that stands below it.
template <class T>
T load_acquire(const volatile T* from) {
  return __atomic_load_n(from, __ATOMIC_ACQUIRE);
}
