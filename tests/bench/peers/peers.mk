# SPDX-License-Identifier: BSD-2-Clause
# tests/bench/peers/peers.mk - figures beside those of another firmware, measured in the same minute on this machine.

#? make bench-peers         virtio here and in U-Boot; these depend on the host, too, and only inform
.PHONY: bench-peers
bench-peers: setup-bench images $(UBOOT) build/bench/libsmcprof.so
	@/usr/bin/python3 tests/bench/peers/peers.py $(UBOOT)
