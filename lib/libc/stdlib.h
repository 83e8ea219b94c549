// SPDX-License-Identifier: BSD-2-Clause
// lib/libc/stdlib.h - for libfdt's overlays and lwIP's names of interfaces, which nothing here uses: declared, and not
// there.
#pragma once

unsigned long strtoul(const char* text, char** end, int base);
int atoi(const char* text);
