"""Aside: one thing after the other in a thread, of those that wait the latest, shown on the loop."""

import threading

from textual.widget import Widget

from console.tui.aside import Aside


async def test_what_is_small_is_shown_at_once_and_what_was_overtaken_is_never_made(host):
    owner = Widget()
    async with host(owner).run_test() as pilot:
        made, shown, loop = [], [], threading.get_ident()
        begun, go = threading.Event(), threading.Event()
        aside = Aside(owner, lambda value: shown.append((value, threading.get_ident())))

        def make(value, *, wait=False):
            made.append((value, threading.get_ident() == loop))
            begun.set()
            assert not wait or go.wait(10)
            return value

        aside.want(lambda: make("small"), large=False)
        assert shown == [("small", loop)]
        begun.clear()
        aside.want(lambda: make("first", wait=True), large=True)
        while not begun.is_set():
            await pilot.pause(0.01)
        aside.want(lambda: make("overtaken"), large=True)
        aside.want(lambda: make("latest"), large=False)  # it waits for its turn, too
        go.set()
        while aside.busy:
            await pilot.pause(0.01)
        assert shown == [("small", loop), ("first", loop), ("latest", loop)]
        assert made == [("small", True), ("first", False), ("latest", False)]
