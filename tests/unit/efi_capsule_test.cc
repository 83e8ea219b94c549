// SPDX-License-Identifier: BSD-2-Clause
#include "efi/capsule.hh"

#include <gtest/gtest.h>

#include "efi/capsule_item.hh"
#include "tests/fake/result.hh"
#include "tests/unit/efi_capsule_build.hh"

namespace {

using namespace capsule_build;

Bytes payload(uint32_t signature, uint32_t header_size, const std::string& rest) {
  Bytes all;
  append(all, efi::format::PayloadHeader{signature, header_size, 5, 3});
  append(all, rest);
  return all;
}
constexpr uint32_t kMss1 = efi::format::PayloadHeader::kSignature;

/// 3, GUID, GTE, END.
Bytes dependency() {
  Bytes all = bytes({1, 3, 0, 0, 0, 0});
  append(all, kType);
  append(all, bytes({10, 13}));
  return all;
}

TEST(EfiCapsule, an_item_is_taken_apart) {
  Bytes image = dependency();
  append(image, payload(kMss1, 20, "morefirmware"));
  const Bytes capsule = CapsuleOf{.items = {ItemOf{.index = 4,
                                                   .hardware_instance = 0x1122334455667788,
                                                   .support = 3,
                                                   .pkcs7 = text("signature"),
                                                   .image = image,
                                                   .vendor_code = text("vendor")}}}
                            .build();
  WatchedReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "ok");
  EXPECT_EQ(opened->header().kind, efi::CapsuleKind::FirmwareManagement);
  EXPECT_EQ(opened->header().flags, efi::capsule_flags::kPersistAcrossReset);
  EXPECT_EQ(opened->header().header_size, 28u);
  EXPECT_EQ(opened->header().image_size, capsule.size());
  EXPECT_EQ(opened->accepts(), Guid{});
  EXPECT_EQ(&opened->source(), &source);
  ASSERT_EQ(opened->items(), 1u);

  const auto item = opened->item(0);
  ASSERT_EQ(verdict(item), "ok");
  EXPECT_EQ(item->number, 0);
  EXPECT_EQ(item->header_version, 3u);
  EXPECT_EQ(item->type, kType);
  EXPECT_EQ(item->index, 4);
  EXPECT_EQ(item->hardware_instance, 0x1122334455667788u);
  EXPECT_EQ(item->image_capsule_support, 3u);
  ASSERT_TRUE(item->authentication);
  EXPECT_EQ(item->authentication->monotonic_count, 7u);
  EXPECT_EQ(at(capsule, item->authentication->pkcs7), "signature");
  EXPECT_EQ(at(capsule, item->signed_bytes), std::string(reinterpret_cast<const char*>(image.data()), image.size()));
  EXPECT_EQ(item->dependency.size, dependency().size());
  ASSERT_TRUE(item->payload_header);
  EXPECT_EQ(item->payload_header->header_size, 20u);
  EXPECT_EQ(item->payload_header->version, 5u);
  EXPECT_EQ(item->payload_header->lowest_supported_version, 3u);
  EXPECT_EQ(at(capsule, item->image), "firmware");
  EXPECT_EQ(at(capsule, item->vendor_code), "vendor");
  EXPECT_FALSE(source.outside);
}

TEST(EfiCapsule, the_least_item_is_all_image) {
  const Bytes capsule = CapsuleOf{}.build();
  MemoryReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "ok");
  const auto item = opened->item(0);
  ASSERT_EQ(verdict(item), "ok");
  EXPECT_FALSE(item->authentication);
  EXPECT_FALSE(item->payload_header);
  EXPECT_EQ(item->dependency.size, 0u);
  EXPECT_EQ(item->vendor_code.size, 0u);
  EXPECT_EQ(at(capsule, item->image), "firmware");
  EXPECT_EQ(at(capsule, item->signed_bytes), "firmware");
}

