// SPDX-License-Identifier: BSD-2-Clause
#include "lib/version.hh"

#ifdef CONFIG_HOST
#define CORBEL_VERSION "host"
#else
#include "version.h"  // made by the Makefile
#endif

std::string_view version() { return CORBEL_VERSION; }
