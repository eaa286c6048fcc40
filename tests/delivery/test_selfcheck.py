"""Delivery runs with the Faust that was read, or not at all; and what it uses of Faust was read."""

import ast
import importlib
import inspect
from collections.abc import Iterator

import pytest

from streams.delivery import selfcheck
from streams.delivery.faults import ConfigurationFault
from streams.delivery.selfcheck import OWNERS, SOURCES
from tests.house.modules import parsed, sources

#: Said with the same word of things that are not Faust's: queues, dicts, logs, our own parts.
ELSEWHERE = frozenset("add clear close flush get info items join keys pop start stop update values".split())


def test_the_installed_faust_is_the_one_that_was_read() -> None:
    selfcheck.check()


def test_another_source_of_a_replaced_method_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selfcheck, "SOURCES", {**SOURCES, "Consumer._new_offset": "0", "App.gone": "0"})

    with pytest.raises(ConfigurationFault) as refused:
        selfcheck.check()

    assert str(refused.value) == (
        "The installed faust-streaming is not the one this feed was proved with: Consumer._new_offset, App.gone"
        " differ; install it anew from requirements.txt."
    )


def test_whole_hashes_are_compared() -> None:
    assert {len(source) for source in SOURCES.values()} == {64}


def test_every_method_of_faust_that_delivery_replaces_was_read() -> None:
    assert sorted(set(replaced()) - set(SOURCES)) == []
    assert {"Consumer.getmany", "Recovery.on_recovery_completed", "Collection.apply_changelog_batch"} <= set(
        replaced()
    )


def test_every_method_of_faust_that_delivery_calls_was_read() -> None:
    assert sorted(set(called()) - set(SOURCES)) == []
    assert {"Consumer.perform_seek", "Recovery._set_recovery_ended", "FlowControlEvent.suspend"} <= set(
        called()
    )


def replaced() -> Iterator[str]:
    """Methods that a class of delivery defines although a class of Faust under it does as well."""
    for path in sources("streams/delivery"):
        module = importlib.import_module(f"streams.delivery.{path.stem}")
        for ours in vars(module).values():
            if inspect.isclass(ours) and ours.__module__ == module.__name__:
                for name, owner in OWNERS.items():
                    if issubclass(ours, owner):
                        yield from (f"{name}.{m}" for m in vars(ours).keys() & _methods(owner))


def called() -> Iterator[str]:
    """Methods of Faust's classes by the names that delivery calls on objects, where the name is not our own alone."""
    trees = [parsed(path) for path in sources("streams/delivery")]
    names = {
        node.func.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    ours = {
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    of_super = {
        node.func.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_super(node.func.value)
    }
    for name, owner in OWNERS.items():
        yield from (f"{name}.{m}" for m in ((names - ours - ELSEWHERE) | of_super) & _methods(owner))


def _is_super(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "super"


def _methods(owner: type) -> set[str]:
    plain = {name for name, value in vars(owner).items() if inspect.isfunction(value)}
    other = {
        name for name, value in vars(owner).items() if hasattr(value, "fun") or isinstance(value, property)
    }
    return (plain | other) - {"__init__", "__init_subclass__", "__repr__"}
