// SPDX-License-Identifier: BSD-2-Clause
// shell/fdt.cc - the device tree that the firmware was given. What is in it may be damaged or hostile.
#include <algorithm>

#include "lib/console.hh"
#include "lib/text.hh"
#include "shell/command.hh"
#include "shell/input.hh"

namespace shell {
namespace {

using Node = DeviceTree::Node;

void indent(int depth) {
  for (int i = 0; i < depth; ++i) print("\t");
}

void print_clean(std::string_view text) {
  for (const char& c : text) console().write(printable(c) ? std::string_view(&c, 1) : "."sv);
}

// A list of strings: printable, each ended by a NUL, none empty. The tree itself does not say what a value is.
bool is_text(std::string_view value) {
  char before = 0;
  for (const char c : value) {
    if (c == 0 ? before == 0 : !printable(c)) return false;
    before = c;
  }
  return value.ends_with('\0');
}

void print_property(const DeviceTree::Property& property, int depth) {
  indent(depth);
  print_clean(property.name);
  const auto value = property.value;
  std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
  if (is_text(text)) {
    for (const char* lead = " = \""; !text.empty(); lead = ", \"") {
      print("{}{}\"", lead, take_until(text, '\0'));
    }
  } else if (!value.empty()) {
    const size_t cell = value.size() % 4 ? 1 : 4;
    console().write(cell == 4 ? " = <"sv : " = ["sv);
    for (size_t i = 0; i < value.size(); i += cell) {
      if (i) print(" ");
      uint32_t word = 0;
      for (size_t j = 0; j < cell; ++j) word = word << 8 | uint8_t(value[i + j]);
      if (cell == 4)
        print("{:#x}", word);
      else
        print("{:02x}", word);
    }
    console().write(cell == 4 ? ">"sv : "]"sv);
  }
  print(";\n");
}

void print_head(const DeviceTree& tree, Node node, int depth) {
  indent(depth);
  print_clean(node == Node::Root ? "/"sv : tree.name(node));
}

void print_properties(const DeviceTree& tree, Node node, int depth) {
  int cursor;
  for (auto property = tree.first_property(node, cursor); property; property = tree.next_property(cursor))
    print_property(*property, depth);
}

Result<Node> node_of(const Call& call) {
  const auto node = call.machine.device_tree().find(call.count() ? call.text(0) : "/"sv);
  if (node) return *node;
  about("node"sv);
  return failure(Error::NotFound);
}

}  // namespace

COMMAND(fdt_list, "fdt list [PATH]", "a node of the device tree: its properties and the names of its children") {
  const DeviceTree& tree = call.machine.device_tree();
  const Node node = TRY(node_of(call));
  print_properties(tree, node, 0);
  for (auto child = tree.first_child(node); child; child = tree.next_sibling(*child)) {
    CHECK(go_on());
    print_head(tree, *child, 0);
    print(" { };\n");
  }
  return {};
}

COMMAND(fdt_print, "fdt print [PATH]", "a node of the device tree with all below it") {
  const DeviceTree& tree = call.machine.device_tree();
  int depth = 0, open = 0;
  const auto close = [&](int to) {
    for (; open > to; --open) {
      indent(open - 1);
      print("};\n");
    }
  };
  std::optional<Node> node = TRY(node_of(call));
  do {
    CHECK(go_on());
    close(depth);
    print_head(tree, *node, depth);
    print(" {\n");
    print_properties(tree, *node, depth + 1);
    open = depth + 1;
    node = tree.next(*node, depth);
  } while (node && depth > 0);  // else it is beside or above the node that was asked for
  close(0);
  return {};
}

}  // namespace shell
