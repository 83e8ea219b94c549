// SPDX-License-Identifier: BSD-2-Clause
// crypto/extensions.cc - which of Armv8's cryptographic instructions this CPU has. mbedTLS asks once, at the first
// digest of each kind.
#include <cstdint>

#include "crypto/libc/sys/auxv.h"
#include "crypto/mbedtls.hh"

#if defined(__aarch64__) && !defined(CONFIG_HOST)
namespace {
constinit bool wanted = true;
}

void crypto::use_extensions(bool use) { wanted = use; }

unsigned long getauxval(unsigned long) {
  if (!wanted) return 0;
  // ID_AA64ISAR0_EL1.SHA2 (DDI0487 D19.2.61): 1 is SHA-256, 2 SHA-512 as well.
  uint64_t features;
  asm("mrs %0, id_aa64isar0_el1" : "=r"(features));
  const uint64_t sha2 = features >> 12 & 0xf;
  return (sha2 >= 1 ? HWCAP_SHA2 : 0) | (sha2 >= 2 ? HWCAP_SHA512 : 0);
}
#elif !defined(CONFIG_HOST)
void crypto::use_extensions(bool) {}  // the 32-bit build has plain C only
#endif
