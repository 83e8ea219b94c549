# SPDX-License-Identifier: BSD-2-Clause
# tools/deps/deps.mk - the sources of others that a build needs, fetched from the distribution when first wanted.

# libfdt reads the device tree. LIBFDT=dir takes one of yours.
LIBFDT ?= build/deps/dtc/libfdt
ifeq ($(LIBFDT),build/deps/dtc/libfdt)
libfdt_files := fdt fdt_addresses fdt_check fdt_empty_tree fdt_overlay fdt_ro fdt_rw fdt_strerror fdt_sw fdt_wip
libfdt_headers := fdt.h libfdt.h libfdt_env.h libfdt_internal.h
$(addprefix $(LIBFDT)/,$(libfdt_files:=.c) $(libfdt_headers)) &: tools/deps/pins | setup-build
	@echo "  FETCH $(LIBFDT)"; tools/deps/source dtc build/deps/dtc libfdt
endif

# lwIP: IPv4, ARP, ICMP, UDP and DHCP. LWIP=dir takes one of yours.
LWIP ?= build/deps/lwip
lwip_files := core/def core/inet_chksum core/init core/ip core/mem core/memp core/netif core/pbuf core/raw core/udp \
              core/ipv4/dhcp core/ipv4/etharp core/ipv4/icmp core/ipv4/ip4 core/ipv4/ip4_addr netif/ethernet
lwip_port  := $(wildcard net/lwip/*.h net/lwip/arch/*.h)  # no compiler tells who includes system headers
lwip_ready := $(LWIP)/src/include/lwip/init.h
lwip_cpp   := -isystem net/lwip -isystem $(LWIP)/src/include
ifeq ($(LWIP),build/deps/lwip)
$(lwip_ready) $(lwip_files:%=$(LWIP)/src/%.c) &: tools/deps/pins | setup-build
	@echo "  FETCH $(LWIP)"; rm -rf $(LWIP); tools/deps/source lwip $(LWIP)
endif

# mbedTLS: digests, RSA, ECDSA. Of the rest only what its sources name in functions that nothing calls. MBEDTLS=dir takes
# one of yours.
MBEDTLS ?= build/deps/mbedtls
mbedtls_files := asn1parse asn1write bignum bignum_core constant_time ecdsa ecp ecp_curves md memory_buffer_alloc oid \
                 platform platform_util rsa rsa_alt_helpers sha256 sha512
mbedtls_port  := $(wildcard crypto/mbedtls/*.h crypto/libc/*.h crypto/libc/*/*.h)
mbedtls_ready := $(MBEDTLS)/include/mbedtls/build_info.h
mbedtls_cpp   := -isystem crypto -isystem $(MBEDTLS)/include
ifeq ($(MBEDTLS),build/deps/mbedtls)
$(mbedtls_ready) $(mbedtls_files:%=$(MBEDTLS)/library/%.c) &: tools/deps/pins | setup-build
	@echo "  FETCH $(MBEDTLS)"; rm -rf $(MBEDTLS); tools/deps/source mbedtls $(MBEDTLS) include library
endif

# TF-A, the platform that others wrote: tests/interop/tfa adds to it, nothing in it is changed.
TFA ?= build/deps/tfa
ifeq ($(TFA),build/deps/tfa)
$(TFA)/Makefile: tools/deps/pins | setup-interop
	@echo "  FETCH $(TFA)"; rm -rf $(TFA); tools/deps/source tfa $(TFA)
endif

# QEMU's plugin interface, for tools that count instructions. The header must be that of the emulator's version; of one
# that is not pinned, its next of kin does, for the interface keeps its number through a series.
QEMU_PLUGIN_H := build/deps/qemu-plugin/qemu-plugin.h
$(QEMU_PLUGIN_H): tools/deps/pins tools/deps/qemu-version | setup-bench
	@version=$$(tools/deps/qemu-version) && echo "  FETCH $@ of QEMU $$version" && \
	  tools/deps/source qemu=$$version build/deps/qemu include/qemu/qemu-plugin.h && \
	  mkdir -p $(@D) && mv build/deps/qemu/include/qemu/qemu-plugin.h $@ && rm -r build/deps/qemu

# U-Boot for QEMU virt, the peer of the bench. UBOOT=u-boot.bin takes one of yours.
UBOOT ?= build/deps/u-boot/u-boot.bin
ifeq ($(UBOOT),build/deps/u-boot/u-boot.bin)
$(UBOOT): tools/deps/pins | setup-bench
	@echo "  FETCH $@"; tools/deps/source u-boot-qemu build/deps/u-boot/package usr/lib/u-boot/qemu_arm64/u-boot.bin
	@mv build/deps/u-boot/package/usr/lib/u-boot/qemu_arm64/u-boot.bin $@; rm -r build/deps/u-boot/package
endif

# EDK2's tools, for GenerateCapsule.py. EDK2=dir takes one of yours.
EDK2 ?= build/deps/edk2
edk2_python := $(EDK2)/BaseTools/Source/Python
edk2_members := Capsule Common/Edk2 Common/Uefi Common/__init__.py
ifeq ($(EDK2),build/deps/edk2)
$(edk2_python)/Capsule/GenerateCapsule.py: tools/deps/pins | setup-interop
	@echo "  FETCH $(EDK2)"; rm -rf $(EDK2)
	@tools/deps/source edk2 $(EDK2) $(edk2_members:%=BaseTools/Source/Python/%)
endif
