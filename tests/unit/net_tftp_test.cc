// SPDX-License-Identifier: BSD-2-Clause
#include "net/tftp.hh"

#include "tests/unit/net_lab.hh"

using net_test::Lab;
using net_test::Network;

namespace {

struct Memory final : net::Sink {
  Result<void> announce(uint64_t size) override {
    announced = int64_t(size);
    return size > limit ? failure(Error::NoSpace) : Result<void>();
  }
  Result<void> take(std::span<const std::byte> bytes) override {
    if (data.size() + bytes.size() > limit) return failure(Error::NoSpace);
    data.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  std::string data;
  int64_t announced = -1;
  size_t limit = SIZE_MAX;
};

std::string content(size_t size) {
  std::string data(size, '\0');
  uint32_t state = 1;
  for (char& c : data) c = char((state = state * 1664525 + 1013904223) >> 24);
  return data;
}

struct TftpLab : Lab {
  TftpLab() { set_address(); }
  Result<uint64_t> get(std::string_view name = "file") {
    memory.data.clear();
    return net::tftp_get(Network::kServer, name, memory, refusal, go_on);
  }
  /// Fetches a file of `size` bytes, and whether it came whole.
  bool whole(size_t size) {
    const std::string data = network.tftp.files["file"] = content(size);
    const auto got = get();
    EXPECT_EQ(error_of(got), kNone);
    return got && *got == size && memory.data == data;
  }
  Error error(size_t size = 5000) {
    network.tftp.files["file"] = content(size);
    return error_of(get());
  }

