// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/plat/corbel/sp_min/sp_min_platform.c - how sp_min starts on QEMU, and in which mode it starts BL33.

#include <arch_helpers.h>
#include <common/bl_common.h>
#include <common/debug.h>
#include <drivers/arm/pl061_gpio.h>
#include <lib/xlat_tables/xlat_tables_v2.h>
#include <plat/common/platform.h>
#include <platform_sp_min.h>

#include "qemu_private.h"

static entry_point_info_t bl33;

entry_point_info_t* sp_min_plat_get_bl33_ep_info(void) { return &bl33; }

void sp_min_early_platform_setup2(u_register_t images, u_register_t r1, u_register_t r2, u_register_t r3) {
  qemu_console_init();
  for (const bl_params_node_t* i = ((const bl_params_t*)images)->head; i != NULL; i = i->next_params_info) {
    if (i->image_id == BL33_IMAGE_ID) {
      bl33 = *i->ep_info;
    }
  }
  if (bl33.pc == 0U) {
    panic();
  }
  // BL2 asks for Supervisor mode whatever the machine has; on AArch64 it takes EL2 where there is one.
  if (GET_VIRT_EXT(read_id_pfr1()) != 0U) {
    bl33.spsr = SPSR_MODE32(MODE32_hyp, SPSR_T_ARM, SPSR_E_LITTLE, DISABLE_ALL_EXCEPTIONS);
  }
}

void sp_min_plat_arch_setup(void) {
  const mmap_region_t own[] = {
      MAP_REGION_FLAT(BL32_BASE, BL32_END - BL32_BASE, MT_MEMORY | MT_RW | MT_SECURE),
      MAP_REGION_FLAT(BL_CODE_BASE, BL_CODE_END - BL_CODE_BASE, MT_CODE | MT_SECURE),
      MAP_REGION_FLAT(BL_RO_DATA_BASE, BL_RO_DATA_END - BL_RO_DATA_BASE, MT_RO_DATA | MT_SECURE),
      MAP_REGION_FLAT(BL_COHERENT_RAM_BASE, BL_COHERENT_RAM_END - BL_COHERENT_RAM_BASE, MT_DEVICE | MT_RW | MT_SECURE),
      {0},
  };

  setup_page_tables(own, plat_qemu_get_mmap());
  enable_mmu_svc_mon(0);
}

void sp_min_platform_setup(void) {
  plat_qemu_gic_init();
  // Power off and reset are lines of this one.
  pl061_gpio_init();
  pl061_gpio_register(SECURE_GPIO_BASE, 0);
}

unsigned int plat_get_syscnt_freq2(void) { return read_cntfrq_el0(); }
