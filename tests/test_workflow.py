"""The workflow of the public CI service leaves out no Python and no database of tox.ini."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"

if not WORKFLOW.exists():
    pytest.skip("The sdist leaves out hidden folders.", allow_module_level=True)


@pytest.mark.parametrize("promise", ["EXPECT_PYTHON", "EXPECT_DB"])
def test_every_factor_is_run(promise: str):
    factors = re.findall(rf"^ *(\w+): {promise} = ", (ROOT / "tox.ini").read_text(), re.MULTILINE)
    run = re.findall(r'(?:factor: |-f |-f "\$FACTOR" )(\w+)', WORKFLOW.read_text())
    assert factors
    assert set(factors) - set(run) == set()


def test_a_release_waits_for_every_other_job():
    _, _, jobs = WORKFLOW.read_text().partition("\njobs:\n")
    names = re.findall(r"^  ([\w-]+):$", jobs, re.MULTILINE)
    [needed] = re.findall(r"^    needs: \[(.+)\]$", jobs, re.MULTILINE)
    assert names[-1] == "release"
    assert needed.split(", ") == names[:-1]
    assert {"make ${{ matrix.target }} STRICT=1", "make coverage"} <= set(
        re.findall(r"- run: (make .+)$", jobs, re.MULTILINE)
    )
