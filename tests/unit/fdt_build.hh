// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/fdt_build.hh - writes device trees for tests, with libfdt.
#pragma once
#include <gtest/gtest.h>
#include <libfdt.h>

#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "lib/fdt.hh"

class TreeBuilder {
 public:
  TreeBuilder() : memory_(4096) {
    fdt_create(memory_.data(), int(memory_.size() * 8));
    fdt_finish_reservemap(memory_.data());
    begin("");
  }

  TreeBuilder& begin(const std::string& name) { return done(fdt_begin_node(memory_.data(), name.c_str())); }
  TreeBuilder& end() { return done(fdt_end_node(memory_.data())); }
  TreeBuilder& cells(const char* name, std::initializer_list<uint32_t> values) {
    std::vector<fdt32_t> words;
    for (uint32_t value : values) words.push_back(cpu_to_fdt32(value));
    return done(fdt_property(memory_.data(), name, words.data(), int(words.size() * 4)));
  }
  /// As it is: a list of strings brings its own zeros, the last one as well.
  TreeBuilder& bytes(const char* name, std::string_view value) {
    return done(fdt_property(memory_.data(), name, value.data(), int(value.size())));
  }
  TreeBuilder& string(const char* name, const std::string& value) {
    return bytes(name, std::string_view(value.c_str(), value.size() + 1));
  }
  /// Once. The blob is the builder's.
  void* finish() {
    end();
    done(fdt_finish(memory_.data()));
    return memory_.data();
  }
  DeviceTree open() {
    const auto tree = DeviceTree::open(finish(), memory_.size() * 8);
    EXPECT_TRUE(tree);
    return tree.value_or(DeviceTree());
  }

 private:
  TreeBuilder& done(int error) {
    EXPECT_EQ(error, 0);
    return *this;
  }

  std::vector<uint64_t> memory_;  // libfdt wants eight-byte alignment
};
