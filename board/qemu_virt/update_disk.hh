// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_virt/update_disk.hh - partitions of virtio disks that hold images and metadata.
#pragma once
#include "lib/area.hh"
#include "lib/guid.hh"

namespace board {

/// The partition of that unique GUID, on whatever disk. Errors: NotFound; NoSpace: too many are in use; those of the
/// partition tables.
Result<Area*> partition_area(const Guid& unique);
/// The `nth` of that type on the first disk that has one.
Result<Guid> partition_of_type(const Guid& type, unsigned nth);

}  // namespace board
