// SPDX-License-Identifier: BSD-2-Clause
#include "efi/variable_store.hh"

#include <algorithm>

#include "lib/crc32.hh"
#include "lib/le.hh"
#include "lib/text.hh"

namespace efi {
namespace {

// EFI_FIRMWARE_VOLUME_HEADER (PI 1.8, volume 3, 3.2.1) with a block map of one entry, and EDK2's VARIABLE_STORE_HEADER.
struct Volume {
  uint8_t zero[16];
  Guid kind;
  le64 size;
  le32 signature, attributes;
  le16 header_size, checksum, extended_header;
  uint8_t reserved, revision;
  le32 blocks, block_size, map_end[2];
  Guid store;
  le32 store_size;
  uint8_t format, health;
  le16 reserved1;
  le32 reserved2, unused;
};
constexpr uint32_t kVolumeHeader = 0x48, kFirst = 0x64;  // the store's header begins, the first variable
static_assert(offsetof(Volume, store) == kVolumeHeader && offsetof(Volume, unused) == kFirst);
constexpr Guid kVolumeKind = "fff12b8d-7696-4c8b-a985-2747075b4f50"_guid;
constexpr Guid kStoreKind = "aaf32c78-947b-439a-a180-2e144ec37792"_guid;
constexpr uint32_t kVolumeSignature = 0x4856'465f;  // "_FVH"
constexpr uint32_t kVolumeAttributes = 0x4'feff;    // of EDK2's own template

// A variable's state: bits go from one to zero, one by one.
constexpr uint8_t kHeaderValid = 0x80, kAdded = 0x40, kDeleted = 0x02, kInTransition = 0x01;
constexpr uint8_t kLive = 0x3f, kOldLive = kLive & ~kInTransition;
constexpr uint16_t kStart = 0x55aa;
constexpr uint32_t kSigned = 0x10 | 0x20;  // attributes of variables that only signed data may change

// EDK2's EFI_FAULT_TOLERANT_WORKING_BLOCK_HEADER, then a queue of records: what is copied from the spare to where.
// States are bits again.
struct Working {
  Guid kind;
  le32 crc;  // of the header with ones here and in the state
  uint8_t state, reserved[3];
  le64 queue_size;
};
struct Record {
  uint8_t state, reserved1[3];
  Guid caller;
  uint8_t reserved2[4];
  le64 writes, private_size;
  uint8_t write_state, reserved3[7];
  le64 block, offset, size;
  le64 relative;  // of the target to the spare
};
static_assert(sizeof(Working) == 32 && sizeof(Record) == 80 && offsetof(Record, write_state) == 40);
constexpr Guid kWorkingKind = "9e58292b-7c68-497d-a0ce-6500fd9f1b95"_guid;
constexpr Guid kCaller = "fe5cea76-4f72-49e8-986f-2cd899dffe5d"_guid;  // EDK2's driver: it can finish a copy as well
constexpr uint8_t kWorkingValid = 1, kWorkingInvalid = 2;
constexpr uint8_t kAllocated = 3, kWritesDone = 4;
constexpr uint8_t kSpareDone = 2, kTargetDone = 4;

constexpr uint32_t aligned(uint32_t size) { return (size + 3) & ~3u; }

template <class T>
std::span<std::byte> bytes_of(T& object) {
  return std::as_writable_bytes(std::span(&object, 1));
}
template <class T>
std::span<const std::byte> bytes_of(const T& object) {
  return std::as_bytes(std::span(&object, 1));
}

Volume make_volume(uint32_t part, uint32_t block, uint32_t blocks, uint32_t attributes) {
  Volume volume{};
  volume.kind = kVolumeKind;
  volume.size = 3 * part;
  volume.signature = kVolumeSignature;
  volume.attributes = attributes;
  volume.header_size = kVolumeHeader;
  volume.revision = 2;
  volume.blocks = blocks;
  volume.block_size = block;
  uint16_t words[kVolumeHeader / 2], sum = 0;
  __builtin_memcpy(words, &volume, sizeof(words));
  for (const uint16_t word : words) sum = uint16_t(sum - word);
  volume.checksum = sum;
  volume.store = kStoreKind;
  volume.store_size = part - kVolumeHeader;
  volume.format = 0x5a;
  volume.health = 0xfe;
  return volume;
}

Working make_working(uint32_t part) {
  Working working;
  std::ranges::fill(bytes_of(working), std::byte{0xff});
  working.kind = kWorkingKind;
  working.queue_size = part - sizeof(working);
  working.crc = crc32(bytes_of(working));
  return working;
}

}  // namespace

// EDK2's AUTHENTICATED_VARIABLE_HEADER. Name and data follow, then ones up to four bytes.
struct VariableStore::Header {
  le16 start;
  uint8_t state, reserved;
  le32 attributes;
  le32 monotonic_count[2];
  uint8_t time[16];
  le32 key;
  le32 name_size, data_size;
  Guid vendor;
};

struct VariableStore::Entry {
  uint32_t at = 0;         // 0: none
  uint32_t next = kFirst;  // where the one after it begins
  Header header;

