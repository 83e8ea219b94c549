// SPDX-License-Identifier: BSD-2-Clause
// lib/version.hh - which firmware this is.
#pragma once
#include <string_view>

/// As git describes the tree that it was built from; "unknown" outside of one.
std::string_view version();
