// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/virtio_mmio.hh"

namespace fake {

uint64_t VirtioMmio::read(uintptr_t offset, unsigned bytes) {
  if (offset > 0x008) ++looks;
  if (offset >= 0x100) return core.read_config(uint32_t(offset - 0x100), bytes);
  if (bytes != 4) core.complain("a register is not read as 32 bits");
  const bool there = queue_select_ < core.queues.size();
  switch (offset) {
    case 0x000: return magic;
    case 0x004: return version;
    case 0x008: return uint32_t(core.type);
    case 0x00c: return 0x554d'4551;
    case 0x010:
      if (!selected_device_) core.complain("DeviceFeatures is read and nothing was selected");
      return core.feature_word(device_select_);
    case 0x034: return queue_size_max.value_or(core.limit(uint16_t(queue_select_)));
    case 0x044: return always_ready || (there && core.queues[queue_select_].ready);
    case 0x060: return 0;
    case 0x070: return core.status();
    case 0x0fc: return core.generation();
    default: core.complain("a register is read that cannot be read: " + std::to_string(offset)); return 0;
  }
}

void VirtioMmio::write(uintptr_t offset, unsigned bytes, uint64_t value) {
  ++looks;
  const auto word = uint32_t(value);
  if (offset >= 0x100) return core.write_config(uint32_t(offset - 0x100), bytes, word);
  if (bytes != 4) core.complain("a register is not written as 32 bits");
  const auto low = [&](uint64_t& address) { address = (address & ~0xffff'ffffull) | word; };
  const auto high = [&](uint64_t& address) { address = uint32_t(address) | value << 32; };
  if (const bool of_queue = offset == 0x038 || (offset >= 0x080 && offset <= 0x0a4);
      of_queue && queue_select_ < core.queues.size() && core.queues[queue_select_].ready)
    core.complain("a queue is changed while it is ready");
  switch (offset) {
    case 0x014: device_select_ = word, selected_device_ = true; break;
    case 0x020:
      if (!selected_driver_) core.complain("DriverFeatures is written and nothing was selected");
      core.accept_word(driver_select_, word);
      break;
    case 0x024: driver_select_ = word, selected_driver_ = true; break;
    case 0x030:
      queue_select_ = word;
      area_ = {};
      break;
    case 0x038:
      if (word > 32768) core.complain("a queue of more than 32768 descriptors");
      area_.size = uint16_t(word);
      break;
    case 0x044:
      if (word > 1) core.complain("QueueReady is neither 0 nor 1");
      if (word) core.enable(uint16_t(queue_select_), area_);
      break;
    case 0x050: core.notify(word); break;
    case 0x064: break;
    case 0x070:
      if (word > 0xff) core.complain("the status has eight bits");
      core.set_status(uint8_t(word));
      break;
    case 0x080: low(area_.descriptors); break;
    case 0x084: high(area_.descriptors); break;
    case 0x090: low(area_.driver); break;
    case 0x094: high(area_.driver); break;
    case 0x0a0: low(area_.device); break;
    case 0x0a4: high(area_.device); break;
    default: core.complain("a register is written that cannot be written: " + std::to_string(offset));
  }
}

}  // namespace fake