  bool live() const { return header.state == kLive || header.state == kOldLive; }
  uint32_t name() const { return at + sizeof(Header); }
  uint32_t data() const { return name() + header.name_size; }
};

// A loss of power leaves the new one beside the old one, or the old one alone, marked to be deleted.
struct VariableStore::Found {
  Entry added, old;
  const Entry& current() const { return added.at ? added : old; }
};

Result<void> VariableStore::shape() {
  static_assert(sizeof(Header) == 60);
  const uint64_t size = area_.size();
  block_ = area_.erase_size();
  part_ = uint32_t(size / 3);
  if (!block_ || part_ == 0 || part_ % block_ || part_ % 4 || size != 3 * uint64_t{part_} || size > UINT32_MAX)
    return failure(Error::NotSupported);
  return {};
}

Result<bool> VariableStore::blank(uint32_t at, uint32_t size) {
  std::array<uint8_t, 64> bytes;
  for (; size; size -= std::min<uint32_t>(size, bytes.size()), at += bytes.size()) {
    const auto some = std::span(bytes).first(std::min<uint32_t>(size, bytes.size()));
    CHECK(area_.read(at, std::as_writable_bytes(some)));
    for (const uint8_t byte : some)
      if (byte != 0xff) return false;
  }
  return true;
}

Result<bool> VariableStore::equal(uint32_t at, std::span<const std::byte> bytes) {
  std::array<std::byte, 64> there;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), there.size())), at += there.size()) {
    const size_t size = std::min(bytes.size(), there.size());
    CHECK(area_.read(at, std::span(there).first(size)));
    if (__builtin_memcmp(there.data(), bytes.data(), size) != 0) return false;
  }
  return true;
}

// Of a state.
Result<void> VariableStore::clear(uint32_t at, uint8_t bits) {
  uint8_t state;
  CHECK(area_.read(at, bytes_of(state)));
  if (!(state & bits)) return {};
  state = uint8_t(state & ~bits);
  return area_.write(at, bytes_of(state));
}

Result<void> VariableStore::mark(const Entry& entry, uint8_t bit) {
  return clear(entry.at + offsetof(Header, state), bit);
}

Result<void> VariableStore::copy(uint32_t from, uint32_t to, uint32_t size) {
  std::array<std::byte, 256> bytes;
  for (; size; size -= std::min<uint32_t>(size, bytes.size()), from += bytes.size(), to += bytes.size()) {
    const auto some = std::span(bytes).first(std::min<uint32_t>(size, bytes.size()));
    CHECK(area_.read(from, some));
    CHECK(area_.write(to, some));
  }
  return {};
}

