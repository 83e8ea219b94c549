# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/vhost-device.mk - rust-vmm's SCMI server for vhost-user, from the crate registry with its locked
# dependencies. Unoptimised is built fastest; checks that its releases do not have are left out.

vhost_device_version := 0.4.0
vhost_device := build/interop/vhost-device/bin/vhost-device-scmi
$(vhost_device): tests/interop/vhost-device.mk | setup-interop
	@echo "  CARGO $@"; mkdir -p build/interop/vhost-device
	@CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_DEV_OVERFLOW_CHECKS=false CARGO_PROFILE_DEV_DEBUG_ASSERTIONS=false \
	  CARGO_TARGET_DIR=build/interop/vhost-device/target $(CARGO) install --quiet --locked --debug --force --no-track \
	  --version $(vhost_device_version) --root build/interop/vhost-device vhost-device-scmi \
	  >build/interop/vhost-device/log 2>&1 || { tail -n 30 build/interop/vhost-device/log; exit 1; }
	@rm -r build/interop/vhost-device/target; touch $@
CARGO ?= cargo
