from __future__ import annotations

from buttonup.overlap.pieces import functions, request, whole
from buttonup.records import Assistant, Call, Conversation, Function, Tool, User

FIND = Function("find_rooms", "Find rooms.", {"type": "object", "properties": {"town": {}}})
TALK = Conversation(
    functions=(FIND,),
    messages=(
        User("A room in Ghent?"),
        Assistant("I look.", (Call.of("1", "find_rooms", {"town": "Ghent", "n": 2}),)),
        Tool("1", "find_rooms", ["R7"]),
        Assistant(answer="R7 is free."),
        User("Thanks", offers=(Function("book", "Book it.", {}),)),
    ),
)


def test_a_request_is_all_that_the_user_says_and_its_values_what_calls_are_given() -> None:
    assert request(TALK) == (TALK.key, "A room in Ghent?\nThanks", ("Ghent",))


def test_a_whole_trajectory_holds_calls_results_and_answers() -> None:
    text = whole(TALK).text
    for part in ("A room", "I look.", 'find_rooms({"n":2,"town":"Ghent"})', '["R7"]', "is free"):
        assert part in text


def test_functions_offered_on_the_way_count_too() -> None:
    assert [piece.text for piece, _ in functions(TALK)] == [
        "find rooms: Find rooms. (town)",
        "book: Book it. ()",
    ]
