// SPDX-License-Identifier: BSD-2-Clause
// shell/flash.cc - NOR flash.
#include "lib/console.hh"
#include "shell/listing.hh"
#include "shell/storage.hh"

#ifdef CONFIG_FLASH
namespace shell {
namespace {

void print_range(Flash::Range range) { print("{:#x} bytes at {:#x}", range.size, range.offset); }

Result<void> transfer_bytes(const Call& call) {
  const Storage flash(*TRY(find_flash(call.machine, call.text(0))));
  return transfer(call, flash, call.number(1), call.number(2), call.number(3));
}

}  // namespace

COMMAND(flash_info, "flash info [-j]", "the flashes: chip, size, size of a sector, and what the chip itself protects") {
  if (!call.machine.flash(0)) return failure(Error::NoDevice);
  Listing list(
      call,
      "flash:-6 state:-10 part:-10 id#:8 bytes:9 sector:7 address_bytes:13 by?itself|table:-6 protected:9 from#"sv);
  Flash* flash;
  for (size_t number = 0; (flash = call.machine.flash(number)); ++number) {
    if (const auto started = flash->start(); !started) {
      list.row({flash->name(), started.error()});
      continue;
    }
    const Flash::Identity& chip = flash->identity();
    const auto range = flash->protected_range();
    const Arg cells[] = {flash->name(),
                         "ok"sv,
                         chip.part,
                         uint32_t{chip.id[0]} << 16 | chip.id[1] << 8 | chip.id[2],
                         flash->size(),
                         flash->sector_size(0, flash->size()).value_or(0),  // 0: not all of one size
                         chip.address_bytes,
                         chip.described,
                         range ? range->size : 0,
                         range ? range->offset : 0};
    list.row({cells, std::size(cells) - (range ? 0 : 2)});
  }
  return {};
}

COMMAND(flash_read, "flash read|verify FLASH OFFSET SIZE ADDRESS",
        "bytes to memory; whether they are those in memory") {
  return transfer_bytes(call);
}

COMMAND(flash_write, "flash write FLASH OFFSET SIZE ADDRESS [raw]",
        "bytes of memory; the rest of their sectors stays, if power does; raw: even if nothing boots") {
  return transfer_bytes(call);
}

COMMAND(flash_erase, "flash erase FLASH OFFSET SIZE [raw]", "whole sectors; raw: even if nothing boots") {
  const Storage flash(*TRY(find_flash(call.machine, call.text(0))));
  return Job{call, flash, call.number(1), call.number(2)}.run(Job::Erase);
}

COMMAND(flash_compare, "flash compare FLASH OFFSET AREA OFFSET SIZE", "with another flash, or an area of a card") {
  const Storage flash(*TRY(find_flash(call.machine, call.text(0))));
  return compare(call, flash, call.number(1), call.number(4), call.text(2), call.number(3));
}

COMMAND(flash_protect, "flash protect FLASH [off] [OFFSET] [SIZE]", "shows or sets what the chip itself protects") {
  Flash& flash = *TRY(find_flash(call.machine, call.text(0)));
  const bool off = call.has("off"sv);
  if (call.count() == (off ? 3 : 2) || call.count() == 4) return failure(Error::Usage);
  const Flash::Range before = TRY(flash.protected_range());
  Flash::Range now = before;
  if (call.count() > 1) {
    CHECK(flash.protect(off ? Flash::Range{} : Flash::Range{call.number(1), call.number(2)}));
    now = TRY(flash.protected_range());
    print_range(before);
    print(" -> ");
  }
  print_range(now);
  print(" protected\n");
  return {};
}

}  // namespace shell
#endif
