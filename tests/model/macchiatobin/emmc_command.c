/* SPDX-License-Identifier: GPL-2.0-or-later */
/* emmc_command.c - the card's states and commands (JESD84-B50, 6.10). A command that the state forbids gets no answer,
 * as on the bus. */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "emmc.h"

#define SWITCH_ERROR (1u << 7)
#define OCR_READY    (1u << 31)
#define OCR_SECTORS  (1u << 30)
#define OCR_VOLTAGES 0x00ff8000
#define TRIM         1
#define ERASE_GROUP  (512 * KiB)

static int answer(McbinEmmc *s, uint8_t *response, unsigned state)
{
    stl_be_p(response, s->status | state << 9 | (state == PROGRAM ? 0 : READY_FOR_DATA));
    s->status = 0;
    return 4;
}

void mcbin_emmc_idle(McbinEmmc *s)
{
    s->state = IDLE;
    s->looks = s->set_count = s->count = s->status = s->fill = 0;
    s->rca = 0;
    mcbin_emmc_flush(s);
    mcbin_emmc_reset_modes(s);
}

static uint64_t byte_address(McbinEmmc *s, uint32_t argument)
{
    return s->sectors ? (uint64_t)argument * BLOCK : argument;
}

/* READ and WRITE: one block, as many as CMD23 said, or until CMD12. */
static bool begin(McbinEmmc *s, uint32_t argument, bool write, bool multiple)
{
    s->at = byte_address(s, argument);
    if (s->at % BLOCK || s->at + BLOCK > mcbin_emmc_area(s)->size) {
        s->status |= s->at % BLOCK ? ADDRESS_ERROR : OUT_OF_RANGE;
        s->set_count = 0;
        return false;
    }
    s->counted = !multiple || (s->set_count & 0xffff);
    s->count = !multiple ? 1 : s->counted ? s->set_count & 0xffff : UINT32_MAX;
    s->fill = 0;
    s->reading_ext_csd = false;
    s->state = write ? RECEIVE : DATA;
    return true;
}

static uint32_t erase(McbinEmmc *s, uint32_t argument)
{
    uint64_t first = byte_address(s, s->erase_first), last = byte_address(s, s->erase_last) + BLOCK;
    uint64_t size = mcbin_emmc_area(s)->size;

    if (argument != TRIM) {
        first = QEMU_ALIGN_DOWN(first, ERASE_GROUP);
        last = MIN(QEMU_ALIGN_UP(last, ERASE_GROUP), size);
    }
    if (first >= last || last > size) {
        return ERASE_PARAM;
    }
    if (mcbin_emmc_protected(s)) {
        return WP_ERASE_SKIP;
    }
    mcbin_emmc_erase(s, first, last - first);
    return 0;
}

/* Commands of the identification, before the card has an address. */
static int identify(McbinEmmc *s, const SDRequest *request, uint8_t *response)
{
    switch (request->cmd) {
    case 1:
        if (s->state == IDLE) { /* busy at first, as a card that has just got power */
            bool ready = (request->arg & OCR_VOLTAGES) && s->looks++;

            s->state = ready ? READY : IDLE;
            stl_be_p(response, OCR_VOLTAGES | 0x80 | (s->sectors ? OCR_SECTORS : 0) | (ready ? OCR_READY : 0));
            return 4;
        }
        break;
    case 2:
        if (s->state == READY) {
            s->state = IDENT;
            memcpy(response, s->cid, 16);
            return 16;
        }
        break;
    case 3:
        if (s->state == IDENT) {
            s->rca = request->arg >> 16;
            s->state = STANDBY;
            return answer(s, response, IDENT);
        }
        break;
    }
    s->status |= ILLEGAL_COMMAND;
    return 0;
}

/* Commands that name the card by its address. */
static int addressed(McbinEmmc *s, const SDRequest *request, uint8_t *response)
{
    unsigned state = s->state;

    if (request->arg >> 16 != s->rca) {
        if (request->cmd == 7) { /* another one is selected */
            s->state = state == TRANSFER || state == DATA ? STANDBY : state;
        }
        return 0;
    }
    switch (request->cmd) {
    case 5:
        if (state == STANDBY && (request->arg & (1 << 15))) {
            s->state = SLEEP;
        } else if (state == SLEEP && !(request->arg & (1 << 15))) {
            s->state = STANDBY;
        } else {
            break;
        }
        return answer(s, response, state);
    case 7:
        if (state == STANDBY) {
            s->state = TRANSFER;
            return answer(s, response, state);
        }
        break;
    case 9: case 10:
        if (state == STANDBY) {
            memcpy(response, request->cmd == 9 ? s->csd : s->cid, 16);
            return 16;
        }
        break;
    case 13:
        if (state != SLEEP) {
            return answer(s, response, state);
        }
        break;
    case 15:
        s->state = INACTIVE;
        return 0;
    }
    s->status |= ILLEGAL_COMMAND;
    return 0;
}

/* Commands to the selected card. */
static int selected(McbinEmmc *s, const SDRequest *request, uint8_t *response)
{
    unsigned state = s->state;
    bool keep_count = false, known = state == TRANSFER;
    uint32_t late = 0; /* what only the next status tells */

    switch (request->cmd) {
    case 6:
        late = known && !mcbin_emmc_switch(s, request->arg) ? SWITCH_ERROR : 0;
        break;
    case 8:
        if (known) {
            memcpy(s->block, s->ext_csd, BLOCK);
            s->reading_ext_csd = s->counted = true;
            s->count = 1;
            s->fill = 0;
            s->state = DATA;
        }
        break;
    case 12:
        known = state == DATA || state == RECEIVE || state == TRANSFER;
        s->state = known ? TRANSFER : state;
        break;
    case 16: s->status |= known && request->arg != BLOCK ? BLOCK_LEN_ERROR : 0; break;
    case 17: case 18: case 24: case 25: /* the higher of each pair moves many blocks */
        if (known) {
            keep_count = begin(s, request->arg, request->cmd >= 24, request->cmd == 18 || request->cmd == 25) &&
                         request->cmd == 25;
        }
        break;
    case 23:
        if (known) {
            s->set_count = request->arg;
            keep_count = true;
        }
        break;
    case 35: s->erase_first = request->arg; break;
    case 36: s->erase_last = request->arg; break;
    case 38:
        late = known ? erase(s, request->arg) : 0;
        break;
    default: known = false;
    }
    if (!known) {
        s->status |= ILLEGAL_COMMAND;
        return 0;
    }
    if (!keep_count) {
        s->set_count = 0;
    }
    answer(s, response, state);
    s->status |= late;
    return 4;
}

int mcbin_emmc_command(McbinEmmc *s, const SDRequest *request, uint8_t *response)
{
    if (s->state == INACTIVE) {
        return 0;
    }
    switch (request->cmd) {
    case 0: mcbin_emmc_idle(s); return 0;
    case 4: return 0;
    case 1: case 2: case 3: return identify(s, request, response);
    case 5: case 7: case 9: case 10: case 13: case 15:
        if (s->state >= STANDBY) {
            return addressed(s, request, response);
        }
    }
    if (s->state < STANDBY) { /* SD's CMD5, CMD8 and CMD55 among them */
        s->status |= ILLEGAL_COMMAND;
        return 0;
    }
    return selected(s, request, response);
}
