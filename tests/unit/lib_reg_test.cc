// SPDX-License-Identifier: BSD-2-Clause
#include "lib/reg.hh"

#include <gtest/gtest.h>

#include <array>

#include "tests/fake/bus.hh"

namespace {

constexpr Reg<uint32_t, 0x0> kData;
constexpr Reg<uint32_t, 0x4, Right::ReadOnly> kStatus;
constexpr Reg<uint32_t, 0x8, Right::WriteOnly> kCommand;
constexpr Reg<uint8_t, 0xd> kByte;

constexpr Field<uint32_t, 7, 4> kMode;
constexpr Field<uint32_t, 31> kTop;
constexpr Field<uint32_t, 31, 0> kAll;

template <class R>
concept Readable = requires(Mmio m, R r) { m.read(r); };
template <class R>
concept Writable = requires(Mmio m, R r) { m.write(r, 0); };

static_assert(Readable<decltype(kData)> && Writable<decltype(kData)>);
static_assert(Readable<decltype(kStatus)> && !Writable<decltype(kStatus)>);
static_assert(!Readable<decltype(kCommand)> && Writable<decltype(kCommand)>);

TEST(LibReg, a_field_places_and_extracts_its_bits_alone) {
  EXPECT_EQ(kMode(0x5), 0x50u);
  EXPECT_EQ(kMode(0xff), 0xf0u);
  EXPECT_EQ(kMode.get(0x1234'5678), 0x7u);
  EXPECT_EQ(kTop(1), 0x8000'0000u);
  EXPECT_EQ(kTop.get(0x8000'0000), 1u);
  EXPECT_EQ(kAll.get(kAll(0xdead'beef)), 0xdead'beefu);
}

class Memory final : public fake::Device {
 public:
  using Device::Device;
  uint64_t read(uintptr_t offset, unsigned bytes) override {
    widest = bytes;
    return word[offset / 4] >> offset % 4 * 8;
  }
  void write(uintptr_t offset, unsigned bytes, uint64_t value) override {
    widest = bytes;
    word[offset / 4] = uint32_t(value << offset % 4 * 8);
  }
  std::array<uint32_t, 4> word{};
  unsigned widest = 0;
};

TEST(LibReg, accesses_have_the_width_and_place_of_the_register) {
  Memory memory(0x1000, 16);
  const Mmio device(0x1000);
  device.write(kCommand, 0x1122'3344);
  EXPECT_EQ(memory.word[2], 0x1122'3344u);
  EXPECT_EQ(memory.widest, 4u);
  device.write(kByte, 0x5a);
  EXPECT_EQ(memory.word[3], 0x5a00u);
  EXPECT_EQ(memory.widest, 1u);
  EXPECT_EQ(device.read(kByte), 0x5a);
  memory.word[1] = 77;
  EXPECT_EQ(device.read(kStatus), 77u);
}

TEST(LibReg, an_access_that_no_device_answers_is_found_out) {
  Memory memory(0x1000, 12);
  EXPECT_DEATH(Mmio(0x2000).read(kData), "no device at 0x2000");
  EXPECT_DEATH(Mmio(0x1000).read(kByte), "no device at 0x100d");
}

}  // namespace
