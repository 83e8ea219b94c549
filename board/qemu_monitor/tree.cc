// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_monitor/tree.hh"

#include <initializer_list>

#include "board/qemu_monitor/map.hh"
#include "lib/print.hh"
extern "C" {
#include <libfdt.h>
}

namespace board {
namespace {

/// Adds to a tree, parents before children. The first error stays, and everything after it does nothing.
class Writer {
 public:
  explicit Writer(void* tree) : tree_(tree) {}

  /// A node below `parent`, new or as it is there.
  int node(int parent, const char* name) {
    if (error_) return 0;
    const int there = fdt_subnode_offset(tree_, parent, name);
    return there >= 0 ? there : keep(fdt_add_subnode(tree_, parent, name));
  }
  void cells(int node, const char* name, std::initializer_list<uint32_t> cells) {
    if (!error_) keep(fdt_setprop(tree_, node, name, nullptr, 0));
    for (const uint32_t cell : cells)
      if (!error_) keep(fdt_appendprop_u32(tree_, node, name, cell));
  }
  void flag(int node, const char* name) { cells(node, name, {}); }
  /// `N - 1` bytes: several strings have a NUL between them.
  template <size_t N>
  void text(int node, const char* name, const char (&text)[N]) {
    if (!error_) keep(fdt_setprop(tree_, node, name, text, int(N)));
  }
  int path(const char* path) { return error_ ? 0 : keep(fdt_path_offset(tree_, path)); }
  int next(int node, int& depth) { return error_ ? -1 : fdt_next_node(tree_, node, &depth); }
  bool is_cpu(int node) const {
    int length = 0;
    const void* const type = fdt_getprop(tree_, node, "device_type", &length);
    return type && std::string_view(static_cast<const char*>(type), size_t(length)) == std::string_view("cpu", 4);
  }
  Result<void> result() const {
    if (error_) return failure(Error::BadTree);
    return {};
  }

 private:
  int keep(int result) {
    if (result < 0) error_ = result;
    return result < 0 ? 0 : result;
  }

  void* tree_;
  int error_ = 0;
};

constexpr uint32_t kPhandles = 0x7c00;  // of page 0 and the following: QEMU's begin at 0x8000
constexpr uint32_t phandle(Page page) { return kPhandles + page; }

constexpr struct {
  Page page;
  bool second;  // for the second instance
} kShared[] = {{FirstA2p, false}, {FirstP2a, false}, {ResetA2p, false}, {SecondA2p, true}, {SecondP2a, true}};

/// "<prefix>@<address>" in memory of the object's.
class UnitName {
 public:
  UnitName(std::string_view prefix, uint64_t address) {
    TextBuffer out({name_, sizeof name_ - 1});
    print_to(out, "{}@{:x}", prefix, address);
    name_[out.text().size()] = 0;
  }
  const char* text() const { return name_; }

