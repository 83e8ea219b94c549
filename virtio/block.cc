// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/block.hh"

#include <algorithm>
#include <bit>

namespace virtio {
namespace {

// Configuration (5.2.4)
constexpr uint32_t kCapacityAt = 0x00, kSizeMaxAt = 0x08, kSegMaxAt = 0x0c, kBlockSizeAt = 0x14;

constexpr uint32_t kMostSectorSize = 64 << 10;
constexpr uint32_t kRequestSize = 1 << 20;  // as much as one request carries, where the device lets it
constexpr uint8_t kOk = 0, kIoError = 1, kUnsupported = 2, kUnanswered = 0xff;  // of the status

constexpr uint32_t kPatience = 100;  // tenths of a second: a disk may have to spin up

}  // namespace

Block* Block::find(size_t number) {
  for (Device* device = Device::first(); device; device = device->next())
    if (device->type() == Type::Block && number-- == 0) return static_cast<Block*>(device);
  return nullptr;
}

[[gnu::cold]] Result<void> Block::set_up() {
  size_t number = 0;
  for (const Device* device = Device::first(); device && device != this; device = device->next())
    number += device->type() == Type::Block;
  name_.back() = char('0' + number % 10);

  const uint64_t capacity = TRY(config(kCapacityAt, 8));
  const auto sector = has(kBlockSize) ? uint32_t(TRY(config(kBlockSizeAt, 4))) : kSector;
  if ((sector & (sector - 1)) != 0 || sector < kSector || sector > kMostSectorSize || capacity > UINT64_MAX / kSector)
    return failure(Error::Malformed);
  shift_ = uint8_t(std::countr_zero(sector / kSector));
  sectors_ = capacity >> shift_;

  // Data is contiguous, so one segment carries it all, unless segments are small.
  segment_size_ = has(kSizeMax) ? uint32_t(TRY(config(kSizeMaxAt, 4))) : kRequestSize;
  if (segment_size_ == 0) return failure(Error::Malformed);
  segment_size_ = std::min(segment_size_, kRequestSize);
  const uint64_t may = has(kSegMax) ? TRY(config(kSegMaxAt, 4)) : 1;
  const uint64_t want = std::min<uint64_t>(kMostSegments, (kRequestSize - 1) / segment_size_ + 1);
  const auto segments = uint16_t(std::clamp<uint64_t>(may, 1, want));  // 0 would mean a device that takes nothing
  largest_ = std::min(kRequestSize, segments * segment_size_) & -sector;
  if (largest_ == 0) return failure(Error::NotSupported);  // not one sector in a request

  if (!headers_) {
    headers_ = TRY(host().dma.arena.take<Header>(kMostRequests, sizeof(Header))).data();
    statuses_ = TRY(host().dma.arena.take<uint8_t>(kMostRequests)).data();
    for (size_t tag = 0; tag < kMostRequests; ++tag) {
      segments_[tag].front() = {Dma::address(&headers_[tag]), sizeof(Header)};
      segments_[tag].back() = {Dma::address(&statuses_[tag]), 1};
    }
  }
  CHECK(add_queue(0, queue_, uint16_t(segments + 2)));
  direct_ = host().dma.clean || host().dma.invalidate ? 0 : segment_size_;
  free_ = uint16_t((1u << queue_.tags()) - 1);
  posted_ = unflushed_ = false;
  return {};
}

Result<void> Block::on_stopping() {
  while (outstanding() != 0) CHECK(collect());
  return unflushed_ ? flush() : Result<void>();
}

// So that submit() need not ask whether it runs.
void Block::on_stopped() { free_ = 0; }

[[gnu::always_inline]] inline Result<void> Block::check_range(uint64_t sector, size_t size) const {
  if (size & (sector_size() - 1)) return failure(Error::Misaligned);
  const uint64_t count = size / kSector >> shift_;
  if (count > sectors_ || sector > sectors_ - count) return failure(Error::OutOfRange);
  return {};
}

Result<uint16_t> Block::submit(Kind kind, uint64_t sector, std::byte* data, size_t size) {
  CHECK(check_range(sector, size));
  if (free_ == 0) return failure(running() ? Error::Busy : Error::Broken);
  const auto tag = uint16_t(std::countr_zero(uint32_t{free_}));
  const bool reads = kind == Kind::Read;
  headers_[tag].kind = uint32_t(kind);
  headers_[tag].sector = sector << shift_;
  statuses_[tag] = kUnanswered;
  written_[tag] = reads ? uint32_t(size) + 1 : 1;
  auto& segments = segments_[tag];
  segments[1] = {Dma::address(data), uint32_t(size)};
  if (size - 1 >= direct_) [[unlikely]]
    return submit_slowly(tag, kind, data, size);
  free_ &= uint16_t(free_ - 1);
  posted_ = true;
  queue_.post(tag, segments, reads ? 1 : 2);
  return tag;
}

// No data, more than a segment takes, or a board whose caches are not coherent.
[[gnu::cold]] Result<uint16_t> Block::submit_slowly(uint16_t tag, Kind kind, std::byte* data, size_t size) {
  if (size > largest_ || (size == 0 && kind != Kind::Flush)) return failure(Error::InvalidParameters);
  if (kind == Kind::Read)
    host().dma.from_device(data, size);
  else
    host().dma.to_device(data, size);
  std::array<Segment, kMostSegments + 2> segments;
  size_t count = 0;
  segments[count++] = segments_[tag].front();
  for (auto left = uint32_t(size); left != 0; ++count) {
    const uint32_t part = std::min(left, segment_size_);
    segments[count] = {Dma::address(data), part};
    data += part;
    left -= part;
  }
  segments[count] = segments_[tag].back();
  free_ &= uint16_t(~(1u << tag));
  posted_ = true;
  queue_.post(tag, {segments.data(), count + 1}, kind == Kind::Read ? 1 : count);
  return tag;
}

Result<uint16_t> Block::submit_read(uint64_t sector, std::span<std::byte> to) {
  return submit(Kind::Read, sector, to.data(), to.size());
}

Result<uint16_t> Block::submit_write(uint64_t sector, std::span<const std::byte> from) {
  if (read_only()) return failure(Error::ReadOnly);
  unflushed_ = true;
  return submit(Kind::Write, sector, const_cast<std::byte*>(from.data()), from.size());
}

// 5.2.6: the status comes behind the data, so what the device wrote is all of both.
[[gnu::always_inline]] inline Error Block::outcome(const Used& used) {
  const uint32_t written = written_[used.tag];
  const Segment& data = segments_[used.tag][1];
  if (direct_ == 0 && written != 1) host().dma.from_device(reinterpret_cast<std::byte*>(data.address), data.length);
  const uint8_t status = statuses_[used.tag];
  if (status == kOk && used.length == written) [[likely]]
    return {};
  return status == kIoError ? Error::IoError : status == kUnsupported ? Error::NotSupported : Error::Malformed;
}

Result<Block::Done> Block::collect() {
  if (outstanding() == 0 || !running()) [[unlikely]]
    return failure(running() ? Error::NotFound : Error::Broken);
  if (posted_) queue_.kick();
  posted_ = false;
  Used used = queue_.pop();
  if (!used) used = TRY(await(queue_, kPatience));
  const Error error = outcome(used);
  if (error == Error::Malformed) return failure(fail(error));
  free_ |= uint16_t(1u << used.tag);
  return Done{uint16_t(used.tag), error};
}

[[gnu::cold]] Result<void> Block::transfer(Kind kind, uint64_t sector, std::byte* data, size_t size) {
  if (!running()) return failure(Error::Broken);
  CHECK(check_range(sector, size));
  if (outstanding() != 0) return failure(Error::Busy);
  Error first{};  // what is out after an error is waited for all the same, for it is in the caller's memory
  while (size != 0 || outstanding() != 0) {
    if (size != 0 && free_ != 0) {
      const size_t part = std::min<size_t>(size, largest_);
      TRY(submit(kind, sector, data, part));
      sector += part / kSector >> shift_;
      data += part;
      size -= part;
      continue;
    }
    const Done done = TRY(collect());
    if (done.error == Error{} || first != Error{}) continue;
    first = done.error;
    size = 0;
  }
  return first == Error{} ? Result<void>() : failure(first);
}

Result<void> Block::read(uint64_t sector, std::span<std::byte> to) {
  return transfer(Kind::Read, sector, to.data(), to.size());
}

Result<void> Block::write(uint64_t sector, std::span<const std::byte> from) {
  if (read_only()) return failure(Error::ReadOnly);
  unflushed_ = true;
  return transfer(Kind::Write, sector, const_cast<std::byte*>(from.data()), from.size());
}

// A device without the feature keeps nothing back (5.2.6.2).
Result<void> Block::flush() {
  if (!running()) return failure(Error::Broken);
  if (outstanding() != 0) return failure(Error::Busy);
  if (has(kFlush)) {
    TRY(submit(Kind::Flush, 0, nullptr, 0));
    const Done done = TRY(collect());
    if (done.error != Error{}) return failure(done.error);
  }
  unflushed_ = false;
  return {};
}

}  // namespace virtio
