// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/der_tree.hh - DER as a tree that a test changes and writes again, with lengths that fit.
#pragma once
#include <cstdlib>
#include <initializer_list>
#include <vector>

#include "efi/der.hh"
#include "tests/unit/efi_capsule_build.hh"

namespace der_tree {

using capsule_build::Bytes;

struct Node {
  uint8_t tag = 0;
  Bytes value = {};               // of a primitive
  std::vector<Node> inside = {};  // of a constructed one

  bool constructed() const { return tag & 0x20; }
  Node& at(std::initializer_list<size_t> path) {
    Node* node = this;
    for (const size_t i : path) node = &node->inside.at(i);
    return *node;
  }
  Bytes contents() const {
    Bytes all = value;
    for (const Node& node : inside) capsule_build::append(all, node.bytes());
    return all;
  }
  Bytes bytes() const {
    const Bytes all = contents();
    Bytes whole = capsule_build::bytes({tag});
    if (all.size() >= 0x80) {
      unsigned octets = 1;
      while (all.size() >> 8 * octets) ++octets;
      whole.push_back(std::byte(0x80 | octets));
      while (octets--) whole.push_back(std::byte(all.size() >> 8 * octets));
    } else {
      whole.push_back(std::byte(all.size()));
    }
    capsule_build::append(whole, all);
    return whole;
  }
};

/// Of an encoding that is right.
inline std::vector<Node> parse_all(efi::Bytes bytes) {
  std::vector<Node> nodes;
  while (!bytes.empty()) {
    const efi::Bytes element = efi::der::next(bytes);
    if (element.empty()) std::abort();
    Node& node = nodes.emplace_back(uint8_t(element[0]));
    const efi::Bytes contents = efi::der::contents(element);
    if (node.constructed())
      node.inside = parse_all(contents);
    else
      node.value.assign(contents.begin(), contents.end());
  }
  return nodes;
}
inline Node parse(const Bytes& bytes) { return parse_all(bytes).at(0); }

}  // namespace der_tree
