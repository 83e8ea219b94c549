// SPDX-License-Identifier: BSD-2-Clause
/*
 * smcprof - QEMU TCG plugin (API v4, QEMU 10.0): exact per-instruction counts
 * split between the non-secure world and the secure side (EL3 + S-EL*, or
 * Monitor mode), one event line for each SMC, each exception return of the
 * secure side that answers it, each marker instruction and each console match.
 * AArch64 and 32-bit Arm (A32, Thumb-2), as QEMU's target says.
 *
 * World = PC range: a PC inside sec=LO-HI (default 0-0x40000000: boot flash,
 * secure SRAM/DRAM of QEMU virt) is the secure side, any other PC is NS.
 *
 * Marker: "movz xzr, #imm16" (0xd280001f | imm << 5); on 32-bit Arm the hint
 * 0x80 | low 7 bits of imm in Thumb-2 (nop.w {128} up), taken for 0x5a00 | those
 * bits.  Both are no-ops that no compiler emits.  Logged with the counts
 * *before* it (the marker itself is counted in neither world).
 *
 * Arguments (all optional, comma separated after the .so):
 *   out=FILE         event log (default: qemu_plugin_outs -> -D/-d plugin log)
 *   sec=LO-HI        secure PC range
 *   trace=on         one line per SMC and per answer
 *   fid=HEX          SMC function id of the SCMI doorbell (default 0x82000010)
 *   shm=HEX          vaddr of the SMT channel; with it SMC/RET lines decode the
 *                    SCMI header, the length, the channel status, the 1st word
 *   uart=HEX         paddr of the PL011 (default 0x09000000)
 *   mark=TEXT        log the counts when the NS console prints TEXT (repeatable)
 *   quit=TEXT        the same, then end QEMU
 *   maxinsn=N        end QEMU after N NS instructions (checked at SMC/UART)
 *   watch=HEX        log the counts when this PC executes (repeatable)
 *   pages=on         count distinct 4 KiB RAM pages written / touched from NS
 *   pageslo=HEX      only pages at or above this paddr (default 0x40000000)
 *   prof=FILE        write per-TB "vaddr insns" totals of the NS world at exit
 */
#include <glib.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-plugin.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

typedef struct {
	uint64_t ns, s;
} Counts;

static struct qemu_plugin_scoreboard *sb;
static qemu_plugin_u64 c_ns, c_s;

static FILE *out;
static uint64_t sec_lo = 0, sec_hi = 0x40000000;
static uint64_t fid = 0x82000010, shm, uart = 0x09000000, maxinsn, pageslo = 0x40000000;
static bool trace, pages;
static const char *prof;

static bool seen_ns;
static uint64_t first_ns_s, first_pc;
static uint64_t n_smc, n_scmi;
static bool pending;
static uint64_t pend_idx, pend_fid, pend_s, pend_ns, last_ret_ns;

#define MAXT 16
static struct { const char *t; size_t pos; bool quit; } texts[MAXT];
static int ntexts;
static uint64_t watches[64];
static int nwatch;

static bool arm32;
static struct qemu_plugin_register *reg_x[4];
static GByteArray *buf;
static GHashTable *pg_w, *pg_rw;

typedef struct { uint64_t va, n, hits; } TbProf;
static GPtrArray *tbs;
static GHashTable *tbh;

static inline bool is_sec(uint64_t pc) { return pc >= sec_lo && pc < sec_hi; }

static void emit(const char *fmt, ...)
{
	va_list ap;
	char line[512];

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (out) {
		fputs(line, out);
		fflush(out);
	} else {
		qemu_plugin_outs(line);
	}
}

static uint64_t ns_now(void) { return qemu_plugin_u64_sum(c_ns); }
static uint64_t s_now(void) { return qemu_plugin_u64_sum(c_s); }

static uint64_t xreg(int n)
{
	uint64_t v = 0;

	if (!reg_x[n]) {
		return 0;
	}
	g_byte_array_set_size(buf, 0);
	if (qemu_plugin_read_register(reg_x[n], buf) >= (arm32 ? 4 : 8)) {
		memcpy(&v, buf->data, arm32 ? 4 : 8);
	}
	return v;
}

static bool rd32(uint64_t va, uint32_t *w, int n)
{
	g_byte_array_set_size(buf, 0);
	if (!qemu_plugin_read_memory_vaddr(va, buf, 4 * n)) {
		return false;
	}
	memcpy(w, buf->data, 4 * n);
	return true;
}

