// SPDX-License-Identifier: BSD-2-Clause
// net/lwip/lwipopts.h - lwIP as a firmware needs it: one interface that is polled, IPv4, ARP, ICMP, UDP, DHCP.
#ifndef NET_LWIP_LWIPOPTS_H
#define NET_LWIP_LWIPOPTS_H

#ifdef CONFIG_HOST
#define MEMP_OVERFLOW_CHECK   2  // in tests: pools are looked through at every step
#endif

// Nobody else is there: no threads, no locks, and timers that are called by net/stack.cc.
#define NO_SYS                1
#define SYS_LIGHTWEIGHT_PROT  0
#define LWIP_TIMERS           0
#define LWIP_SINGLE_NETIF     1
#define LWIP_NETCONN          0
#define LWIP_SOCKET           0

// Memory of a fixed size, in pools (lwippools.h): nothing fragments, and a flood of frames uses up its own pool only.
#define MEM_ALIGNMENT         8
#define MEM_USE_POOLS         1
#define MEM_USE_POOLS_TRY_BIGGER_POOL 1
#define MEMP_USE_CUSTOM_POOLS 1
#define MEMP_NUM_PBUF         4  // frames come in one at a time, and nothing keeps them
#define PBUF_POOL_SIZE        0
#define MEMP_NUM_UDP_PCB      2  // DHCP, TFTP
#define MEMP_NUM_RAW_PCB      1  // of the one who waits for something

#define LWIP_IPV4             1
#define LWIP_IPV6             0
#define LWIP_TCP              0
#define LWIP_UDP              1
#define LWIP_RAW              1
#define LWIP_ICMP             1
#define LWIP_ARP              1
#define LWIP_DHCP             1
#define LWIP_ACD              0
// A conflict is the server's to find: asking around for each address it gives would cost seconds of every start.
#define LWIP_DHCP_DOES_ACD_CHECK 0
#define LWIP_DHCP_BOOTP_FILE  1  // the next server
#define LWIP_DHCP_MAX_NTP_SERVERS 0

#define ARP_TABLE_SIZE        8
#define ARP_QUEUEING          0  // the last packet waits for an address; who asked repeats the others
#define ETHARP_SUPPORT_STATIC_ENTRIES 0

// TFTP's blocks fit a frame. Reassembly is memory and attacks for nothing.
#define IP_REASSEMBLY         0
#define IP_FRAG               0
#define IP_FORWARD            0
#define IP_OPTIONS_ALLOWED    0

#define LWIP_CHKSUM_ALGORITHM 3  // by words: every byte that arrives is summed
#define LWIP_STATS            0
#define LWIP_DEBUG_TIMERNAMES 0
#define LWIP_NETIF_TX_SINGLE_PBUF 0

#endif
