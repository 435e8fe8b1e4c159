"""The console on a real Slurm pod, by key: see a job, drain its node, watch it empty, bring it back; and bad nights."""

import asyncio
import json
from contextlib import asynccontextmanager
from functools import partial

import pytest

from console.config import load
from console.tui.app import MegapodApp

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]


class Screen:
    """A running app, and the text on it."""

    def __init__(self, app, pilot):
        self.app = app
        self.press = pilot.press
        self._pilot = pilot

    @property
    def text(self):
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    def line(self, word):
        return next((line for line in self.text.splitlines() if word in line), "")

    def row(self, name):
        return next((line for line in self.text.splitlines() if line.split()[:1] == [name]), "")

    async def until(self, question, within_s=20.0):
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while not question(self):
            if loop.time() > end:
                raise AssertionError(f"it did not come about:\n{self.text}")
            await self._pilot.pause(0.05)

    async def shows(self, *words, within_s=20.0):
        await self.until(lambda screen: all(word in screen.text for word in words), within_s)


@pytest.fixture
def console(pod, tmp_path):
    return partial(opened, pod, tmp_path / "config.toml")


@asynccontextmanager
async def opened(pod, path, *, read_only=False, size=(80, 24)):
    """The console on the pod, from a config file: the workers it starts read the same one."""
    keys = ("host", "port", "user", "identity", "known_hosts")
    ssh = "".join(f"{key} = {json.dumps(getattr(pod.ssh, key))}\n" for key in keys)
    path.write_text(
        f"[pods.lab]\nread_only = {str(read_only).lower()}\nscheduler = {{ interval_s = 0.5 }}\n[pods.lab.ssh]\n{ssh}"
    )
    app = MegapodApp(load(str(path)))
    try:
        async with app.run_test(size=size) as pilot:
            screen = Screen(app, pilot)
            await screen.press("5")
            await screen.shows("gpu001", "gpu016")
            yield screen
    finally:
        await app.close()


async def test_a_job_is_on_screen_within_five_seconds(pod, console):
    async with console() as screen:
        job = pod.sbatch("--gres=gpu:4", "-w", "gpu003", "-J", "train")
        await screen.until(lambda now: "4/8" in now.line("gpu003") and job in now.line("gpu003"), 5.0)
        await screen.press("6")
        await screen.until(lambda now: "gpu003" in now.line("train"), 5.0)


async def test_drain_by_key_is_draining_while_the_job_runs_and_drained_after(pod, console):
    job = pod.sbatch("-w", "gpu002", "-J", "busy", script="exec sleep 300")
    async with console() as screen:
        await screen.until(lambda now: job in now.line("gpu002").split())  # job 1 is in `leaf1`, too
        await screen.press("down", "D")
        await screen.shows("reason:")
        await screen.press(*"tray leak", "enter")
        await screen.shows("drain gpu002?", f"{job} busy")
        await screen.press("y")
        await screen.shows(f"gpu002: draining; job {job} runs")
        assert "DRAIN" in pod.state("gpu002")
        mark = pod.run("scontrol", "-o", "show", "node", "gpu002")
        assert "Reason=megapod:op-" in mark
        assert "tray leak" in mark
        assert "drained" not in screen.row("gpu002")
        pod.run("scancel", job)
        await screen.until(lambda now: "drained" in now.row("gpu002"), 40.0)
        await screen.shows("drain gpu002: done", within_s=10.0)
        await screen.press("U")
        await screen.shows("resume gpu002?")
        await screen.press("y")
        await screen.until(lambda now: "idle" in now.row("gpu002"))
    assert "DRAIN" not in pod.state("gpu002")


async def test_a_foreign_drain_is_refused_with_its_reason(pod, console):
    pod.run("scontrol", "update", "nodename=gpu001", "state=drain", "reason=waiting for a part")
    async with console() as screen:
        await screen.until(lambda now: "drained" in now.line("gpu001"))
        await screen.press("D")
        await screen.shows("refused", "'waiting for a part' by root")
        await screen.press("escape")
    assert "waiting for a part" in pod.run("scontrol", "-o", "show", "node", "gpu001")


async def test_a_read_only_pod_has_no_drain(pod, console):
    async with console(read_only=True) as screen:
        await screen.press("D")
        await screen.shows("read-only")
    assert pod.state("gpu001") == "IDLE"


async def test_a_dead_slurmctld_keeps_the_table_and_is_named(pod, console):
    async with console() as screen:
        pod.ctl("stop", "slurmctld")
        await screen.until(lambda now: "live" not in now.text.splitlines()[0])
        for name in ("gpu001", "gpu016"):
            assert "idle" in screen.line(name)
        await screen.press("4")
        await screen.shows("slurm.nodes", "slurmctld")
        pod.ctl("start", "slurmctld")
        await screen.until(lambda now: "live" in now.text.splitlines()[0], 60.0)


@pytest.mark.parametrize("name", ["\x1b[2J\x1b[31mboom", "[red]x[/red]", "[/]", "a\nb"])
async def test_a_hostile_name_is_drawn_in_its_cell(pod, console, name):
    job = pod.sbatch("-w", "gpu004", "-J", name)
    async with console() as screen:
        await screen.press("6")
        await screen.until(lambda now: job in now.line("gpu004"))
        assert "root" in screen.line("gpu004")
        assert "\x1b" not in screen.text
        await screen.press("3")
        await screen.until(lambda now: job in now.line("gpu004"))


async def test_a_job_s_output_is_read_filtered_and_followed(pod, console):
    script = "for i in 1 2 3; do echo step $i; done; while [ ! -e on ]; do sleep 0.1; done; echo step 4; exec sleep 60"
    submit = ["sbatch", "--parsable", "-D", str(pod.folder), "-o", "log-%j.txt", "--mem=10", "-w", "gpu004"]
    job = pod.run(*submit, "--wrap", script).strip()
    async with console() as screen:
        await screen.press("6", "/", *job, "enter")
        await screen.until(lambda now: "gpu004" in now.row(job))
        await screen.press("l")
        await screen.shows(f"logs of job {job}: output", "step 3", "following")
        (pod.folder / "on").touch()
        await screen.shows("step 4")
        await screen.press("/", *"step 2", "enter")
        await screen.until(lambda now: "step 2" in now.text and "step 4" not in now.text)
        await screen.press("escape", "c")
        await screen.shows(f"logs of job {job}: journal", "cannot reach it")
        await screen.press("escape")
        await screen.shows("jobs")
