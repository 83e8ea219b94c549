# SPDX-License-Identifier: BSD-2-Clause
# tests/system/limits.py - programs that end: after a time, when they are told to, and with those who wait for them.
import subprocess

PATIENCE = 30  # seconds in which what a test waits for has to come, on a host that is slow and busy


def with_parent(*command, signal="TERM"):
    """The command as words, which gets that signal when who started it ends, in whatever way."""
    return [str(word) for word in ("setpriv", "--pdeathsig", signal, *command)]


def within(seconds, *command):
    """The command as words, ended by `timeout` after that time, and never outliving pytest or that `timeout`."""
    return with_parent("timeout", "--kill-after=5", seconds, *with_parent(*command, signal="KILL"))


def end(process, patience=10):
    """Ends what `within` started: with its consent, or without."""
    process.terminate()  # `timeout` kills after 5 s
    try:
        process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate(timeout=patience)
