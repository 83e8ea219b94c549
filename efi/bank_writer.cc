// SPDX-License-Identifier: BSD-2-Clause
// efi/bank_writer.cc
#include "efi/bank_writer.hh"

#include <algorithm>

#include "lib/le.hh"

namespace efi {
namespace {

bool equal(std::span<const std::byte> a, std::span<const std::byte> b) {
  return __builtin_memcmp(a.data(), b.data(), a.size()) == 0;
}

// Pieces in ascending order, each read back.
class Writer {
 public:
  Writer(Area& to, std::span<std::byte> check) : to_(to), check_(check) {}

  Verdict write(uint64_t at, std::span<const std::byte> bytes) {
    if (const uint32_t block = to_.erase_size())
      for (; erased_ < at + bytes.size(); erased_ += block)
        if (const auto done = to_.erase(erased_, block); !done)
          return REFUSE_ERROR("erasing", done.error(), Unsuccessful);
    if (const auto done = to_.write(at, bytes); !done) return REFUSE_ERROR("writing", done.error(), Unsuccessful);
    const auto back = check_.first(bytes.size());
    if (const auto done = to_.read(at, back); !done) return REFUSE_ERROR("reading back", done.error(), Unsuccessful);
    if (!equal(back, bytes)) return REFUSE("reading back", "not what was written", Unsuccessful);
    return {};
  }

  Verdict finish() {
    if (const auto done = to_.flush(); !done) return REFUSE_ERROR("writing", done.error(), Unsuccessful);
    return {};
  }

 private:
  Area& to_;
  std::span<std::byte> check_;
  uint64_t erased_ = 0;  // all before this
};

}  // namespace

Verdict write_image(Platform& platform, Reader& source, const VerifiedItem& item, Area& to) {
  const auto memory = platform.memory();
  const size_t half = memory.size() / 2;
  Writer writer(to, memory.subspan(half));
  const Item& is = item.item;
  const uint64_t head = is.image.offset - is.signed_bytes.offset;
  platform.crypto().start(item.algorithm);
  Pieces pieces(source, is, memory.first(half));
  while (pieces.more()) {
    CHECK_VERDICT(pieces.next());
    const auto bytes = pieces.bytes();
    platform.crypto().update(bytes);
    const uint64_t skipped = std::min<uint64_t>(head > pieces.at() ? head - pieces.at() : 0, bytes.size());
    if (skipped < bytes.size())
      CHECK_VERDICT(writer.write(pieces.at() + skipped - head, bytes.subspan(size_t(skipped))));
    pieces.tell(platform.progress(), "writing", is.number);
  }
  const le64 count = is.authentication->monotonic_count;
  platform.crypto().update(std::as_bytes(std::span(&count, 1)));
  const DigestValue digest = platform.crypto().finish();
  if (!equal(digest.view(), item.digest.view()))
    return REFUSE("payload", "changed between being verified and being written", AuthError);
  return writer.finish();
}

Verdict copy_image(Platform& platform, Area& from, Area& to) {
  const auto memory = platform.memory();
  const size_t half = memory.size() / 2;
  const uint64_t size = std::min(from.size(), to.size());
  Writer writer(to, memory.subspan(half));
  bool same = true;
  for (int pass = 0; pass < 2; ++pass)  // first to see whether there is anything to do
    for (uint64_t at = 0; at < size; at += half) {
      const auto bytes = memory.first(size_t(std::min<uint64_t>(half, size - at)));
      if (const auto read = from.read(at, bytes); !read) return REFUSE_ERROR("reading", read.error(), Unsuccessful);
      if (pass) {
        CHECK_VERDICT(writer.write(at, bytes));
      } else {
        const auto other = memory.subspan(half, bytes.size());
        if (const auto read = to.read(at, other); !read) return REFUSE_ERROR("reading", read.error(), Unsuccessful);
        same = same && equal(bytes, other);
      }
      if (pass == 0 && same && at + half >= size) return {};
      if (pass == 0 && !same) break;
    }
  return writer.finish();
}

}  // namespace efi
