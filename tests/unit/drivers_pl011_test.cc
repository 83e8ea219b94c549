// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/pl011.hh"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "tests/fake/bus.hh"

namespace {

constexpr uintptr_t kBase = 0x0900'0000;

// As DDI0183G describes it, as far as a driver can tell: characters leave one by one while it is asked for its flags.
class Uart final : public fake::Device {
 public:
  Uart() : Device(kBase, 0x1000) {}

  uint64_t read(uintptr_t offset, unsigned bytes) override {
    EXPECT_EQ(bytes, 4u);
    switch (offset) {
      case 0x00: {
        const uint64_t word = typed.empty() ? 0 : typed.front();
        if (!typed.empty()) typed.pop_front();
        return word;
      }
      case 0x18: {
        const uint64_t flags =
            (typed.empty() ? 1u << 4 : 0) | (fifo.size() >= depth ? 1u << 5 : 0) | (fifo.empty() ? 0 : 1u << 3);
        if (!stopped && !fifo.empty()) {
          line += fifo.front();
          fifo.pop_front();
        }
        return flags;
      }
      case 0x2c: return line_control;
      case 0x30: return control;
      case 0xfe0: return part;
      case 0xfe4: return 0x10;
      case 0xff0: return 0x0d;
      case 0xff4: return 0xf0;
      case 0xff8: return 0x05;
      case 0xffc: return 0xb1;
      default: return 0;
    }
  }
  void write(uintptr_t offset, unsigned bytes, uint64_t value) override {
    EXPECT_EQ(bytes, 4u);
    if (offset == 0x00) {
      if (fifo.size() >= depth)
        ++overrun;
      else
        fifo.push_back(char(value));
    } else if (offset == 0x2c) {
      EXPECT_EQ(control & 1, 0u) << "the line is changed while the UART is on";
      line_control = uint32_t(value);
      depth = value & 0x10 ? 16 : 1;
    } else if (offset == 0x30) {
      if (!(value & 1)) cut_off += fifo.size();
      control = uint32_t(value);
    }
  }

  std::deque<char> fifo;
  std::deque<uint32_t> typed;  // with error bits above the character
  std::string line;
  size_t depth = 1, overrun = 0, cut_off = 0;
  bool stopped = false;
  uint32_t line_control = 0, control = 0x301, part = 0x11;
};

TEST(DriversPl011, is_known_by_its_identification) {
  Uart uart;
  EXPECT_TRUE(drivers::Pl011(kBase).present());
  uart.part = 0x31;  // PL031, a clock
  EXPECT_FALSE(drivers::Pl011(kBase).present());
}

TEST(DriversPl011, start_sends_what_is_left_and_switches_the_fifos_on) {
  Uart uart;
  uart.fifo = {'e', 'n', 'd'};
  drivers::Pl011(kBase).start();
  EXPECT_EQ(uart.line, "end");
  EXPECT_EQ(uart.cut_off, 0u);
  EXPECT_EQ(uart.line_control, 0x70u);
  EXPECT_EQ(uart.control, 0x301u);
}

TEST(DriversPl011, text_goes_out_whole_with_line_ends_of_a_terminal) {
  Uart uart;
  drivers::Pl011 driver(kBase);
  driver.start();
  driver.write("more than sixteen characters\nand a second line\n");
  driver.flush();
  EXPECT_EQ(uart.line, "more than sixteen characters\r\nand a second line\r\n");
  EXPECT_EQ(uart.overrun, 0u);
}

TEST(DriversPl011, a_line_that_stands_still_loses_characters_and_no_time) {
  Uart uart;
  drivers::Pl011 driver(kBase);
  driver.start();
  uart.stopped = true;
  driver.write(std::string(200, 'x'));  // returns, and waits for one of them alone
  EXPECT_EQ(uart.fifo.size(), 16u);
  EXPECT_EQ(uart.overrun, 0u);
  uart.stopped = false;
  driver.flush();
  driver.write("back");
  driver.flush();
  EXPECT_EQ(uart.line, std::string(16, 'x') + "back");
}

TEST(DriversPl011, get_takes_one_character_or_tells_that_there_is_none) {
  Uart uart;
  drivers::Pl011 driver(kBase);
  EXPECT_EQ(driver.get(), -1);
  uart.typed = {'a', 0x400 | 0xff};  // the second with a break error
  EXPECT_EQ(driver.get(), 'a');
  EXPECT_EQ(driver.get(), 0xff);
  EXPECT_EQ(driver.get(), -1);
}

}  // namespace
