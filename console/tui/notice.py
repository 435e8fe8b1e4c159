"""A word to the desktop of whoever waits: OSC 9, which terminals that know it show as a notification."""

from collections.abc import Mapping

from backends.clean import clean

_MOST = 200


def notice(text: str, environment: Mapping[str, str]) -> str:
    """The sequence for a text; wrapped for tmux, which hands it on where `allow-passthrough` is set."""
    sequence = f"\x1b]9;megapod: {clean(text, _MOST)}\x07"
    if "TMUX" in environment:
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return sequence
