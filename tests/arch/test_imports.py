"""What may import what: the static contracts, and what a fresh interpreter really loads, which no graph shows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("backends", "widgets", "console")
SCREEN = {"textual", "rich"}
WIRES = {"asyncssh", "httpx", "starlette", "uvicorn"}


def loaded(*imports):
    """Top-level modules that a fresh interpreter has after these imports, without those it starts with."""
    code = (
        "import sys; before = set(sys.modules)\n"
        + "".join(f"import {name}\n" for name in imports)
        + "print(*(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    return set(done.stdout.split())


def tops(modules):
    return {name.partition(".")[0] for name in modules}


def modules_of(package):
    """The importable modules under a package's folder."""
    folder = ROOT / package.replace(".", "/")
    if folder.with_suffix(".py").exists():
        return [package]
    files = sorted(folder.rglob("*.py"))
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files if path.name != "__main__.py")
    return [name.removesuffix(".__init__") for name in names]


def test_the_contracts_of_the_design_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=110,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "package",
    [
        "console.config",
        "console.targets",
        "console.actions",
        "console.words",
        "console.state",
        "console.operations",
        "console.insight",
        "console.views",
        "console.select",
        "backends.registry",
        "backends.ports",
    ],
)
def test_the_core_loads_neither_a_screen_nor_a_wire(package):
    assert not tops(loaded(*modules_of(package))) & (SCREEN | WIRES)


def test_the_headless_side_loads_no_screen_and_no_wire_before_it_needs_one():
    names = [
        name for name in modules_of("console.headless") if name.rpartition(".")[2] not in ("screen", "demo", "simulate")
    ]
    assert not tops(loaded("console.main", *names)) & (SCREEN | WIRES)


def test_what_help_needs_costs_no_more_than_argparse():
    found = loaded("console.main", *modules_of("console.headless.usage"))
    assert tops(found) - set(sys.stdlib_module_names) == {"console"}
    assert "asyncio" not in found


def test_the_model_loads_the_standard_library_and_msgspec():
    of_msgspec = tops(loaded("msgspec"))  # typing_extensions too, where it is installed
    outside = tops(loaded(*modules_of("backends.model"))) - set(sys.stdlib_module_names) - of_msgspec
    assert outside == {"backends"}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_by_itself_costs_nothing(package):
    inits = sorted(path for path in (ROOT / package).rglob("__init__.py"))
    names = [".".join(path.parent.relative_to(ROOT).parts) for path in inits]
    assert loaded(*names) <= set(names)


def test_widgets_load_no_port_no_adapter_and_no_console():
    assert not {
        name
        for name in loaded(*modules_of("widgets"))
        if name.startswith("console") or (name.startswith("backends.") and not name.startswith("backends.model"))
    }