TEST(EfiCapsule, headers_of_28_32_and_4096_bytes_are_in_the_field) {
  for (const uint32_t size : {28u, 29u, 32u, 4096u, efi::kMostHeaderSize}) {
    const Bytes capsule = CapsuleOf{.header_size = size}.build();
    MemoryReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    ASSERT_EQ(verdict(opened), "ok") << size;
    EXPECT_EQ(at(capsule, opened->item(0)->image), "firmware");
  }
  for (const uint32_t size : {0u, 27u, efi::kMostHeaderSize + 1, 0x80000000u, 0xffffffffu})
    EXPECT_EQ(verdict(CapsuleOf{.header_size = size}), "HeaderSize") << size;
}

TEST(EfiCapsule, a_capsule_is_as_long_as_it_says) {
  Bytes capsule = CapsuleOf{}.build();
  for (size_t size = 0; size < capsule.size(); ++size)
    EXPECT_EQ(verdict(Bytes(capsule.begin(), capsule.begin() + std::ptrdiff_t(size))),
              size < 28 ? "capsule header" : "CapsuleImageSize");
  capsule.push_back({});
  EXPECT_EQ(verdict(capsule), "CapsuleImageSize");
}

TEST(EfiCapsule, a_source_of_more_than_4_gib_is_not_cut_to_32_bits) {
  WatchedReader source(CapsuleOf{}.build());
  source.more = uint64_t{1} << 32;
  EXPECT_EQ(verdict(efi::Capsule::open(source)), "CapsuleImageSize");
}

TEST(EfiCapsule, flags_that_mean_nothing_here_are_refused) {
  using namespace efi::capsule_flags;
  for (const uint32_t flags : {0u, kPersistAcrossReset, kPersistAcrossReset | kPopulateSystemTable,
                               kPersistAcrossReset | kInitiateReset, kAcceptByOs, kPersistAcrossReset | kAcceptByOs})
    EXPECT_EQ(verdict(CapsuleOf{.flags = flags}), "ok") << flags;
  for (unsigned bit = 0; bit < 32; ++bit)
    if (bit < 15 || bit > 18) EXPECT_EQ(verdict(CapsuleOf{.flags = kPersistAcrossReset | 1u << bit}), "Flags") << bit;
  for (const uint32_t flags : {kPopulateSystemTable, kInitiateReset, kPopulateSystemTable | kInitiateReset})
    EXPECT_EQ(verdict(CapsuleOf{.flags = flags}), "Flags") << flags;
  EXPECT_EQ(verdict(CapsuleOf{.guid = efi::kRevertCapsule, .flags = kAcceptByOs}), "Flags");
}

TEST(EfiCapsule, an_unknown_kind_is_refused) {
  EXPECT_EQ(verdict(CapsuleOf{.guid = {}}), "CapsuleGuid");
  EXPECT_EQ(verdict(CapsuleOf{.guid = kType}), "CapsuleGuid");
}

TEST(EfiCapsule, the_fmp_header_has_version_1) {
  EXPECT_EQ(verdict(CapsuleOf{.version = 0}), "FMP header Version");
  EXPECT_EQ(verdict(CapsuleOf{.version = 2}), "FMP header Version");
  Bytes cut = CapsuleOf{}.build();
  cut.resize(28 + 7);
  cut[24] = std::byte(cut.size());
  EXPECT_EQ(verdict(cut), "FMP header");
}

TEST(EfiCapsule, embedded_drivers_are_refused) {
  const Bytes capsule = CapsuleOf{.drivers = 1}.build();
  MemoryReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "EmbeddedDriverCount");
  EXPECT_EQ(opened.error().why(), "drivers are not run here");
}

TEST(EfiCapsule, a_capsule_has_an_item_and_room_for_its_list) {
  EXPECT_EQ(verdict(CapsuleOf{.items = {}}), "PayloadItemCount");
  EXPECT_EQ(verdict(CapsuleOf{.items_count = 65535}), "PayloadItemCount");
  EXPECT_EQ(verdict(CapsuleOf{.items_count = 2}), "item 0: ItemOffsetList");
}

TEST(EfiCapsule, items_follow_each_other_at_any_alignment) {
  const CapsuleOf three{.items = {ItemOf{.image = text("1")}, ItemOf{.version = 1, .image = text("22")}, ItemOf{}}};
  const Bytes capsule = three.build();
  MemoryReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "ok");
  ASSERT_EQ(opened->items(), 3u);
  EXPECT_EQ(at(capsule, opened->item(2)->image), "firmware");
  EXPECT_EQ(at(capsule, opened->item(0)->image), "1");
  EXPECT_EQ(at(capsule, opened->item(1)->image), "22");
  EXPECT_EQ(opened->item(1)->number, 1);
}