// Moves on to the next one; false: there are no more, and there is room at entry.next.
Result<bool> VariableStore::step(Entry& entry) {
  entry.at = entry.next;
  if (!within(entry.at, sizeof(Header), part_)) return false;
  CHECK(area_.read(entry.at, bytes_of(entry.header)));
  if (entry.header.start != kStart) return false;
  entry.next += sizeof(Header);
  // Nothing was written after a header that is not marked as whole, nor can it be trusted.
  if (entry.header.state & kHeaderValid) return true;
  const uint32_t name = entry.header.name_size, data = entry.header.data_size, most = part_ - entry.next;
  if (name < 2 || name % 2 || name > most || data > most - name) return failure(Error::Malformed);
  entry.next = aligned(entry.next + name + data);
  return true;
}

Result<bool> VariableStore::named(const Entry& entry, std::string_view name, const Guid& vendor) {
  le16 wide[kMostVariableName + 1];
  const size_t size = 2 * (name.size() + 1);
  if (entry.header.vendor != vendor || entry.header.name_size != size || size > sizeof(wide)) return false;
  for (size_t i = 0; i < name.size(); ++i) wide[i] = uint8_t(name[i]);
  wide[name.size()] = 0;
  return equal(entry.name(), std::as_bytes(std::span(wide)).first(size));
}

Result<VariableStore::Found> VariableStore::find(std::string_view name, const Guid& vendor) {
  Found found;
  for (Entry entry; TRY(step(entry));)
    if (entry.live() && TRY(named(entry, name, vendor)))
      (entry.header.state == kLive ? found.added : found.old) = entry;
  return found;
}

// Whether it counts: it is live, and no newer one is there that it was kept for.
Result<bool> VariableStore::counts(const Entry& entry) {
  if (entry.header.state != kOldLive) return entry.live();
  for (Entry other; TRY(step(other));) {
    if (other.header.state != kLive || other.header.vendor != entry.header.vendor ||
        other.header.name_size != entry.header.name_size)
      continue;
    std::array<std::byte, 64> part;
    bool same = true;
    for (uint32_t at = 0; same && at < other.header.name_size; at += part.size()) {
      const auto some = std::span(part).first(std::min<size_t>(part.size(), other.header.name_size - at));
      CHECK(area_.read(other.name() + at, some));
      same = TRY(equal(entry.name() + at, some));
    }
    if (same) return false;
  }
  return true;
}

Result<void> VariableStore::check_volume(uint32_t at) {
  Volume there;
  CHECK(area_.read(at, bytes_of(there).first(kFirst)));
  // EDK2's driver for the flash fills these in otherwise than its template does: it counts the blocks of the whole
  // flash.
  const Volume expected = make_volume(part_, block_, there.blocks, there.attributes);
  const size_t begin = offsetof(Volume, kind);
  if (__builtin_memcmp(bytes_of(there).data() + begin, bytes_of(expected).data() + begin, kFirst - begin) != 0)
    return failure(Error::Malformed);
  return {};
}

// The queue's last record; what is before it is done.
Result<VariableStore::Pending> VariableStore::pending() {
  Working working = make_working(part_);
  working.state = uint8_t(working.state & ~kWorkingValid);
  if (!TRY(equal(part_, bytes_of(working)))) return Pending{};
  for (uint32_t at = part_ + sizeof(Working); at + sizeof(Record) <= 2 * part_; at += sizeof(Record)) {
    Record record;
    CHECK(area_.read(at, bytes_of(record)));
    const bool usual = record.writes == 1 && record.private_size == 0;
    if (!(record.state & kWritesDone)) {
      if (usual) continue;
      break;
    }
    if (record.state & kAllocated || record.write_state & kSpareDone || !(record.write_state & kTargetDone))
      return Pending{TRY(blank(at, sizeof(Record))) ? at : 0, 0};
    // What else there may be to copy is not ours to guess.
    if (!usual || record.block != 0 || !within(record.offset, record.size, part_) ||
        record.relative != uint64_t{0} - 2 * part_)
      return failure(Error::Malformed);
    return Pending{0, at};
  }
  return Pending{};
}

