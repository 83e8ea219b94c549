// SPDX-License-Identifier: BSD-2-Clause
// lib/spi.hh - what the driver of a chip needs of the SPI controller that it hangs on.
#pragma once
#include <cstddef>
#include <span>

#include "lib/result.hh"

/// One chip at its select line: mode 0, one data line each way, the most significant bit first.
class Spi {
 public:
  /// One transaction: selects the chip, sends `command` and then `out`, takes `in` from it, and lets go of it again,
  /// also after a failure. Each may be empty. Errors: Timeout: the controller does not get it done; IoError.
  virtual Result<void> transfer(std::span<const std::byte> command, std::span<const std::byte> out,
                                std::span<std::byte> in) = 0;

 protected:
  ~Spi() = default;
};
