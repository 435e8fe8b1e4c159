"""`[screen]` of the config: keys, aliases, columns and colours as the operator wants them, and errors that help."""

import msgspec
import pytest

from backends.model.endpoint import SshEndpoint
from console.config import Config, ConfigError, PodConfig, load
from console.preferences import Preferences
from console.tui.app import MegapodApp
from console.tui.environment import Appearance, appearance
from console.tui.keymap import Keymap

POD = {"lab": PodConfig(ssh=SshEndpoint(host="head1"), read_only=False)}


def config(**screen):
    return Config(pods=POD, path="/etc/megapod.toml", screen=msgspec.convert(screen, Preferences))


@pytest.mark.parametrize(
    ("screen", "says"),
    [
        ({"keys": {"drian": "x"}}, "screen.keys.drian: no such key's name; did you mean 'drain'?"),
        ({"keys": {"drain": "ctlr+d"}}, "screen.keys.drain: 'ctlr+d' is no key; did you mean 'ctrl+d'?"),
        ({"keys": {"drain": ""}}, "screen.keys.drain: '' is no key"),
        ({"keys": {"drain": "slash"}}, "screen.keys.drain: '/' is the key of filter; take another"),
        ({"keys": {"drain": "j"}}, "screen.keys.drain: 'j' is the key of the cursor; take another"),
        ({"keys": {"drain": "x", "resume": "x"}}, "screen.keys.resume: 'x' is the key of drain"),
        ({"aliases": {"bad": "fliter state=down"}}, "screen.aliases.bad: no command 'fliter'; did you mean 'filter'?"),
        ({"aliases": {"bad": " "}}, "screen.aliases.bad: an empty line"),
        ({"columns": {"nods": ["node"]}}, "screen.columns.nods: no such table; did you mean 'nodes'?"),
        ({"columns": {"nodes": ["stat"]}}, "screen.columns.nodes: no column 'stat'; did you mean 'state'?"),
        ({"columns": {"nodes": []}}, "screen.columns.nodes: names no column; there are node, state"),
        ({"colours": {"critcal": "red"}}, "screen.colours.critcal: no such style; did you mean 'critical'?"),
        ({"colours": {"critical": "redd-ish"}}, "screen.colours.critical: 'redd-ish' is no colour"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_the_nearest_right_name(screen, says):
    with pytest.raises(ConfigError) as caught:
        MegapodApp(config(**screen), Appearance())
    assert str(caught.value).startswith(f"/etc/megapod.toml: {says}")


def test_the_tables_own_keys_are_checked_when_the_file_is_read(tmp_path):
    path = tmp_path / "config.toml"
    text = '[pods.lab.ssh]\nhost = "head1"\n[screen]\n'
    path.write_text(text + 'theme = "light"\ncolumns.nodes = ["node", "state"]\naliases.bad = "filter state=down"\n')
    assert load(str(path)).screen.columns == {"nodes": ("node", "state")}
    path.write_text(text + 'key = {drain = "x"}\n')
    with pytest.raises(ConfigError, match=r"screen.key: unknown key; did you mean 'keys'\?"):
        load(str(path))
    path.write_text(text + "keys = {drain = 3}\n")
    with pytest.raises(ConfigError, match=r"screen.keys\[...\]: Expected `str`, got `int`"):
        load(str(path))


def test_the_variables_come_before_the_file():
    wanted = Preferences(theme="light", glyphs="ascii")
    assert appearance({"TERM": "xterm-256color"}, "UTF-8", wanted) == Appearance("light", "ascii")
    assert appearance({"TERM": "x", "MEGAPOD_THEME": "mono"}, "UTF-8", wanted) == Appearance("mono", "ascii")
    with pytest.raises(ConfigError, match=r"screen.theme: no 'lite'"):
        appearance({}, "UTF-8", Preferences(theme="lite"))


def test_a_key_that_is_taken_is_free_once_its_owner_has_another():
    keymap = Keymap(config(keys={"drain": "/", "filter": "f3,ctrl+f9"}))
    assert (keymap.sign("drain"), keymap.sign("filter")) == ("/", "f3")
    assert keymap.action_at("slash") == "drain"


async def test_the_screen_has_the_operators_keys_words_and_columns(bench):
    one = bench()
    wanted = config(
        keys={"drain": "x", "help": "f1,?"},
        aliases={"busy": "filter state=allocated"},
        columns={"nodes": ["state", "node"]},
        colours={"critical": "#ff5f5f"},
    )
    pods = one.app.desk.config.pods
    one.app = MegapodApp(
        msgspec.structs.replace(wanted, pods=pods), Appearance(), one._open, one.app.operations._carrier
    )
    one.scheduler.run_job("77", "gpu003")
    async with one.on_screen(100, 30) as pilot:
        await one.until(pilot, "gpu001", "live")
        await pilot.press("5")
        text = await one.until(pilot, "gpu008", "x drain", "f1 help")
        assert text.splitlines()[1].split() == ["STATE", "NODE"]
        await pilot.press("colon", *"busy", "enter")
        await one.until(pilot, "1 of 8", "gpu003")
        await pilot.press("D")
        await pilot.pause()
        assert "reason:" not in one.text
        await pilot.press("x")
        await one.until(pilot, "drain gpu003, reason:")
        await pilot.press("escape", "f1")
        await one.until(pilot, "keys: nodes", "x ", "drain: keep new work away")
