// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/ns16550.hh"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "tests/fake/bus.hh"

namespace {

constexpr uintptr_t kBase = 0xf051'2000;

// As the data sheet of the 16550D describes it, as far as a driver can tell: characters leave one by one while it is
// asked for its status. With `designware` it has the busy detection of that one: a write of the line control is lost
// while a character comes in, and complains until the status of its own is read.
class Uart final : public fake::Device {
 public:
  explicit Uart(unsigned shift = 2, unsigned width = 1)
      : Device(kBase, drivers::Ns16550::size(shift)), shift_(shift), width_(width) {}

  uint64_t read(uintptr_t offset, unsigned bytes) override {
    EXPECT_EQ(bytes, width_);
    EXPECT_EQ(offset % (1u << shift_), 0u);
    if (!answers) return 0xff;
    const bool divisor = line_control & 0x80;
    switch (offset >> shift_) {
      case 0: {
        if (divisor) return speed & 0xff;
        const uint8_t c = typed.empty() ? 0 : typed.front();
        if (!typed.empty()) typed.pop_front();
        return c;
      }
      case 1: return divisor ? speed >> 8 : interrupts;
      case 3: return line_control;
      case 4: return modem;
      case 5: {
        const uint64_t status = (typed.empty() ? 0 : 1) | (fifo.empty() ? 0x60 : 0);
        if (!stopped && !fifo.empty()) {
          line += fifo.front();
          fifo.pop_front();
        }
        return status;
      }
      case 7: return scratch;
      case 0x1f:
        EXPECT_EQ(shift_, 2u) << "beyond the registers of a plain one";
        complains = false;
        if (incoming) --incoming;
        return incoming != 0;
      default: return 0;
    }
  }
  void write(uintptr_t offset, unsigned bytes, uint64_t value) override {
    EXPECT_EQ(bytes, width_);
    EXPECT_EQ(value >> 8, 0u);
    const bool divisor = line_control & 0x80;
    switch (offset >> shift_) {
      case 0:
        if (divisor)
          speed = uint16_t((speed & 0xff00) | value);
        else if (fifo.size() >= depth)
          ++overrun;
        else
          fifo.push_back(char(value));
        break;
      case 1: divisor ? speed = uint16_t((speed & 0xff) | value << 8) : interrupts = uint8_t(value); break;
      case 2:
        if ((depth == 16) != (value & 1)) cut_off += fifo.size();
        depth = value & 1 ? 16 : 1;
        if (value & 2) typed.clear();
        break;
      case 3:
        complains = incoming != 0;
        if (!complains) line_control = uint8_t(value);
        break;
      case 4: modem = uint8_t(value); break;
      case 7: scratch = uint8_t(value); break;
      default: ADD_FAILURE() << "write to register " << (offset >> shift_);
    }
  }

  bool answers = true, stopped = false, complains = false;
  unsigned incoming = 0;  // looks at the DesignWare status until the line is at rest
  std::deque<char> fifo;
  std::deque<uint8_t> typed;
  std::string line;
  size_t depth = 1, overrun = 0, cut_off = 0;
  uint16_t speed = 108;
  uint8_t interrupts = 0x0f, line_control = 0x1b, modem = 0, scratch = 0x77;