TEST(EfiCapsule, an_item_that_is_not_there_is_refused) {
  const Bytes capsule = CapsuleOf{}.build();
  MemoryReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "ok");
  for (const unsigned number : {1u, 2u, 65535u, 65536u, ~0u}) EXPECT_NE(verdict(opened->item(number)), "ok") << number;
}

TEST(EfiCapsule, offsets_ascend_and_leave_no_gap) {
  // A list of two ends at 24; each item has 56 bytes.
  const std::vector<ItemOf> two = {ItemOf{}, ItemOf{}};
  EXPECT_EQ(verdict(CapsuleOf{.items = two, .offsets = {{0, 24}, {1, 80}}}), "ok");
  for (const uint64_t first : {0ull, 16ull, 23ull, 25ull, 80ull, 1ull << 32 | 24, ~0ull, ~0ull - 3})
    EXPECT_EQ(verdict(CapsuleOf{.items = two, .offsets = {{0, first}}}), "item 0: ItemOffsetList") << first;
  for (const uint64_t second : {0ull, 23ull, 24ull, 137ull, 1ull << 32 | 80, ~0ull, ~0ull - 27})
    EXPECT_EQ(verdict(CapsuleOf{.items = two, .offsets = {{1, second}}}), "item 0: ItemOffsetList") << second;
  EXPECT_EQ(verdict(CapsuleOf{.items = two, .offsets = {{1, 79}}}), "item 0: UpdateImageSize");
  EXPECT_EQ(verdict(CapsuleOf{.items = two, .offsets = {{1, 81}}}), "item 0: UpdateImageSize");
  EXPECT_EQ(verdict(CapsuleOf{.items = two, .offsets = {{1, 136}}}), "item 0: UpdateImageSize");
  EXPECT_EQ(verdict(CapsuleOf{.items = two, .offsets = {{0, 80}, {1, 24}}}), "item 0: ItemOffsetList");
  EXPECT_EQ(verdict(CapsuleOf{.items = {ItemOf{.image = {}}}, .offsets = {{0, 64}}}), "item 0: ItemOffsetList");
}

TEST(EfiCapsule, refusals_name_the_item) {
  EXPECT_EQ(verdict(CapsuleOf{.items = {ItemOf{}, ItemOf{}, ItemOf{.index = 0}}}), "item 2: UpdateImageIndex");
}

TEST(EfiCapsule, image_headers_have_version_1_2_or_3) {
  for (const uint32_t version : {1u, 2u, 3u}) {
    const Bytes capsule = CapsuleOf{.items = {ItemOf{.version = version, .hardware_instance = 9}}}.build();
    MemoryReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    ASSERT_EQ(verdict(opened), "ok") << version;
    EXPECT_EQ(opened->item(0)->header_version, version);
    EXPECT_EQ(opened->item(0)->hardware_instance, version == 1 ? 0u : 9u);
    EXPECT_EQ(at(capsule, opened->item(0)->image), "firmware");
  }
  for (const uint32_t version : {0u, 4u, ~0u})
    EXPECT_EQ(verdict(ItemOf{.version = version}), "item 0: image header Version") << version;
}

TEST(EfiCapsule, an_image_header_that_is_cut_is_refused) {
  for (const uint32_t version : {1u, 2u, 3u}) {
    Bytes capsule = CapsuleOf{.items = {ItemOf{.version = version, .image = {}}}}.build();
    ASSERT_EQ(verdict(capsule), "ok");
    for (capsule.pop_back(); capsule.size() > 28 + 16 + 4; capsule.pop_back()) {
      capsule[24] = std::byte(capsule.size());
      EXPECT_EQ(verdict(capsule), "item 0: image header") << capsule.size();
    }
  }
}

