"""The word to the desktop at the end of an operation: OSC 9, and nothing of others' text acts."""

from console.tui.notice import notice


def test_it_is_an_osc_9_and_what_is_in_it_cannot_end_it():
    said = notice("drain gpu001: done\x07\x1b]52;c;eA==\x07", {})
    assert said.startswith("\x1b]9;megapod: drain gpu001: done")
    assert said.endswith("\x07")
    assert said.count("\x1b") == 1
    assert said.count("\x07") == 1


def test_tmux_is_asked_to_hand_it_on():
    said = notice("done", {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert said == "\x1bPtmux;\x1b\x1b]9;megapod: done\x07\x1b\\"
