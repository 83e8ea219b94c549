// SPDX-License-Identifier: BSD-2-Clause
// shell/mmc_transfer.cc - sectors of a card's areas.
#include "shell/storage.hh"

#ifdef CONFIG_MMC
namespace shell {
namespace {

/// Of more than it has: more than it has.
uint64_t bytes_of(const BlockDevice& area, uint64_t sectors) {
  return sectors > area.sectors() ? UINT64_MAX : sectors * area.sector_size();
}

Result<void> transfer_sectors(const Call& call) {
  BlockDevice& area = *TRY(find_area(call.machine, call.text(0)));
  return transfer(call, Storage(area), bytes_of(area, call.number(1)), bytes_of(area, call.number(2)), call.number(3));
}

}  // namespace

COMMAND(mmc_read, "mmc read|verify AREA SECTOR COUNT ADDRESS", "sectors to memory; whether they are those in memory") {
  return transfer_sectors(call);
}

COMMAND(mmc_write, "mmc write AREA SECTOR COUNT ADDRESS [raw]", "sectors of memory; raw: even if nothing boots") {
  return transfer_sectors(call);
}

COMMAND(mmc_compare, "mmc compare AREA AREA SECTOR COUNT", "sectors of two areas") {
  BlockDevice& area = *TRY(find_area(call.machine, call.text(0)));
  const uint64_t offset = bytes_of(area, call.number(2));
  return compare(call, Storage(area), offset, bytes_of(area, call.number(3)), call.text(1), offset);
}

}  // namespace shell
#endif