// Where the next record goes, in a working part made new when there is no such place.
Result<uint32_t> VariableStore::free_record() {
  const auto is = pending();
  if (is && is->free) return is->free;
  // Half erased the queue may say anything. With a blank spare nobody follows it.
  CHECK(area_.erase(2 * part_, part_));
  CHECK(clear(part_ + offsetof(Working, state), kWorkingInvalid));
  CHECK(area_.erase(part_, part_));
  const Working working = make_working(part_);
  CHECK(area_.write(part_, bytes_of(working)));
  CHECK(clear(part_ + offsetof(Working, state), kWorkingValid));
  return part_ + sizeof(Working);
}

// The spare has a whole new volume.
Result<void> VariableStore::finish(uint32_t record) {
  CHECK(area_.erase(0, part_));
  CHECK(copy(2 * part_, 0, part_));
  CHECK(clear(record + offsetof(Record, write_state), kTargetDone));
  return clear(record, kWritesDone);
}

// Makes the volume anew, of what counts in it or of nothing.
Result<void> VariableStore::compact(bool keep) {
  loaded_ = false;
  const uint32_t at = TRY(free_record()), spare = 2 * part_;
  Record record;
  std::ranges::fill(bytes_of(record), std::byte{0xff});
  record.caller = kCaller;
  record.writes = 1;
  record.private_size = 0;
  record.block = 0;
  record.offset = kVolumeHeader;
  record.size = part_ - kVolumeHeader;
  record.relative = uint64_t{0} - spare;
  CHECK(area_.write(at, bytes_of(record)));
  CHECK(clear(at, kAllocated));

  CHECK(area_.erase(spare, part_));
  const Volume volume = make_volume(part_, block_, 3 * part_ / block_, kVolumeAttributes);
  CHECK(area_.write(spare, bytes_of(volume).first(kFirst)));
  uint32_t to = kFirst;
  if (keep)
    for (Entry entry; TRY(step(entry));) {
      if (!TRY(counts(entry))) continue;
      entry.header.state = kLive;
      CHECK(area_.write(spare + to, bytes_of(entry.header)));
      CHECK(copy(entry.name(), spare + to + sizeof(Header), entry.next - entry.name()));
      to += entry.next - entry.at;
    }
  CHECK(clear(at + offsetof(Record, write_state), kSpareDone));
  CHECK(finish(at));
  CHECK(area_.flush());
  return walk();
}

Result<void> VariableStore::walk() {
  Entry entry;
  while (TRY(step(entry)));
  end_ = entry.next;
  loaded_ = true;
  return {};
}

Result<void> VariableStore::load() {
  loaded_ = false;
  CHECK(shape());
  const Pending is = TRY(pending());
  if (is.record && check_volume(2 * part_)) CHECK(finish(is.record));
  if (const auto checked = check_volume(0); !checked) {
    if (checked.error() != Error::Malformed || !TRY(blank(0, part_))) return checked;
    return compact(false);
  }
  return walk();
}

Result<void> VariableStore::format() {
  CHECK(shape());
  return compact(false);
}

Result<size_t> VariableStore::get(std::string_view name, const Guid& vendor, std::span<std::byte> to) {
  CHECK(ready());
  const Found found = TRY(find(name, vendor));
  const Entry& entry = found.current();
  if (!entry.at) return failure(Error::NotFound);
  const uint32_t size = entry.header.data_size;
  if (size > to.size()) return failure(Error::NoSpace);
  CHECK(area_.read(entry.data(), to.first(size)));
  return size;
}

