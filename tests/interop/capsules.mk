# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules.mk - capsules of this project through the programs of others, and theirs through ours.

capsule_peers := u-boot $(edk2_python)/Capsule/GenerateCapsule.py
#? make interop-capsules [T=name]   capsules through U-Boot, EDK2's tool and openssl, both ways
.PHONY: interop-capsules
interop-capsules: setup-interop images $(capsule_peers) capsule build/venv/.done
	@EDK2=$(EDK2) tests/system/run "$(T)" $(ARCH:%=tests/interop/capsules:%)
