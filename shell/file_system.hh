// SPDX-License-Identifier: BSD-2-Clause
// shell/file_system.hh - the files of a disk: of its EFI system partition, or of a disk that is one file system.
#pragma once
#include <optional>

#include "disk/fat.hh"
#include "disk/slice.hh"

namespace shell {

class FileSystem {
 public:
  /// The disk stays the caller's; what was mounted before is forgotten. Errors: NotFound: neither an EFI system
  /// partition nor a FAT; those of disk/gpt.hh and disk/fat.hh.
  Result<disk::Fat*> mount(BlockDevice& disk);

 private:
  std::optional<disk::Slice> partition_;
  disk::Fat fat_;
};

/// The one that everybody shares, for its buffers are large.
FileSystem& file_system();

}  // namespace shell
