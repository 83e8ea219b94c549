/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault.c - the faults that a test orders: KIND[+BLOCKS][@CONDITION][*TIMES], several joined by '/'. */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "soc.h"

bool mcbin_word(const char *text, const char *word)
{
    g_auto(GStrv) words = g_strsplit(text ? text : "", "/", -1);

    return g_strv_contains((const char *const *)words, word);
}

static bool parse_fault(char *text, McbinFault *fault)
{
    static const char *const kinds[] = { "", "silent", "read-crc", "write-crc", "read-timeout", "write-timeout" };
    char *times = strchr(text, '*'), *condition, *after;

    *fault = (McbinFault){ .times = -1 };
    if (times) {
        *times++ = 0;
        fault->times = strtoul(times, NULL, 0);
    }
    condition = strchr(text, '@');
    if (condition) {
        *condition++ = 0;
        fault->only_8bit = !strcmp(condition, "8bit");
        fault->only_wide = !strcmp(condition, "wide");
        fault->only_highspeed = !strcmp(condition, "hs");
        if (g_ascii_isdigit(*condition)) {
            fault->above = strtoul(condition, NULL, 0);
        } else if (!fault->only_8bit && !fault->only_wide && !fault->only_highspeed) {
            return false;
        }
    }
    after = strchr(text, '+');
    if (after) {
        *after++ = 0;
        fault->after = strtoul(after, NULL, 0);
    }
    for (unsigned i = FAULT_SILENT; i < ARRAY_SIZE(kinds); i++) {
        if (!strcmp(text, kinds[i])) {
            fault->kind = i;
            return true;
        }
    }
    return !*text;
}

void mcbin_parse_faults(const char *text, McbinFault faults[MCBIN_FAULTS], Error **errp)
{
    g_auto(GStrv) words = g_strsplit(text ? text : "", "/", -1);

    if (g_strv_length(words) > MCBIN_FAULTS) {
        error_setg(errp, "macchiatobin: more than %d faults in '%s'", MCBIN_FAULTS, text);
        return;
    }
    for (unsigned i = 0; words[i]; i++) {
        g_autofree char *word = g_strdup(words[i]);

        if (strcmp(word, "no-card") && strcmp(word, "stuck") && !parse_fault(word, &faults[i])) {
            error_setg(errp, "macchiatobin: no such fault: '%s'", words[i]);
            return;
        }
    }
}