TEST(EfiCapsule, reserved_bytes_and_bits_are_zero) {
  EXPECT_EQ(verdict(ItemOf{.reserved = 1}), "item 0: reserved bytes");
  for (unsigned bit = 2; bit < 64; ++bit)
    EXPECT_EQ(verdict(ItemOf{.support = uint64_t{1} << bit}), "item 0: ImageCapsuleSupport") << bit;
  EXPECT_EQ(verdict(ItemOf{.index = 0}), "item 0: UpdateImageIndex");
}

TEST(EfiCapsule, sizes_of_image_and_vendor_code_fill_the_item) {
  EXPECT_EQ(verdict(ItemOf{.image = {}}), "ok");
  for (const uint32_t size : {0u, 7u, 9u, ~0u})
    EXPECT_EQ(verdict(ItemOf{.image_size = size}), "item 0: UpdateImageSize") << size;
  for (const uint32_t size : {1u, ~0u})
    EXPECT_EQ(verdict(ItemOf{.vendor_code_size = size}), "item 0: UpdateImageSize") << size;
  EXPECT_EQ(verdict(ItemOf{.image_size = 9, .vendor_code_size = ~0u}), "item 0: UpdateImageSize") << "8 in 32 bits";
  EXPECT_EQ(verdict(ItemOf{.image_size = 3, .vendor_code_size = 5}), "ok");
}

TEST(EfiCapsule, an_authentication_header_is_checked_where_it_is_said_to_be) {
  const ItemOf right{.support = 1, .pkcs7 = text("p7")};
  EXPECT_EQ(verdict(right), "ok");
  EXPECT_EQ(verdict(ItemOf{.support = 1, .image = Bytes(31)}), "item 0: authentication header");
  EXPECT_EQ(verdict(ItemOf{.support = 1, .image = Bytes(32)}), "item 0: wRevision, wCertificateType");
  ItemOf wrong = right;
  wrong.authentication.revision = 0x0100;
  EXPECT_EQ(verdict(wrong), "item 0: wRevision, wCertificateType");
  wrong = right;
  wrong.authentication.certificate_type = 0x0ef0;
  EXPECT_EQ(verdict(wrong), "item 0: wRevision, wCertificateType");
  wrong = right;
  wrong.authentication.cert_type.bytes[15] ^= 1;
  EXPECT_EQ(verdict(wrong), "item 0: CertType");
}

TEST(EfiCapsule, the_length_of_a_certificate_lies_within_its_image) {
  for (const uint32_t length : {0u, 8u, 23u, 24u, 24 + 8 + 2 + 1u, 0x7fffffffu, 0xfffffff8u, ~0u})
    EXPECT_EQ(verdict(ItemOf{.support = 1, .pkcs7 = text("p7"), .length = length}), "item 0: dwLength") << length;
  for (const uint32_t length : {25u, 26u, 24 + 8 + 2u})
    EXPECT_EQ(verdict(ItemOf{.support = 1, .pkcs7 = text("p7"), .length = length}), "ok") << length;
  EXPECT_EQ(verdict(ItemOf{.support = 1, .pkcs7 = text("p7"), .length = 24 + 8 + 2 + 1, .vendor_code = text("v")}),
            "item 0: dwLength")
      << "vendor code is no part of the image";
}

TEST(EfiCapsule, before_version_3_an_authentication_is_told_by_its_looks) {
  for (const uint32_t version : {1u, 2u}) {
    const Bytes capsule = CapsuleOf{.items = {ItemOf{.version = version, .pkcs7 = text("p7")}}}.build();
    MemoryReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    ASSERT_EQ(verdict(opened), "ok");
    ASSERT_TRUE(opened->item(0)->authentication) << version;
    EXPECT_EQ(at(capsule, opened->item(0)->authentication->pkcs7), "p7");
    EXPECT_EQ(at(capsule, opened->item(0)->image), "firmware");
    EXPECT_EQ(verdict(ItemOf{.version = version, .pkcs7 = text("p7"), .length = 24}), "item 0: dwLength");

    ItemOf other{.version = version, .pkcs7 = text("p7")};
    other.authentication.revision = 0x0100;
    const Bytes plain = CapsuleOf{.items = {other}}.build();
    MemoryReader plain_source(plain);
    const auto plain_opened = efi::Capsule::open(plain_source);
    ASSERT_EQ(verdict(plain_opened), "ok");
    EXPECT_FALSE(plain_opened->item(0)->authentication);
    EXPECT_EQ(plain_opened->item(0)->image.size, 32u + 2 + 8);
  }
}

