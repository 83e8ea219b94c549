# SPDX-License-Identifier: BSD-2-Clause
# What runs on the host: unit tests, fuzzers, coverage, checks of the sources. Included by the top Makefile.
#? make test                             all boards, lint, unit tests, fuzz smoke, capsules and disks of others, QEMU
#? make check T=scmi.clock               unit tests; T: a.b is tests/unit/a_b_test.cc, anything else a filter of GoogleTest's
#? make check32 T=scmi.clock             the same where addresses, sizes and longs have 32 bits, as on 32-bit Arm
#? make fuzz T=scmi_reply SECONDS=60     one of tests/fuzz/
#? make fuzz-smoke                       each of them for a few seconds
#? make coverage                         lines of scmi/ and virtio/ that the unit tests reach
#? make lint                             layers, format, clang-tidy, house rules, stack bound
#? make stack [BOARD=qemu_arm]           the deepest stack of a firmware, function by function
#? make compdb                           compile_commands.json for clangd
H       := build/host
HOSTCXX ?= g++
HOSTCC  ?= gcc
CHECKCXX ?= clang++-19
CHECKCC  ?= clang-19

# Everything that knows no CPU and no board is built for the host: lib/ but for the functions that libc has already, and
# of the drivers those that ask nothing of arch/. Tests, fakes and fuzzers are found by wildcard.
host_sources := $(filter-out lib/mem.cc lib/cxx.cc,$(wildcard $(addsuffix /*.cc,lib scmi scmi/platform shell virtio net efi disk crypto))) \
                $(if $(wildcard drivers/*.cc),$(shell grep -L '"arch/' drivers/*.cc)) \
                $(addprefix board/,common/update.cc $(addprefix macchiatobin/,banks.cc boot_copy.cc boot_image.cc)) \
                $(filter-out %/main.cc,$(wildcard tools/scmi-vhost-user/*.cc))
unit_sources := $(wildcard tests/unit/*.cc)
fake_sources := $(wildcard tests/fake/*.cc)
fuzzers      := $(patsubst tests/fuzz/%.cc,%,$(wildcard tests/fuzz/*.cc))
host_libfdt  := fdt fdt_addresses fdt_check fdt_empty_tree fdt_ro fdt_rw fdt_strerror fdt_sw fdt_wip

host_flags   := -std=c++23 -DCONFIG_HOST -DCONFIG_VIRTIO -DCONFIG_NET -DCONFIG_CAPSULE -DCONFIG_FLASH -DCONFIG_MMC -DCONFIG_SELFTEST -I. -isystem $(LIBFDT) $(lwip_cpp) $(mbedtls_cpp) -fno-exceptions -fno-rtti -g -fno-omit-frame-pointer -MMD -MP
test_warn    := $(filter-out -Wconversion,$(warn)) -Wno-dangling-else
# Unit tests and fuzzers are linked with the same objects, hence what tells a fuzzer where it has been.
sanitize     := -fsanitize=address,undefined -fno-sanitize=vptr,function -fno-sanitize-recover=all
check_flags  := -O1 $(sanitize) -fsanitize=fuzzer-no-link -fsanitize-coverage=trace-loads
check_test_flags := -gmlt $(sanitize)
cover_flags  := -O0 --coverage
# Of 32 bits. The kernel's headers lie where 64 bits look for them; mbedTLS's assembly for i386 wants all registers.
check32_flags := -O1 -m32 -msse2 -mfpmath=sse -idirafter /usr/include/x86_64-linux-gnu -DMULADDC_CANNOT_USE_EBX \
                 -fsanitize=bounds,undefined -fno-sanitize=vptr -fno-sanitize-recover=all

# As many jobs as there are processors, unless the caller said how many.
jobs = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# $(1) folder below build/host, $(2) C++ compiler, $(3) C compiler, $(4) its flags, $(5) those of unit tests, which are
# compiled once and run once: unoptimised, that is the shorter sum by minutes. libfdt, lwIP and mbedTLS are not ours: no
# UBSan there.
define host_build
$(H)/$(1)/tests/unit/%.o: tests/unit/%.cc | setup-test $(LIBFDT)/libfdt.h $(lwip_ready) $(mbedtls_ready)
	@mkdir -p $$(@D); echo "  HOST  $$<"
	@$(2) $$(host_flags) $$(test_warn) $(5) -O0 -c $$< -o $$@
$(H)/$(1)/tests/%.o: tests/%.cc | setup-test $(LIBFDT)/libfdt.h $(lwip_ready) $(mbedtls_ready)
	@mkdir -p $$(@D); echo "  HOST  $$<"
	@$(2) $$(host_flags) $$(test_warn) $(4) -c $$< -o $$@
$(H)/$(1)/%.o: %.cc | setup-test $(LIBFDT)/libfdt.h $(lwip_ready) $(mbedtls_ready)
	@mkdir -p $$(@D); echo "  HOST  $$<"
	@$(2) $$(host_flags) $$(warn) $(4) -c $$< -o $$@
$(H)/$(1)/libfdt/%.o: $(LIBFDT)/%.c | setup-test
	@mkdir -p $$(@D); echo "  HOST  $$<"
	@$(3) -I$(LIBFDT) -g -fno-omit-frame-pointer $(subst $(comma)undefined,,$(4)) -c $$< -o $$@
$(H)/$(1)/lwip/%.o: $(LWIP)/src/%.c $(lwip_port) | setup-test
	@mkdir -p $$(@D); echo "  HOST  $$<"
	@$(3) $(lwip_cpp) -DCONFIG_HOST -g -fno-omit-frame-pointer $(subst $(comma)undefined,,$(4)) -c $$< -o $$@
$(H)/$(1)/mbedtls/%.o: $(MBEDTLS)/library/%.c $(mbedtls_port) | setup-test
	@mkdir -p $$(@D); echo "  HOST  $$<"
	@$(3) $(mbedtls_cpp) -g -fno-omit-frame-pointer $(subst $(comma)undefined,,$(4)) -c $$< -o $$@
$(H)/$(1)/board_keys.o: $(H)/board_keys.cc
	@mkdir -p $$(@D); $(2) $$(host_flags) $$(warn) $(4) -c $$< -o $$@
$(1)_objects := $$(host_sources:%.cc=$(H)/$(1)/%.o) $$(fake_sources:%.cc=$(H)/$(1)/%.o) \
                $$(host_libfdt:%=$(H)/$(1)/libfdt/%.o) $$(lwip_files:%=$(H)/$(1)/lwip/%.o) \
                $$(mbedtls_files:%=$(H)/$(1)/mbedtls/%.o)
endef
comma := ,
usual     := $(H)/check/usual.pch
see_usual := -include tests/usual.hh
$(eval $(call host_build,check,$(CHECKCXX),$(CHECKCC),$(check_flags),$(check_test_flags) -include-pch $(usual)))
$(eval $(call host_build,check32,$(HOSTCXX),$(HOSTCC),$(check32_flags),$(check32_flags) -g0 -fno-sanitize=all $(see_usual)))
$(eval $(call host_build,cover,$(HOSTCXX),$(HOSTCC),$(cover_flags),$(cover_flags) $(see_usual)))

# Unit tests. T=scmi.clock becomes the suites ScmiClock*, which is how the suites of scmi_clock_test.cc begin.
check_tests := $(unit_sources:%.cc=$(H)/check/%.o) $(H)/check/tests/main.o $(H)/check/board_keys.o
check32_tests := $(unit_sources:%.cc=$(H)/check32/%.o) $(addprefix $(H)/check32/,tests/main.o board_keys.o gtest.o)
cover_tests := $(unit_sources:%.cc=$(H)/cover/%.o) $(H)/cover/tests/main.o $(H)/cover/board_keys.o
$(H)/board_keys.cc: tools/keys tests/keys/all ; @mkdir -p $(@D); tools/keys tests/keys/all $@
-include $(H)/board_keys.cc.d
$(check_tests): $(usual)
$(usual): tests/usual.hh | setup-test $(LIBFDT)/libfdt.h
	@mkdir -p $(@D); echo "  HOST  $<"; $(CHECKCXX) $(host_flags) $(test_warn) $(check_test_flags) -O0 -x c++-header $< -o $@
-include $(usual:.pch=.d)
$(H)/check/unit: $(check_objects) $(check_tests) ; @$(CHECKCXX) $(check_flags) -fuse-ld=lld $^ -lgtest -lpthread -o $@
$(H)/check32/unit: $(check32_objects) $(check32_tests) ; @$(HOSTCXX) $(check32_flags) $^ -lpthread -o $@
$(H)/check32/gtest.o:
	@mkdir -p $(@D); cd $(GTEST) && $(HOSTCXX) -m32 -O1 -I. -idirafter /usr/include/x86_64-linux-gnu -c src/gtest-all.cc -o $(CURDIR)/$@
$(H)/cover/unit: $(cover_objects) $(cover_tests) ; @$(HOSTCXX) $(cover_flags) $^ -lgtest -lpthread -o $@
unit_filter = $(if $(T),--gtest_filter='$(shell echo '$(T)' | sed -E '/[A-Z*:]/!{s/(^|[._])([a-z])/\U\2/g;s/$$/*/}')')
# One process for each processor, but for a few tests only one.
shards = $(if $(T),1,$(shell nproc))
check:
	@$(MAKE) $(jobs) $(H)/check/unit
	@seq 0 $$(($(shards) - 1)) | xargs -P $(shards) -I{} env GTEST_TOTAL_SHARDS=$(shards) GTEST_SHARD_INDEX={} \
	  timeout --kill-after=5 1200 $(H)/check/unit --gtest_brief=1 $(unit_filter)

# GoogleTest comes built for the host's own width alone.
GTEST ?= /usr/src/googletest/googletest
check32:
	@[ "$$(uname -m)" = x86_64 ] || { echo "make check32: expected a host x86_64, this one is $$(uname -m)"; exit 2; }
	@tools/setup check32
	@$(MAKE) $(jobs) $(H)/check32/unit
	@$(H)/check32/unit --gtest_brief=1 $(unit_filter)

coverage:
	@$(MAKE) $(jobs) $(H)/cover/unit
	@find $(H)/cover -name '*.gcda' -delete; $(H)/cover/unit --gtest_brief=1
	@gcovr --root . --filter scmi/ --filter virtio/ $(H)/cover

# Fuzzers: what they find new is kept below build/host; seeds and past failures are in tests/fuzz/corpus/.
$(addprefix $(H)/fuzz/,$(fuzzers)): $(H)/fuzz/%: $(H)/check/tests/fuzz/%.o $(check_objects) $(H)/check/board_keys.o
	@mkdir -p $(@D); $(CHECKCXX) $(check_flags) -fsanitize=fuzzer -fuse-ld=lld $^ -lgtest -o $@
fuzz_trees := $(patsubst tests/fuzz/corpus/%.dts,$(H)/fuzz/seeds/%.dtb,$(wildcard tests/fuzz/corpus/*/*.dts))
$(fuzz_trees): $(H)/fuzz/seeds/%.dtb: tests/fuzz/corpus/%.dts ; @mkdir -p $(@D); dtc -q -I dts -O dtb -o $@ $<
fuzz_dirs = $(H)/fuzz/corpus/$(1) $(wildcard $(H)/fuzz/seeds/$(1) tests/fuzz/corpus/$(1))
fuzz_run  = mkdir -p $(H)/fuzz/corpus/$(1) && $(H)/fuzz/$(1) -close_fd_mask=1 -timeout=10 -max_total_time=$(2) \
            -artifact_prefix=$(H)/fuzz/$(1)- $(fuzz_dirs)
fuzz:
	@$(if $(filter $(T),$(fuzzers)),,echo "make fuzz T=: expected one of: $(fuzzers)"; exit 2)
	@$(MAKE) $(jobs) $(H)/fuzz/$(T) $(fuzz_trees)
	@$(call fuzz_run,$(T),$(SECONDS))
fuzz-smoke:
	@$(MAKE) $(jobs) $(addprefix $(H)/fuzz/,$(fuzzers)) $(fuzz_trees)
	@$(MAKE) $(jobs) $(addprefix fuzz-smoke-,$(fuzzers))
fuzz-smoke-%:
	@echo "  FUZZ  $*"; ($(call fuzz_run,$*,2)) >$(H)/fuzz/$*.log 2>&1 || { tail -n 60 $(H)/fuzz/$*.log; exit 1; }

# Checks of the sources. clang-tidy reads a file again when it or a header of it has changed, as its object tells; what
# does not build for the host is read as for the firmware.
cross_sources := $(filter-out $(host_sources) lib/mem.cc lib/cxx.cc,\
                   $(wildcard arch/*.cc board/*/*.cc board/*/arm64/*.cc drivers/*.cc))
tidy_cross    := --target=aarch64-linux-gnu -std=c++23 -I. -Ilib/libc -ffreestanding -mgeneral-regs-only -fno-exceptions \
                 -fno-rtti -include build/qemu_arm64/config.h -isystem $(LIBFDT) $(lwip_cpp)
formatted      = $(shell git ls-files -co --exclude-standard '*.cc' '*.hh')
tidy           = build/lint/bin/clang-tidy --quiet $< -- $(1) 2>$@.log >$@.out || \
                 { cat $@.out; grep -h error: $@.log; exit 1; }
$(H)/tidy/%.ok: %.cc .clang-tidy $(H)/check/%.o | build/lint/.done
	@mkdir -p $(@D); echo "  TIDY  $<"; $(call tidy,$(filter-out -MMD -MP,$(host_flags))) && touch $@
$(H)/tidy/cross/%.ok: %.cc .clang-tidy $(wildcard $(addsuffix /*.hh,lib arch arch/* drivers scmi shell)) \
  build/qemu_arm64/config.h | build/lint/.done
	@mkdir -p $(@D); echo "  TIDY  $<"; $(call tidy,$(tidy_cross)) && touch $@
lint-tidy: $(host_sources:%.cc=$(H)/tidy/%.ok) $(cross_sources:%.cc=$(H)/tidy/cross/%.ok)
lint: setup-test
	@tests/lint/layers.py
	@tests/lint/house.py
	@clang-format-19 --dry-run -Werror $(formatted) || { echo "lint: clang-format-19 -i FILE puts it right"; exit 1; }
	@$(MAKE) $(jobs) BOARD=qemu_arm64 LLVM= -k lint-tidy
	@for elf in $(wildcard build/*/firmware.elf); do tests/lint/image.py $$elf || exit 1; done
	@for t in image stack; do \
	  /usr/bin/python3 tests/lint/$${t}_test.py >build/$${t}_test.log 2>&1 || { cat build/$${t}_test.log; exit 1; }; done
	@for elf in $(wildcard $(stack_elf)); do tests/lint/stack.py $$elf || exit 1; done
stack_elf := $(addprefix build/,$(addsuffix /firmware.elf,qemu_arm64 qemu_arm64_min macchiatobin qemu_arm qemu_arm_min))
stack:
	@$(MAKE) BOARD=$(BOARD) && tests/lint/stack.py $(O)/firmware.elf -v

# Programs from PyPI.
build/venv/.done: tests/system/requirements.txt
build/lint/.done: tests/lint/requirements.txt
build/venv/.done build/lint/.done: | setup-build
	@echo "setup: installing what $< names into $(@D)"
	@rm -rf $(@D); /usr/bin/python3 -m venv $(@D) && $(@D)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

# For clangd and other tools that want to know how a file is compiled.
compdb:
	@$(MAKE) BOARD=qemu_arm64 build/qemu_arm64/config.h
	@tests/lint/compdb.py clang++-19 '$(filter-out -MMD -MP,$(host_flags))' $(host_sources) $(unit_sources) $(fake_sources) \
	  tests/main.cc $(wildcard tests/fuzz/*.cc) -- '$(tidy_cross)' $(cross_sources) lib/mem.cc lib/cxx.cc > compile_commands.json
	@echo "compile_commands.json: $$(grep -c '"file"' compile_commands.json) files"

# Everything that runs within minutes. The boards are built before lint looks at their images. Clang builds those that
# have all sources but board/macchiatobin's own, which clang-tidy reads.
clang_builds := qemu_arm64 qemu_monitor qemu_arm qemu_arm_monitor
builds:
	@for board in $(clang_builds) qemu_arm64_min macchiatobin qemu_arm_min; do $(MAKE) $(jobs) BOARD=$$board LLVM= || exit 1; done
	@for board in $(clang_builds); do $(MAKE) $(jobs) BOARD=$$board LLVM=1 || exit 1; done
test: setup-test
	@$(MAKE) builds
	@$(MAKE) lint
	@$(MAKE) check T=
	@$(MAKE) fuzz-smoke
	@$(MAKE) capsule-test T=
	@$(MAKE) disk-test T=
	@$(MAKE) system T=

.PHONY: test builds check check32 coverage fuzz fuzz-smoke lint lint-tidy stack compdb
-include $(check_objects:.o=.d) $(check_tests:.o=.d) $(check32_objects:.o=.d) $(check32_tests:.o=.d) \
  $(cover_objects:.o=.d) $(cover_tests:.o=.d) $(fuzzers:%=$(H)/check/tests/fuzz/%.d)
