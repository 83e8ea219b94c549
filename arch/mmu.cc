// SPDX-License-Identifier: BSD-2-Clause
// arch/mmu.cc - page tables of the 4 KiB granule: three levels, of 1 GiB, 2 MiB and 4 KiB; for 39 bits of address on
// arm64 (DDI0487 D8), for 32 on Armv7-A, whose Long-descriptor format is the same (DDI0406 B3.6). An entry only ever
// changes between valid and not valid, so no break-before-make is needed.
#include "arch/mmu.hh"

#include <cstddef>

#include "arch/boot.hh"
#include "arch/cpu.hh"
#include "arch/start.hh"
#include "lib/assert.hh"

extern "C" char __relocated_start[], __data_start[], __bss_end[], __guard_start[], __image_end[];

namespace arch {
namespace {

constexpr unsigned kTopShift = 30, kPageShift = 12;
constexpr uint64_t kPage = 1 << kPageShift;
constexpr size_t kEntries = 512, kTables = 16;

// Descriptors. Table or page: bits 1:0 = 3; block: 1; anything else is not valid, and the rest of it ours.
constexpr uint64_t kValid = 1, kTable = 3, kReserved = 2;
constexpr uint64_t kAddress = (uint64_t{1} << 48) - kPage;
constexpr uint64_t kAccessed = 1 << 10, kInner = 3 << 8, kReadOnly = 1 << 7;
// The numbers of kMair's bytes in a descriptor's bits 4:2.
constexpr uint64_t kDevice = 0 << 2, kCached = 1 << 2, kUncached = 2 << 2;

// Cleared one by one as they are taken into use.
alignas(kPage) [[gnu::section(".bss..noinit")]] uint64_t tables[kTables][kEntries];
constinit size_t used = 0;
constinit unsigned physical_bits = 0;
constinit bool on = false;

uint64_t leaf(Memory kind) {
  if (kind == Memory::Nothing) return 0;
  if (kind == Memory::Reserved) return kReserved;
  uint64_t bits = kValid | kAccessed;
  if (kind == Memory::Device)
    bits |= kDevice;
  else if (kind == Memory::Shared)
    bits |= kUncached;
  else
    bits |= kCached | kInner;
  if (kind == Memory::Code || kind == Memory::Constant) bits |= kReadOnly;
  return bits | execution_bits(kind == Memory::Code);
}

// Drops what the caches hold of memory that was, or will be, written while they are off; first to memory, if asked for.
void drop_lines(const void* from, const void* to, bool clean) {
  const uintptr_t line = cache_line();
  for (uintptr_t at = uintptr_t(from) & ~(line - 1); at < uintptr_t(to); at += line) {
    if (clean)
      clean_line(at);
    else
      drop_line(at);
  }
  asm volatile("dsb sy" ::: "memory");
}

uint64_t* take_table(uint64_t fill) {
  if (used == kTables) return nullptr;
  uint64_t* const table = tables[used++];
  if (!on) drop_lines(table, table + kEntries, true);
  const size_t count = used == 1 ? kTopEntries : kEntries;
  for (size_t i = 0; i < count; i += 4) table[i] = table[i + 1] = table[i + 2] = table[i + 3] = fill;
  return table;
}

constexpr bool is_table(uint64_t entry, unsigned shift) { return shift > kPageShift && (entry & 3) == kTable; }

}  // namespace

Range image() { return {uintptr_t(_start), uintptr_t(__image_end - _start)}; }

Result<void> map(uint64_t address, uint64_t size, Memory kind) {
  if (size == 0) return {};
  const uint64_t last = address + (size - 1);
  if (last < address || last >> (kAddressBits < physical_bits ? kAddressBits : physical_bits))
    return failure(Error::OutOfRange);
  const bool fill = kind == Memory::Ram || kind == Memory::Reserved;
  const uint64_t bits = leaf(kind);
  const uint64_t end = (last | (kPage - 1)) + 1;
  uint64_t at = address & ~(kPage - 1);
  Error error{};

  while (at < end && error == Error{}) {
    uint64_t* table = tables[0];
    unsigned shift = kTopShift;
    for (;; shift -= 9) {  // down to the table that `at` can be put into
      uint64_t& entry = table[(at >> shift) % kEntries];
      if (!is_table(entry, shift)) {
        const uint64_t step = uint64_t{1} << shift;
        if ((entry & kValid) || shift == kPageShift || (at % step == 0 && end - at >= step)) break;
        const uint64_t* const next = take_table(entry);
        if (!next) {
          error = Error::NoSpace;
          break;
        }
        asm volatile("dmb ishst" ::: "memory");  // a walk that sees the table sees its entries
        entry = uintptr_t(next) | kTable;
      }
      table = reinterpret_cast<uint64_t*>(uintptr_t(entry & kAddress));
    }
    const uint64_t step = uint64_t{1} << shift;
    const uint64_t value = (bits & kValid) && shift == kPageShift ? bits | kTable : bits;
    const uint64_t address_mask = (bits & kValid) ? ~uint64_t{0} : 0;
    uint64_t* entry = &table[(at >> shift) % kEntries];
    uint64_t* const stop = &table[kEntries];
    for (; entry != stop && at < end; ++entry) {
      if (kind != Memory::Nothing && at % step == 0) {  // the bulk
        const uint64_t* const first = entry;
        const uint64_t whole = (end - at) >> shift;
        const uint64_t* const bulk = whole < uint64_t(stop - entry) ? entry + whole : stop;
        for (uint64_t next = value | (at & address_mask); entry != bulk && *entry == 0; next += step & address_mask)
          *entry++ = next;
        // Pages that somebody has already, of the image above all.
        if (fill && shift == kPageShift)
          while (entry != bulk && (*entry & kValid)) ++entry;
        at += uint64_t(entry - first) << shift;
      }
      if (entry == stop || at >= end) break;
      const uint64_t old = *entry;
      if (is_table(old, shift)) break;
      if (!(old & kValid) && (at % step || end - at < step)) break;
      if (old == 0 || (old == kReserved && !fill) || kind == Memory::Nothing)
        *entry = value | (at & address_mask);
      else if (!fill && (old & ~kAddress) != (value & ~kAddress))
        error = Error::InUse;
      at = (at | (step - 1)) + 1;
    }
  }
  asm volatile("dsb ishst" ::: "memory");
  if (kind == Memory::Nothing) {
    forget_translations();
    asm volatile("dsb ish" ::: "memory");
  }
  asm volatile("isb" ::: "memory");
  if (error != Error{}) return failure(error);
  return {};
}

bool is_mapped(uint64_t address, uint64_t size, Memory kind) {
  const uint64_t last = address + (size - 1);
  if (size == 0 || last < address || last >> kAddressBits) return false;
  for (uint64_t at = address; at - address < size;) {
    unsigned shift = kTopShift;
    uint64_t entry = tables[0][at >> shift];
    while (is_table(entry, shift)) {
      shift -= 9;
      entry = reinterpret_cast<const uint64_t*>(uintptr_t(entry & kAddress))[(at >> shift) % kEntries];
    }
    const uint64_t bits = shift == kPageShift ? leaf(kind) | kTable : leaf(kind);
    if ((entry & ~kAddress) != bits) return false;
    at = (at | ((uint64_t{1} << shift) - 1)) + 1;
  }
  return true;
}

void start_mmu() {
  physical_bits = physical_address_bits();
  take_table(0);
  const auto section = [](const char* from, const char* to, Memory kind) {
    ASSERT(map(uintptr_t(from), uintptr_t(to - from), kind));
  };
  section(_start, __constants_start, Memory::Code);
  section(__constants_start, __data_start, Memory::Constant);
  section(__data_start, __guard_start, Memory::Ram);
  section(__guard_start, __stack_start, Memory::Reserved);
  section(__stack_start, __image_end, Memory::Ram);

  // What was written until now went past the caches: no line of it may have come in meanwhile.
  drop_lines(__relocated_start, __bss_end, false);
  drop_lines(tables, tables[used], false);
  drop_lines(__stack_start, __image_end, false);

  switch_mmu_on(tables[0]);
  on = true;
}

}  // namespace arch
