// SPDX-License-Identifier: BSD-2-Clause
// net/tftp.hh - fetches a file (RFC 1350) of any size, in blocks as large as a frame carries where the server knows how
// (RFC 2347 to 2349).
#pragma once
#include "net/stack.hh"

namespace net {

/// Where a file goes, piece by piece. What either returns as an error ends the transfer, and is its error.
class Sink {
 public:
  /// The size that the server announces, before the first byte; some announce none.
  virtual Result<void> announce(uint64_t size) = 0;
  virtual Result<void> take(std::span<const std::byte> bytes) = 0;

 protected:
  ~Sink() = default;
};

/// Why the server does not send it, in its own words: any bytes, of which nothing is known.
struct Refusal {
  uint16_t code = 0;
  uint8_t size = 0;
  std::array<char, 64> text{};
  std::string_view view() const { return {text.data(), size}; }
};

/// Fetches `file` (1 to 200 bytes without NUL) from `server`; returns its size. Five seconds without progress end it.
/// Errors: Timeout; Refused: nobody listens there; Unreachable; NoAddress; NotFound, Denied, NoSpace, GenericError:
/// what the server said, with `refusal` set; Malformed: a server that breaks the rules; BadCount: another size than
/// announced; InvalidParameters: no such name; those of sink, card and `go_on`.
Result<uint64_t> tftp_get(Ipv4 server, std::string_view file, Sink& sink, Refusal& refusal, GoOn go_on);

}  // namespace net
