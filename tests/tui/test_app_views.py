"""What each view says: while it loads, once loaded, when a source has gone, through filter and drill-in."""

import pytest
from msgspec.structs import replace

from backends.errors import Unreachable
from backends.model.node import Service

SIZES = [(60, 20), (80, 24), (120, 40)]
VIEWS = {
    "1": "SEVERITY",
    "2": "gpu001",
    "3": "NODE",
    "4": "SOURCE",
    "5": "gpu008",
    "6": "JOB",
}


async def test_the_first_frame_says_what_it_waits_for(bench):
    one = bench()
    one.scheduler.gate.clear()
    async with one.on_screen() as pilot:
        text = await one.until(pilot, "waiting for slurm.nodes")
        assert "loading 0/3" in text
        one.scheduler.gate.set()
        await one.until(pilot, "gpu001", "live")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", VIEWS)
async def test_every_view_draws_at_every_size(bench, key, size):
    one = bench()
    one.scheduler.run_job("77", "gpu001", "gpu002")
    async with one.on_screen(*size) as pilot:
        await one.until(pilot, "gpu001")
        await pilot.press(key)
        text = await one.until(pilot, VIEWS[key], "lab")
        assert len(one.lines()) == size[1]
        assert "Traceback" not in text


async def test_chrome_is_two_lines(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu001", "live")
        lines = one.lines()
        assert lines[0].split()[:2] == ["lab", "topology"]
        assert "req/min" in lines[0]
        assert "drain" in lines[-1]
        assert "help" in lines[-1]


async def test_a_lost_source_ages_its_facts_and_blanks_none(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008", "live")
        one.scheduler.error = Unreachable("connection refused", where="head1")
        one.clock.pass_s(252)
        one.poke()
        text = await one.until(pilot, "slurm.nodes failed ~4m")
        assert all(f"gpu00{number}" in text for number in range(1, 9))
        assert any("~ gpu001" in line or line.startswith(" ~gpu001") for line in text.splitlines()), text
        await pilot.press("4")
        await one.until(pilot, "connection refused", "slurm.jobs")
        one.scheduler.error = None
        one.poke()
        await one.until(pilot, "live")


async def test_filter_narrows_and_esc_brings_all_back(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("slash", "0", "0", "3", "enter")
        text = await one.until(pilot, "/003", "1 of 8")
        assert "gpu008" not in text
        await pilot.press("escape")
        await one.until(pilot, "gpu008")


@pytest.mark.parametrize("large", [2000, 0])
async def test_filter_in_topology_keeps_what_matches(bench, monkeypatch, large):
    monkeypatch.setattr("console.tui.screens.topology.LARGE", large)  # from there on it is made in a thread
    one = bench()
    one.scheduler.run_job("77", "gpu006")
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("slash", *"alloc", "enter")
        text = await one.until(pilot, "1 of 8", "gpu006")
        assert "gpu008" not in text


async def test_drill_in_and_back_keeps_the_place(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("down", "down", "enter")
        await one.until(pilot, "node gpu003", "slurm.nodes", "ago", "r1")
        await pilot.press("escape")
        await one.until(pilot, "gpu008")
        await pilot.press("enter")
        await one.until(pilot, "node gpu003")


async def test_a_rack_opens_its_nodes_and_a_job_its_own(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu005", "gpu006")
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("up", "enter")
        text = await one.until(pilot, "nodes of r1", "gpu004")
        assert "gpu005" not in text
        await pilot.press("6")
        await one.until(pilot, "train")
        await pilot.press("enter")
        text = await one.until(pilot, "nodes of job 77", "gpu006")
        assert "gpu001" not in text


@pytest.mark.parametrize("large", [2000, 0])
async def test_a_job_lights_up_its_nodes_and_a_node_its_jobs(bench, monkeypatch, large):
    monkeypatch.setattr("console.tui.screens.placement.LARGE", large)  # from there on it is made in a thread
    one = bench()
    one.scheduler.run_job("77", "gpu005", "gpu006")
    one.scheduler.run_job("78", "gpu001")
    async with one.on_screen() as pilot:
        await pilot.press("3")
        await one.until(pilot, "77", "78")
        view = one.app.screen
        assert view.map._highlighted == {"gpu005", "gpu006"}
        await pilot.press("down")
        assert view.map._highlighted == {"gpu001"}
        await pilot.press("tab")
        await pilot.pause()
        assert view.lit() == {"78"}
        view.map.move_to("gpu006")
        await pilot.pause()
        assert view.lit() == {"77"}
        assert view.map._highlighted == {"gpu005", "gpu006"}


async def test_markup_in_a_job_name_changes_nothing_but_its_cell(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu001", name="[red]x[/] [@click=app.quit]y", user="[b]eve[/b]")
    async with one.on_screen(170, 40) as pilot:
        await pilot.press("6")
        await one.until(pilot, "[red]x[/] [@click=app.quit]y", "[b]eve[/b]")
        await pilot.press("2")
        await one.until(pilot, "[red]x[/] [@click=app.quit]y", "[b]eve[/b]")


async def test_help_is_made_from_what_works_here(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu001")
        await pilot.press("question_mark")
        await one.until(pilot, "keys: topology", "drain: keep new work away", "other pane", "placement")
        await pilot.press("escape")
        await one.until(pilot, "live")


async def test_keys_answer_while_the_pod_does_not(bench):
    one = bench()
    one.scheduler.gate.clear()
    async with one.on_screen() as pilot:
        for key, word in (("5", "nodes"), ("6", "jobs"), ("4", "health"), ("1", "triage")):
            await pilot.press(key)
            await one.until(pilot, word, within_s=1.0)
        one.scheduler.gate.set()


async def test_other_pods_are_one_list_away(bench):
    one = bench(pods=2)
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu001", "1 other pod live")
        await pilot.press("p")
        await one.until(pilot, "SOURCES", "lab2")
        await pilot.press("down", "enter")
        text = await one.until(pilot, "triage", "nothing wrong")
        assert text.startswith(" lab2")


async def test_one_pod_has_no_list(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu001")
        await pilot.press("p")
        await one.until(pilot, "there is only this pod")


async def test_closing_closes_the_adapters(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu001")
        await pilot.press("q")
    assert one.scheduler.closed == 1


async def test_b_says_what_a_node_hits(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu002", name="llama")
    async with one.on_screen() as pilot:
        await pilot.press("5")
        await one.until(pilot, "gpu008")
        await pilot.press("down", "b")
        await one.until(pilot, "blast radius of node:gpu002", "77 llama (ada)", "rack:r1")
        await pilot.press("escape", "6")
        await one.until(pilot, "llama")
        await pilot.press("b")
        await one.until(pilot, "blast radius of job:77", "hits 1 node")


async def test_health_shows_the_plant_the_sources_or_the_findings(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("4")
        await one.until(pilot, "health: sources", "no controller tells power", "slurm.layout", "asked every")
        await pilot.press("c")
        await one.until(pilot, "health: findings", "nothing wrong that megapod can see")
        await pilot.press("c")
        await one.until(pilot, "health: plant", "no controller tells of power, cooling or fabric")


async def test_the_map_goes_nearer_and_back_and_keeps_its_cursor(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("tab", "right", "z")
        await one.until(pilot, "topology: values", "○ 001 0/8")
        await pilot.press("z")
        await one.until(pilot, "topology: each GPU", "○○○○○○○○")
        assert one.app.screen.map.cursor == "gpu002"
        await pilot.press("z")
        text = await one.until(pilot, "topology  8 nodes")
        assert "○○○○" not in text


async def test_a_rack_is_shown_as_it_stands(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu002")
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("e")
        text = await one.until(pilot, "elevation of r1", "gpu004", "allocated")
        assert "gpu005" not in text
        await pilot.press("down", "enter")
        await one.until(pilot, "node gpu002")
        await pilot.press("escape", "escape")
        await one.until(pilot, "topology")


@pytest.mark.parametrize("large", [2000, 0])
async def test_placement_says_what_fits_and_what_a_drain_would_take(bench, monkeypatch, large):
    monkeypatch.setattr("console.tui.screens.placement.LARGE", large)  # from there on it is made in a thread
    one = bench()
    one.scheduler.run_job("77", "gpu001", "gpu002")
    async with one.on_screen(110, 30) as pilot:
        await one.until(pilot, "gpu008")
        await pilot.press("3")
        await one.until(pilot, "free 6 nodes, 48 GPUs", "biggest gang now 6 nodes")
        await pilot.press("tab")
        await one.until(pilot, "a drain of gpu001 takes", "also run on gpu002", "6 free nodes, 48 GPUs")


async def test_what_the_two_lines_of_chrome_name_can_be_clicked(bench):
    one = bench(pods=2)
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu001", "1 other pod live")
        await pilot.press("5", "enter")
        await one.until(pilot, "nodes  >  node gpu001")
        await pilot.click("#status", offset=(10, 0))
        await one.until(pilot, "nodes  8", "HEALTH")
        await pilot.click("#status", offset=(1, 0))
        await one.until(pilot, "SOURCES", "lab2")
        line = one.lines()[-1]
        await pilot.click("#hints", offset=(line.index("? help"), 0))
        await one.until(pilot, "keys: fleet")


async def test_another_pod_on_which_something_is_critical_is_named_wherever_one_is(bench):
    one = bench(pods=2)
    facts = one.scheduler.facts["gpu003"]
    one.scheduler.facts["gpu003"] = replace(facts, state=("DOWN",), service=Service.DOWN)
    async with one.on_screen() as pilot:
        first = (await one.until(pilot, "gpu001", "lab2 critical")).splitlines()[0]
        await pilot.click("#status", offset=(first.index("lab2 critical"), 0))
        await one.until(pilot, "SOURCES", "1 critical")
