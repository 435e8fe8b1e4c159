"""Keys that arrive in one packet mean what they mean when they are typed one by one."""

import pytest
from textual import events


def burst(app, text):
    """All keys at once, as a terminal's driver posts what one read gave it."""
    names = {"/": "slash", "\r": "enter", "-": "minus"}
    for character in text:
        app.post_message(events.Key(names.get(character, character), character))


async def settled(app, pilot):
    while app._handling is not None and not app._handling.done():
        await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("text", ["gpu003", "q", "1234"])
async def test_what_follows_a_slash_is_the_filter_and_no_command(bench, text):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        view = one.app.top_view
        burst(one.app, f"/{text}")
        await settled(one.app, pilot)
        assert one.app.is_running
        assert one.app.top_view is view
        assert view.filter_text == text


async def test_what_follows_enter_is_a_command_again(bench):
    one = bench()
    async with one.on_screen() as pilot:
        await pilot.press("5")
        nodes = one.app.top_view
        burst(one.app, "/gpu003\r6")
        await settled(one.app, pilot)
        assert nodes.filter_text == "gpu003"
        assert one.app.top_view is not nodes
