# SPDX-License-Identifier: BSD-2-Clause
"""instructions.py - what the walk has to know of an instruction set: one class each, over lines as objdump prints them.

An instruction is (address, text), its text "mnemonic<tab>operands" without comments. What is not known to leave the
stack pointer alone, or to be one of the forms below, raises Unknown; it is never passed over.
"""

import re

NUMBER = r"#(-?(?:0x[0-9a-f]+|\d+))"


class Unknown(Exception):
    pass


class A64:
    tools = "aarch64-linux-gnu-"
    comment = "//"
    word = 8
    relative = "R_AARCH64_RELATIVE"
    roots = {"_start": ("__stack_start", "__stack_end"), "vectors": ("crash_stack_start", "crash_stack_end")}
    no_stack_yet = re.compile(r"(?!)")  # functions for which sp is one more register

    branch = re.compile(r"(bl?|b\.\w+|cbn?z\t\w+,|tbn?z\t\w+, #\w+,)\s([0-9a-f]+) <")
    through_register = re.compile(r"(?:blr|br)\t(x\d+)$")
    call = re.compile(r"blr?\t")
    jump = re.compile(r"br\t")
    back = re.compile(r"e?ret\b")
    last = re.compile(r"(b|br|ret|eret|brk|udf|hlt)\b(?!\.)")
    padding = re.compile(r"nop$|udf\t#0$")
    move = re.compile(r"mov\t(x\d+), (x\d+)$")
    store = re.compile(r"str\t(x\d+), \[sp(?:, " + NUMBER + r")?\]$")
    _load = re.compile(r"ldr\t(x\d+), \[(x\d+|sp)(?:, " + NUMBER + r")?\]")
    _table = re.compile(r"add\t(x\d+), x\d+, w\d+, sxt[bhw]")
    _grow = re.compile(rf"sub\tsp, sp, {NUMBER}(?:, lsl #(\d+))?$")
    _push = re.compile(r"st[rp]\t.*\[sp, #-(\d+)\]!$")
    _give = re.compile(rf"add\tsp, sp, {NUMBER}|ld[rp]\t.*\[sp\], #\d+$|mov\tsp, x29$")
    _touches = re.compile(r"(?!cmp|cmn|tst|st|ccmp)[\w.]+\tsp\b|.*\[sp, [^]]*\]!|.*\[sp\], ")

    @classmethod
    def grows(cls, text: str) -> int | None:
        """Bytes by which the stack grows, or None when the stack pointer becomes something else."""
        if not cls._touches.match(text) or cls._give.match(text):
            return 0
        if m := cls._grow.match(text):
            return int(m[1], 0) << int(m[2] or 0)
        if m := cls._push.match(text):
            return int(m[1])
        return None

    @classmethod
    def load(cls, text: str):
        """(to, from, offset) of the loads of one address, or None."""
        m = cls._load.match(text)
        return m and (m[1], m[2], int(m[3] or "0", 0))

    @staticmethod
    def writes(text: str, register: str) -> bool:
        """Whether the instruction leaves something else in the register."""
        operation, _, operands = text.partition("\t")
        if operation in ("bl", "blr"):
            return int(register[1:]) <= 18  # those that a function need not preserve
        if re.search(rf"\[{register}\], |\[{register}[^]]*\]!", operands):
            return True
        if re.match(r"st|cmp|cmn|b$|b\.|br$|cb|tb|tst|ccmp|msr|ret", operation) and not operation.startswith("stx"):
            return False
        first = [o.strip() for o in operands.split(",")[: 2 if re.match("ldn?x?p|ldaxp", operation) else 1]]
        return register in first or "w" + register[1:] in first

    @classmethod
    def table(cls, image, body, at: int) -> list[int] | None:
        """Where the jump at body[at] goes through a table; empty when that is not seen; None when it is no such jump."""
        m = re.match(r"br\t(x\d+)", body[at][1])
        known = m and any((t := cls._table.match(i)) and t[1] == m[1] for _, i in body[max(0, at - 4) : at])
        return [] if known else None

    @staticmethod
    def addresses(image, body):
        """(place in body, register, address) of what is made from the program counter."""
        known = {}
        for i, (_, text) in enumerate(body):
            if m := re.match(r"adrp?\t(x\d+), ([0-9a-f]+) ", text):
                known[m[1]] = int(m[2], 16)
                yield i, m[1], known[m[1]]
            elif (m := re.match(rf"add\t(x\d+|sp), (x\d+), {NUMBER}$", text)) and m[2] in known:
                yield i, m[1], known[m[2]] + int(m[3], 0)
            elif (m := re.match(r"mov\tsp, (x\d+)$", text)) and m[1] in known:
                yield i, "sp", known[m[1]]