TEST(EfiCapsule, a_signed_item_that_says_it_is_not_is_all_image) {
  const Bytes capsule = CapsuleOf{.items = {ItemOf{.pkcs7 = text("p7")}}}.build();
  MemoryReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "ok");
  EXPECT_FALSE(opened->item(0)->authentication);
  EXPECT_EQ(opened->item(0)->image.size, 32u + 2 + 8);
}

TEST(EfiCapsule, a_dependency_expression_is_checked_where_it_is_said_to_be) {
  EXPECT_EQ(verdict(ItemOf{.support = 2, .image = dependency()}), "ok");
  EXPECT_EQ(verdict(ItemOf{.support = 2}), "item 0: dependency");
  EXPECT_EQ(verdict(ItemOf{.support = 2, .image = {}}), "item 0: dependency");
  EXPECT_EQ(verdict(ItemOf{.support = 2, .image = bytes({6, 6, 13})}), "item 0: dependency");
  EXPECT_EQ(verdict(ItemOf{.support = 2, .image = bytes({6}), .vendor_code = bytes({13})}), "item 0: dependency")
      << "vendor code is no part of the image";
}

TEST(EfiCapsule, an_expression_cannot_be_hidden_in_the_image) {
  for (const uint32_t version : {1u, 2u, 3u})
    EXPECT_EQ(verdict(ItemOf{.version = version, .image = dependency()}), "item 0: ImageCapsuleSupport") << version;
  EXPECT_EQ(verdict(ItemOf{.support = 1, .pkcs7 = text("p7"), .image = dependency()}), "item 0: ImageCapsuleSupport");
  Bytes behind_payload_header = payload(kMss1, 16, "");
  append(behind_payload_header, dependency());
  EXPECT_EQ(verdict(ItemOf{.image = behind_payload_header}), "ok");
}

TEST(EfiCapsule, the_longest_expression_has_a_payload_header_behind_it) {
  Bytes image = bytes({2});
  image.resize(2048 - 3, std::byte{'x'});
  append(image, bytes({0, 6, 13}));
  append(image, payload(kMss1, 16, "firmware"));
  const Bytes capsule = CapsuleOf{.items = {ItemOf{.support = 2, .image = image}}}.build();
  MemoryReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "ok");
  EXPECT_EQ(opened->item(0)->dependency.size, 2048u);
  EXPECT_TRUE(opened->item(0)->payload_header);
  EXPECT_EQ(at(capsule, opened->item(0)->image), "firmware");
}

TEST(EfiCapsule, a_payload_header_is_told_by_its_signature) {
  for (const uint32_t size : {0u, 15u, 25u, ~0u})
    EXPECT_EQ(verdict(ItemOf{.image = payload(kMss1, size, "firmware")}), "item 0: payload header HeaderSize") << size;
  for (const uint32_t size : {16u, 17u, 24u})
    EXPECT_EQ(verdict(ItemOf{.image = payload(kMss1, size, "firmware")}), "ok") << size;
  const Bytes whole = payload(kMss1, 16, "");
  for (size_t size = 4; size < whole.size(); ++size)
    EXPECT_EQ(verdict(ItemOf{.image = Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size))}),
              "item 0: payload header HeaderSize")
        << size;
  EXPECT_EQ(verdict(ItemOf{.image = text("MSS")}), "ok") << "too short for a signature";
}

TEST(EfiCapsule, a_payload_header_of_an_unknown_layout_is_refused) {
  for (const char digit : {'0', '2', '9'})
    EXPECT_EQ(verdict(ItemOf{.image = text(std::string("MSS") + digit + "firmware")}), "item 0: payload header")
        << digit;
  for (const char* other : {"MSS:", "MSS/", "MSSA", "mss1", "1SSM", "MS1S"})
    EXPECT_EQ(verdict(ItemOf{.image = text(std::string(other) + "firmware")}), "ok") << other;
}

