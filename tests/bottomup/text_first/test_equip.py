from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.bottomup.text_first.equip import Equipped, Link, _goes_into_words, equip
from buttonup.bottomup.text_first.parts import Parts
from buttonup.records import AtomicTask, CompositionalTask

Spoil = Callable[[dict[str, Any], dict[str, Any]], object]


def equipped(task: CompositionalTask, parts: dict[str, Any]) -> tuple[Equipped, list[str]]:
    return equip(task, msgspec.convert(parts, Parts), most=3)


def test_a_sound_draft_gives_functions_and_links(
    train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    made, found = equipped(train_task, train_parts)
    assert found == []
    assert [[f.name for f in row] for row in made.functions] == [
        ["search_trains"],
        ["reserve_seat"],
    ]
    assert made.links == (Link(1, "reserve_seat", "trip_id", "search_trains", "trips[].trip_id"),)


SPOILT: dict[str, Spoil] = {
    "has no description": lambda search, _: search.update(description=" "),
    "search_trains.parameters.date has no type": lambda search, _: search["parameters"][
        "properties"
    ]["date"].pop("type"),
    "search_trains.responses must say which fields": lambda search, _: search.update(responses={}),
    "speaks of Utrecht": lambda search, _: search.update(description="Search trains from Utrecht."),
    "speaks of Antwerp": lambda search, _: search.update(name="search_antwerp_trains"),
    "copies the sub-task": lambda search, _: search.update(
        description="Reserve: find the trains from Utrecht to Antwerp on Friday 14 June after 5 pm!"
    ),
    "is no function name": lambda search, _: search.update(name="3 trains"),
    "gives no field 'trips[].seat'": lambda _, reserve: reserve["inputs_from"][0].update(
        field="trips[].seat"
    ),
    "does not fit reserve_seat.trip_id (string)": lambda search, _: search["responses"][
        "properties"
    ]["trips"]["items"]["properties"]["trip_id"].update(type="integer"),
    "no earlier function 'book'": lambda _, reserve: reserve["inputs_from"][0].update(
        function="book"
    ),
    "no earlier function 'reserve_seat'": lambda _, reserve: reserve["inputs_from"][0].update(
        function="reserve_seat"
    ),
    "has no parameter 'seat'": lambda _, reserve: reserve["inputs_from"][0].update(
        parameter="seat"
    ),
    "takes a field of search_trains": lambda _, reserve: reserve.update(inputs_from=[]),
    "reserve_seat.trip_id is required, and nobody": lambda _, reserve: reserve.update(
        inputs_from=[]
    ),
    "does not stand in the request": lambda _, reserve: reserve["inputs_said"][0].update(
        words="Mara Linde"
    ),
    "defined twice": lambda _, reserve: reserve.update(name="searchTrains"),
}


@pytest.mark.parametrize("says", SPOILT)
def test_a_bad_draft_is_named_for_what_is_wrong(
    train_task: CompositionalTask, train_parts: dict[str, Any], says: str
) -> None:
    search, reserve = (part["functions"][0] for part in train_parts["parts"])
    SPOILT[says](search, reserve)
    _, found = equipped(train_task, train_parts)
    assert any(says in fault for fault in found), found


def test_all_faults_are_listed_at_once(
    train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    search, reserve = (part["functions"][0] for part in train_parts["parts"])
    search["description"] = ""
    reserve["parameters"]["properties"]["passenger"].pop("description")
    _, found = equipped(train_task, train_parts)
    assert found == [
        "search_trains has no description",
        "reserve_seat.parameters.passenger has no description",
    ]


def test_slips_are_mended_without_asking(
    train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    search, reserve = (part["functions"][0] for part in train_parts["parts"])
    search["name"] = "searchTrains"
    del search["parameters"]["type"]
    search["parameters"]["required"].append("nothing")
    reserve["inputs_from"][0]["function"] = "Search-Trains"
    train_parts["parts"].reverse()
    made, found = equipped(train_task, train_parts)
    assert found == []
    (first,) = made.functions[0]
    assert (first.name, first.parameters["type"]) == ("search_trains", "object")
    assert first.parameters["required"] == ["origin", "destination", "date"]


def test_an_id_that_the_user_says_needs_no_link(
    train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    task = msgspec.structs.replace(
        train_task, text=f"{train_task.text} My trip is IC-204.", edges=()
    )
    reserve = train_parts["parts"][1]["functions"][0]
    reserve["inputs_from"] = []
    reserve["inputs_said"].append({"parameter": "trip_id", "words": "IC-204"})
    assert equipped(task, train_parts)[1] == []


def test_a_subtask_of_thought_alone_has_no_function(
    train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    train_parts["parts"][1]["functions"] = []
    made, found = equipped(train_task, train_parts)
    assert found == []
    assert made.functions[1] == ()
    train_parts["parts"][0]["functions"] = []
    assert "no sub-task has a function" in equipped(train_task, train_parts)[1][0]


def test_a_function_used_again_is_one_function(train_parts: dict[str, Any]) -> None:
    task = CompositionalTask(
        text="Find trains from Ghent to Antwerp and from Liège to Antwerp on 14 June.",
        subtasks=(AtomicTask(text="From Ghent."), AtomicTask(text="From Liège.")),
    )
    first, second = train_parts["parts"]
    second["functions"], second["reuses"] = [], [{"name": "searchTrains"}]
    made, found = equipped(task, train_parts)
    assert found == []
    assert made.functions[0] == made.functions[1] != ()
    second["functions"], second["reuses"] = first["functions"], []
    assert equipped(task, train_parts) == (made, [])
    second["functions"], second["reuses"] = [], [{"name": "search_buses"}]
    assert "not defined in an earlier" in equipped(task, train_parts)[1][0]


def test_a_function_may_feed_its_own_next_call() -> None:
    text = {"type": "string", "description": "d"}
    person = {
        "name": "get_employee",
        "description": "Look up an employee.",
        "parameters": {"properties": {"employee_id": text}, "required": ["employee_id"]},
        "responses": {"properties": {"name": text, "manager_id": text}},
        "inputs_said": [{"parameter": "employee_id", "words": "E-17"}],
    }
    again = {
        "name": "get_employee",
        "inputs_from": [
            {"parameter": "employee_id", "function": "get_employee", "field": "manager_id"}
        ],
    }
    parts = {
        "reasoning": "r",
        "parts": [
            {"subtask": 1, "why": "w", "functions": [person]},
            {"subtask": 2, "why": "w", "functions": [], "reuses": [again]},
        ],
    }
    task = CompositionalTask(
        text="Who is the manager of the employee E-17?",
        subtasks=(AtomicTask(text="Look up E-17."), AtomicTask(text="Look up the manager.")),
        edges=((0, 1),),
    )
    made, found = equipped(task, parts)
    assert found == []
    assert made.links == (Link(1, "get_employee", "employee_id", "get_employee", "manager_id"),)


@pytest.mark.parametrize("numbers", [(1,), (1, 1), (0, 1), (1, 2, 3)])
def test_each_subtask_must_be_there_once(
    train_task: CompositionalTask, numbers: tuple[int, ...]
) -> None:
    parts = [{"subtask": n, "why": "", "functions": []} for n in numbers]
    _, found = equipped(train_task, {"reasoning": "", "parts": parts})
    assert found == ["parts must hold each sub-task once: 1, 2"]


def test_too_many_functions_for_one_subtask_are_sent_back(
    train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    (search,) = train_parts["parts"][0]["functions"]
    more = [{**search, "name": f"search_{kind}"} for kind in ("buses", "ferries", "planes")]
    train_parts["parts"][0]["functions"] += more
    assert any("4 functions; over 3" in f for f in equipped(train_task, train_parts)[1])


KEYS = ["type", "properties", "required", "items", "description", "a_id", "$ref"]
WILD = st.dictionaries(
    st.sampled_from(KEYS),
    st.recursive(
        st.none() | st.integers() | st.sampled_from(["string", "object", "a_id", "array"]),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    max_size=4,
)
NAMES = st.sampled_from(["f", "g", "getF", ""])


@given(
    st.lists(st.tuples(NAMES, WILD, WILD), min_size=2, max_size=4),
    NAMES,
    st.sampled_from(["a_id", "a_id[].a_id", "items", "x"]),
)
def test_no_draft_breaks_the_bench(
    drafts: list[tuple[str, Any, Any]], source: str, field: str
) -> None:
    functions = [
        {
            "name": name,
            "description": "Does.",
            "parameters": parameters,
            "responses": responses,
            "inputs_from": [{"parameter": "a_id", "function": source, "field": field}],
        }
        for name, parameters, responses in drafts
    ]
    parts = [
        {"subtask": 1, "why": "", "functions": functions[:1]},
        {"subtask": 2, "why": "", "functions": functions[1:], "reuses": [{"name": source}]},
    ]
    task = CompositionalTask(
        text="Do it.", subtasks=(AtomicTask(text="a"), AtomicTask(text="b")), edges=((0, 1),)
    )
    made, found = equipped(task, {"reasoning": "", "parts": parts})
    assert found or any(link.subtask == 1 for link in made.links)


def test_a_number_may_become_part_of_a_message_but_never_an_id() -> None:
    number, text = {"type": "number"}, {"type": "string"}
    assert _goes_into_words(number, "body", text)
    assert not _goes_into_words(number, "trip_id", text)
    assert not _goes_into_words(number, "size", {"type": "string", "enum": ["small"]})
    assert not _goes_into_words(text, "amount", number)
