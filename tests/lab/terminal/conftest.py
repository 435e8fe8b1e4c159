"""A real terminal for the tests: tmux, on a server of its own, ended with the test."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

UNTIL_S = 45.0
EVERY_S = 0.05
SAME = 30
"""Looks in a row: longer than any of our views waits before it tells what is new."""
ESCAPE_S = 0.2
"""A terminal sends alt with a key as escape and the key: an escape is one once nothing has followed it for a while."""

ESCAPED_S = 3.0
"""The longest an escape that changes nothing on screen is waited for."""


class Terminal:
    """One program in a tmux pane without a status line: keys go in, lines of text come out."""

    def __init__(self, socket: Path, argv: Sequence[str], size: tuple[int, int], env: Mapping[str, str]) -> None:
        self._socket = str(socket)
        width, height = map(str, size)
        said = [word for key, value in env.items() for word in ("-e", f"{key}={value}")]
        settings = socket.with_name("tmux.conf")
        settings.write_text("set -g status off\n")  # the pane has the whole size, from its first frame on
        self._tmux("-f", str(settings), "new-session", "-d", "-x", width, "-y", height, *said, "--", *argv)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: `5`, `Enter`, `Escape`, `C-c`."""
        for key in keys:
            was = self.text if key == "Escape" else ""
            self._tmux("send-keys", key)
            if key == "Escape":  # a busy program reads the next key with it unless it has shown what this one did
                time.sleep(ESCAPE_S)
                self.comes(lambda text, was=was: text != was, ESCAPED_S)

    def type(self, text: str) -> None:
        """Type text as it stands."""
        self._tmux("send-keys", "-l", text)

    def resize(self, width: int, height: int) -> None:
        """What a window manager does."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def lines(self) -> list[str]:
        """The screen, a line a row, trailing blanks cut."""
        return [line.rstrip() for line in self._tmux("capture-pane", "-p").splitlines()]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines())

    def comes(self, question: Callable[[str], bool], within_s: float = UNTIL_S) -> bool:
        """Whether the question is answered with yes in time."""
        end = time.monotonic() + within_s
        while not question(self.text):
            if time.monotonic() > end:
                return False
            time.sleep(EVERY_S)  # tmux tells nobody when a pane changes
        return True

    def until(self, question: Callable[[str], bool], within_s: float = UNTIL_S) -> str:
        """The screen once the question is answered with yes; an AssertionError that shows it otherwise."""
        seen: list[str] = []

        def asked(text: str) -> bool:
            seen[:] = [text]
            return question(text)

        assert self.comes(asked, within_s), f"it did not come about:\n{seen[0]}"
        return seen[0]

    def shows(self, *words: str, within_s: float = UNTIL_S) -> str:
        """The screen once all the words are on it."""
        return self.until(lambda text: all(word in text for word in words), within_s)

    def settled(self, within_s: float = UNTIL_S) -> list[str]:
        """The screen once it has stood still for a while, down to its last line.

        A busy machine draws late: what is known beforehand is waited for with `until`, which is also sooner there.
        """
        seen: list[list[str]] = []

        def same(_: str) -> bool:
            seen.append(self.lines())
            return len(seen) > SAME and all(look == seen[-1] for look in seen[-SAME:]) and bool(seen[-1][-1])

        self.until(same, within_s)
        return seen[-1]

    @property
    def pid(self) -> int:
        """The process of the program."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def close(self) -> None:
        """End the program and its terminal."""
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], check=False, capture_output=True)

    def _tmux(self, *words: str) -> str:
        argv = ["tmux", "-u", "-S", self._socket, *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=20).stdout


@pytest.fixture(scope="module")
def terminals(tmp_path_factory) -> Iterator[Callable[..., Terminal]]:
    """Opens programs in terminals; they are ended with the module."""
    if shutil.which("tmux") is None:
        pytest.fail("no tmux here") if os.environ.get("CI") == "true" else pytest.skip("no tmux here")
    opened: list[Terminal] = []

    def open_one(*argv: str, size: tuple[int, int] = (80, 24), **env: str) -> Terminal:
        socket = tmp_path_factory.mktemp("tmux") / "s"
        plain = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor", "PATH": os.environ["PATH"]}
        opened.append(Terminal(socket, [sys.executable, *argv], size, {**plain, **env}))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
