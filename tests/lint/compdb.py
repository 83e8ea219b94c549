#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""compdb.py COMPILER 'FLAGS' FILE... [-- 'FLAGS' FILE...]... - prints a compilation database."""
import json
import os
import sys

compiler, *rest = sys.argv[1:]
entries, flags = [], None
for word in rest:
    if word == "--":
        flags = None
    elif flags is None:
        flags = word.split()
    else:
        entries.append({"directory": os.getcwd(), "file": word, "arguments": [compiler, *flags, "-c", word]})
json.dump(entries, sys.stdout, indent=1)
