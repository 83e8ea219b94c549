// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/mmc_card.hh"

#include <algorithm>
#include <cstring>

namespace fake {
namespace {

constexpr size_t kSector = 512;
constexpr uint32_t kOutOfRange = 1u << 31, kProtected = 1 << 26, kIllegal = 1 << 22, kSwitchError = 1 << 7;

void set(MmcCard::Words& words, unsigned high, unsigned low, uint64_t value) {
  for (unsigned bit = low; bit <= high; ++bit, value >>= 1) {
    uint32_t& word = words[3 - bit / 32];
    word = (word & ~(1u << bit % 32)) | uint32_t(value & 1) << bit % 32;
  }
}

}  // namespace

MmcCard::MmcCard() : MmcCard(Shape{}) {}
MmcCard::MmcCard(const Shape& is) : shape(is) { describe(); }

void MmcCard::describe() {
  const bool sd = shape.sd;
  areas[0].resize(shape.sectors * kSector);
  set(cid, 127, 120, 0x15);
  const char* const product = sd ? "SDABC" : "EMMC08";
  for (unsigned i = 0; product[i]; ++i) set(cid, 103 - 8 * i, 96 - 8 * i, uint8_t(product[i]));
  set(cid, sd ? 63 : 55, sd ? 56 : 48, 0x21);
  set(cid, sd ? 55 : 47, sd ? 24 : 16, 0xcafe0123);
  if (sd) {
    set(cid, 19, 8, 0x137);  // July 2019
  } else {
    set(cid, 15, 8, 0x74);  // July 2001, which revision 5 and above count from 2013 on
  }
  set(csd, 95, 84, 0x5f5);
  if (sd && shape.by_sector) {
    set(csd, 127, 126, 1);
    set(csd, 83, 80, 9);
    set(csd, 69, 48, shape.sectors / 1024 - 1);
  } else {
    set(csd, 127, 126, sd ? 0 : 3);
    if (!sd) set(csd, 125, 122, 4);
    set(csd, 83, 80, shape.by_sector ? 9 : 10);
    set(csd, 73, 62, shape.by_sector ? 0xfff : shape.sectors / 16 - 1);  // blocks of 1 KiB, units of 8
    set(csd, 49, 47, 1);
  }
  if (sd) {
    scr = {uint8_t(shape.second ? 2
                   : shape.fast ? 1
                                : 0),
           uint8_t(shape.wide ? 5 : 1), 0, uint8_t(shape.counts ? 2 : 0)};
    return;
  }
  ext_csd[192] = 8;
  ext_csd[194] = 2;
  ext_csd[196] = shape.types;
  if (shape.by_sector) {
    for (unsigned i = 0; i < 4; ++i) ext_csd[212 + i] = uint8_t(shape.sectors >> 8 * i);
  }
  ext_csd[221] = ext_csd[224] = 1;
  ext_csd[226] = uint8_t(shape.boot);
  areas[1].resize(shape.boot * 256 * kSector);
  areas[2].resize(shape.boot * 256 * kSector);
  ext_csd[155] = 1;
  for (unsigned i = 0; i < 4; ++i) {
    ext_csd[143 + 3 * i] = uint8_t(shape.general[i]);
    areas[4 + i].resize(shape.general[i] * 1024 * kSector);
  }
}

void MmcCard::complain(const std::string& what) { complaints.push_back(what); }

void MmcCard::power(bool on) {
  state_ = State::Idle;
  if (on) return;
  width_ = stays_wide ? 8 : 1;
  high_ = dual_ = application_ = counted_ = false;
}

bool MmcCard::garbles(const Bus& bus) const {
  return garbled > 0 || bus.width != width_ || bus.dual != dual_ || (noisy && noisy(bus));
}

void MmcCard::check_clock(const Bus& bus) {
  const uint32_t most = state_ <= State::Identification ? 400'000
                        : !high_                        ? (shape.sd ? 25'000'000 : 26'000'000)
                        : shape.sd                      ? 50'000'000
                        : ext_csd[196] & 2              ? 52'000'000
                                                        : 26'000'000;
  if (bus.hertz > most) complain("a clock of " + std::to_string(bus.hertz) + " Hz");
}

MmcCard::Answer MmcCard::status(uint32_t errors) {
  errors |= errors_;
  errors_ = 0;
  const bool ready = state_ != State::Programming;
  return {.bits = 48, .word = errors | uint32_t(state_) << 9 | uint32_t(ready) << 8 | uint32_t(application_) << 5};
}

MmcCard::Answer MmcCard::illegal(const char* what) {
  if (what) complain(what + (" in state " + std::to_string(int(state_))));
  errors_ |= kIllegal;
  return {};
}

MmcCard::Answer MmcCard::begin(std::vector<std::byte> bytes) {
  if (state_ != State::Transfer) return illegal("data asked for");
  const Answer answer = status();
  bytes_ = std::move(bytes);
  sectors_ = many_ = false;
  state_ = State::Sending;
  return answer;
}

MmcCard::Answer MmcCard::change(uint32_t argument) {
  if (state_ != State::Transfer) return illegal("CMD6");
  const auto index = uint8_t(argument >> 16), value = uint8_t(argument >> 8);
  const Answer answer = status();
  state_ = State::Programming;
  looks_ = busy;
  if (argument >> 24 != 3) complain("CMD6 that does not write a byte");
  const bool known = index == 32 || index == 177 || index == 179 || index == 183 || index == 185;
  if (!known) {
    errors_ |= kSwitchError;
    return answer;
  }
  switched.emplace_back(index, value);
  if (stubborn == index) return answer;
  if (index == 179 && ((value & 7) == 3 || areas[value & 7].empty())) {
    errors_ |= kSwitchError;
    return answer;
  }
  if (index == 32) {
    ++flushes;
    for (auto& [place, bytes] : cached)
      std::copy(bytes.begin(), bytes.end(), &areas[place.first][place.second * kSector]);
    cached.clear();
    return answer;
  }
  ext_csd[index] = value;
  if (index == 185) high_ = value & 1;
  if (index == 183) {
    width_ = (value & 3) == 0 ? 1 : (value & 3) == 1 ? 4 : 8;
    dual_ = value & 4;
    if (dual_ && !(high_ && ext_csd[196] & 4)) complain("dual rate that the card does not have");
  }
  return answer;
}

MmcCard::Answer MmcCard::application(uint8_t index, uint32_t argument) {
  switch (index) {
    case 6:
      if (state_ != State::Transfer) return illegal("ACMD6");
      if ((argument != 0 && argument != 2) || (argument == 2 && !shape.wide)) complain("a width that the card lacks");
      width_ = argument == 2 ? 4 : 1;
      return status();
    case 41:
      if (state_ != State::Idle) return illegal("ACMD41");
      if (argument & 0x00ff'8000 && !never_ready) {
        const bool large = shape.by_sector && argument & 1u << 30;
        if (!large && shape.by_sector) return {.bits = 48, .word = ocr};
        state_ = State::Ready;
        return {.bits = 48, .word = ocr | 1u << 31 | uint32_t(large) << 30};
      }
      return {.bits = 48, .word = ocr};
    case 51: {
      std::vector<std::byte> bytes(8);
      std::memcpy(bytes.data(), scr.data(), 8);
      return begin(std::move(bytes));
    }
    default: return illegal("an application command that nobody knows");
  }
}

MmcCard::Answer MmcCard::transfer(uint8_t index, uint32_t argument) {
  if (state_ != State::Transfer) return illegal("a transfer");
  const bool write = index >= 24;
  many_ = index == 18 || index == 25;
  sectors_ = true;
  at_ = shape.by_sector ? argument : argument / kSector;
  if (!shape.by_sector && argument % kSector) complain("an address that is no sector");
  if (!many_) count_ = 1;
  if (many_ && !counted_) count_ = 0;
  if (many_ && counted_ && count_ == 0) complain("CMD23 of nothing");
  counted_ = false;
  const uint64_t have = areas[selected()].size() / kSector;
  if (at_ >= have || count_ > have - at_) {
    complain("sectors that area " + std::to_string(selected()) + " does not have");
    return status(kOutOfRange);
  }
  const Answer answer = status();
  spoilt_ = false;
  state_ = write ? State::Receiving : State::Sending;
  return answer;
}

MmcCard::Answer MmcCard::command(uint8_t index, uint32_t argument, const Bus& bus) {
  if (silent || commands.size() >= silent_after) return {};
  commands.push_back(uint8_t(index + (application_ ? 64 : 0)));
  check_clock(bus);
  if (application_) {
    const Answer answer = application(index, argument);
    application_ = false;
    return answer;
  }
  if (index != 18 && index != 25) counted_ = false;
  const bool ours = argument >> 16 == address_;
  switch (index) {
    case 0:
      power(false);
      ++starts;
      if (!shape.sd) ext_csd[179] &= 0xf8, ext_csd[183] = ext_csd[185] = 0;
      errors_ = 0;
      address_ = 0;
      return {};
    case 1:
      if (shape.sd) return illegal(nullptr);
      if (state_ != State::Idle) return illegal("CMD1");
      if (argument == 0 || never_ready) return {.bits = 48, .word = ocr};
      state_ = State::Ready;
      return {.bits = 48, .word = ocr | 1u << 31 | uint32_t(shape.by_sector) << 30};
    case 2:
      if (state_ != State::Ready) return illegal("CMD2");
      state_ = State::Identification;
      return {.bits = 136, .words = cid};
    case 3:
      if (state_ != State::Identification) return illegal("CMD3");
      state_ = State::StandBy;
      address_ = shape.sd ? 0xb368 : uint16_t(argument >> 16);
      return shape.sd ? Answer{.bits = 48, .word = uint32_t{address_} << 16 | 0x500} : status();
    case 6:
      if (!shape.sd) return change(argument);
      if (!shape.fast) return illegal("CMD6 that the card does not have");
      {
        std::vector<std::byte> bytes(64);
        bytes[13] = std::byte{3};
        bytes[16] = std::byte(argument & 15);
        const Answer answer = begin(std::move(bytes));
        if (argument >> 31) high_ = (argument & 15) == 1;
        return answer;
      }
    case 7:
      if (state_ != State::StandBy || !ours) return illegal("CMD7");
      state_ = State::Transfer;
      return status();
    case 8:
      if (shape.sd) {
        if (!shape.second) return illegal(nullptr);
        return state_ == State::Idle ? Answer{.bits = 48, .word = argument & 0xfff} : illegal("CMD8");
      }
      if (state_ == State::Idle) return illegal(nullptr);
      {
        std::vector<std::byte> bytes(512);
        std::memcpy(bytes.data(), ext_csd.data(), 512);
        return begin(std::move(bytes));
      }
    case 9:
      if (state_ != State::StandBy || !ours) return illegal("CMD9");
      return {.bits = 136, .words = csd};
    case 12:
      if (state_ != State::Sending && state_ != State::Receiving) return illegal("CMD12");
      {
        const Answer answer = status();
        state_ = state_ == State::Receiving ? State::Programming : State::Transfer;
        looks_ = busy;
        return answer;
      }
    case 13: {
      if (state_ < State::StandBy || !ours) return illegal("CMD13");
      if (state_ == State::Programming && !stuck_ && looks_-- == 0) state_ = State::Transfer;
      return status();
    }
    case 16:
      if (argument != kSector) complain("a length of blocks that is no sector");
      return state_ == State::Transfer ? status() : illegal("CMD16");
    case 17:
    case 18:
    case 24:
    case 25: return transfer(index, argument);
    case 23:
      if (shape.sd && !shape.counts) return illegal("CMD23 that the card does not have");
      if (state_ != State::Transfer) return illegal("CMD23");
      counted_ = true;
      count_ = argument & 0xffff;
      return status();
    case 55:
      if (!shape.sd) return illegal(nullptr);
      if (state_ >= State::StandBy && !ours) return illegal("CMD55");
      application_ = true;
      return status();
    default: return illegal("a command that nobody knows");
  }
}

MmcCard::Data MmcCard::send_block(std::byte* to, size_t size, const Bus& bus) {
  if (state_ != State::Sending || silent) return Data::Silent;
  if (garbles(bus)) {
    if (garbled) --garbled;
    std::memset(to, 0x5a, size);
    if (!sectors_) state_ = State::Transfer;
    return Data::Garbled;
  }
  if (!sectors_) {
    if (size != bytes_.size()) complain("a block of another size");
    std::memcpy(to, bytes_.data(), std::min(size, bytes_.size()));
    state_ = State::Transfer;
    return Data::Good;
  }
  if (at_ * kSector >= areas[selected()].size()) {
    errors_ |= kOutOfRange;
    return Data::Silent;
  }
  const auto kept = cached.find({selected(), at_});
  std::memcpy(to, kept != cached.end() ? kept->second.data() : &areas[selected()][at_ * kSector], kSector);
  ++at_;
  if (count_ != 0 && --count_ == 0) state_ = State::Transfer;
  return Data::Good;
}

void MmcCard::store(uint64_t sector, const std::byte* from) {
  writes.push_back({selected(), sector});
  if (cache())
    cached[{selected(), sector}].assign(from, from + kSector);
  else
    std::memcpy(&areas[selected()][sector * kSector], from, kSector);
  if (--written_until_power_fails == 0) {
    // What is in the cache may have got there, in any order.
    bool keep = false;
    for (auto& [place, bytes] : cached)
      if (keep = !keep; keep) std::copy(bytes.begin(), bytes.end(), &areas[place.first][place.second * kSector]);
    cached.clear();
    silent = true;
  }
}

MmcCard::Data MmcCard::take_block(const std::byte* from, size_t size, const Bus& bus) {
  if (state_ != State::Receiving || silent) return Data::Silent;
  if (size != kSector) complain("a block of another size");
  if (garbles(bus)) {
    if (garbled) --garbled;
    return Data::Garbled;
  }
  if (protected_area == selected()) {
    errors_ |= kProtected;
    return Data::Silent;
  }
  if (at_ * kSector >= areas[selected()].size()) {
    errors_ |= kOutOfRange;
    return Data::Silent;
  }
  store(at_++, from);
  stuck_ = busy_for_ever;
  if (count_ != 0 && --count_ == 0) {
    state_ = State::Programming;
    looks_ = busy;
  }
  return silent ? Data::Silent : Data::Good;
}

}  // namespace fake
