// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/built_in.S - the built-in device tree, in a place of its own of the image: tools/bootargs finds it by
// its magic and gives it other boot arguments.
    .section .rodata.tree, "a"
    .balign 8
    .global board_tree
board_tree:
    .incbin TREE
    .global board_tree_end
board_tree_end:
