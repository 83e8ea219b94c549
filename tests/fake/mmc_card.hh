// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/mmc_card.hh - an eMMC or SD card at the end of the wires: the states of the specification, its areas, and
// complaints about what a host may not do. It fails where a test asks for it.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fake {

class MmcCard {
 public:
  struct Shape {
    bool sd = false;
    uint64_t sectors = 2048;  // of the user area
    bool by_sector = true;
    unsigned boot = 1;                  // of 128 KiB, each of two areas
    std::array<unsigned, 4> general{};  // of 512 KiB
    uint8_t types = 3;                  // DEVICE_TYPE: high speed at 26 and 52 MHz; 4: dual rate
    bool wide = true, fast = true, counts = true, second = true;  // of an SD card: four lines, CMD6, CMD23, version 2
  };
  /// How the host drives the wires.
  struct Bus {
    unsigned width = 1;
    bool high = false, dual = false;
    uint32_t hertz = 0;
  };
  using Words = std::array<uint32_t, 4>;
  struct Answer {
    unsigned bits = 0;  // 0: none
    uint32_t word = 0;
    Words words{};  // of a long one
  };
  enum class Data : uint8_t { Good, Garbled, Silent };

  MmcCard();  // an eMMC of 1 MiB
  explicit MmcCard(const Shape& shape);

  // What the host does.
  void power(bool on);
  Answer command(uint8_t index, uint32_t argument, const Bus& bus);
  Data send_block(std::byte* to, size_t size, const Bus& bus);
  Data take_block(const std::byte* from, size_t size, const Bus& bus);

  const Shape shape;
  std::array<std::vector<std::byte>, 8> areas;  // by PARTITION_ACCESS
  Words cid{}, csd{};
  std::array<uint8_t, 512> ext_csd{};
  std::array<uint8_t, 8> scr{};
  uint32_t ocr = 0x00ff'8080;

  std::vector<std::string> complaints;
  struct Write {
    uint8_t area;
    uint64_t sector;
  };
  std::vector<Write> writes;
  std::vector<uint8_t> commands;                      // indices, in their order; application commands plus 64
  std::vector<std::pair<uint8_t, uint8_t>> switched;  // bytes of EXT_CSD
  unsigned starts = 0;                                // how often it was sent to its first state

  // Faults.
  bool silent = false;                          // to everything
  unsigned silent_after = UINT32_MAX;           // commands
  bool stays_wide = false;                      // eight lines from the start, as a boot ROM left it
  bool never_ready = false;                     // when powered up
  bool busy_for_ever = false;                   // once it has written
  unsigned busy = 2;                            // looks at the status that writing takes
  std::function<bool(const Bus&)> noisy;        // data, when the wires are like this
  unsigned garbled = 0;                         // so many transfers of blocks, whatever the wires are like
  std::optional<uint8_t> stubborn;              // a byte of EXT_CSD that does not change, and nobody says so
  std::optional<uint8_t> protected_area;        // says so when it is written
  size_t written_until_power_fails = SIZE_MAX;  // sectors
  /// What is written goes there first, and to where it lasts by FLUSH_CACHE only; or as it likes.
  bool cache() const { return ext_csd[33] & 1; }
  std::map<std::pair<uint8_t, uint64_t>, std::vector<std::byte>> cached;
  unsigned flushes = 0;

  uint8_t selected() const { return shape.sd ? 0 : ext_csd[179] & 7; }

 private:
  enum class State : uint8_t { Idle, Ready, Identification, StandBy, Transfer, Sending, Receiving, Programming };
  Answer status(uint32_t errors = 0);
  Answer illegal(const char* what);
  Answer begin(std::vector<std::byte> bytes);
  Answer transfer(uint8_t index, uint32_t argument);
  Answer change(uint32_t argument);
  Answer application(uint8_t index, uint32_t argument);
  void describe();
  void store(uint64_t sector, const std::byte* from);
  void check_clock(const Bus& bus);
  bool garbles(const Bus& bus) const;
  void complain(const std::string& what);

  State state_ = State::Idle;
  bool application_ = false;
  uint32_t errors_ = 0;
  uint16_t address_ = 0;
  unsigned width_ = 1, looks_ = 0;
  bool high_ = false, dual_ = false, stuck_ = false;
  std::vector<std::byte> bytes_;  // to send that are no sectors
  bool sectors_ = false, many_ = false, spoilt_ = false;
  uint64_t at_ = 0;
  uint32_t count_ = 0;  // by CMD23; 0: until it is stopped
  bool counted_ = false;
};

}  // namespace fake
