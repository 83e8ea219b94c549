#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""stack_test.py - what stack.py has to find, in images that are made of a few instructions."""

import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = """PHDRS { code PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS {
  .text : { *(.text) } :code
  .data : ALIGN(8) { *(.data) } :data
  .rel.dyn : { *(.rel.*) } .rela.dyn : { *(.rela.*) }
  .bss (NOLOAD) : ALIGN(16) { __stack_start = .; . += 256; __stack_end = .;
    crash_stack_start = .; . += 256; crash_stack_end = .; }
}"""
# Each instruction set's own words for the same program.
A64 = {
    "tools": "aarch64-linux-gnu-", "flags": [], "word": ".quad",
    "start": """.macro enter bytes
stp x29, x30, [sp, #-16]!
sub sp, sp, #(\\bytes - 16)
.endm
.macro leave bytes
add sp, sp, #(\\bytes - 16)
ldp x29, x30, [sp], #16
ret
.endm
.macro set_up name
.global \\name
\\name: adr x0, \\name\\()_stack
mov sp, x0
.endm
.text
.set _start_stack, __stack_end
.set vectors_stack, crash_stack_end
""",
    "through": "blr x1", "virtual": ["ldr x1, [x0]", "ldr x1, [x1, #{}]"], "if": "cbz x2, {}",
    "spill": ["str x1, [sp, #8]", "ldr x1, [sp, #8]"], "dynamic": "sub sp, sp, x0", "unknown": "and sp, x0, #-16",
    "own": "adr x1, {}",
}
THUMB = {
    "tools": "arm-none-eabi-", "flags": ["-march=armv7ve", "-mthumb"], "word": ".word",
    "start": """.syntax unified
.thumb
.macro enter bytes
push {r4, lr}
sub sp, #(\\bytes - 8)
.endm
.macro leave bytes
add sp, #(\\bytes - 8)
pop {r4, pc}
.endm
.macro set_up name
.global \\name
.thumb_func
\\name: ldr r0, 2f
1: add r0, pc
mov sp, r0
b 3f
.balign 4
2: .word \\name\\()_stack - (1b + 4)
3:
.endm
.text
.set _start_stack, __stack_end
.set vectors_stack, crash_stack_end
.thumb_func
.global hyp_vectors
hyp_vectors: b .
""",
    "through": "blx r1", "virtual": ["ldr r1, [r0]", "ldr r1, [r1, #{}]"], "if": "cbz r2, {}",
    "spill": ["str r1, [sp, #4]", "ldr r1, [sp, #4]"], "dynamic": "sub sp, sp, r0", "unknown": "mov sp, r7",
    "own": "ldr r1, 2f\n1: add r1, pc\nb 3f\n.balign 4\n2: .word {0} - (1b + 4)\n3:",
}
A32 = THUMB | {
    "flags": ["-march=armv7ve", "-marm"], "own": "ldr r1, 2f\n1: add r1, pc, r1\nb 3f\n2: .word {0} - (1b + 8)\n3:",
    "start": THUMB["start"].replace(".thumb\n", ".arm\n").replace(".thumb_func\n", "").replace("1b + 4", "1b + 8")
    .replace("add r0, pc", "add r0, r0, pc"), "if": "cmp r2, #0\nbeq {}",
}


