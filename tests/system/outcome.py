# SPDX-License-Identifier: BSD-2-Clause
# tests/system/outcome.py - a plugin of pytest's (-p outcome) for a short log: each reason for which tests were skipped
# is one line, with how many they were; and a run that is ended from outside says at which test, and cleans up.
import collections
import os
import signal

import pytest

LACKS = "unsupported feature(s): "  # labgrid's words, the features in any order


def _ended(*_):
    signal.signal(signal.SIGTERM, lambda *_: None)  # `timeout` says it twice
    raise KeyboardInterrupt(f"told to end, at {os.environ.get('PYTEST_CURRENT_TEST', 'no test')}")


@pytest.hookimpl(trylast=True)
def pytest_configure():
    signal.signal(signal.SIGTERM, _ended)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report):
    return ("skipped", "", "SKIPPED") if report.skipped and not hasattr(report, "wasxfail") else None


def grouped(reasons):
    """How many there are of each. Of the features that an environment lacks, that counts which skips the most tests."""
    counts, lacking = collections.Counter(), []
    for reason in reasons:
        if reason.startswith(LACKS):
            lacking.append(set(reason.removeprefix(LACKS).split(", ")))
        else:
            counts[reason] += 1
    while lacking:
        every = collections.Counter(feature for features in lacking for feature in features)
        feature, count = max(every.items(), key=lambda item: (item[1], item[0]))
        counts[f"the environment has no feature {feature}"] += count
        lacking = [features for features in lacking if feature not in features]
    return counts


def pytest_terminal_summary(terminalreporter):
    skipped = [report.longrepr for report in terminalreporter.getreports("skipped")]
    reasons = [str(why[2] if isinstance(why, tuple) else why).removeprefix("Skipped: ") for why in skipped]
    for reason, count in grouped(reasons).most_common():
        terminalreporter.write_line(f"skipped {count}: {reason}")
