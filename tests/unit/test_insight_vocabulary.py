"""The names that `rule=` takes are those that the rules give, no more and no fewer."""

import ast
from pathlib import Path

import console.insight.vocabulary
from console.insight.advice import RULE
from console.insight.blame import PARTS, SUFFERS
from console.insight.vocabulary import RULE_NAMES

FOLDER = Path(console.insight.vocabulary.__file__).parent
GIVEN = {"_slowed": 3, "_about": 2}
"""Functions that make a finding, and where their argument `rule` stands."""


def names_in(node):
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def given():
    """Every word that stands where a rule's name is given."""
    found = {*RULE.values(), "thermal", "component"}  # of a component, by its kind or by what it suffers
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.keyword(arg="rule", value=ast.Constant(value=name)):
                    found.add(name)
                case ast.Assign(targets=[ast.Name(id="rule")], value=ast.IfExp(body=one, orelse=other)):
                    found |= names_in(one) | names_in(other)
                case ast.Call(func=ast.Name(id=called), args=arguments) if called in GIVEN:
                    found |= names_in(arguments[GIVEN[called]])
    return found


def test_every_rule_is_in_the_vocabulary_and_nothing_else_is():
    assert given() == set(RULE_NAMES)
    assert list(RULE_NAMES) == sorted(set(RULE_NAMES))


def test_who_is_blamed_is_a_rule():
    for table in (SUFFERS, PARTS):
        assert {*table, *(name for names in table.values() for name in names)} <= set(RULE_NAMES)
