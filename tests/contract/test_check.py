"""`megapod check` on a simulated pod: its bill is taken, then a fault comes."""

import asyncio
import json
import sys
import tomllib

import pytest

from backends.simulator.faults import parse_fault
from backends.simulator.server import ServeOptions, serve
from console.headless import simulate


async def megapod(*words):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "console", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def at():
    """The simulation's clock, in seconds; a test turns it."""
    return [0.0]


async def test_deviations_are_named_and_coded(tmp_path, at):
    options = ServeOptions(racks=1, nodes=4, faults=(parse_fault("nvlink-down@100"),), monotonic=lambda: at[0])
    async with serve(options) as pods:
        config = tmp_path / "config.toml"
        simulate._write_config(config, [pods[0].endpoints])
        words = ("check", "austin", "--config", str(config))
        assert (await megapod(*words))[0] == 2
        code, out, err = await megapod(*words, "--write-expected")
        assert (code, out) == (0, ""), err
        bill = tmp_path / "austin.expected.toml"
        assert tomllib.loads(bill.read_text())["group"][0]["gpus"] == 4
        assert (await megapod(*words, "--write-expected"))[0] == 2
        assert (await megapod(*words))[:2] == (0, "")
        bill.write_text(bill.read_text().replace("gpus = 4", "gpus = 8", 1))
        at[0] = 200.0
        code, out, err = await megapod(*words, "-o", "json")
        result = json.loads(out)
        found = {(one["what"], one["how"], one["expected"]) for one in result["deviations"]}
        assert code == 8
        assert ("gpus", "differs", "8") in found
        assert ("links", "differs", "8") in found
        assert (result["kind"], result["partial"]) == ("CheckResult", False)
        bill.write_text(bill.read_text().replace("gpus = 8", "gpus = 4", 1))
        lines = config.read_text().splitlines()
        config.write_text("\n".join('url = "https://127.0.0.1:1"' if "url =" in line else line for line in lines))
        code, out, err = await megapod(*words)
        assert code == 3
        assert "missing" not in out
        assert "unknown" in out
        assert "connection refused" in err
