// SPDX-License-Identifier: BSD-2-Clause
// Variables and firmware update metadata in files, by the code of the firmware: what its peers are compared with.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "efi/fwu_metadata.hh"
#include "efi/variable_store.hh"
#include "lib/json.hh"
#include "lib/text.hh"
#include "tests/fake/area.hh"

namespace {

constexpr size_t kStore = 0xc0000;
constexpr uint32_t kBlock = 0x40000;

struct Standard final : Output {
  void write(std::string_view text) override { std::fwrite(text.data(), 1, text.size(), stdout); }
};

[[noreturn]] void fail(std::string_view what, Error error = Error::Usage) {
  std::fprintf(stderr, "%.*s: %.*s\n", int(what.size()), what.data(), int(text(error).size()), text(error).data());
  std::exit(1);
}

template <class T>
T take(std::string_view what, Result<T> result) {
  if (!result) fail(what, result.error());
  return *result;
}
void take(std::string_view what, Result<void> result) {
  if (!result) fail(what, result.error());
}

std::vector<uint8_t> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, Error::NotFound);
  return {std::istreambuf_iterator<char>(file), {}};
}

void replace(const std::string& path, std::span<const uint8_t> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
  if (!file.flush()) fail(path, Error::IoError);
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", unsigned(byte));
    text += digits;
  }
  return text;
}

std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> bytes;
  for (; text.size() >= 2; text.remove_prefix(2))
    bytes.push_back(std::byte(take(text, parse_number("0x" + std::string(text.substr(0, 2)), 255))));
  return bytes;
}

void list(efi::VariableStore& store) {
  Standard out;
  Json json(out);
  json.open({}, '[');
  for (uint32_t cursor = 0;;) {
    const auto info = store.next(cursor);
    if (!info && info.error() == Error::NotFound) break;
    if (!info) fail("list", info.error());
    std::vector<std::byte> data(info->size);
    take(info->name(), store.get(info->name(), info->vendor, data));
    json.open({}, '{');
    json.add("name", info->name());
    json.add("guid", GuidText(info->vendor).view());
    json.add("attr", info->attributes);
    json.add("data", std::string_view(hex(data)));
    json.close('}');
  }
  json.close(']');
}

// variables FILE [format | set NAME GUID HEX [ATTRIBUTES] | remove NAME GUID]...; then lists what there is.
void variables(const std::string& path, std::span<char*> words) {
  auto file = contents(path);
  if (file.size() < kStore) fail(path, Error::NoSpace);
  fake::StorageArea area(kStore, kBlock);
  area.data.assign(file.begin(), file.begin() + kStore);
  efi::VariableStore store(area);
  for (size_t at = 0; at < words.size();) {
    const std::string_view what = words[at++];
    if (what == "format") {
      take(what, store.format());
      continue;
    }
    if (words.size() - at < 2) fail(what);
    const std::string_view name = words[at];
    const Guid vendor = take(words[at + 1], parse_guid(words[at + 1]));
    at += 2;
    if (what == "set" && at < words.size()) {
      take(name, store.set(name, vendor, from_hex(words[at++])));
    } else if (what == "remove") {
      take(name, store.remove(name, vendor));
    } else {
      fail(what);
    }
  }
  list(store);
  std::copy(area.data.begin(), area.data.end(), file.begin());
  replace(path, file);
}

void show(const efi::FwuMetadata& metadata) {
  Standard out;
  Json json(out);
  json.open({}, '{');
  json.add("version", metadata.version);
  json.add("active", unsigned(metadata.active));
  json.add("previous", unsigned(metadata.previous));
  json.open("states", '[');
  for (unsigned bank = 0; bank < metadata.banks; ++bank) json.add({}, unsigned(metadata.states[bank]));
  json.close(']');
  json.open("images", '[');
  for (unsigned i = 0; i < metadata.images; ++i) {
    json.open({}, '{');
    json.add("type", GuidText(metadata.image[i].type).view());
    json.add("location", GuidText(metadata.image[i].location).view());
    json.open("banks", '[');
    for (unsigned bank = 0; bank < metadata.banks; ++bank) {
      json.open({}, '{');
      json.add("image", GuidText(metadata.image[i].banks[bank].image).view());
      json.add_bool("accepted", metadata.image[i].banks[bank].accepted);
      json.close('}');
    }
    json.close(']');
    json.close('}');
  }
  json.close(']');
  json.close('}');
}

// metadata FILE IMAGES [COPY]: takes it apart, and writes what was understood to COPY.
void metadata(const std::string& path, std::span<char*> words) {
  if (words.empty()) fail(path);
  const auto file = contents(path);
  efi::FwuMetadata parsed{};
  take(path, efi::parse_fwu_metadata(std::as_bytes(std::span(file)), unsigned(take(words[0], parse_number(words[0]))),
                                     parsed));
  show(parsed);
  if (words.size() < 2) return;
  std::vector<uint8_t> bytes(efi::kMostFwuMetadata);
  bytes.resize(efi::write_fwu_metadata(parsed, std::as_writable_bytes(std::span(bytes))));
  replace(words[1], bytes);
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) fail("state-tool variables|metadata FILE ...");
  const std::string_view what = words[1];
  const std::span<char*> rest(words + 3, size_t(count - 3));
  if (what == "variables")
    variables(words[2], rest);
  else if (what == "metadata")
    metadata(words[2], rest);
  else
    fail(what);
}