static void smt_text(char *s, size_t sz, bool answer)
{
	uint32_t w[9];

	s[0] = 0;
	if (!shm || !rd32(shm, w, 9)) {
		return;
	}
	if (!answer) {
		snprintf(s, sz, " proto=0x%x msg=0x%x type=%u token=%u len=%u w0=0x%x w1=0x%x",
			 (w[6] >> 10) & 0xff, w[6] & 0xff, (w[6] >> 8) & 3, w[6] >> 18,
			 w[5], w[7], w[8]);
	} else {
		snprintf(s, sz, " hdr=0x%x chan=%u len=%u status=%d w1=0x%x",
			 w[6], w[1], w[5], (int32_t)w[7], w[8]);
	}
}

static void do_first(uint64_t pc)
{
	if (!seen_ns) {
		seen_ns = true;
		first_ns_s = s_now();
		first_pc = pc;
		last_ret_ns = 0;
		emit("FIRST pc=0x%" PRIx64 " secure_before=%" PRIu64 "\n", pc, first_ns_s);
	}
}

static void first_cb(unsigned int v, void *u)
{
	do_first((uint64_t)(uintptr_t)u);
}

static void finish(void);

static void smc_cb(unsigned int v, void *u)
{
	uint64_t ns = ns_now(), s = s_now(), f = xreg(0) & 0xffffffff;
	char t[160];

	pending = true;
	pend_idx = n_smc++;
	pend_fid = f;
	pend_s = s;
	pend_ns = ns;
	if (f == fid) {
		n_scmi++;
	}
	if (trace) {
		t[0] = 0;
		if (f == fid) {
			smt_text(t, sizeof(t), false);
		}
		emit("SMC i=%" PRIu64 " fid=0x%" PRIx64 " ns=%" PRIu64 " s=%" PRIu64
		     " ns_since_ret=%" PRIu64 "%s\n", pend_idx, f, ns, s - first_ns_s,
		     ns - last_ret_ns, t);
	}
	if (maxinsn && ns > maxinsn) {
		emit("MAXINSN\n");
		finish();
		exit(0);
	}
}

static void eret_cb(unsigned int v, void *u)
{
	uint64_t ns, s;
	char t[160];

	if (!seen_ns || !pending) {
		return;
	}
	ns = ns_now();
	s = s_now();
	pending = false;
	last_ret_ns = ns;
	if (trace) {
		t[0] = 0;
		if (pend_fid == fid) {
			smt_text(t, sizeof(t), true);
		}
		emit("RET i=%" PRIu64 " fid=0x%" PRIx64 " ns=%" PRIu64 " el3=%" PRIu64 "%s\n",
		     pend_idx, pend_fid, ns, s - pend_s, t);
	}
}

static void mark_cb(unsigned int v, void *u)
{
	emit("MARK imm=0x%x ns=%" PRIu64 " s=%" PRIu64 " smc=%" PRIu64 "\n",
	     (unsigned)(uintptr_t)u, ns_now(), s_now() - first_ns_s, n_smc);
}

static void watch_cb(unsigned int v, void *u)
{
	emit("WATCH pc=0x%" PRIx64 " ns=%" PRIu64 " s=%" PRIu64 " smc=%" PRIu64 "\n",
	     (uint64_t)(uintptr_t)u, ns_now(), s_now() - first_ns_s, n_smc);
}

static void mem_cb(unsigned int v, qemu_plugin_meminfo_t info, uint64_t va, void *u)
{
	struct qemu_plugin_hwaddr *h;
	bool store = qemu_plugin_mem_is_store(info);
	uint64_t pa;
	int i;

	if (!pages && (va & 0xfff)) {
		return;
	}
	h = qemu_plugin_get_hwaddr(info, va);
	if (!h) {
		return;
	}
	pa = qemu_plugin_hwaddr_phys_addr(h);
	if (pages && pa >= pageslo) {
		gpointer k = (gpointer)(uintptr_t)(pa >> 12);

		g_hash_table_add(pg_rw, k);
		if (store) {
			g_hash_table_add(pg_w, k);
		}
	}
	if (store && pa == uart) {
		char c = (char)qemu_plugin_mem_get_value(info).data.u8;

		for (i = 0; i < ntexts; i++) {
			const char *t = texts[i].t;

			if (c == t[texts[i].pos]) {
				texts[i].pos++;
			} else {
				texts[i].pos = (c == t[0]) ? 1 : 0;
			}
			if (!t[texts[i].pos]) {
				texts[i].pos = 0;
				emit("CON \"%s\" ns=%" PRIu64 " s=%" PRIu64 " smc=%" PRIu64
				     " scmi=%" PRIu64 "\n", t, ns_now(),
				     s_now() - first_ns_s, n_smc, n_scmi);
				if (texts[i].quit) {
					finish();
					exit(0);
				}
			}
		}
	}
}