TEST(EfiCapsule, an_accept_capsule_has_one_image_type) {
  Bytes body;
  append(body, kType);
  for (const uint32_t header_size : {28u, 32u}) {
    const Bytes capsule =
        CapsuleOf{.guid = efi::kAcceptCapsule, .header_size = header_size, .flags = 0, .body = body}.build();
    MemoryReader source(capsule);
    const auto opened = efi::Capsule::open(source);
    ASSERT_EQ(verdict(opened), "ok");
    EXPECT_EQ(opened->header().kind, efi::CapsuleKind::Accept);
    EXPECT_EQ(opened->accepts(), kType);
    EXPECT_EQ(opened->items(), 0u);
    EXPECT_FALSE(opened->item(0));
  }
  for (const size_t size : {0u, 15u, 17u, 32u}) {
    body.resize(size, std::byte{1});
    EXPECT_EQ(verdict(CapsuleOf{.guid = efi::kAcceptCapsule, .body = body}), "accept capsule") << size;
  }
  EXPECT_EQ(verdict(CapsuleOf{.guid = efi::kAcceptCapsule, .body = Bytes(16)}), "accept capsule") << "the zero GUID";
}

TEST(EfiCapsule, a_revert_capsule_is_a_header) {
  for (const uint32_t header_size : {28u, 32u, 4096u})
    EXPECT_EQ(verdict(CapsuleOf{.guid = efi::kRevertCapsule, .header_size = header_size, .flags = 0}), "ok");
  EXPECT_EQ(verdict(CapsuleOf{.guid = efi::kRevertCapsule, .body = Bytes(1)}), "revert capsule");
}

