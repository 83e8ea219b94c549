// SPDX-License-Identifier: BSD-2-Clause
// crypto/libc/sys/auxv.h - how mbedTLS asks what the CPU can; crypto/extensions.cc answers, with Linux's numbers.
#pragma once

#define AT_HWCAP 16
#define HWCAP_SHA2 (1 << 6)
#define HWCAP_SHA512 (1 << 21)

#ifdef __cplusplus
extern "C"
#endif
unsigned long getauxval(unsigned long type);
