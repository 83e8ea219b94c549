# SPDX-License-Identifier: BSD-2-Clause
# tools/capsule/build.mk - the host program that makes capsules and takes them apart, by the firmware's own sources.
#? make capsule                         build/host/capsule, which makes, signs, verifies and shows EFI capsules
#? make capsule-test [T=name]           its tests
capsule_dir     := tools/capsule
capsule_sources := $(wildcard $(capsule_dir)/*.cc)
capsule_shared  := $(wildcard efi/*.cc) $(addprefix lib/,crc32.cc guid.cc print.cc result.cc text.cc)
capsule_objects := $(capsule_sources:%.cc=$(H)/capsule-tool/%.o)
capsule_archive := $(capsule_shared:%.cc=$(H)/capsule-tool/%.o)
capsule_flags   := -std=c++23 -O2 -g -DCONFIG_HOST -I. -ffunction-sections -fdata-sections -MMD -MP $(warn)

.PHONY: capsule capsule-test
capsule: ; @$(MAKE) $(jobs) $(H)/capsule
# The C++ library is linked in: what is loaded at each start, OpenSSL's excepted, is what is used.
$(H)/capsule: $(capsule_objects) $(H)/capsule-tool/shared.a
	@echo "  LINK  $@"; $(HOSTCXX) -Wl,--gc-sections -static-libstdc++ -static-libgcc $^ -lcrypto -o $@
$(H)/capsule-tool/shared.a: $(capsule_archive) ; @rm -f $@; ar rcs $@ $^
# CLI11, which main.cc alone uses, reports by exceptions.
$(H)/capsule-tool/%.o: %.cc | setup-host
	@mkdir -p $(@D); echo "  HOST  $<"
	@$(HOSTCXX) $(capsule_flags) $(if $(filter %/main.cc,$<),,-fno-exceptions -fno-rtti) -c $< -o $@

# main.cc is CLI11's, mostly.
lint-tidy: $(patsubst %.cc,$(H)/tidy/%.ok,$(filter-out %/main.cc,$(capsule_sources)))
$(H)/tidy/$(capsule_dir)/%.ok: $(capsule_dir)/%.cc .clang-tidy $(H)/capsule-tool/$(capsule_dir)/%.o | build/lint/.done
	@mkdir -p $(@D); echo "  TIDY  $<"; $(call tidy,-std=c++23 -DCONFIG_HOST -I. -fno-exceptions -fno-rtti) && touch $@

capsule-test: capsule build/venv/.done | setup-test
	@PYTHONDONTWRITEBYTECODE=1 build/venv/bin/python -m pytest -c tests/tool/pytest.ini $(if $(T),-k "$(T)") \
	  --rootdir tests/tool tests/tool
-include $(capsule_objects:.o=.d) $(capsule_archive:.o=.d)
