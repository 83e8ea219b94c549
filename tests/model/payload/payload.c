// SPDX-License-Identifier: BSD-2-Clause
// tests/model/payload/payload.c - a program in the place of BL1, that looks at the model from inside. What it does is
// in the word `order` at the image's end; it prints lines on the UART.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Laid over the image's last 64 bytes by the test: what to do, with what, and a text to print first.
__attribute__((section(".order"), used)) volatile struct {
  uint32_t what, argument[3];
  char name[48];
} order = {1, {0}, ""};

static volatile uint32_t* reg(uint64_t address) { return (volatile uint32_t*)address; }
static volatile uint16_t* reg16(uint64_t address) { return (volatile uint16_t*)address; }
static volatile uint8_t* reg8(uint64_t address) { return (volatile uint8_t*)address; }

static void put(const volatile char* text) {
  for (; *text; ++text) *reg(0xf0512000) = (uint8_t)*text;
}
static void put_hex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) *reg(0xf0512000) = (uint8_t)"0123456789abcdef"[(value >> shift) & 15];
}
static void line(const char* name, uint32_t value) {
  put(name);
  put(" ");
  put_hex(value);
  put("\n");
}
void fault(uint64_t address) {
  line("fault", (uint32_t)address);
  for (;;) __asm__ volatile("wfi");
}

static uint64_t host;  // the SDHCI in use
static uint8_t block[512];

// The error status, or 0x10000 when nothing came.
static uint32_t command(uint32_t number, uint32_t argument, uint32_t flags) {
  *reg(host + 0x30) = ~0u;
  *reg(host + 8) = argument;
  *reg16(host + 0xe) = (uint16_t)(number << 8 | flags);
  for (int i = 0; i < 1000000; ++i) {
    const uint32_t status = *reg(host + 0x30);
    if (status & 0x8000) return status >> 16;
    if (status & 1) return 0;
  }
  return 0x10000;
}
enum { kNone = 0, kLong = 1, kShort = 2, kBusy = 3, kData = 0x20 };

static void clock(uint32_t half, uint32_t control) {
  *reg8(host + 0x28) = (uint8_t)control;
  *reg16(host + 0x2c) = (uint16_t)(half << 8 | (half >> 8) << 6 | 5);
}

// Reads a block by PIO. The error status or 0.
static uint32_t read_block(uint32_t number, uint32_t argument) {
  *reg(host + 4) = 1 << 16 | 512;
  *reg16(host + 0xc) = 0x10;
  const uint32_t error = command(number, argument, kShort | kData);
  if (error) return error;
  for (int i = 0; i < 1000000 && !(*reg(host + 0x24) & 0x800); ++i)
    if (*reg(host + 0x30) & 0x8000) return *reg(host + 0x30) >> 16;
  for (size_t i = 0; i < sizeof(block); i += 4) *(uint32_t*)(block + i) = *reg(host + 0x20);
  return 0;
}

static uint32_t write_block(uint32_t argument) {
  *reg(host + 4) = 1 << 16 | 512;
  *reg16(host + 0xc) = 0;
  const uint32_t error = command(24, argument, kShort | kData);
  if (error) return error;
  for (size_t i = 0; i < sizeof(block); i += 4) *reg(host + 0x20) = *(uint32_t*)(block + i);
  return *reg(host + 0x30) & 0x8000 ? *reg(host + 0x30) >> 16 : 0;
}

// From nothing to the transfer state, at 400 kHz and one bit. What the last command ended with.
static uint32_t start_card(void) {
  host = 0xf06e0000;
  *reg(host + 0x108) = 1;
  *reg8(host + 0x2f) = 1;
  *reg(host + 0x34) = 0xffff00ff;
  *reg8(host + 0x29) = 0xf;
  clock(500, 0);
  command(0, 0, kNone);
  for (int i = 0; i < 10; ++i) {
    const uint32_t error = command(1, 0x40ff8000, kShort);
    if (error) return error;
    if (*reg(host + 0x10) >> 31) break;
  }
  line("ocr", *reg(host + 0x10));
  command(2, 0, kLong);
  command(3, 1 << 16, kShort);
  return command(7, 1 << 16, kBusy);
}
static uint32_t set_byte(uint32_t index, uint32_t value) {
  const uint32_t error = command(6, 3u << 24 | index << 16 | value << 8, kBusy);
  if (error) return error;
  command(13, 1 << 16, kShort);
  return *reg(host + 0x10) & 0x80;
}
static void reset(void) { *reg(0xf06f0084) = 0; }

