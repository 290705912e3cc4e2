from __future__ import annotations

import random

from buttonup.gates.fit import misfit
from buttonup.records import encode
from buttonup.topdown.corrupt.gold import Gold
from buttonup.topdown.corrupt.known import filled, invented, known_at, others


def test_only_what_was_said_or_found_before_is_known(golds: list[Gold]) -> None:
    for gold in golds:
        assert known_at(gold, 0) == {}
        for i in gold.acting:
            before, after = known_at(gold, i), known_at(gold, len(gold.lines))
            assert all(set(map(str, v)) <= set(map(str, after[k])) for k, v in before.items())


def test_arguments_filled_from_what_is_known_fit_their_schema(golds: list[Gold]) -> None:
    count = 0
    for gold in golds:
        for i in gold.acting:
            for function in gold.spare(i):
                arguments = filled(function, known_at(gold, i), random.Random(i))
                if arguments is not None:
                    count += 1
                    assert misfit(function.definition.parameters, arguments) == ""
    assert count > len(golds)


def test_an_invented_value_stands_nowhere_and_another_one_is_known(golds: list[Gold]) -> None:
    made = 0
    for gold in golds:
        for i in gold.acting:
            for call in gold.calls_of(i):
                function = gold.functions[call.function]
                for name in call.sources:
                    value = invented(function, name, call.arguments[name], gold, random.Random(i))
                    if value is not None:
                        made += 1
                        assert type(value) is type(call.arguments[name])
                        assert f'"{value}"' not in encode(gold.trajectory.messages).decode()
                    known = known_at(gold, i)
                    swaps = others(function, name, call.arguments[name], known)
                    assert call.arguments[name] not in swaps
    assert made > len(golds)
