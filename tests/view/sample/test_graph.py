from __future__ import annotations

from html.parser import HTMLParser

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import Trajectory
from buttonup.view.sample.graph import LANES, Graph, Item, drawn, graph, layers, places, steps_of
from buttonup.view.sample.sources import sources

from .test_visible import read

EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20)


def test_each_call_is_on_the_sub_task_that_the_plan_made_it_for(bikes: Trajectory) -> None:
    assert steps_of(bikes) == (0, 2)


def test_without_a_plan_a_call_goes_to_the_sub_task_that_needs_its_function(
    bikes: Trajectory,
) -> None:
    text_first = msgspec.structs.replace(bikes.blueprint, plan=())
    assert steps_of(msgspec.structs.replace(bikes, blueprint=text_first)) == (0, 2)


def test_without_sub_tasks_the_calls_are_joined_by_what_flows_between_them(
    foreign: Trajectory,
) -> None:
    g = graph(foreign, sources(foreign))
    assert (g.of, g.edges) == ("calls", ((0, 1),))
    assert [item.name for item in g.items] == ["find_bikes", "unlock"]


@given(EDGES)
def test_what_is_needed_stands_above(edges: list[tuple[int, int]]) -> None:
    forward = [(i, j) for i, j in edges if i < j]
    where = places(10, edges)
    assert all(where[i].layer < where[j].layer and where[i].row < where[j].row for i, j in forward)
    assert sorted(place.row for place in where) == list(range(10))
    assert all(place.lane < LANES for place in where)


def test_what_needs_nothing_is_in_the_first_layer() -> None:
    assert layers(4, [(0, 2), (2, 3)]) == (0, 0, 1, 2)


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links[given["data-node"] or ""] = given["href"] or ""


def test_a_node_links_to_its_first_call_and_one_that_reasons_to_none(bikes: Trajectory) -> None:
    reader = Links()
    reader.feed(drawn(graph(bikes, sources(bikes))))
    assert reader.links == {"0": "#call-0", "2": "#call-1"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_hostile_words_in_a_node_stay_words(name: str, words: str) -> None:
    tags = set(read(drawn(Graph((Item(name, words, (0,)),), (), "calls"))).tags)
    assert tags <= {"svg", "a", "title", "rect", "circle", "text", "tspan"}


def test_nothing_to_draw_is_no_drawing() -> None:
    assert drawn(Graph((), (), "calls")) == ""