TEST(EfiCapsule, the_bytes_of_a_windows_ux_capsule_add_up_to_zero) {
  for (const size_t picture : {1u, 16u, 467u, 468u, 469u, 5000u}) {
    Bytes body = bytes({1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    body.resize(body.size() + picture, std::byte{0xa7});
    Bytes capsule = CapsuleOf{.guid = efi::kWindowsUxCapsule, .body = body}.build();
    unsigned sum = 0;
    for (const std::byte byte : capsule) sum += unsigned(byte);
    capsule[29] = std::byte(256 - sum % 256);
    EXPECT_EQ(verdict(capsule), "ok") << picture;
    capsule.back() ^= std::byte{1};
    EXPECT_EQ(verdict(capsule), "Windows UX capsule") << picture;
  }
  EXPECT_EQ(verdict(CapsuleOf{.guid = efi::kWindowsUxCapsule, .body = Bytes(16)}), "Windows UX capsule")
      << "no picture";
  EXPECT_EQ(verdict(CapsuleOf{.guid = efi::kWindowsUxCapsule}), "Windows UX capsule");
}

TEST(EfiCapsule, what_the_source_cannot_read_is_said) {
  const Bytes capsule = CapsuleOf{.items = {ItemOf{.support = 1, .pkcs7 = text("p7")}}}.build();
  for (const uint64_t at : {0, 28, 36, 44, 126}) {
    WatchedReader source(capsule);
    source.fails_from = at;
    const auto opened = efi::Capsule::open(source);
    ASSERT_FALSE(opened) << at;
    EXPECT_EQ(opened.error().check(), "capsule");
    EXPECT_EQ(opened.error().status(), efi::Status::Unsuccessful);
    EXPECT_EQ(opened.error().error(), Error::IoError);
  }
}

TEST(EfiCapsule, no_bit_of_the_headers_leads_outside) {
  const Bytes right = CapsuleOf{.items = {ItemOf{.support = 3, .pkcs7 = text("p7"), .image = dependency()},
                                          ItemOf{.version = 2, .pkcs7 = text("p7"), .vendor_code = text("v")},
                                          ItemOf{.image = payload(kMss1, 16, "firmware")}}}
                          .build();
  ASSERT_EQ(verdict(right), "ok");
  unsigned refused = 0, taken = 0;
  for (size_t at = 0; at < right.size(); ++at) {
    for (const unsigned change : {0x01u, 0x02u, 0x04u, 0x08u, 0x10u, 0x20u, 0x40u, 0x80u, 0xffu}) {
      Bytes changed = right;
      changed[at] ^= std::byte(change);
      WatchedReader source(changed);
      const auto opened = efi::Capsule::open(source);
      EXPECT_FALSE(source.outside) << at;
      if (!opened) {
        ++refused;
        continue;
      }
      ++taken;
      for (unsigned number = 0; number < opened->items(); ++number) {
        const auto item = opened->item(number);
        ASSERT_TRUE(item) << at;
        EXPECT_TRUE(is_within(*item, changed.size())) << at;
      }
      EXPECT_FALSE(source.outside) << at;
    }
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(taken, 100u);
}

TEST(EfiCapsule, a_source_that_changes_between_two_reads_leads_nowhere) {
  const Bytes right = CapsuleOf{.items = {ItemOf{.support = 3, .pkcs7 = text("p7"), .image = dependency()},
                                          ItemOf{.version = 2, .pkcs7 = text("p7"), .vendor_code = text("v")}}}
                          .build();
  WatchedReader once(right);
  ASSERT_TRUE(efi::Capsule::open(once));
  unsigned taken = 0;
  for (size_t at = 0; at < right.size(); ++at) {
    for (unsigned when = 1; when <= 3 * once.reads; ++when) {
      for (const unsigned change : {0x01u, 0x80u, 0xffu}) {
        WatchedReader source(right);
        source.on_read = [&](Bytes& bytes) {
          if (source.reads == when) bytes[at] ^= std::byte(change);
        };
        const auto opened = efi::Capsule::open(source);
        if (!opened) continue;
        ++taken;
        ASSERT_EQ(opened->items(), 2u);
        for (unsigned number = 0; number < 2; ++number)
          if (const auto item = opened->item(number); item) EXPECT_TRUE(is_within(*item, right.size())) << at;
        EXPECT_FALSE(source.outside) << at << ' ' << when;
      }
    }
  }
  EXPECT_GT(taken, 1000u);
}

TEST(EfiCapsule, signed_bytes_that_are_read_again_may_tell_another_item) {
  Bytes image = dependency();
  append(image, payload(kMss1, 16, "firmware"));
  const Bytes capsule = CapsuleOf{.items = {ItemOf{.support = 3, .pkcs7 = text("p7"), .image = image}}}.build();
  MemoryReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "ok");
  const efi::Item item = *opened->item(0);

  efi::Item again = item;
  ASSERT_TRUE(efi::read_signed(image, again));
  EXPECT_EQ(again.dependency.size, item.dependency.size);
  EXPECT_EQ(again.image.offset, item.image.offset);
  EXPECT_EQ(again.image.size, item.image.size);
  EXPECT_EQ(again.payload_header->version, item.payload_header->version);

  Bytes other = image;
  other[0] = std::byte{14};
  EXPECT_FALSE(efi::read_signed(other, again));
  // Without the bit, as the item may have said when it was found.
  again = item;
  again.image_capsule_support = 1;
  const efi::Verdict hidden = efi::read_signed(image, again);
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().check(), "ImageCapsuleSupport");
  // No payload header any more: all behind the expression is image.
  again = item;
  other = image;
  other[item.dependency.size] = std::byte{'m'};
  ASSERT_TRUE(efi::read_signed(other, again));
  EXPECT_FALSE(again.payload_header);
  EXPECT_EQ(again.image.size, item.image.size + 16);
  EXPECT_EQ(again.image.offset + 16, item.image.offset);
}

TEST(EfiCapsule, an_item_is_found_in_a_few_short_reads_among_65535) {
  CapsuleOf many{.items = std::vector<ItemOf>(65535, ItemOf{.image = text("x")})};
  const Bytes capsule = many.build();
  WatchedReader source(capsule);
  const auto opened = efi::Capsule::open(source);
  ASSERT_EQ(verdict(opened), "ok");
  EXPECT_EQ(opened->items(), 65535u);
  EXPECT_LE(source.reads, 2u + 3 * 65535u);
  EXPECT_LE(source.read_bytes, 3 * capsule.size());

  for (const unsigned number : {0u, 1u, 40000u, 65534u}) {
    source.reads = 0;
    source.read_bytes = 0;
    const auto item = opened->item(number);
    ASSERT_TRUE(item);
    EXPECT_EQ(item->number, number);
    EXPECT_LE(source.reads, 3u);
    EXPECT_LE(source.read_bytes, 200u);
  }
}

}  // namespace
