"""The one registry of actions, and the contract of exit codes."""

import re
from pathlib import Path

import pytest

from backends.ports import Capability
from console.actions import ACTIONS, action, available
from console.exit import MEANING, Exit
from console.main import EPILOG, VERBS
from console.operations.plan import Obstacle

ROOT = Path(__file__).parents[2]


def test_ids_verbs_and_keys_are_unique():
    for part in ("id", "verb", "key"):
        values = [getattr(known, part) for known in ACTIONS]
        assert len(set(values)) == len(values)


def test_what_writes_is_dangerous_has_a_capital_key_and_a_verb_of_its_own():
    for known in ACTIONS:
        assert known.dangerous == known.key.isupper()
        assert known.verb in VERBS
        assert known.help


def test_for_a_read_only_pod_nothing_dangerous_exists():
    assert [known for known in available(read_only=True, capabilities=Capability) if known.dangerous] == []
    assert available(read_only=False, capabilities=Capability) == ACTIONS


@pytest.mark.parametrize("known", ACTIONS, ids=lambda known: known.id)
def test_an_action_nothing_can_do_does_not_exist(known):
    others = [one for one in Capability if one is not known.needs]
    assert known not in available(read_only=False, capabilities=others)
    assert known in available(read_only=False, capabilities=[known.needs])


def test_an_action_is_found_by_its_id():
    assert action("drain").planner.__name__ == "plan_drain"
    with pytest.raises(KeyError):
        action("explode")


def test_the_exit_codes_are_the_designs():
    assert {code.name: code.value for code in Exit} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "PARTIAL": 3,
        "DEADLINE": 4,
        "REFUSED": 5,
        "CONFLICT": 6,
        "UNCONFIRMED": 7,
        "SOME_FAILED": 8,
        "INTERRUPTED": 130,
    }
    assert set(MEANING) == set(Exit)


def test_the_commands_own_help_lists_every_code():
    table = EPILOG.partition("exit codes:")[2]
    assert [int(code) for code in re.findall(r"(?:^|·)\s*(\d+) ", table, re.MULTILINE)] == [code.value for code in Exit]


def test_the_readmes_table_is_the_code_s():
    rows = dict(re.findall(r"^\| *`?(\d+)`? *\| *(.+?) *\|", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {int(code): text for code, text in rows.items()} == {code.value: text for code, text in MEANING.items()}


def test_a_refused_plan_never_ends_well():
    assert Exit.DONE not in {obstacle.exit for obstacle in Obstacle}
