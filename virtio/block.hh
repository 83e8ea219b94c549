// SPDX-License-Identifier: BSD-2-Clause
// virtio/block.hh - a disk (5.2), with many requests in flight.
#pragma once
#include <array>

#include "lib/block.hh"
#include "lib/le.hh"
#include "virtio/device.hh"

namespace virtio {

/// Each device of Type::Block is one of these. On a board that is not coherent, buffers begin and end on cache lines.
class Block final : public Device, public BlockDevice {
 public:
  constexpr Block(Transport& transport, const Host& host) : Device(transport, host), queue_(slots_) {}

  /// The `number`th disk of the list of devices; null: there are not so many.
  static Block* find(size_t number);

  std::string_view name() const override { return {name_.data(), name_.size()}; }
  uint64_t sectors() const override { return sectors_; }
  uint32_t sector_size() const override { return kSector << shift_; }
  bool read_only() const override { return has(kReadOnly); }

  /// Several requests at a time, as many as the queue holds. Error::Busy: requests that were submitted are out.
  Result<void> read(uint64_t sector, std::span<std::byte> to) override;
  Result<void> write(uint64_t sector, std::span<const std::byte> from) override;
  Result<void> flush() override;

  /// The same, request by request. The memory is the device's until collect() returns the tag, at most largest() bytes
  /// of it. Returns the tag. Errors: Busy: all are out, so collect() first; and those of BlockDevice.
  Result<uint16_t> submit_read(uint64_t sector, std::span<std::byte> to);
  Result<uint16_t> submit_write(uint64_t sector, std::span<const std::byte> from);
  struct Done {
    uint16_t tag;
    Error error;  // Error{}, IoError; NotSupported: the device does not know such requests
  };
  /// Tells the device what was submitted and waits for the next that it finishes, in any order. Errors: NotFound:
  /// nothing is out. All others end the device: Timeout, UsedId, UsedIndex, UsedLength, NeedsReset, Malformed; what was
  /// out is the caller's again, not done. ResetStuck: the device may write to it for ever.
  Result<Done> collect();
  size_t outstanding() const { return queue_.outstanding(); }
  uint32_t largest() const { return largest_; }

 private:
  static constexpr uint32_t kSector = 512;  // of the device's numbers, whatever its sectors are
  static constexpr size_t kMostRequests = 16, kMostSegments = 14;
  static constexpr uint64_t kSizeMax = 1 << 1, kSegMax = 1 << 2, kReadOnly = 1 << 5, kBlockSize = 1 << 6,
                            kFlush = 1 << 9;
  enum class Kind : uint32_t { Read = 0, Write = 1, Flush = 4 };
  struct Header {  // 5.2.6
    le32 kind, reserved;
    le64 sector;
  };
  Result<void> set_up() override;
  Result<void> on_stopping() override;
  void on_stopped() override;
  uint64_t wanted() const override { return feature::kCommon | kSizeMax | kSegMax | kReadOnly | kBlockSize | kFlush; }

  Result<void> check_range(uint64_t sector, size_t size) const;
  Result<uint16_t> submit(Kind kind, uint64_t sector, std::byte* data, size_t size);
  Result<uint16_t> submit_slowly(uint16_t tag, Kind kind, std::byte* data, size_t size);
  Result<void> transfer(Kind kind, uint64_t sector, std::byte* data, size_t size);
  Error outcome(const Used& used);

  std::array<Queue::Request, kMostRequests> slots_{};
  Queue queue_;
  // By tag: header, data, status, which is what nearly all requests are; and how much is written when all went well.
  std::array<std::array<Segment, 3>, kMostRequests> segments_{};
  std::array<uint32_t, kMostRequests> written_{};
  Header* headers_ = nullptr;  // in DMA memory, by tag
  volatile uint8_t* statuses_ = nullptr;
  uint64_t sectors_ = 0;
  uint32_t segment_size_ = 0, largest_ = 0;
  uint32_t direct_ = 0;  // bytes that a request may have to go the short way
  uint16_t free_ = 0;    // tags, as bits
  uint8_t shift_ = 0;
  bool posted_ = false;     // since the device was told
  bool unflushed_ = false;  // it may hold what was written in a cache of its own
  std::array<char, 4> name_{'b', 'l', 'k', '0'};
};

}  // namespace virtio
