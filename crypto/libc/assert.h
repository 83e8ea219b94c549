// SPDX-License-Identifier: BSD-2-Clause
// crypto/libc/assert.h - of C's header mbedTLS takes what is checked when compiling.
#pragma once

#define static_assert _Static_assert
