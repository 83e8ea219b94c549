// SPDX-License-Identifier: BSD-2-Clause
// net/lwip/lwippools.h - the sizes of memory that lwIP asks for. Included more than once.

// ARP, acknowledgements, requests of TFTP, DHCP (308 bytes and the headers), a ping of ours: one is sent at a time, and
// one waits for each address that is being resolved.
// A ping from somebody else is answered with a copy of its frame.
LWIP_MALLOC_MEMPOOL_START
LWIP_MALLOC_MEMPOOL(8, 448)
LWIP_MALLOC_MEMPOOL(2, 1600)
LWIP_MALLOC_MEMPOOL_END
