"""No class of the engine does too much, or knows too many others."""

from __future__ import annotations

import ast
from pathlib import Path

import django_bookrel

PACKAGE = Path(django_bookrel.__path__[0])
MOST_METHODS = 12
MOST_KNOWN = 8


def classes_in(path: Path) -> list[ast.ClassDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def test_classes_of_the_engine_are_small():
    ours = {node.name for path in PACKAGE.rglob("*.py") for node in classes_in(path)}
    large = []
    for path in sorted(PACKAGE.glob("bulk/**/*.py")):
        for node in classes_in(path):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            names |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
            known = sorted(names & ours - {node.name})
            if len(methods) > MOST_METHODS or len(known) > MOST_KNOWN:
                where = path.relative_to(PACKAGE).as_posix()
                large.append(f"{where}: {node.name} has {len(methods)} methods, knows {known}")
    assert large == []
