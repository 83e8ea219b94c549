#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""image_test.py - what image.py has to find, in images that are made of a few lines."""

import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = """PHDRS {{ code PT_LOAD FLAGS({code}); data PT_LOAD FLAGS(6); }}
SECTIONS {{
  .text : {{ *(.text) }} :code
  .rel.dyn : {{ *(.rel.*) }} .rela.dyn : {{ *(.rela.*) }}
  .data : ALIGN({align}) {{ *(.data) }} :data
  .init_array : {{ *(.init_array) }} :data
}}"""


class Image:
    tools, word = "", ""

    def look(self, source: str, code=5, align=4096, linker="--no-dynamic-linker", binary: bytes | None = b""):
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder)
            (at / "a.s").write_text(".text\n.word 0\n" + source.replace("WORD", self.word) + "\n")
            (at / "a.ld").write_text(SCRIPT.format(code=code, align=align))
            if binary is not None:
                (at / "a.bin").write_bytes(binary)
            subprocess.run([self.tools + "as", at / "a.s", "-o", at / "a.o"], check=True)
            subprocess.run([self.tools + "ld", "-pie", linker, "--no-warn-rwx-segments", "-T", at / "a.ld", at / "a.o",
                            "-o", at / "a.elf"], check=True)
            image = pathlib.Path(__file__).with_name("image.py")
            done = subprocess.run([image, at / "a.elf"], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def finds(self, words: str, result):
        self.assertIn(words, result[1])
        self.assertEqual(1, result[0])

    def test_an_image_in_order_passes(self):
        self.assertEqual((0, ""), self.look(".data\nhere: WORD here"))

    def test_what_needs_construction_fails(self):
        self.finds(".init_array is not empty", self.look('.section .init_array, "aw"\nWORD 1'))

    def test_a_segment_that_is_written_and_executed_fails(self):
        self.finds("written and executed", self.look(".data\nWORD 1", code=7))

    def test_code_and_data_on_one_page_fail(self):
        self.finds("begin a new one", self.look("__constants_start: .data\nWORD 1", align=16))

    def test_what_wants_a_dynamic_linker_fails(self):
        result = self.look(".data\n.weak absent\nWORD absent", linker="--dynamic-linker=none")
        self.finds("absent is not defined", result)
        self.finds("which start.S cannot do", result)

    def test_a_path_of_the_tree_fails(self):
        self.finds("path of this tree", self.look("", binary=b"x" + str(pathlib.Path.cwd()).encode()))

    def test_a_missing_binary_fails(self):
        self.finds("a.bin is missing", self.look("", binary=None))


class Of64Bits(Image, unittest.TestCase):
    tools, word = "aarch64-linux-gnu-", ".quad"


class Of32Bits(Image, unittest.TestCase):
    tools, word = "arm-none-eabi-", ".word"


if __name__ == "__main__":
    unittest.main()
