# SPDX-License-Identifier: BSD-2-Clause
# tests/model/model.mk - QEMU with the project's own machine for the MACCHIATObin.

model := build/model/qemu-system-aarch64
model_sources := $(wildcard tests/model/macchiatobin/*.[ch] tests/model/macchiatobin/*.mak) tests/model/build \
                 $(addprefix tests/model/,requirements.txt macchiatobin/Kconfig macchiatobin/meson.build)
#? make model               QEMU with the machine macchiatobin, built once (a few minutes)
.PHONY: model
model: $(model)
$(model): $(model_sources) tools/deps/pins | setup-interop ; @tests/model/build
