// SPDX-License-Identifier: BSD-2-Clause
// lib/libc/stdlib.h - for libfdt's overlays, which nothing here uses: declared, and not there.
#pragma once

unsigned long strtoul(const char* text, char** end, int base);
