"""The one registry of actions, and the contract of exit codes."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from backends.model.node import Service
from backends.ports import Capability
from console.actions import ACTIONS, action, available
from console.exit import MEANING, Exit
from console.headless import completion, document
from console.headless import wait as waiting
from console.headless.usage import completion as completion_usage
from console.headless.usage import findings as findings_usage
from console.headless.usage import get as get_usage
from console.headless.usage import power as power_usage
from console.headless.usage import wait as wait_usage
from console.main import EPILOG, HIDDEN, VERBS, parser_of
from console.operations.event import Care
from console.operations.plan import Obstacle
from console.operations.power import POWERS

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


def test_what_help_names_is_what_there_is():
    assert tuple(document.ITEMS) == get_usage.KINDS
    assert tuple(POWERS) == power_usage.POWERS
    assert tuple(completion.SCRIPTS) == completion_usage.SHELLS
    assert set(findings_usage.WORDS) - {"list"} == {care.value for care in Care}
    assert wait_usage.STATES[1:] == tuple(service.value for service in Service if service is not Service.UNKNOWN)
    assert tuple(waiting.HEALTH) == wait_usage.HEALTH


@pytest.mark.parametrize("known", ACTIONS, ids=lambda known: known.id)
def test_every_verb_takes_a_reason_and_says_where_it_is_kept(known):
    parser = parser_of([known.verb])
    words = ["off"] if known.verb == "power" else []
    assert vars(parser.parse_args([known.verb, *words, "gpu001"]))["reason"] == ""
    (verbs,) = (one for one in parser._actions if one.choices)
    told = " ".join(verbs.choices[known.verb].format_help().split())
    assert ("written to the scheduler beside your name" in told) == known.reason
    assert ("kept in the journal beside your name" in told) != known.reason


@pytest.mark.parametrize("verb", [*VERBS, *HIDDEN])
def test_every_verb_says_what_it_takes_and_runs(verb):
    assert callable(import_module(f"console.headless.usage.{verb}").configure)
    assert callable(import_module(f"console.headless.{verb}").run)


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