CONDITION = r"(?:eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?"
REGISTER = r"(r\d+|sl|fp|ip|lr)"


class Arm:
    """A32 and Thumb-2, which objdump tells apart by the mapping symbols and we by the forms of their operands. What is
    conditional may happen, and ends nothing."""

    tools = "arm-none-eabi-"
    comment = "[@;]"
    word = 4
    relative = "R_ARM_RELATIVE"
    roots = {"_start": ("__stack_start", "__stack_end"), "vectors": ("crash_stack_start", "crash_stack_end"),
             "hyp_vectors": ("crash_stack_start", "crash_stack_end")}
    no_stack_yet = re.compile(r"hyp_\w+$")

    branch = re.compile(rf"((?:b|blx?){CONDITION}(?:\.[nw])?|cbn?z\t\w+,)\s([0-9a-f]+) <")
    through_register = re.compile(rf"(?:blx|bx|mov){CONDITION}(?:\.w)?\t(?:pc, )?(?!lr){REGISTER}$")
    call = re.compile(rf"blx?{CONDITION}\t")
    jump = re.compile(rf"bx\w*\t(?!lr)|mov\w*(?:\.w)?\tpc, {REGISTER}$")
    back = re.compile(r"bx\w*\tlr$|(pop|ldm)\S*\s.*pc\}$|ldr(\.w)?\tpc, \[sp\]|movs\tpc, lr$|rfe|eret")
    last = re.compile(r"(b(\.[nw])?|bx|tb[bh]|udf(\.[nw])?|eret|rfeia)\b|movs?\tpc,|"
                      r"(pop|ldmia(\.w)?\tsp!,)\s\{.*pc\}$|ldr(\.w)?\tpc,")
    padding = re.compile(r"nop\b|movs\tr0, r0$|andeq\tr0, r0, r0$")
    move = re.compile(rf"mov(?:\.w)?\t{REGISTER}, {REGISTER}$")
    store = re.compile(rf"str(?:\.w)?\t{REGISTER}, \[sp(?:, {NUMBER})?\]$")
    _load = re.compile(rf"ldr(?:\.w)?\t{REGISTER}, \[(?:{REGISTER}|(sp))(?:, {NUMBER})?\](?:, #\d+)?$")
    _grow = re.compile(rf"subw?(?:\.w)?\tsp, (?:sp, )?{NUMBER}$")
    _push = re.compile(r"(?:push|stmdb(?:\.w)?\tsp!,)\s\{([\w, ]+)\}$|strd?(?:\.w)?\t.*\[sp, #-(\d+)\]!$")
    _save = re.compile(r"srsdb\tsp!, #\d+$")
    _give = re.compile(rf"add(?:w|\.w)?\tsp, (?:sp, )?{NUMBER}$|(?:pop|ldmia(?:\.w)?\tsp!,)\s\{{|"
                       r"ldrd?(?:\.w)?\t.*\[sp\], #\d+$|rfeia\tsp!$")
    _touches = re.compile(r"(?!cmp|cmn|tst|teq|st|ldm)[\w.]+\tsp\b|.*\bsp!|.*\[sp, [^]]*\]!|.*\[sp\], |v?push|v?pop|srs|mrc\t.*\bsp\b")
    _returns = re.compile(rf"bx{CONDITION}\tlr$|(?:pop|ldm\w*(?:\.w)?\tsp!,)\s\{{|ldr(?:\.w)?\tpc, \[sp\], #\d+$|"
                          r"movs\tpc, lr$|(?:mov|bx)\w*\t(?:pc, )?" + REGISTER + r"$|rfeia")
    _sets_pc = re.compile(r"(?!cmp|cmn|tst|teq|st|b)[\w.]+\tpc\b|ld.*\{.*pc\}")

    @classmethod
    def grows(cls, text: str) -> int | None:
        if cls._sets_pc.match(text) and not cls._returns.match(text):
            raise Unknown("a jump of another kind")
        if not cls._touches.match(text) or cls._give.match(text):
            return 0
        if m := cls._grow.match(text):
            return int(m[1], 0)
        if m := cls._push.match(text):
            return int(m[2] or 4 * len(m[1].split(",")))
        return 8 if cls._save.match(text) else None

    @classmethod
    def load(cls, text: str):
        if m := cls._load.match(text):
            return m[1], m[2] or m[3], int(m[4] or "0", 0)
        return None

    @staticmethod
    def writes(text: str, register: str) -> bool:
        operation, _, operands = text.partition("\t")
        if re.match(rf"blx?{CONDITION}$", operation):
            return register in ("r0", "r1", "r2", "r3", "ip", "lr")
        if re.search(rf"\b{register}!|\[{register}\], |\[{register}\b[^]]*\]!", operands):
            return True
        if re.match(r"st(?!rex)|cmp|cmn|tst|teq|b(?!ic|f)|cb|tb|push|it|pld|msr|mcr", operation):
            return False
        if re.match(r"pop|ldm", operation):
            return re.search(rf"[{{ ]{register}[,}}]", operands) is not None
        if re.match(r"mrc|mrrc", operation):
            return re.search(rf"\b{register}\b", operands) is not None
        both = re.match(r"ldrd|ldrexd|ldaexd|[us]m[ul]l|[us]mlal|umaal|smlal", operation)
        return register in [o.strip() for o in operands.split(",")[: 2 if both else 1]]

    @classmethod
    def table(cls, image, body, at: int) -> list[int] | None:
        """Tables stand behind the jump."""
        here, text = body[at]
        if m := re.match(r"tb([bh])\t\[pc, ", text):
            size, data = 1 if m[1] == "b" else 2, image.data_at(here + 4)
            return [here + 4 + 2 * int.from_bytes(data[i : i + size], "little") for i in range(0, len(data), size)]
        if not (m := re.match(rf"bx\t{REGISTER}$", text)):
            return None
        before = "\n".join(i for _, i in body[max(0, at - 6) : at])
        if not re.search(rf"add[w.]*\t({m[1]}), pc, .*\n(.*\n)*ldr\S*\t{REGISTER}, \[\1, \w+, lsl #2\]\n(.*\n)*add\t\1, \3$", before):
            return None
        base = here + 5 & ~3
        data = image.data_at(base)
        return [base + int.from_bytes(data[i : i + 4], "little", signed=True) & ~1 for i in range(0, len(data), 4)]

    @staticmethod
    def addresses(image, body):
        """Every literal that a register was loaded with counts for each addition of pc to that register, the latest one
        last: the order of the code is not that in which it runs."""
        words: dict[str, list[int]] = {}
        low, known = {}, {}
        ahead = 4 if image.is_thumb(body[0][0]) else 8
        for i, (here, text) in enumerate(body):
            if m := re.match(r"ldr(?:\.w)?\t(\w+), \[pc(?:, #(-?\d+))?\]$", text):
                place = (here + ahead & ~3) + int(m[2] or 0)
                words.setdefault(m[1], []).append(int.from_bytes(image.data_at(place)[:4], "little"))
            elif m := re.match(rf"movw\t(\w+), {NUMBER}$", text):
                low[m[1]] = int(m[2], 0)
            elif (m := re.match(rf"movt\t(\w+), {NUMBER}$", text)) and m[1] in low:
                words.setdefault(m[1], []).append(low[m[1]] | int(m[2], 0) << 16)
            elif m := re.match(r"add\t(\w+), (?:(?:(\w+), )?pc|pc, (\w+))$", text):
                for word in words.get(m[2] or m[3] or m[1], ()):
                    known[m[1]] = word + here + ahead & 0xFFFFFFFF
                    yield i, m[1], known[m[1]]
            elif m := re.match(rf"add[w.]*\t(\w+), pc, {NUMBER}$", text):
                yield i, m[1], (here + ahead & ~3) + int(m[2], 0)
            elif (m := re.match(rf"(?:mov\tsp, (\w+)|sub\tsp, (\w+), {NUMBER})$", text)) and (m[1] or m[2]) in known:
                yield i, "sp", known[m[1] or m[2]] - int(m[3] or "0", 0)
