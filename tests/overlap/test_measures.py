from __future__ import annotations

import pytest

from buttonup.overlap.benchmarks import Asked
from buttonup.overlap.measures import TOLD, NGrams, signature
from buttonup.records import Function


@pytest.mark.parametrize("name", ["getUserInfo", "get_user_info", "Get.User-Info"])
def test_however_a_name_is_spelt_its_words_are_the_same(name: str) -> None:
    assert signature(Function(name, "", {})) == {"get", "user", "info"}


def test_names_in_other_scripts_are_told_apart() -> None:
    one, other = (signature(Function(name, "", {})) for name in ("查询天气", "取消订单"))
    assert one != other


def test_a_parameter_is_not_taken_for_a_word_of_the_name() -> None:
    schema = {"type": "object", "properties": {"order": {}}}
    assert signature(Function("get", "", schema)) != signature(Function("get_order", "", {}))


def test_of_equally_near_ones_the_first_line_is_told_and_only_so_many_misses() -> None:
    shared = "one two three four five six seven eight"
    tails = [" ".join(f"{n}x{i}" for i in range(20)) for n in range(TOLD + 5)]
    compare = NGrams(Asked(f"task_{n}", f"{shared} {tail}") for n, tail in enumerate(tails))
    compare([(7, shared), (8, shared)])
    told = compare.measure()
    assert (told.lines, told.hits) == ((), ())
    assert [(pair.benchmark, pair.line) for pair in told.nearest] == [
        (f"task_{n}", 7) for n in range(TOLD)
    ]
