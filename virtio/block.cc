// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/block.hh"

#include <algorithm>
#include <bit>

#include "lib/wait.hh"

namespace virtio {
namespace {

// Configuration (5.2.4)
constexpr uint32_t kCapacityAt = 0x00, kSizeMaxAt = 0x08, kSegMaxAt = 0x0c, kBlockSizeAt = 0x14;

constexpr uint32_t kMostSectorSize = 64 << 10;
constexpr uint32_t kRequestSize = 1 << 20;  // as much as one request carries, where the device lets it
constexpr uint8_t kOk = 0, kIoError = 1, kUnsupported = 2, kUnanswered = 0xff;  // of the status

// A disk may have to spin up. Meanwhile it is asked every so often whether it is still alive.
constexpr uint32_t kLook = 100, kLooks = 100;  // milliseconds, and how many times them

}  // namespace

Block* Block::find(size_t number) {
  for (Device* device = Device::first(); device; device = device->next())
    if (device->type() == Type::Block && number-- == 0) return static_cast<Block*>(device);
  return nullptr;
}

Result<void> Block::set_up() {
  size_t number = 0;
  for (const Device* device = Device::first(); device && device != this; device = device->next())
    number += device->type() == Type::Block;
  name_.back() = char('0' + number % 10);

  capacity_ = TRY(config(kCapacityAt, 8));
  const auto sector = has(kBlockSize) ? uint32_t(TRY(config(kBlockSizeAt, 4))) : kSector;
  if ((sector & (sector - 1)) != 0 || sector < kSector || sector > kMostSectorSize || capacity_ > UINT64_MAX / kSector)
    return failure(Error::Malformed);
  shift_ = uint8_t(std::countr_zero(sector / kSector));

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
  }
  CHECK(add_queue(0, queue_, uint16_t(segments + 2)));
  free_ = uint16_t((1u << queue_.tags()) - 1);
  posted_ = unflushed_ = false;
  return {};
}

Result<void> Block::on_stopping() {
  while (outstanding() != 0) CHECK(collect());
  return unflushed_ ? flush() : Result<void>();
}

Result<void> Block::check_range(uint64_t sector, size_t size) const {
  if (!running()) return failure(Error::Broken);
  if (size & (sector_size() - 1)) return failure(Error::Misaligned);
  const uint64_t count = size / kSector >> shift_;
  if (count > sectors() || sector > sectors() - count) return failure(Error::OutOfRange);
  return {};
}

// `sector` of the disk's own. A tag is free, and all has been checked.
uint16_t Block::post(Kind kind, uint64_t sector, std::byte* data, size_t size) {
  const auto tag = uint16_t(std::countr_zero(free_));
  free_ &= uint16_t(free_ - 1);
  headers_[tag] = {uint32_t(kind), 0u, sector << shift_};
  statuses_[tag] = kUnanswered;
  const bool reads = kind == Kind::Read;
  memory_[tag] = {reads ? data : nullptr, reads ? uint32_t(size) : 0};
  if (reads)
    host().dma.from_device(data, size);
  else
    host().dma.to_device(data, size);

  std::array<Segment, kMostSegments + 2> segments;
  size_t count = 0;
  segments[count++] = {Dma::address(&headers_[tag]), sizeof(Header)};
  for (auto left = uint32_t(size); left != 0; ++count) {
    const uint32_t part = std::min(left, segment_size_);
    segments[count] = {Dma::address(data), part};
    data += part;
    left -= part;
  }
  segments[count] = {Dma::address(&statuses_[tag]), 1};
  queue_.post(tag, {segments.data(), count + 1}, reads ? 1 : count);
  posted_ = true;
  unflushed_ |= kind == Kind::Write;
  return tag;
}

Result<uint16_t> Block::submit(Kind kind, uint64_t sector, std::byte* data, size_t size) {
  CHECK(check_range(sector, size));
  if (size - 1 >= largest_) return failure(Error::InvalidParameters);
  if (free_ == 0) return failure(Error::Busy);
  return post(kind, sector, data, size);
}

Result<uint16_t> Block::submit_read(uint64_t sector, std::span<std::byte> to) {
  return submit(Kind::Read, sector, to.data(), to.size());
}

Result<uint16_t> Block::submit_write(uint64_t sector, std::span<const std::byte> from) {
  if (read_only()) return failure(Error::ReadOnly);
  return submit(Kind::Write, sector, const_cast<std::byte*>(from.data()), from.size());
}

Result<Block::Done> Block::collect() {
  if (outstanding() == 0) return failure(Error::NotFound);
  if (!running()) return failure(Error::Broken);
  if (posted_) queue_.kick();
  posted_ = false;
  Used used;
  const auto back = [&] { return bool(used = queue_.pop()) || queue_.error() != Error{}; };
  for (uint32_t looks = 0; !wait_until(host().time, host().time.milliseconds(kLook), back); ++looks) {
    CHECK(check());
    if (looks == kLooks) return failure(fail(Error::Timeout));
  }
  if (!used) return failure(fail(queue_.error()));
  const Error error = outcome(used);
  if (error == Error::Malformed) return failure(fail(error));
  free_ |= uint16_t(1u << used.tag);
  return Done{uint16_t(used.tag), error};
}

// 5.2.6: the status comes behind the data, so what the device wrote is all of both.
Error Block::outcome(const Used& used) {
  const Memory& memory = memory_[used.tag];
  if (memory.data) host().dma.from_device(memory.data, memory.size);
  switch (statuses_[used.tag]) {
    case kOk: return used.length == memory.size + 1 ? Error{} : Error::Malformed;
    case kIoError: return Error::IoError;
    case kUnsupported: return Error::NotSupported;
    default: return Error::Malformed;
  }
}

Result<void> Block::transfer(Kind kind, uint64_t sector, std::byte* data, size_t size) {
  CHECK(check_range(sector, size));
  if (outstanding() != 0) return failure(Error::Busy);
  Error first{};  // what is out after an error is waited for all the same, for it is in the caller's memory
  while (size != 0 || outstanding() != 0) {
    if (size != 0 && free_ != 0) {
      const size_t part = std::min<size_t>(size, largest_);
      post(kind, sector, data, part);
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
  return transfer(Kind::Write, sector, const_cast<std::byte*>(from.data()), from.size());
}

// A device without the feature keeps nothing back (5.2.6.2).
Result<void> Block::flush() {
  if (!running()) return failure(Error::Broken);
  if (outstanding() != 0) return failure(Error::Busy);
  if (has(kFlush)) {
    post(Kind::Flush, 0, nullptr, 0);
    const Done done = TRY(collect());
    if (done.error != Error{}) return failure(done.error);
  }
  unflushed_ = false;
  return {};
}

}  // namespace virtio
