"""What a worker costs: it runs beside a pod for hours, and must be small. Measured in a real one, when it has ended."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE

import pytest

from backends.simulator.server import ServeOptions, serve
from console.actions import action
from console.config import load
from console.headless.simulate import _write_config
from console.operations import event as ev
from console.operations.draft import draft
from console.operations.journal import Journal
from console.operations.request import Options
from console.state.clock import SystemClock
from console.state.session import Session
from console.targets import Targets

NODE = "austin-r1-n01"
MOST_MB = 110
NEVER = {"textual", "pytest", "widgets", "hypothesis", "starlette", "uvicorn"}
WORKER = """
import json, sys
from console.main import main
code = main(sys.argv[1:])
rss = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(json.dumps({"code": code, "modules": sorted(sys.modules), "rss_mb": int(rss) / 1024}))
"""


@pytest.mark.parametrize(
    ("verb", "options", "spared"),
    [("cordon", Options(), {"httpx", "rich"}), ("power", Options(power="on"), set())],  # httpx itself imports rich
    ids=["scheduler alone", "hardware"],
)
async def test_a_worker_loads_no_screen_and_stays_small(tmp_path, place, verb, options, spared):
    async with serve(ServeOptions(racks=1, nodes=2, gpus=1)) as (pod,):
        config = tmp_path / "config.toml"
        _write_config(config, [pod.endpoints])
        async with Session(load(str(config))) as session:
            await session.look(30.0)
            plan = draft(session, action(verb), Targets("austin", (NODE,)), "leak", options)
        assert not plan.refused, plan.blockers
        journal = Journal.at(place, SystemClock().now)
        journal.begin(plan.operation, ev.Begun(plan=plan, config=str(config), take=plan.nodes))
        journal.close()
        words = ("carry", plan.operation, "--journal", str(place.journal))
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORKER, *words, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        async with asyncio.timeout(60):
            out, error = await worker.communicate()
    told = json.loads(out)
    assert (told["code"], error) == (0, b"")
    modules = set(told["modules"])
    tops = {name.partition(".")[0] for name in modules}
    assert sorted(tops & (NEVER | spared)) == []
    assert not [name for name in modules if name.startswith(("console.tui", "console.views", "backends.simulator"))]
    assert told["rss_mb"] < MOST_MB, told["rss_mb"]
