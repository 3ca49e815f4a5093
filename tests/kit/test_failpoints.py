"""Failpoints themselves: that a process dies or freezes where it was asked to, and nowhere else."""

import os
import signal
import subprocess
import sys

import pytest

from beatbook.kit.failpoints import VARIABLE, Step, parse

pytestmark = pytest.mark.pure

PASSES = """
from beatbook.kit.failpoints import Step, passing
for number in range(1, 4):
    passing(Step.RELAY_MARKED)
    passing(Step.RELAY_PUBLISHED)
    print(number, flush=True)
"""


def run(armed: str | None) -> "subprocess.Popen[str]":
    environment = dict(os.environ)
    environment.pop(VARIABLE, None)
    if armed is not None:
        environment[VARIABLE] = armed
    return subprocess.Popen([sys.executable, "-c", PASSES], stdout=subprocess.PIPE, text=True, env=environment)


def test_it_dies_at_the_passing_it_was_told() -> None:
    process = run("relay.published=2")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert output == "1\n"


def test_it_freezes_and_goes_on() -> None:
    process = run("relay.published=3:freeze")
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    process.send_signal(signal.SIGCONT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output == "1\n2\n3\n"


def test_without_the_variable_nothing_happens() -> None:
    process = run(None)
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize("wrong", ["relay.publishd=1", "relay.published", "relay.published=x", "relay.marked=1:halt"])
def test_a_failpoint_that_cannot_be_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(wrong)


def test_a_step_is_named_by_part_and_state() -> None:
    assert all(step.value.count(".") == 1 for step in Step)
