// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/psci.hh"

#include "arch/smccc.hh"

namespace drivers {
namespace {

constexpr uint32_t kVersion = 0x8400'0000, kSystemOff = 0x8400'0008, kSystemReset = 0x8400'0009;
constexpr uint32_t kFeatures = 0x8400'000a, kSmcccVersion = 0x8000'0000;
constexpr int32_t kNotSupported = -1;

constexpr Version version_of(uint32_t word) { return {uint16_t(word >> 16), uint16_t(word)}; }
constexpr Error error_of(intptr_t answer) {
  return int32_t(answer) == kNotSupported ? Error::NotSupported : Error::Denied;
}

}  // namespace

Result<Psci> Psci::bind(const DeviceTree& tree, DeviceTree::Node node) {
  const std::string_view method = tree.string(node, "method");
  if (method == "smc") return Psci(arch::Conduit::Smc);
  if (method == "hvc") return Psci(arch::Conduit::Hvc);
  return failure(Error::BadTree);
}

intptr_t Psci::call(uint32_t function, uintptr_t argument) const {
  return (conduit_ == arch::Conduit::Hvc ? arch::hvc : arch::smc)(function, argument, 0);
}

Result<Version> Psci::version() const {
  const intptr_t word = call(kVersion);
  if (int32_t(word) == kNotSupported) return failure(Error::NotSupported);
  return version_of(uint32_t(word));
}

Version Psci::smccc_version() const {
  constexpr Version kFirst{1, 0};
  const auto psci = version();
  if (!psci || psci->major < 1 || int32_t(call(kFeatures, kSmcccVersion)) < 0) return kFirst;
  const intptr_t word = call(kSmcccVersion);
  return int32_t(word) < 0 ? kFirst : version_of(uint32_t(word));
}

Error Psci::reset() const { return error_of(call(kSystemReset)); }
Error Psci::power_off() const { return error_of(call(kSystemOff)); }

}  // namespace drivers