def walk(isa, *body: str, functions: str = "", data: str = ""):
    """Exit status and output of stack.py for a program."""
    program = "\n".join([isa["start"] + "set_up vectors", "b .", "set_up _start", *body, "b ."])
    kind = "" if "-mthumb" not in isa["flags"] else ".thumb_func\n"
    program += "\n" + functions.replace("FUNCTION ", kind + ".type ") + "\n.ltorg\n.data\n" + data + "\n"
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder)
        (at / "a.s").write_text(program)
        (at / "a.ld").write_text(SCRIPT)
        subprocess.run([isa["tools"] + "gcc", *isa["flags"], "-c", at / "a.s", "-o", at / "a.o"], check=True)
        subprocess.run([isa["tools"] + "ld", "-pie", "--no-dynamic-linker", "--no-warn-rwx-segments", "-T", at / "a.ld",
                        at / "a.o", "-o", at / "a.elf"], check=True)
        stack = pathlib.Path(__file__).with_name("stack.py")
        done = subprocess.run([stack, at / "a.elf"], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def function(isa, name: str, frame: int, *body: str) -> str:
    return "\n".join([f"FUNCTION {name}, %function", f"{name}: enter {frame}", *body, f"leave {frame}"]) + "\n"


class Stack:
    isa = {}

    def finds(self, words: str, status: int, result):
        self.assertIn(words, result[1])
        self.assertEqual(status, result[0], result[1])

    def test_frames_along_the_deepest_path_are_added_up(self):
        isa = self.isa
        below = function(isa, "flat", 32) + function(isa, "deep", 48, "bl inner") + function(isa, "inner", 64)
        self.finds("at most 112 bytes of 256 below _start", 0, walk(isa, "bl flat", "bl deep", functions=below))

    def test_a_stack_that_is_too_deep_fails(self):
        isa = self.isa
        self.finds("too deep", 1, walk(isa, "bl deep", functions=function(isa, "deep", 272)))

    def test_recursion_fails(self):
        isa = self.isa
        below = function(isa, "ping", 16, "bl pong") + function(isa, "pong", 16, "bl ping")
        self.finds("recursion", 1, walk(isa, "bl ping", functions=below))

    def test_a_call_of_which_nothing_is_known_fails(self):
        isa = self.isa
        self.finds("nothing is known", 1, walk(isa, isa["through"]))

    def test_a_pointer_can_be_every_function_whose_address_is_taken(self):
        isa = self.isa
        below = function(isa, "unseen", 96) + function(isa, "stored", 64)
        self.finds("at most 64 bytes", 0, walk(isa, isa["through"], functions=below, data=f"{isa['word']} stored"))

    def test_an_address_that_the_code_makes_is_followed_to_its_function(self):
        isa = self.isa
        below = function(isa, "made", 48) + function(isa, "stored", 64)
        body = isa["own"].format("made"), isa["through"]
        self.finds("at most 48 bytes", 0, walk(isa, *body, functions=below, data=f"{isa['word']} stored"))

    def vtable(self, isa) -> dict:
        below = "".join(function(isa, f"virtual{i}", 32 + 16 * i) for i in range(4)) + function(isa, "stored", 128)
        table = f".global _ZTV1A\n.type _ZTV1A, %object\n_ZTV1A: {isa['word']} 0, 0, "
        table += ", ".join(f"virtual{i}" for i in range(4)) + "\n"
        return {"functions": below, "data": table + f".size _ZTV1A, . - _ZTV1A\n{isa['word']} stored"}

    def test_a_virtual_call_reaches_its_place_in_each_vtable(self):
        isa = self.isa
        word = 8 if isa is A64 else 4
        first, second = isa["virtual"][0], isa["virtual"][1].format(word)
        self.finds("at most 48 bytes", 0, walk(isa, first, second, isa["through"], **self.vtable(isa)))

    def test_a_virtual_call_is_followed_through_the_frame(self):
        isa = self.isa
        word = 8 if isa is A64 else 4
        body = isa["virtual"][0], isa["virtual"][1].format(word), *isa["spill"], isa["through"]
        self.finds("at most 48 bytes", 0, walk(isa, *body, **self.vtable(isa)))

    def test_a_call_that_two_paths_share_reaches_what_either_has_loaded(self):
        isa = self.isa
        word = 8 if isa is A64 else 4
        load, place = isa["virtual"]
        body = [load, isa["if"].format("5f"), place.format(2 * word), "b 6f", "5: " + place.format(0), "6:"]
        self.finds("at most 64 bytes", 0, walk(isa, *body, isa["through"], **self.vtable(isa)))

    def test_memory_of_a_size_that_is_not_known_fails(self):
        isa = self.isa
        for kind in ("dynamic", "unknown"):
            below = function(isa, "odd", 16, isa[kind])
            self.finds("not known before run time", 1, walk(isa, "bl odd", functions=below))

    def test_a_tail_call_counts_as_a_call(self):
        isa = self.isa
        below = function(isa, "last", 48) + "FUNCTION first, %function\nfirst: b last\n"
        self.finds("at most 48 bytes", 0, walk(isa, "bl first", functions=below))


class OnA64(Stack, unittest.TestCase):
    isa = A64


class OnThumb(Stack, unittest.TestCase):
    isa = THUMB


class OnA32(Stack, unittest.TestCase):
    isa = A32


if __name__ == "__main__":
    unittest.main()
