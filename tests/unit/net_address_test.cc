// SPDX-License-Identifier: BSD-2-Clause
#include "net/address.hh"

#include <gtest/gtest.h>

using net::Ipv4;
using net::parse_ipv4;

TEST(NetAddress, four_numbers_are_an_address) {
  EXPECT_EQ(parse_ipv4("10.0.2.15"), (Ipv4{{10, 0, 2, 15}}));
  EXPECT_EQ(parse_ipv4("255.255.255.0"), (Ipv4{{255, 255, 255, 0}}));
  EXPECT_EQ(parse_ipv4("0.0.0.0"), Ipv4{});
}

TEST(NetAddress, anything_else_is_none) {
  for (const char* text :
       {"", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", "1..2.3", "256.0.0.1", "1.2.3.x", "1.2.3.4 ",
        " 1.2.3.4", "01.2.3.4", "0x1.2.3.4", "1.2.3.-4", "1.2.3.4444", "1.2.3.0004"})
    EXPECT_EQ(error_of(parse_ipv4(text)), Error::BadNumber) << text;
}

TEST(NetAddress, addresses_print_as_people_write_them) {
  EXPECT_EQ(net::Text(Ipv4{{192, 168, 100, 200}}).view(), "192.168.100.200");
  EXPECT_EQ(net::Text(Ipv4{{255, 255, 255, 255}}).view(), "255.255.255.255");
  EXPECT_EQ(net::Text(Ipv4{}).view(), "0.0.0.0");
  EXPECT_EQ(net::Text(net::Mac{{0x52, 0x54, 0, 0x12, 0xab, 0xff}}).view(), "52:54:00:12:ab:ff");
}

TEST(NetAddress, some_addresses_are_of_no_machine) {
  for (const Ipv4 address :
       {Ipv4{}, Ipv4{{0, 0, 0, 1}}, Ipv4{{127, 0, 0, 1}}, Ipv4{{224, 0, 0, 1}}, Ipv4{{255, 255, 255, 255}}})
    EXPECT_FALSE(address.is_host()) << net::Text(address).view();
  EXPECT_TRUE((Ipv4{{10, 0, 2, 15}}.is_host()));
  EXPECT_TRUE((Ipv4{{223, 255, 255, 254}}.is_host()));
}
