"""The budgets of STYLE.md: sizes, and things that may not be written down at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONNECTORS = ROOT / "socialhub" / "platforms" / "connectors"
PACKAGES = ("socialhub", "accounts", "webhooks", "publishing", "analytics", "compliance", "tests", "bench")
FUNCTION_LINES, MODULE_LINES, CONNECTOR_LINES, TEMPLATE_LINES, SCRIPT_LINES = 50, 400, 250, 90, 120
# The publisher waits for the next due row, the supervisor for its child: the only waits there are.
MAY_WAIT = {ROOT / "socialhub/management/commands/publisher.py", ROOT / "publishing/publisher.py"}
NO_NAMES = {"utils", "helpers", "services", "manager", "misc", "common"}


def _python() -> list[Path]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def _is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name in {"conftest.py", "testing.py"}


def _product() -> list[Path]:
    return [path for path in _python() if not _is_test(path) and "bench" not in path.parts]


def _templates() -> list[Path]:
    folders = [
        ROOT / "templates",
        *CONNECTORS.glob("*/templates"),
        *(ROOT / p / "templates" for p in PACKAGES),
    ]
    return sorted(path for folder in folders for path in folder.rglob("*.html"))


def _scripts() -> list[Path]:
    folders = [ROOT / "static", *CONNECTORS.glob("*/static")]
    return sorted(path for folder in folders for path in folder.rglob("*.js"))


def _connector_keys() -> set[str]:
    folders = (path for path in CONNECTORS.glob("*/") if (path / "__init__.py").exists())
    return {path.name for path in folders if not path.name.startswith("_")}


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(), filename=str(path)))


def _at(path: Path, line: int | None = None) -> str:
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"


def _too_long(paths: list[Path], budget: int) -> list[str]:
    lengths = ((path, len(path.read_text().splitlines())) for path in paths)
    return [f"{_at(path)}: {length} lines, {budget} allowed" for path, length in lengths if length > budget]


def test_no_function_is_longer_than_its_budget() -> None:
    found = []
    for path in _python():
        for node in _nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    found.append(f"{_at(path, node.lineno)}: {node.name} has {length} lines")
    assert found == []


def test_no_module_is_longer_than_its_budget() -> None:
    connectors = [path for path in _python() if CONNECTORS in path.parents]
    assert _too_long(_python(), MODULE_LINES) + _too_long(connectors, CONNECTOR_LINES) == []


def test_no_template_or_script_is_longer_than_its_budget() -> None:
    assert _too_long(_templates(), TEMPLATE_LINES) + _too_long(_scripts(), SCRIPT_LINES) == []


def test_no_connector_is_named_outside_its_folder() -> None:
    keys = _connector_keys()
    found = []
    for path in _product():
        for node in _nodes(path):
            if (
                isinstance(node, ast.Constant)
                and node.value in keys
                and CONNECTORS / node.value not in path.parents
            ):
                found.append(f"{_at(path, node.lineno)}: {node.value!r}")
    for path in [*_templates(), *_scripts()]:
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            # A name between quotes that a template or script compares or includes; attributes are no names.
            for key in re.findall(r"""(?<![=\w])["'](\w+)["']""", line):
                if key in keys and CONNECTORS / key not in path.parents:
                    found.append(f"{_at(path, number)}: {key!r}")
    assert found == []


def test_the_product_does_not_know_the_sandbox() -> None:
    may = {ROOT / "socialhub/management/commands" / f"{name}.py" for name in ("sandbox", "demo")}
    found = []
    for path in _product():
        if path in may or "sandbox" in path.parts or path.name == "sandbox.py":
            continue
        for node in _nodes(path):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += (
                [name.name for name in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            )
            if any("sandbox" in name.split(".") for name in names):
                found.append(_at(path, getattr(node, "lineno", None)))
    assert found == []


def test_nothing_sleeps() -> None:
    found = []
    for path in _product():
        for node in _nodes(path):
            if isinstance(node, ast.Call) and path not in MAY_WAIT:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name == "sleep":
                    found.append(_at(path, node.lineno))
    assert found == []


def test_no_exception_is_caught_without_saying_which() -> None:
    found = []
    for path in _product():
        for node in _nodes(path):
            if isinstance(node, ast.ExceptHandler):
                caught = "" if node.type is None else ast.unparse(node.type)
                if caught in {"", "Exception", "BaseException"}:
                    found.append(_at(path, node.lineno))
    assert found == []


def test_no_module_is_named_for_nothing() -> None:
    assert [_at(path) for path in _python() if path.stem in NO_NAMES] == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        (
            "inline script",
            re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.I),
        ),
        ("inline style", re.compile(r"<style\b|\sstyle=", re.I)),
        ("inline handler", re.compile(r"<[^>]*\son[a-z]+\s*=", re.I)),
        ("script address", re.compile(r"""(href|action|src)=["']javascript:""", re.I)),
        (
            "asset from elsewhere",
            re.compile(r"""<(script|link|img)[^>]+(src|href)=["']https?:""", re.I),
        ),
    ],
)
def test_no_template_breaks_the_content_security_policy(what: str, pattern: re.Pattern[str]) -> None:
    found = [f"{what} in {_at(path)}" for path in _templates() if pattern.search(path.read_text())]
    assert found == []
