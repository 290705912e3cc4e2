from __future__ import annotations

from buttonup.once import once


def test_an_object_is_read_once_and_its_equal_again() -> None:
    read: list[list[int]] = []

    @once(8)
    def total(numbers: list[int]) -> int:
        read.append(numbers)
        return sum(numbers)

    one, twin = [1, 2], [1, 2]
    assert [total(one), total(one), total(twin)] == [3, 3, 3]
    assert [numbers is one for numbers in read] == [True, False]


def test_a_reading_never_passes_to_an_object_that_came_later() -> None:
    @once(1000)
    def first(numbers: list[int]) -> int:
        return numbers[0]

    assert [first([n]) for n in range(500)] == list(range(500))  # each would be freed at once


def test_no_more_is_kept_than_is_asked_for() -> None:
    class Thing:
        alive = 0

        def __init__(self) -> None:
            Thing.alive += 1

        def __del__(self) -> None:
            Thing.alive -= 1

    @once(4)
    def name(thing: Thing) -> str:
        return str(thing)

    for _ in range(100):
        name(Thing())
    assert Thing.alive <= 4