Result<void> VariableStore::set(std::string_view name, const Guid& vendor, std::span<const std::byte> data,
                                uint32_t attributes) {
  using namespace variable_attributes;
  if (name.size() - 1 >= kMostVariableName || data.size() - 1 >= kMostVariable || (attributes | kRuntime) != kUsual)
    return failure(Error::InvalidParameters);
  struct {
    Header header;
    le16 name[kMostVariableName + 1];
  } entry{};
  for (size_t i = 0; i < name.size(); ++i) {
    if (!printable(name[i])) return failure(Error::InvalidParameters);
    entry.name[i] = uint8_t(name[i]);
  }
  entry.header.start = kStart;
  entry.header.state = 0xff;
  entry.header.attributes = attributes;
  entry.header.name_size = uint32_t(2 * (name.size() + 1));
  entry.header.data_size = uint32_t(data.size());
  entry.header.vendor = vendor;
  const uint32_t header = sizeof(Header) + entry.header.name_size, size = aligned(header + entry.header.data_size);

  CHECK(ready());
  Found found;
  for (bool compacted = false;; compacted = true) {
    found = TRY(find(name, vendor));
    const Entry& is = found.current();
    if (is.at && is.header.attributes & kSigned) return failure(Error::Denied);
    if (found.added.at && is.header.attributes == attributes && is.header.data_size == data.size() &&
        TRY(equal(is.data(), data)))
      return {};
    if (size <= part_ - end_ && TRY(blank(end_, size))) break;
    if (compacted || size > part_ - kFirst - TRY(usage()).live) return failure(Error::NoSpace);
    CHECK(compact(true));
  }

  loaded_ = false;
  const uint32_t at = end_;
  if (found.added.at && found.old.at) CHECK(mark(found.old, kDeleted));
  if (found.current().at) CHECK(mark(found.current(), kInTransition));
  CHECK(area_.write(at, bytes_of(entry).first(header)));
  CHECK(clear(at + offsetof(Header, state), kHeaderValid));
  CHECK(area_.write(at + header, data));
  CHECK(clear(at + offsetof(Header, state), kAdded));
  if (found.current().at) CHECK(mark(found.current(), kDeleted));
  CHECK(area_.flush());
  end_ = at + size;
  loaded_ = true;
  return {};
}

Result<void> VariableStore::remove(std::string_view name, const Guid& vendor) {
  CHECK(ready());
  const Found found = TRY(find(name, vendor));
  if (!found.current().at) return failure(Error::NotFound);
  if (found.current().header.attributes & kSigned) return failure(Error::Denied);
  // The old one first, or it would be back.
  if (found.old.at) CHECK(mark(found.old, kDeleted));
  if (found.added.at) CHECK(mark(found.added, kDeleted));
  return area_.flush();
}

Result<VariableInfo> VariableStore::next(uint32_t& cursor) {
  CHECK(ready());
  Entry entry;
  if (cursor > kFirst) entry.next = cursor;
  do {
    if (!TRY(step(entry))) return failure(Error::NotFound);
    cursor = entry.next;
  } while (!TRY(counts(entry)));
  VariableInfo info;
  info.vendor = entry.header.vendor;
  info.attributes = entry.header.attributes;
  info.size = entry.header.data_size;
  info.name_size = uint8_t(std::min<uint32_t>(entry.header.name_size / 2 - 1, kMostVariableName));
  le16 name[kMostVariableName];
  CHECK(area_.read(entry.name(), std::as_writable_bytes(std::span(name)).first(2 * info.name_size)));
  for (size_t i = 0; i < info.name_size; ++i)
    info.name_bytes[i] = name[i] < 0x80 && printable(char(name[i])) ? char(name[i]) : '?';
  return info;
}

Result<VariableStore::Usage> VariableStore::usage() {
  CHECK(ready());
  Usage usage{part_ - kFirst, 0, part_ - end_};
  for (Entry entry; TRY(step(entry));)
    if (TRY(counts(entry))) usage.live += entry.next - entry.at;
  return usage;
}

}  // namespace efi
