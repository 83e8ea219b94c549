// SPDX-License-Identifier: BSD-2-Clause
// virtio/feature.hh - features that all types of devices share (6), as bits of a word.
#pragma once
#include <cstdint>

namespace virtio::feature {

constexpr uint64_t kIndirect = 1ull << 28, kEventIndex = 1ull << 29, kVersion1 = 1ull << 32,
                   kAccessPlatform = 1ull << 33, kPacked = 1ull << 34;
/// What the queues here know.
constexpr uint64_t kCommon = kIndirect | kEventIndex | kVersion1 | kAccessPlatform | kPacked;

}  // namespace virtio::feature