static void tb_prof_cb(unsigned int v, void *u)
{
	((TbProf *)u)->hits++;
}

/*
 * What an instruction is, by its bytes as a little-endian word. The two
 * instruction sets of 32-bit Arm need no telling apart: of what is looked for,
 * none has a form that is an instruction of sense in the other.
 */
static int marker(uint32_t op, size_t size)
{
	if (arm32) {
		return size == 4 && (op & 0xff80ffff) == 0x8080f3af ? 0x5a00 | ((op >> 16) & 0x7f) : -1;
	}
	return (op & 0xffe0001f) == 0xd280001f ? (int)((op >> 5) & 0xffff) : -1;
}

static bool is_smc(uint32_t op, size_t size)
{
	if (arm32) {
		return size == 4 && ((op & 0x0ffffff0) == 0x01600070 || (op & 0xfffffff0) == 0x8000f7f0);
	}
	return (op & 0xffe0001f) == 0xd4000003;
}

/* ERET, or "movs pc, lr". */
static bool is_return(uint32_t op)
{
	return op == (arm32 ? 0xe1b0f00e : 0xd69f03e0);
}

static void tb_trans(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	uint64_t va = qemu_plugin_tb_vaddr(tb);
	bool sec = is_sec(va);
	int k;

	if (prof && !sec) {
		TbProf *p = g_hash_table_lookup(tbh, (gpointer)(uintptr_t)(va ^ (n << 48)));

		if (!p) {
			p = g_new0(TbProf, 1);
			p->va = va;
			p->n = n;
			g_ptr_array_add(tbs, p);
			g_hash_table_insert(tbh, (gpointer)(uintptr_t)(va ^ (n << 48)), p);
		}
		qemu_plugin_register_vcpu_tb_exec_cb(tb, tb_prof_cb, QEMU_PLUGIN_CB_NO_REGS, p);
	}
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *in = qemu_plugin_tb_get_insn(tb, i);
		uint64_t pc = qemu_plugin_insn_vaddr(in);
		size_t size = qemu_plugin_insn_size(in);
		uint32_t op = 0;
		int mark;

		qemu_plugin_insn_data(in, &op, size < 4 ? size : 4);
		mark = sec ? -1 : marker(op, size);
		if (mark >= 0) {
			qemu_plugin_register_vcpu_insn_exec_cb(in, mark_cb, QEMU_PLUGIN_CB_NO_REGS,
				(void *)(uintptr_t)mark);
			continue;
		}
		if (!sec && !seen_ns && i == 0) {
			qemu_plugin_register_vcpu_insn_exec_cb(in, first_cb, QEMU_PLUGIN_CB_NO_REGS,
				(void *)(uintptr_t)pc);
		}
		for (k = 0; k < nwatch; k++) {
			if (watches[k] == pc) {
				qemu_plugin_register_vcpu_insn_exec_cb(in, watch_cb,
					QEMU_PLUGIN_CB_NO_REGS, (void *)(uintptr_t)pc);
			}
		}
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(in, QEMU_PLUGIN_INLINE_ADD_U64,
			sec ? c_s : c_ns, 1);
		if (!sec) {
			if (is_smc(op, size)) {
				qemu_plugin_register_vcpu_insn_exec_cb(in, smc_cb,
					QEMU_PLUGIN_CB_R_REGS, NULL);
			}
			qemu_plugin_register_vcpu_mem_cb(in, mem_cb, QEMU_PLUGIN_CB_NO_REGS,
				pages ? QEMU_PLUGIN_MEM_RW : QEMU_PLUGIN_MEM_W, NULL);
		} else if (is_return(op)) {
			qemu_plugin_register_vcpu_insn_exec_cb(in, eret_cb,
				QEMU_PLUGIN_CB_R_REGS, NULL);
		}
	}
}

