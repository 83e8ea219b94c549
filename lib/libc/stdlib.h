// SPDX-License-Identifier: BSD-2-Clause
// lib/libc/stdlib.h - for libfdt's overlays and lwIP's names of interfaces, which nothing here uses: declared, and not
// there. C++ headers want all of it to be declared, as it is by the toolchain's.
#pragma once

#ifdef __cplusplus
#ifdef _GLIBCXX_INCLUDE_NEXT_C_HEADERS
#include_next <stdlib.h>
#else
#define _GLIBCXX_INCLUDE_NEXT_C_HEADERS  // past the wrapper that would come back here
#include_next <stdlib.h>
#undef _GLIBCXX_INCLUDE_NEXT_C_HEADERS
#endif
#else
unsigned long strtoul(const char* text, char** end, int base);
int atoi(const char* text);
#endif
