// SPDX-License-Identifier: BSD-2-Clause
// shell/complete.hh - what could be typed next. It comes from the usage lines, so no command does anything for it.
#pragma once
#include "shell/command.hh"

namespace shell {

inline constexpr size_t kMostCandidates = 64;

/// What may stand after the words `before` and begins with `begin`: words, and in upper case the names of arguments,
/// which begin with anything. Each once. Returns how many, at most candidates.size().
size_t complete(Words before, std::string_view begin, std::span<std::string_view> candidates);

/// The same for the PATH of a node: names of nodes below the one that `begin` leads to; `begin` becomes the last part
/// of itself.
size_t complete_path(const DeviceTree& tree, std::string_view& begin, std::span<std::string_view> candidates);

}  // namespace shell