 private:
  char name_[40];
};

void describe_memory(Writer& tree, const Options& options, uint64_t pages) {
  const int parent = tree.node(0, "reserved-memory");
  tree.cells(parent, "#address-cells", {2});
  tree.cells(parent, "#size-cells", {2});
  tree.flag(parent, "ranges");
  const auto reserve = [&](std::string_view name, Page page) {
    const uint64_t address = pages - page * kPageSize;
    const int node = tree.node(parent, UnitName(name, address).text());
    tree.cells(node, "reg", {uint32_t(address >> 32), uint32_t(address), 0, kPageSize});
    tree.flag(node, "no-map");
    return node;
  };
  if (options.hvc) reserve("hypervisor", Forwarder);
  for (const auto& shared : kShared) {
    if (options.instances < (shared.second ? 2 : 1)) continue;
    const int node = reserve("scmi-shmem", shared.page);
    tree.text(node, "compatible", "arm,scmi-shmem");
    tree.cells(node, "phandle", {phandle(shared.page)});
  }
}

void describe_protocols(Writer& tree, int instance, scmi::platform::Release release, bool own_reset) {
  // New nodes come before their siblings, so the last one is written first.
  if (release > scmi::platform::Release::V1_0) {  // which has no reset domains
    const int reset = tree.node(instance, "protocol@16");
    tree.cells(reset, "reg", {0x16});
    tree.cells(reset, "#reset-cells", {1});
    if (own_reset) {
      tree.cells(reset, "arm,smc-id", {kResetDoorbell});
      tree.cells(reset, "shmem", {phandle(ResetA2p)});
    }
  }
  const int clock = tree.node(instance, "protocol@14");
  tree.cells(clock, "reg", {0x14});
  tree.cells(clock, "#clock-cells", {1});
}

void describe_scmi(Writer& tree, const Options& options) {
  const int parent = tree.node(0, "firmware");
  const auto instance = [&](const char* name, uint32_t doorbell, Page a2p, Page p2a) {
    const int node = tree.node(parent, name);
    tree.cells(node, "arm,smc-id", {doorbell});
    tree.cells(node, "shmem", {phandle(a2p), phandle(p2a)});
    tree.cells(node, "#address-cells", {1});
    tree.cells(node, "#size-cells", {0});
    if (options.interrupt) {
      tree.cells(node, "interrupts", {0, kCompletionSpi, 1});  // SPI, rising edge
      tree.text(node, "interrupt-names", "a2p");
    }
    return node;
  };
  if (options.instances > 1) {
    const int second = instance("scmi-secondary", kSecondDoorbell, SecondA2p, SecondP2a);
    tree.text(second, "compatible", "arm,scmi-smc-param");
    describe_protocols(tree, second, options.release, false);
  }
  const int first = instance("scmi", kFirstDoorbell, FirstA2p, FirstP2a);
  tree.text(first, "compatible", "arm,scmi-smc");
  describe_protocols(tree, first, options.release, true);
}

void describe_psci(Writer& tree, bool hvc) {
  const int psci = tree.node(0, "psci");
  tree.text(psci, "compatible", "arm,psci-1.0\0arm,psci-0.2");
  if (hvc)
    tree.text(psci, "method", "hvc");
  else
    tree.text(psci, "method", "smc");
  int depth = 0;
  for (int node = tree.path("/cpus"); node >= 0 && depth >= 0; node = tree.next(node, depth))
    if (tree.is_cpu(node)) tree.text(node, "enable-method", "psci");
}

}  // namespace

Result<void> Tree::open(void* blob, size_t room) {
  if (fdt_check_header(blob) != 0 || fdt_open_into(blob, blob, int(room)) != 0) return failure(Error::BadTree);
  blob_ = blob;
  return {};
}

std::string_view Tree::bootargs() const {
  int length = 0;
  const int chosen = fdt_path_offset(blob_, "/chosen");
  const void* const value = fdt_getprop(blob_, chosen, "bootargs", &length);
  if (!value || length < 1) return {};
  return {static_cast<const char*>(value), size_t(length) - 1};
}

Result<uint64_t> Tree::ram() const {
  for (int node = fdt_next_node(blob_, -1, nullptr); node >= 0; node = fdt_next_node(blob_, node, nullptr)) {
    int length = 0;
    const auto* const reg = static_cast<const fdt32_t*>(fdt_getprop(blob_, node, "reg", &length));
    if (!reg || length < 16 || !std::string_view(fdt_get_name(blob_, node, nullptr)).starts_with("memory@")) continue;
    const auto wide = [&](int i) { return uint64_t(fdt32_to_cpu(reg[i])) << 32 | fdt32_to_cpu(reg[i + 1]); };
    if (wide(0) == kRam) return wide(2);
  }
  return failure(Error::BadTree);
}

Gic Tree::gic() const { return fdt_node_offset_by_compatible(blob_, -1, "arm,gic-v3") >= 0 ? Gic::V3 : Gic::V2; }

Result<void> Tree::describe(const Options& options, uint64_t pages) {
  Writer tree(blob_);
  describe_psci(tree, options.hvc);
  if (options.instances) describe_scmi(tree, options);
  if (options.instances || options.hvc) describe_memory(tree, options, pages);
  CHECK(tree.result());
  fdt_pack(blob_);  // whoever reads it next need not know what room it had
  return {};
}

}  // namespace board
