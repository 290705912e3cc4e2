from __future__ import annotations

from buttonup.alike.words import words


def test_words_are_what_stands_between_spaces_and_marks_in_lower_case() -> None:
    assert words("It's 9:30; book O'Hare-West, please!") == [
        *("it's", "9", "30", "book", "o'hare-west", "please"),
    ]
