from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import Json, leaves
from buttonup.view.sample.tree import DEEP, ITEMS, NODES, Node, as_json, lines, summary, tree

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


def ends(node: Node) -> Iterator[Node]:
    if not node.children:
        yield node
    for child in node.children:
        yield from ends(child)


def depth(node: Node) -> int:
    return 1 + max(map(depth, node.children), default=0)


@given(VALUES)
def test_every_leaf_of_a_small_value_is_a_leaf_of_its_tree(value: Json) -> None:
    there = [leaf for _, leaf in leaves(value)]
    shown = [node for node in ends(tree(value)) if node.text not in ("{}", "[]")]
    assert len(shown) == len([leaf for leaf in there if leaf not in ({}, [])])


def test_of_many_items_the_first_are_shown_and_the_rest_counted() -> None:
    node = tree(list(range(1000)))
    assert len(node.children) == ITEMS
    assert node.more == 1000 - ITEMS


def test_what_is_a_source_is_there_wherever_it_stands() -> None:
    value = {"items": [{"id": f"I-{n}"} for n in range(5000)]}
    node = tree(value, sources={"/items/4321/id": "r2-0"}, nodes=10)
    texts = [str(end.text) for end in ends(node)]
    assert any('data-src="r2-0"' in text and "I-4321" in text for text in texts)


def test_a_megabyte_and_a_thousand_levels_make_a_small_tree() -> None:
    deep: Json = "end"
    for _ in range(900):
        deep = [deep]
    node = tree({"deep": deep, "wide": [{"text": "x" * 10_000}] * 1000})
    assert depth(node) <= DEEP + 2
    assert len(list(ends(node))) <= NODES + ITEMS
    assert sum(len(end.text) for end in ends(node)) < 200_000


def test_a_hostile_key_is_text() -> None:
    [child] = tree({"<b>\u202e": 1}).children
    assert child.key == '&lt;b&gt;<span class="odd" title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>'


def test_a_summary_says_what_is_inside_in_one_line() -> None:
    assert summary([{"id": 1, "name": "a"}, {"id": 2}]) == "2 items: id, name"
    assert summary({"error": "no such town"}) == "error: no such town"
    assert summary([]) == "no items"
    assert summary(["Ghent"]) == "1 item: Ghent"
    assert len(summary({"text": "x" * 1000})) <= 90


def test_lines_are_counted_no_further_than_asked() -> None:
    assert lines(list(range(10**6)), 20) == 20
    assert lines({"a": 1, "b": "x" * 170}, 20) == 5


def test_a_record_keeps_its_fields_in_order(sample: object) -> None:
    assert list(as_json(sample)) == ["trajectory", "verdicts"]