static void vcpu_init(qemu_plugin_id_t id, unsigned int v)
{
	GArray *r;
	guint i;

	if (v != 0) {
		return;
	}
	r = qemu_plugin_get_registers();
	for (i = 0; i < r->len; i++) {
		qemu_plugin_reg_descriptor *d = &g_array_index(r, qemu_plugin_reg_descriptor, i);

		if (d->name[0] == (arm32 ? 'r' : 'x') && d->name[1] >= '0' && d->name[1] <= '3' && !d->name[2]) {
			reg_x[d->name[1] - '0'] = (void *)d->handle;
		}
	}
	g_array_free(r, TRUE);
}

static gint cmp_prof(gconstpointer a, gconstpointer b)
{
	const TbProf *x = *(TbProf *const *)a, *y = *(TbProf *const *)b;

	return x->va < y->va ? -1 : x->va > y->va;
}

static void finish(void)
{
	static bool done;

	if (done) {
		return;
	}
	done = true;
	emit("END ns=%" PRIu64 " s=%" PRIu64 " smc=%" PRIu64 " scmi=%" PRIu64 "\n",
	     ns_now(), s_now() - first_ns_s, n_smc, n_scmi);
	if (pages) {
		emit("PAGES written=%u touched=%u (4 KiB)\n", g_hash_table_size(pg_w),
		     g_hash_table_size(pg_rw));
	}
	if (prof) {
		FILE *f = fopen(prof, "w");
		guint i;

		g_ptr_array_sort(tbs, cmp_prof);
		for (i = 0; f && i < tbs->len; i++) {
			TbProf *p = g_ptr_array_index(tbs, i);

			fprintf(f, "0x%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", p->va, p->n,
				p->n * p->hits);
		}
		if (f) {
			fclose(f);
		}
	}
	if (out) {
		fflush(out);
	}
}

static void at_exit(qemu_plugin_id_t id, void *u)
{
	finish();
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
					   int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		char *a = argv[i], *v = strchr(a, '=');

		if (!v) {
			fprintf(stderr, "smcprof: bad argument %s\n", a);
			return -1;
		}
		v++;
#define IS(k) (!strncmp(a, k "=", strlen(k) + 1))
		if (IS("out")) {
			out = fopen(v, "w");
		} else if (IS("sec")) {
			char *e;

			sec_lo = strtoull(v, &e, 0);
			sec_hi = strtoull(e + 1, NULL, 0);
		} else if (IS("trace")) {
			trace = !strcmp(v, "on");
		} else if (IS("fid")) {
			fid = strtoull(v, NULL, 0);
		} else if (IS("shm")) {
			shm = strtoull(v, NULL, 0);
		} else if (IS("uart")) {
			uart = strtoull(v, NULL, 0);
		} else if (IS("maxinsn")) {
			maxinsn = strtoull(v, NULL, 0);
		} else if ((IS("mark") || IS("quit")) && ntexts < MAXT) {
			texts[ntexts].t = g_strdup(v);
			texts[ntexts].quit = a[0] == 'q';
			ntexts++;
		} else if (IS("watch") && nwatch < 64) {
			watches[nwatch++] = strtoull(v, NULL, 0);
		} else if (IS("pages")) {
			pages = !strcmp(v, "on");
		} else if (IS("pageslo")) {
			pageslo = strtoull(v, NULL, 0);
		} else if (IS("prof")) {
			prof = g_strdup(v);
		} else {
			fprintf(stderr, "smcprof: bad argument %s\n", a);
			return -1;
		}
	}
	arm32 = !strcmp(info->target_name, "arm");
	sb = qemu_plugin_scoreboard_new(sizeof(Counts));
	c_ns = qemu_plugin_scoreboard_u64_in_struct(sb, Counts, ns);
	c_s = qemu_plugin_scoreboard_u64_in_struct(sb, Counts, s);
	buf = g_byte_array_new();
	pg_w = g_hash_table_new(NULL, NULL);
	pg_rw = g_hash_table_new(NULL, NULL);
	tbs = g_ptr_array_new();
	tbh = g_hash_table_new(NULL, NULL);
	qemu_plugin_register_vcpu_init_cb(id, vcpu_init);
	qemu_plugin_register_vcpu_tb_trans_cb(id, tb_trans);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
