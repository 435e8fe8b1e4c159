"""The `/` filter: fields, words and patterns; what cannot be read is said while it is typed, and nothing goes."""


async def nodes_view(one, pilot):
    await one.until(pilot, "gpu001", "live")
    await pilot.press("5")
    await one.until(pilot, "gpu008")


def shown(one):
    return sorted(word for line in one.lines()[2:-1] for word in line.split()[:2] if word.startswith("gpu0"))


TYPED = {
    "state=allocated": ["gpu001", "gpu002"],
    "job.user=ada & node!=gpu001": ["gpu002"],
    "!state=idle": ["gpu001", "gpu002"],
    "~gpu00[34]": ["gpu003", "gpu004"],
    "alloc": ["gpu001", "gpu002"],
    "gpus.free>=8 rack=r1": ["gpu003", "gpu004"],
    "node=gpu[007-008]": ["gpu007", "gpu008"],
}


async def test_it_takes_what_scripts_take(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu001", "gpu002")
    async with one.on_screen() as pilot:
        await nodes_view(one, pilot)
        for typed, names in TYPED.items():
            await pilot.press("slash", *typed, "enter")
            await one.until(pilot, f"{len(names)} of 8")
            assert shown(one) == names, typed
            await pilot.press("escape")


async def test_while_it_cannot_be_read_the_bar_says_why_and_the_table_stays(bench):
    one = bench()
    async with one.on_screen(100, 24) as pilot:
        await nodes_view(one, pilot)
        await pilot.press("slash", *"~gpu00[1-")
        await one.until(pilot, "column 1: no regular expression")
        assert len(shown(one)) == 8
        await pilot.press("enter")
        await one.until(pilot, "no regular expression")
        await pilot.press(*"2]", "enter")
        await one.until(pilot, "2 of 8")
        assert "regular" not in one.text
        await pilot.press("slash", *" & !stat")
        await one.until(pilot, "/~gpu00[1-2] & !stat ", "state")
        assert shown(one) == ["gpu001", "gpu002"]
        await pilot.press(*"=idle")
        await one.until(pilot, "column 16: no field 'stat'; did you mean state?")
        assert shown(one) == ["gpu001", "gpu002"]
        await pilot.press("escape")
        await one.until(pilot, "gpu008")


async def test_a_filter_on_a_field_follows_the_pod(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await nodes_view(one, pilot)
        await pilot.press("slash", *"job.user=eve", "enter")
        await one.until(pilot, "nothing matches")
        await pilot.press("slash", *["backspace"] * 12, *"gpu.temp>50", "enter")
        await one.until(pilot, "0 of 8, 8 not known")
        await pilot.press("slash", *["backspace"] * 11, *"job.user=eve", "enter")
        one.scheduler.run_job("9", "gpu004", user="eve")
        one.poke()
        await one.until(pilot, "gpu004", "1 of 8")


async def test_each_table_has_its_own_fields(bench):
    one = bench()
    one.scheduler.run_job("77", "gpu001", user="ada")
    one.scheduler.run_job("78", "gpu002", user="eve")
    async with one.on_screen() as pilot:
        await one.until(pilot, "gpu001", "live")
        await pilot.press("6", "slash", *"user=eve & gpus>4", "enter")
        assert "78" in await one.until(pilot, "1 of 2")
        await pilot.press("2", "slash", *"state=allocated", "enter")
        await one.until(pilot, "gpu001", "gpu002")
        assert "gpu003" not in one.text
        await pilot.press("4", "slash", *"source=slurm.jobs", "enter")
        await one.until(pilot, "1 of 3", "slurm.jobs")