  Memory memory;
  net::Refusal refusal;
  Network::Tftp& server = network.tftp;
};

}  // namespace

TEST(NetTftp, files_of_all_sizes_around_a_block_come_whole) {
  TftpLab lab;
  for (const size_t size : {0, 1, 511, 512, 513, 1427, 1428, 1429, 2855, 2856, 2857, 100'000})
    EXPECT_TRUE(lab.whole(size)) << size;
  EXPECT_EQ(lab.memory.announced, 100'000);
}

TEST(NetTftp, a_server_without_options_sends_blocks_of_512) {
  TftpLab lab;
  lab.server.options = false;
  for (const size_t size : {0, 511, 512, 513, 1024, 70'000}) EXPECT_TRUE(lab.whole(size)) << size;
  EXPECT_EQ(lab.server.blocks, 1u + 1 + 2 + 2 + 3 + 137);
  EXPECT_EQ(lab.memory.announced, -1);
}

TEST(NetTftp, a_server_that_takes_options_for_errors_is_asked_without) {
  TftpLab lab;
  lab.server.options_are_errors = true;
  EXPECT_TRUE(lab.whole(3000));
  EXPECT_EQ(lab.server.reads, 2u);
}

TEST(NetTftp, blocks_are_as_long_as_the_server_wants) {
  TftpLab lab;
  for (const uint16_t most : {8, 9, 512, 1468, 9000}) {
    lab.server.most_block = most;
    EXPECT_TRUE(lab.whole(3000)) << most;
  }
}

TEST(NetTftp, a_file_of_more_than_65535_blocks_comes_whole) {
  TftpLab lab;
  lab.network.delay = 0;
  lab.server.most_block = 8;
  EXPECT_TRUE(lab.whole(8 * 65'600));
  EXPECT_EQ(lab.server.blocks, 65'601u);
}

TEST(NetTftp, a_server_that_stays_at_port_69_is_served) {
  TftpLab lab;
  lab.server.same_port = true;
  EXPECT_TRUE(lab.whole(3000));
}

TEST(NetTftp, what_is_lost_on_either_way_comes_again) {
  for (const bool repeats : {true, false}) {
    TftpLab lab;
    lab.server.repeats = repeats;
    unsigned out = 0, in = 0;
    lab.network.lose = [&](const std::string&) { return ++out % 7 == 0; };
    lab.network.lose_answer = [&](const std::string&) { return ++in % 5 == 0; };
    EXPECT_TRUE(lab.whole(50'000)) << repeats;
  }
}

TEST(NetTftp, blocks_that_come_twice_are_taken_once) {
  TftpLab lab;
  lab.server.twice = 1;
  EXPECT_TRUE(lab.whole(20'000));
}

TEST(NetTftp, blocks_from_a_wrong_port_are_answered_with_an_error_and_not_taken) {
  TftpLab lab;
  lab.server.foreign = 2;
  EXPECT_TRUE(lab.whole(20'000));
  EXPECT_EQ(lab.server.unknown_id, 7u);
}

TEST(NetTftp, blocks_from_another_machine_are_not_taken) {
  TftpLab lab;
  lab.network.lose_answer = [&, inside = false](const std::string& frame) mutable {
    // Whatever the server sends, somebody else sends first, to the same port.
    if (inside || frame.size() < 46 || frame[23] != 17) return false;
    inside = true;
    const auto port = uint16_t(uint8_t(frame[36]) << 8 | uint8_t(frame[37]));
    lab.network.udp(uint16_t(uint8_t(frame[34]) << 8 | uint8_t(frame[35])), port, std::string("\0\3\0\1evil", 8),
                    {{10, 0, 2, 3}});
    inside = false;
    return false;
  };
  EXPECT_TRUE(lab.whole(20'000));
}

TEST(NetTftp, a_missing_file_names_what_the_server_says) {
  TftpLab lab;
  EXPECT_EQ(error_of(lab.get("nothing")), Error::NotFound);
  EXPECT_EQ(lab.refusal.view(), "File not found");
  EXPECT_EQ(lab.refusal.code, 1);
}

TEST(NetTftp, an_error_on_the_way_ends_it) {
  TftpLab lab;
  lab.server.error_at = 3;
  EXPECT_EQ(lab.error(), Error::GenericError);
  EXPECT_EQ(lab.refusal.view(), "disk on fire");
}

TEST(NetTftp, an_error_may_be_without_end_or_without_text) {
  TftpLab lab;
  lab.server.error_at = 1;
  lab.server.raw_at_error = std::string("\0\5\0\2", 4) + std::string(300, 'x');
  EXPECT_EQ(lab.error(), Error::Denied);
  EXPECT_EQ(lab.refusal.view(), std::string(64, 'x'));
  lab.server.raw_at_error = std::string("\0\5\0\3", 4);
  EXPECT_EQ(lab.error(), Error::NoSpace);
  EXPECT_EQ(lab.refusal.view(), "");
}

TEST(NetTftp, packets_that_are_none_end_it_and_the_server_is_told) {
  for (const std::string& packet :
       {std::string("\0\3", 2), std::string("\0\0\0\0", 4), std::string("\0\1x\0octet\0", 10),
        std::string("\1\3\0\2", 4), std::string("\0\7\0\1", 4)}) {
    TftpLab lab;
    lab.server.error_at = 2;
    lab.server.raw_at_error = packet;
    EXPECT_EQ(lab.error(), Error::Malformed) << testing::PrintToString(packet);
    EXPECT_EQ(lab.server.error_code, 4) << testing::PrintToString(packet);
  }
}

TEST(NetTftp, a_block_longer_than_agreed_is_refused) {
  TftpLab lab;
  lab.server.too_long_at = 2;
  EXPECT_EQ(lab.error(), Error::Malformed);
  EXPECT_EQ(lab.server.error_code, 4);
  EXPECT_EQ(lab.memory.data.size(), 1428u);
}

TEST(NetTftp, options_that_were_not_asked_for_or_make_no_sense_are_refused) {
  for (const std::string& options :
       {std::string("blksize\0"
                    "7\0",
                    10),
        std::string("blksize\0"
                    "1469\0",
                    13),
        std::string("blksize\0none\0", 13), std::string("blksize\0", 8), std::string("blksize", 7),
        std::string("blksize\0"
                    "512",
                    11),
        std::string("windowsize\0"
                    "4\0",
                    13),
        std::string("tsize\0-1\0", 9), std::string("\0\0", 2)}) {
    TftpLab lab;
    lab.server.options_reply = options;
    EXPECT_EQ(lab.error(), Error::Malformed) << testing::PrintToString(options);
    EXPECT_EQ(lab.server.error_code, 8) << testing::PrintToString(options);
    EXPECT_TRUE(lab.memory.data.empty());
  }
}

TEST(NetTftp, names_of_options_may_be_in_capitals) {
  TftpLab lab;
  lab.server.most_block = 512;
  lab.server.options_reply = std::string(
      "BLKSIZE\0"
      "512\0TSize\0"
      "5000\0",
      23);
  EXPECT_TRUE(lab.whole(5000));
  EXPECT_EQ(lab.memory.announced, 5000);
}

TEST(NetTftp, a_file_of_another_size_than_announced_is_no_success) {
  for (const int64_t more : {-1, 1, 100'000}) {
    TftpLab lab;
    lab.server.announced_too_much = more;
    EXPECT_EQ(lab.error(), Error::BadCount) << more;
  }
}

TEST(NetTftp, a_file_that_is_too_large_is_refused_before_its_first_byte) {
  TftpLab lab;
  lab.memory.limit = 4999;
  EXPECT_EQ(lab.error(), Error::NoSpace);
  EXPECT_EQ(lab.server.blocks, 0u);
  EXPECT_EQ(lab.server.error_code, 3);
}

TEST(NetTftp, a_file_that_announces_nothing_ends_where_the_room_does) {
  TftpLab lab;
  lab.memory.limit = 4000;
  lab.server.announces = false;
  EXPECT_EQ(lab.error(), Error::NoSpace);
  EXPECT_EQ(lab.memory.data.size(), 2 * 1428u);
  EXPECT_EQ(lab.server.error_code, 3);
}

TEST(NetTftp, nobody_at_the_port_is_known_at_once) {
  TftpLab lab;
  lab.server.listens = false;
  const Ticks start = lab.timeline.elapsed();
  EXPECT_EQ(lab.error(), Error::Refused);
  EXPECT_LT(lab.timeline.elapsed() - start, 500'000u);
}

TEST(NetTftp, a_server_that_dies_on_the_way_is_known_at_once) {
  TftpLab lab;
  lab.server.die_at = 2;
  EXPECT_EQ(lab.error(), Error::Refused);
}

TEST(NetTftp, nobody_at_the_address_ends_in_time) {
  TftpLab lab;
  const Ticks start = lab.timeline.elapsed();
  EXPECT_EQ(error_of(net::tftp_get({{10, 0, 2, 77}}, "file", lab.memory, lab.refusal, Lab::go_on)), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed() - start, 6'100'000u);
}

TEST(NetTftp, a_server_that_falls_silent_ends_in_time) {
  TftpLab lab;
  lab.server.silent_from = 3;
  lab.server.repeats = false;
  const Ticks start = lab.timeline.elapsed();
  EXPECT_EQ(lab.error(), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed() - start, 6'100'000u);
  EXPECT_EQ(lab.memory.data.size(), 2 * 1428u);
}

TEST(NetTftp, a_server_that_repeats_a_block_for_ever_ends_in_time) {
  TftpLab lab;
  lab.server.stutter_at = 3;
  const Ticks start = lab.timeline.elapsed();
  EXPECT_EQ(lab.error(), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed() - start, 6'100'000u);
  EXPECT_EQ(lab.memory.data.size(), 2 * 1428u);
}

TEST(NetTftp, control_c_ends_it_and_the_server_is_told) {
  TftpLab lab;
  Lab::interrupt_at = 200;
  EXPECT_EQ(lab.error(1'000'000), Error::Interrupted);
  EXPECT_EQ(lab.server.errors, 1u);
}

TEST(NetTftp, names_that_are_none_are_not_asked_for) {
  TftpLab lab;
  for (const std::string& name : {std::string(), std::string(201, 'x'), std::string("a\0b", 3)})
    EXPECT_EQ(error_of(lab.get(name)), Error::InvalidParameters);
  EXPECT_EQ(lab.network.tftp.reads, 0u);
  lab.network.tftp.files[std::string(200, 'x')] = "long";
  EXPECT_EQ(lab.get(std::string(200, 'x')), 4u);
}

TEST(NetTftp, it_needs_an_address) {
  Lab lab;
  Memory memory;
  net::Refusal refusal;
  EXPECT_EQ(error_of(net::tftp_get(Network::kServer, "file", memory, refusal, Lab::go_on)), Error::NoAddress);
}

TEST(NetTftp, a_hundred_transfers_that_fail_leave_room_for_one_that_does_not) {
  TftpLab lab;
  for (int i = 0; i < 100; ++i) {
    lab.server.error_at = i % 2;
    lab.server.listens = i % 3 != 0;
    EXPECT_NE(error_of(lab.get(i % 5 ? "file" : "nothing")), kNone);
  }
  lab.server.error_at = 0;
  lab.server.listens = true;
  EXPECT_TRUE(lab.whole(3000));
}
