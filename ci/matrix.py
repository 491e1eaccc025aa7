#!/usr/bin/env python3
"""
Run the environments of tox that this machine can run, and print what became of each one.

    ci/matrix.py -m newest --one        that of the newest Python, of those with a label of tox.ini
    ci/matrix.py -m all --servers       start the database servers that they need, and stop them
    ci/matrix.py -e 'py313-dj{52,61}-sqlite' -- tests/test_isbn.py

An environment whose interpreter or database server is not there is listed as missing. The exit
status is 1 if any failed or none ran, and if one is missing that was asked for by name; with
``--strict`` also if one of the label is. A table at the end says how many tests passed; of a single
environment, whose tests have all processors, pytest's own summary is the last that is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import databases
from interpreters import interpreters

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".tox" / "junit"
TOX = [sys.executable, "-m", "tox"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    environment: str
    verdict: str
    """passed, failed or missing; with the reason, where there are no numbers."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0

    def __str__(self) -> str:
        if not (self.passed or self.failed or self.skipped):
            return f"{self.environment:24} {self.verdict}"
        numbers = f"{self.passed:6} {self.failed:6} {self.skipped:7} {self.seconds:6.0f} s"
        return f"{self.environment:24} {self.verdict:8} {numbers}"


def select(arguments: argparse.Namespace) -> list[str]:
    """List the environments that tox knows by this label or these names, in its order."""
    choice = ["-m", arguments.label] if arguments.label else ["-e", arguments.environments]
    command = [*TOX, "config", *choice, "-k", "env_name"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    names = re.findall(r"^env_name = (.+)$", done.stdout, re.MULTILINE)
    if not names:
        sys.exit(f"ci/matrix.py: tox knows no such environments\n{done.stdout}{done.stderr}")
    return names


def python_of(environment: str) -> int:
    """Give the minor version of the Python of an environment."""
    return int(environment.partition("-")[0].removeprefix("py3"))


def find_databases(environments: list[str], variables: dict[str, str]) -> list[str]:
    """List the databases that environments need and nobody has named by a variable."""
    factors = dict.fromkeys(factor for name in environments for factor in name.split("-"))
    known = databases.DATABASES
    return [f for f in factors if f in known and not variables.get(known[f].variable[0])]


def named(variables: Mapping[str, str]) -> dict[str, str]:
    """Give those of the variables that say something: an empty one names no server."""
    return {name: value for name, value in variables.items() if value}


@contextmanager
def started(names: list[str], variables: dict[str, str]) -> Iterator[dict[str, str]]:
    """Start databases and stop them at the end; give the reasons why some could not be had."""
    reasons: dict[str, str] = {}
    try:
        for name in names:
            try:
                databases.start([name])
            except (databases.ProvisionError, OSError) as error:
                reasons[name] = str(error).partition("\n")[0]
        variables |= {**databases.environment(), **named(variables)}
        yield reasons
    finally:
        for name in names:
            try:
                databases.stop([name])
            except (databases.ProvisionError, OSError) as error:
                print(f"ci/matrix.py: {error}", file=sys.stderr)


def find_missing(
    environment: str,
    versions: dict[str, Path],
    variables: dict[str, str],
    reasons: dict[str, str],
) -> str:
    """Say what keeps an environment from running; empty if nothing does."""
    for factor in environment.split("-"):
        if factor.startswith("py3") and f"3.{factor[3:]}" not in versions:
            return f"missing: no python3.{factor[3:]}"
        database = databases.DATABASES.get(factor)
        if database and not variables.get(database.variable[0]):
            reason = reasons.get(factor, f"ci/databases.py start {factor}")
            return f"missing: no {database.title} ({reason})"
    return ""


def run_tox(environments: list[str], arguments: list[str], variables: dict[str, str]) -> dict:
    """Run the environments side by side; what tox says of each one comes back by name."""
    for environment in environments:
        (REPORTS / f"{environment}.xml").unlink(missing_ok=True)
    REPORTS.mkdir(parents=True, exist_ok=True)
    result = REPORTS / "tox.json"
    result.unlink(missing_ok=True)
    processors = os.cpu_count() or 1
    if len(environments) > 1:
        # One more than there are processors: tests wait for servers and for one another.
        count = ["--parallel", str(processors + 1), "--parallel-no-spinner"]
        tox = [*TOX, "run-parallel", *count]
    else:
        tox = [*TOX, "run", "-qq"]
        if not arguments and environments[0].endswith("-sqlite"):
            arguments = ["-n", str(processors), "--dist", "worksteal"]
    selection = ["-e", ",".join(environments), "--result-json", str(result)]
    subprocess.run([*tox, *selection, "--", *arguments], cwd=ROOT, env=variables)
    return json.loads(result.read_text())["testenvs"] if result.exists() else {}


def read_outcome(environment: str, results: dict) -> Outcome:
    """Believe that an environment passed only if tox says so and its report has passed tests."""
    report = REPORTS / f"{environment}.xml"
    if not report.exists():
        return Outcome(environment=environment, verdict="failed: no test ran")
    suites = list(ElementTree.parse(report).iter("testsuite"))
    total, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    passed = total - failed - skipped
    success = results.get(environment, {}).get("result", {}).get("success", False)
    return Outcome(
        environment=environment,
        verdict="passed" if success and passed and not failed else "failed",
        passed=passed,
        failed=failed,
        skipped=skipped,
        seconds=sum(float(suite.get("time", 0)) for suite in suites),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument(
        "-m", dest="label", help="label of tox.ini: newest, databases, coverage, all"
    )
    choice.add_argument("-e", dest="environments", help="names of environments")
    parser.add_argument(
        "--servers",
        action="store_true",
        help="start the throw-away servers that are not running, and stop them at the end",
    )
    parser.add_argument("--one", action="store_true", help="only that of the newest Python")
    parser.add_argument("--strict", action="store_true", help="fail if one of a label is missing")
    parser.add_argument("arguments", nargs="*", help="for pytest, after --")
    arguments = parser.parse_args()
    # So that servers are stopped by any end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ci/matrix.py: it was told to end"))

    versions = interpreters()
    path = os.pathsep.join([os.environ["PATH"], *(str(p.parent) for p in versions.values())])
    # A server of one's own, named by its variable, comes before the throw-away one.
    variables = {**databases.environment(), **named(os.environ), "PATH": path}
    environments = select(arguments)
    needed = find_databases(environments, variables) if arguments.servers else []
    with started(needed, variables) as reasons:
        missing = {name: find_missing(name, versions, variables, reasons) for name in environments}
        present = [name for name, reason in missing.items() if not reason]
        if arguments.one and present:
            present = [max(present, key=python_of)]
            missing = {present[0]: ""}
            # A sixth faster; those that are chosen by name find what it finds.
            variables["PYTHONDEVMODE"] = ""
        results = run_tox(present, arguments.arguments, variables) if present else {}
    outcomes = [
        Outcome(environment=name, verdict=reason) if reason else read_outcome(name, results)
        for name, reason in missing.items()
    ]
    if len(outcomes) > 1 or not any(outcome.passed for outcome in outcomes):
        head = f"\n{'environment':24} {'result':8} passed failed skipped     time"
        print(head, *outcomes, sep="\n")
    if any(outcome.verdict.startswith("failed") for outcome in outcomes):
        sys.exit(1)
    if not present:
        sys.exit("ci/matrix.py: nothing ran")
    absent = [name for name, reason in missing.items() if reason]
    if absent and (arguments.strict or arguments.environments):
        sys.exit(f"ci/matrix.py: {', '.join(absent)} did not run")


if __name__ == "__main__":
    main()
