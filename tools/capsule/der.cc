// SPDX-License-Identifier: BSD-2-Clause
#include "tools/capsule/der.hh"

#include <algorithm>
#include <array>

namespace capsule::der {

Bytes element(Tag tag, std::initializer_list<View> parts) {
  size_t size = 0;
  for (const View part : parts) size += part.size();
  Bytes all{std::byte(tag)};
  if (size < 0x80) {
    all.push_back(std::byte(size));
  } else {
    unsigned octets = 1;
    while (octets < sizeof(size) && size >> 8 * octets != 0) ++octets;
    all.push_back(std::byte(0x80 | octets));
    while (octets-- > 0) all.push_back(std::byte(size >> 8 * octets & 0xff));
  }
  for (const View part : parts) append(all, part);
  return all;
}

Bytes set_of(Tag tag, std::vector<Bytes> parts) {
  std::ranges::sort(parts);
  Bytes content;
  for (const Bytes& part : parts) append(content, View(part));
  return element(tag, {content});
}

Bytes time(time_t seconds) {
  struct tm date{};
  ::gmtime_r(&seconds, &date);
  const bool short_year = date.tm_year >= 50 && date.tm_year < 150;
  std::array<char, 32> text{};
  const size_t size = ::strftime(text.data(), text.size(), short_year ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ", &date);
  return element(short_year ? UtcTime : GeneralizedTime, {view({text.data(), size})});
}

size_t size_of_element(View bytes) {
  if (bytes.size() < 2) return 0;
  size_t length = size_t(bytes[1]), start = 2;
  if (length >= 0x80) {
    const size_t octets = length & 0x7f;
    if (octets == 0 || octets > 4 || bytes.size() < 2 + octets) return 0;
    length = 0;
    for (size_t i = 0; i < octets; ++i) length = length << 8 | size_t(bytes[2 + i]);
    start += octets;
  }
  return length <= bytes.size() - start ? start + length : 0;
}

}  // namespace capsule::der
