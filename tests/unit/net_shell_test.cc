// SPDX-License-Identifier: BSD-2-Clause
// The network's commands as they are typed.
#include "net/stack.hh"

#include "tests/fake/network.hh"
#include "tests/unit/shell_lab.hh"

using fake::Network;

namespace {

struct NetLab : shell_test::Lab {
  NetLab() { net::attach(network, machine.timeline.time, nullptr); }
  ~NetLab() { net::detach(); }

  /// How much RAM is free; it begins at address().
  void lend(size_t size) { machine.ram.assign(size, std::byte{}); }
  std::string address() const {
    return (std::ostringstream() << std::hex << std::showbase << machine.ram_address()).str();
  }
  std::string in_ram(size_t size) const { return {reinterpret_cast<const char*>(machine.ram.data()), size}; }
  std::string tftp(const std::string& file) { return run("tftp " + address() + " " + file); }

  Network network{machine.timeline};
};

}  // namespace

TEST(NetShell, without_a_card_each_command_says_so) {
  shell_test::Lab lab;
  for (const char* line : {"dhcp", "net info", "net set 10.0.2.15/24", "ping 10.0.2.2", "tftp 0x1000 10.0.2.2:file"}) {
    EXPECT_TRUE(lab.run(line).ends_with(": no such device\n")) << line;
    EXPECT_EQ(lab.error, Error::NoDevice) << line;
  }
}

TEST(NetShell, dhcp_shows_what_it_got) {
  NetLab lab;
  EXPECT_EQ(lab.run("dhcp"),
            "address 10.0.2.15 mask 255.255.255.0 for 3600 s from 10.0.2.2\n"
            "gateway 10.0.2.2\n"
            "files from 10.0.2.2\n");
}

TEST(NetShell, dhcp_without_a_server_ends_in_one_line) {
  NetLab lab;
  lab.network.dhcp.silent = true;
  EXPECT_EQ(lab.run("dhcp"), "error: dhcp: no answer within the time limit\n");
}

TEST(NetShell, the_interface_is_listed_for_people_and_machines) {
  NetLab lab;
  lab.run("net set 10.0.2.15/24 10.0.2.2");
  const auto lines = lab.lines("net info");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[1].starts_with("52:54:00:12:34:56 yes     up   10.0.2.15           24 10.0.2.2")) << lines[1];
  EXPECT_LE(lines[0].size(), 120u);
  EXPECT_NE(lab.run("net info -j").find(R"("address":"10.0.2.15","prefix":24,"gateway":"10.0.2.2")"),
            std::string::npos);
}

TEST(NetShell, addresses_that_are_none_are_refused) {
  NetLab lab;
  EXPECT_EQ(lab.run("net set 10.0.2.15"), "error: address: not a number that fits\n");
  EXPECT_EQ(lab.run("net set 10.0.2.15/33"), "error: address: not a number that fits\n");
  EXPECT_EQ(lab.run("net set 10.0.2/24"), "error: address: not a number that fits\n");
  EXPECT_EQ(lab.run("net set 10.0.2.15/24 x"), "error: gateway: not a number that fits\n");
  EXPECT_EQ(lab.run("net set 127.0.0.1/8"), "error: network: parameters refused (INVALID_PARAMETERS)\n");
  EXPECT_EQ(lab.run("ping somebody"), "error: somebody: not a number that fits\n");
  EXPECT_EQ(lab.run("ping 10.0.2.2"), "error: 10.0.2.2: no network address\n");
}

TEST(NetShell, ping_counts_answers) {
  NetLab lab;
  lab.run("net set 10.0.2.15/24");
  const auto lines = lab.lines("ping 10.0.2.2 3");
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_TRUE(lines[2].starts_with("3: 0.000")) << lines[2];
  EXPECT_EQ(lines[3], "3 of 3 answered");
  EXPECT_EQ(lab.error, Error{});
}

TEST(NetShell, ping_without_an_answer_fails) {
  NetLab lab;
  lab.run("net set 10.0.2.15/24");
  lab.network.pinging.silent = true;
  EXPECT_EQ(lab.run("ping 10.0.2.2 2"),
            "1: no answer\n2: no answer\n0 of 2 answered\nerror: 10.0.2.2: no answer within the time limit\n");
}

