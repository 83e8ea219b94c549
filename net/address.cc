// SPDX-License-Identifier: BSD-2-Clause
#include "net/address.hh"

#include "lib/print.hh"
#include "lib/text.hh"

namespace net {

Result<Ipv4> parse_ipv4(std::string_view text) {
  Ipv4 address;
  for (size_t i = 0; i < address.bytes.size(); ++i) {
    const bool last = i + 1 == address.bytes.size();
    const std::string_view part = text.substr(0, text.find('.'));
    // Neither 0x1f nor 010, which some read in another base.
    if (part.size() > 3 || (part.size() > 1 && part[0] == '0') || last != (part.size() == text.size()))
      return failure(Error::BadNumber);
    address.bytes[i] = uint8_t(TRY(parse_number(part, 255)));
    text.remove_prefix(last ? part.size() : part.size() + 1);
  }
  return address;
}

Text::Text(Ipv4 address) {
  TextBuffer out(bytes_);
  const auto& b = address.bytes;
  print_to(out, "{}.{}.{}.{}", b[0], b[1], b[2], b[3]);
  size_ = out.text().size();
}

Text::Text(const Mac& address) {
  TextBuffer out(bytes_);
  for (size_t i = 0; i < address.bytes.size(); ++i) {
    if (i) out.write(":");
    print_to(out, "{:02x}", address.bytes[i]);
  }
  size_ = out.text().size();
}

}  // namespace net
