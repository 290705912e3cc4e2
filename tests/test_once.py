from __future__ import annotations

from buttonup.once import lazily, once


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


def test_an_attribute_is_read_when_it_is_first_asked_for_and_once_for_each_object() -> None:
    read: list[str] = []

    class Word:
        def __init__(self, text: str) -> None:
            self.text = text

        @lazily
        def length(self) -> int:
            """Say how long it is."""
            read.append(self.text)
            return len(self.text)

    one, two = Word("one"), Word("three")
    assert read == []
    assert [one.length, one.length, two.length] == [3, 3, 5]
    assert read == ["one", "three"]
    assert Word.length.__doc__ == "Say how long it is."