 private:
  unsigned shift_, width_;
};

drivers::Ns16550 driver_of(const Uart&) { return drivers::Ns16550(kBase, 2); }

TEST(DriversNs16550, is_known_by_its_scratch_register_and_leaves_it_as_it_was) {
  Uart uart;
  uart.typed = {'a'};
  EXPECT_TRUE(driver_of(uart).present());
  EXPECT_EQ(uart.scratch, 0x77);
  EXPECT_EQ(uart.typed.size(), 1u) << "a character was taken";
  uart.answers = false;
  EXPECT_FALSE(driver_of(uart).present());
}

TEST(DriversNs16550, memory_that_keeps_nothing_is_none) {
  struct Zeros final : fake::Device {
    Zeros() : Device(kBase, 0x80) {}
    uint64_t read(uintptr_t, unsigned) override { return 0; }
    void write(uintptr_t, unsigned, uint64_t) override {}
  } zeros;
  EXPECT_FALSE(drivers::Ns16550(kBase, 2).present());
}

TEST(DriversNs16550, start_sends_what_is_left_and_sets_all_but_the_speed) {
  Uart uart;
  uart.fifo = {'e', 'n', 'd'};
  driver_of(uart).start();
  EXPECT_EQ(uart.line, "end");
  EXPECT_EQ(uart.cut_off, 0u);
  EXPECT_EQ(uart.line_control, 0x03);
  EXPECT_EQ(uart.interrupts, 0);
  EXPECT_EQ(uart.depth, 16u);
  EXPECT_EQ(uart.modem, 0x03);
  EXPECT_EQ(uart.speed, 108);
}

TEST(DriversNs16550, a_divisor_left_in_front_of_the_data_stays_the_speed) {
  Uart uart;
  uart.line_control = 0x83;
  auto driver = driver_of(uart);
  driver.start();
  driver.write("text");
  driver.flush();
  EXPECT_EQ(uart.speed, 108);
  EXPECT_EQ(uart.interrupts, 0);
  EXPECT_EQ(uart.line, "text");
}

TEST(DriversNs16550, a_character_that_comes_in_does_not_keep_a_designware_from_its_line_control) {
  Uart uart;
  uart.incoming = 5;
  driver_of(uart).start();
  EXPECT_EQ(uart.line_control, 0x03);
  EXPECT_FALSE(uart.complains);
}

TEST(DriversNs16550, a_designware_that_never_comes_to_rest_keeps_nobody_waiting) {
  Uart uart;
  uart.incoming = ~0u;
  driver_of(uart).start();  // returns
  EXPECT_EQ(uart.line_control, 0x1b);
  EXPECT_EQ(uart.interrupts, 0);
}

TEST(DriversNs16550, registers_are_as_wide_and_as_far_apart_as_the_tree_says) {
  for (const unsigned shift : {0u, 2u, 3u})
    for (const unsigned width : {1u, 2u, 4u}) {
      if (width > 1u << shift) continue;
      Uart uart(shift, width);
      drivers::Ns16550 driver(kBase, shift, width);
      EXPECT_TRUE(driver.present());
      driver.start();
      driver.write("x\xff");
      driver.flush();
      EXPECT_EQ(uart.line, "x\xff") << shift << ' ' << width;
    }
}

TEST(DriversNs16550, text_goes_out_whole_with_line_ends_of_a_terminal) {
  Uart uart;
  auto driver = driver_of(uart);
  driver.start();
  driver.write("more than sixteen characters\nand a second line\n");
  driver.flush();
  EXPECT_EQ(uart.line, "more than sixteen characters\r\nand a second line\r\n");
  EXPECT_EQ(uart.overrun, 0u);
}

TEST(DriversNs16550, a_line_that_stands_still_loses_characters_and_no_time) {
  Uart uart;
  auto driver = driver_of(uart);
  driver.start();
  uart.stopped = true;
  driver.write(std::string(200, 'x'));  // returns, and waits for one of them alone
  EXPECT_EQ(uart.fifo.size(), 1u);
  EXPECT_EQ(uart.overrun, 0u);
  uart.stopped = false;
  driver.flush();
  driver.write("back");
  driver.flush();
  EXPECT_EQ(uart.line, "xback");
}

TEST(DriversNs16550, get_takes_one_character_or_tells_that_there_is_none) {
  Uart uart;
  auto driver = driver_of(uart);
  EXPECT_EQ(driver.get(), -1);
  uart.typed = {'a', 0xff};
  driver.start();  // what was typed before stays
  EXPECT_EQ(driver.get(), 'a');
  EXPECT_EQ(driver.get(), 0xff);
  EXPECT_EQ(driver.get(), -1);
}

}  // namespace
