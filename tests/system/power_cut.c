// SPDX-License-Identifier: BSD-2-Clause
/*
 * power_cut - QEMU TCG plugin (API v4): ends QEMU at an instruction, as a loss of power would.
 *
 * Instructions are counted from when the console has printed TEXT. What the machine wrote to flash or disk before is in
 * their files, for QEMU hands each write on at once; nothing is written after. Assumes that the firmware sees devices
 * where they are (virtual address = physical address) and one CPU.
 *
 *   from=TEXT    counting begins when the console has printed this
 *   cut=N        QEMU ends before the N-th instruction after that, counted from 0, with status 66
 *   out=FILE     "from", "text NAME COUNT" for each of the texts below, "flash COUNT ADDRESS VALUE" for each store to
 *                the flash below `stores`, "erase COUNT ADDRESS" for each block that is erased, "end COUNT"
 *   text=TEXT    log the count when the console has printed this (repeatable)
 *   stores=HEX   see above; offset in the flash, 0 by default: no stores
 *
 * Where those devices are is known for QEMU's virt. Of another machine:
 *   uart=HEX     its UART: a byte written there is a character
 *   spi=HEX      an Armada SPI controller: "spi COUNT OPCODE ADDRESS" for each command that a flash there is sent
 *   sdhci=HEX    a host of cards: "mmc COUNT BASE COMMAND ARGUMENT" for each command (repeatable)
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu-plugin.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

enum { kStatus = 66, kMostTexts = 8, kMostHosts = 2 };
static const uint64_t kFlash = 0x04000000, kFlashEnd = 0x08000000, kBlock = 0x40000;
static const uint64_t kMmio = 0x0a000000, kMmioEnd = 0x0a004000, kQueueNotify = 0x50;
static const uint64_t kNotYet = UINT64_C(1) << 62;  // no cut is that far

struct text {
  const char* text;
  size_t seen;
  bool is_start;
};
static struct text texts[kMostTexts];
static int text_count;
static struct qemu_plugin_scoreboard* scoreboard;
static qemu_plugin_u64 counter;
static uint64_t cut = UINT64_MAX, stores;
static uint64_t uart = 0x09000000, spi, hosts[kMostHosts];
static int host_count;
static uint32_t sent, argument;  // bytes to the flash since it was selected; of a card's next command
static uint32_t opcode, flash_address;
static bool counting;
static uint64_t erasing;  // the block whose erasure waits to be confirmed
static FILE* out;

static void say(const char* format, ...) {
  va_list arguments;
  if (!out) return;
  va_start(arguments, format);
  vfprintf(out, format, arguments);
  va_end(arguments);
}

static uint64_t now(void) { return qemu_plugin_u64_get(counter, 0); }

static void end_of_power(unsigned int cpu, void* data) {
  (void)cpu, (void)data;
  _exit(kStatus);
}

static void console(char c) {
  for (int i = 0; i < text_count; ++i) {
    struct text* const t = &texts[i];
    t->seen = c == t->text[t->seen] ? t->seen + 1 : c == t->text[0];
    if (t->text[t->seen]) continue;
    t->seen = 0;
    if (t->is_start && !counting) {
      counting = true;
      qemu_plugin_u64_set(counter, 0, 0);
      say("from\n");
    } else if (!t->is_start && counting) {
      say("text %s %" PRIu64 "\n", t->text, now());
    }
  }
}

static void spi_store(uint64_t offset, uint32_t value) {
  enum { kControl = 0, kSelected = 1, kDataOut = 8, kHeader = 4 };
  if (offset == kControl && !(value & kSelected)) {
    if (sent) say("spi %" PRIu64 " 0x%02" PRIx32 " 0x%06" PRIx32 "\n", now(), opcode, flash_address);
    sent = flash_address = 0;
  } else if (offset == kDataOut) {
    if (sent == 0) opcode = value & 0xff;
    if (sent > 0 && sent < kHeader) flash_address = flash_address << 8 | (value & 0xff);
    ++sent;
  }
}

static void card_store(uint64_t base, uint64_t offset, uint32_t value, unsigned int shift) {
  enum { kArgument = 0x8, kTransferMode = 0xc, kCommand = 0xe };
  if (offset == kArgument) argument = value;
  if (offset == kTransferMode && shift == 2) value >>= 16, offset = kCommand;
  if (offset == kCommand)
    say("mmc %" PRIu64 " 0x%" PRIx64 " %" PRIu32 " 0x%08" PRIx32 "\n", now(), base, (value & 0xffff) >> 8 & 0x3f,
        argument);
}

static void memory(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t address, void* data) {
  (void)cpu, (void)data;
  if (address == uart) return console((char)qemu_plugin_mem_get_value(info).data.u8);
  if (!out || !counting) return;
  if (spi && address - spi < 0x50) return spi_store(address - spi, qemu_plugin_mem_get_value(info).data.u32);
  for (int i = 0; i < host_count; ++i)
    if (address - hosts[i] < 0x100)
      return card_store(hosts[i], address - hosts[i], qemu_plugin_mem_get_value(info).data.u32,
                        qemu_plugin_mem_size_shift(info));
  if (address >= kMmio && address < kMmioEnd && address % 0x200 == kQueueNotify)
    return say("notify %" PRIu64 "\n", now());
  if (address < kFlash || address >= kFlashEnd) return;
  const uint32_t value = qemu_plugin_mem_get_value(info).data.u32;
  if (address - kFlash < stores) say("flash %" PRIu64 " 0x%" PRIx64 " 0x%" PRIx32 "\n", now(), address - kFlash, value);
  if (erasing == address && (value & 0xff) == 0xd0) say("erase %" PRIu64 " 0x%" PRIx64 "\n", now(), address - kFlash);
  erasing = (value & 0xff) == 0x20 && address % kBlock == 0 ? address : 0;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(block);
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn* const instruction = qemu_plugin_tb_get_insn(block, i);
    if (cut != UINT64_MAX)
      qemu_plugin_register_vcpu_insn_exec_cond_cb(instruction, end_of_power, QEMU_PLUGIN_CB_NO_REGS,
                                                  QEMU_PLUGIN_COND_EQ, counter, cut, NULL);
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(instruction, QEMU_PLUGIN_INLINE_ADD_U64, counter, 1);
    qemu_plugin_register_vcpu_mem_cb(instruction, memory, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_W, NULL);
  }
}

static void start(qemu_plugin_id_t id, unsigned int cpu) {
  (void)id;
  if (cpu == 0) qemu_plugin_u64_set(counter, 0, kNotYet);
}

static void finish(qemu_plugin_id_t id, void* data) {
  (void)id, (void)data;
  if (counting) say("end %" PRIu64 "\n", now());
  if (out) fclose(out);
}

static const char* value_of(const char* argument, const char* name) {
  const size_t size = strlen(name);
  return strncmp(argument, name, size) == 0 && argument[size] == '=' ? argument + size + 1 : NULL;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
  (void)info;
  for (int i = 0; i < argc; ++i) {
    const char *from = value_of(argv[i], "from"), *text = value_of(argv[i], "text"), *value;
    if ((from || text) && text_count < kMostTexts) {
      texts[text_count++] = (struct text){g_strdup(from ? from : text), 0, from != NULL};
    } else if ((value = value_of(argv[i], "cut"))) {
      cut = strtoull(value, NULL, 0);
    } else if ((value = value_of(argv[i], "stores"))) {
      stores = strtoull(value, NULL, 0);
    } else if ((value = value_of(argv[i], "uart"))) {
      uart = strtoull(value, NULL, 0);
    } else if ((value = value_of(argv[i], "spi"))) {
      spi = strtoull(value, NULL, 0);
    } else if ((value = value_of(argv[i], "sdhci")) && host_count < kMostHosts) {
      hosts[host_count++] = strtoull(value, NULL, 0);
    } else if ((value = value_of(argv[i], "out"))) {
      out = fopen(value, "w");
    } else {
      fprintf(stderr, "power_cut: what is '%s'?\n", argv[i]);
      return -1;
    }
  }
  scoreboard = qemu_plugin_scoreboard_new(sizeof(uint64_t));
  counter = qemu_plugin_scoreboard_u64(scoreboard);
  qemu_plugin_register_vcpu_init_cb(id, start);
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, finish, NULL);
  return 0;
}