TEST(NetShell, control_c_ends_a_ping_between_two_questions) {
  NetLab lab;
  lab.run("net set 10.0.2.15/24");
  unsigned looks = 0;
  lab.terminal.on_look = [&] {
    if (++looks == 100) lab.terminal.type("\x03");
  };
  lab.run("ping 10.0.2.2 1000");
  EXPECT_EQ(lab.error, Error::Interrupted);
}

TEST(NetShell, a_file_is_in_memory_with_its_checksum) {
  NetLab lab;
  lab.run("dhcp");
  lab.network.tftp.files["digits"] = "123456789";
  const std::string said = lab.tftp("digits");
  EXPECT_TRUE(said.starts_with("9 bytes at " + lab.address() + ", crc32 cbf43926, "))
      << said;  // the check value of this CRC
  EXPECT_EQ(lab.in_ram(9), "123456789");
  EXPECT_TRUE(lab.tftp("10.0.2.2:digits").starts_with("9 bytes")) << "a server that is named";
}

TEST(NetShell, an_empty_file_needs_no_memory) {
  NetLab lab;
  lab.run("dhcp");
  lab.network.tftp.files["nothing"] = "";
  EXPECT_TRUE(lab.run("tftp 0x1000 nothing").starts_with("0 bytes at 0x1000, crc32 00000000, "));
}

TEST(NetShell, memory_that_is_not_free_stays_as_it_is) {
  NetLab lab;
  lab.run("dhcp");
  lab.lend(4999);
  lab.network.tftp.files["file"] = std::string(5000, 'x');
  EXPECT_EQ(lab.tftp("file"), "error: memory: address not mapped\n");
  EXPECT_EQ(lab.in_ram(4999), std::string(4999, '\0'));
  // A server that does not say how much comes fills whole blocks of what is there, and no more.
  lab.network.tftp.announces = false;
  EXPECT_EQ(lab.tftp("file"), "error: memory: address not mapped\n");
  EXPECT_EQ(lab.run("tftp 0xffffffffffffffff file"), "error: memory: address not mapped\n");
}

TEST(NetShell, what_the_server_says_is_shown_harmlessly) {
  NetLab lab;
  lab.run("dhcp");
  EXPECT_EQ(lab.run("tftp 0x1000 missing"), "10.0.2.2 says: File not found\nerror: missing: not found (NOT_FOUND)\n");
  lab.lend(5000);
  lab.network.tftp.files["file"] = std::string(5000, 'x');
  lab.network.tftp.error_at = 1;
  lab.network.tftp.raw_at_error = std::string("\0\5\0\2\x1b[2Jhi\n\0", 12);
  EXPECT_EQ(lab.tftp("file"), "10.0.2.2 says: .[2Jhi.\nerror: file: permission denied (DENIED)\n");
}

TEST(NetShell, a_server_that_is_not_there_is_named) {
  NetLab lab;
  lab.run("net set 10.0.2.15/24");
  EXPECT_EQ(lab.tftp("file"), "error: server: no network address\n");
  EXPECT_EQ(lab.run("tftp 0x1000 10.0.2.77:file"), "error: server: no answer within the time limit\n");
  lab.network.tftp.listens = false;
  EXPECT_EQ(lab.run("tftp 0x1000 10.0.2.2:file"), "error: server: nobody listens there\n");
}

TEST(NetShell, the_checksum_of_memory_is_that_of_its_bytes) {
  shell_test::Lab lab;
  const std::string digits = "123456789";
  for (size_t i = 0; i < digits.size(); ++i) lab.machine.cells[0x1007 + i] = uint8_t(digits[i]);
  EXPECT_EQ(lab.run("crc32 0x1007 9"), "cbf43926\n");
  EXPECT_EQ(lab.run("crc32 0x1000 0"), "00000000\n");
  EXPECT_EQ(lab.run("crc32 0x1007 10"), "error: memory: address not mapped\n");
}