static volatile uint32_t* spi(uint32_t offset) { return reg(0xf4700680 + offset); }

// One byte both ways, as the interrupt cause says when.
static uint8_t spi_byte(uint8_t out) {
  *spi(0x10) = 0;
  *spi(8) = out;
  for (int i = 0; i < 1000 && !(*spi(0x10) & 1); ++i) continue;
  return (uint8_t)*spi(0xc);
}

// Sends the `count` high bytes of `head`, then takes up to four into the result, the first one highest.
static uint32_t spi_command(uint32_t head, uint32_t count, uint32_t back) {
  uint32_t value = 0;
  *spi(0) = 1;
  for (; count; --count, head <<= 8) spi_byte((uint8_t)(head >> 24));
  for (; back; --back) value = value << 8 | spi_byte(0);
  *spi(0) = 0;
  return value;
}

static void start_core(uint32_t core) {
  *reg(0xf0680000 + core * 0x10) = 1u << 31 | 1;
  *reg(0xf0001a50 + core / 2 * 0x400 + core % 2 * 4) |= 1;
  *reg(0xf0000030) = 4 + core / 2;
  *reg(0xf0000640 + core % 2 * 4) = 0x0410;
  *reg(0xf0000650 + core % 2 * 4) = 0x10001;
}

void run(uint32_t mpidr) {
  if (mpidr) {
    line("core", mpidr);
    return;
  }
  put(order.name);
  put("\n");
  switch (order.what) {
    case 2: line("value", *reg(order.argument[0])); break;
    case 3: *reg(order.argument[0]) = order.argument[1]; break;
    case 4: start_core(order.argument[0]); return;
    case 10:  // what a command to the flash brings back
      line("flash", spi_command(order.argument[0], order.argument[1], order.argument[2]));
      break;
    case 11:  // erases the first sector
      spi_command(0x06000000, 1, 0);
      line("enabled", spi_command(0x05000000, 1, 1));
      spi_command(0x20000000, 4, 0);
      line("ignored", spi_command(0x03000000, 4, 4));  // by a flash that is busy
      for (uint32_t looks = 1;; ++looks) {
        if (looks < 100 && spi_command(0x05000000, 1, 1) & 1) continue;
        line("looks", looks);
        break;
      }
      line("now", spi_command(0x03000000, 4, 4));
      break;
    case 13: {  // the first word of SFDP
      uint32_t word = 0;
      *spi(0) = 1;
      for (int i = 0; i < 5; ++i) spi_byte(i ? 0 : 0x5a);
      for (int i = 0; i < 4; ++i) word = word << 8 | spi_byte(0);
      *spi(0) = 0;
      line("flash", word);
      break;
    }
    case 12:  // the direct window, opened as TF-A does
      *reg(0xf470ff00) = 0x00ff1a01;
      line("direct", *reg(0xf9000000 + order.argument[0]));
      break;
    case 9:  // a core that has no power
      *reg(0xf0000030) = 4;
      *reg(0xf0000654) = 0x10001;
      break;
    case 5:  // PARTITION_CONFIG, then a reset
      line("card", start_card());
      line("partconf", set_byte(179, order.argument[0]));
      reset();
      return;
    case 6:  // one block of one area, in the mode and with the clock that the test wants
      line("card", start_card());
      set_byte(185, order.argument[1] & 4 ? 1 : 0);
      set_byte(183, order.argument[1] & 0x20 ? 2 : order.argument[1] & 2 ? 1 : 0);
      line("area", set_byte(179, order.argument[0]));
      clock(order.argument[2], order.argument[1]);
      line("read", read_block(17, 0));
      line("word", *(uint32_t*)block);
      break;
    case 7:  // marks all areas that there are
      line("card", start_card());
      for (uint32_t access = 0; access < 6; ++access) {
        const uint32_t error = access == 3 ? 1 : set_byte(179, access);
        block[0] = (uint8_t)(0x40 + access);
        line("write", error ? error : write_block(0));
      }
      break;
    case 8:  // what EXT_CSD has at three places
      line("card", start_card());
      line("read", read_block(8, 0));
      for (int i = 0; i < 3; ++i) line("byte", block[order.argument[i]]);
      break;
  }
  put("end\n");
}
