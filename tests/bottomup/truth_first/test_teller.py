"""The assistant's voice reports what was asked, and every change that was made."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from buttonup.bottomup.truth_first.nodes import CallNode, CheckNode, EachOf, Plan, ReduceNode, at
from buttonup.bottomup.truth_first.teller import READ_OUT, Teller
from buttonup.records import Json
from buttonup.worlds.spoken import NUMBERS, spoken
from buttonup.worlds.templates import slots_of

Plans = Callable[..., list[Plan]]


def tellers(plans: list[Plan]) -> Iterator[Teller]:
    for i, plan in enumerate(plans):
        yield Teller(plan, random.Random(i))


def answers(teller: Teller) -> str:
    return " ".join(teller.answer(turn) for turn in range(len(teller.plan.turns)))


def told(text: str, value: Json) -> bool:
    """Say whether a text tells a value in one of the forms in which an answer would."""
    small = isinstance(value, int) and value in range(len(NUMBERS))
    if small and re.search(rf"\b{NUMBERS[value]}\b", text, re.IGNORECASE):
        return True
    return any(
        spoken(kind, value).casefold() in text.casefold()
        for kind in ((None, "Money") if isinstance(value, int | float) else (None, "Date"))
        if kind != "Date" or re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value))
    )


def test_every_change_is_told_with_its_facts(plans: Plans) -> None:
    changes = 0
    for teller in tellers(plans(300, "")):
        text = answers(teller)
        for i, node in enumerate(teller.nodes):
            if isinstance(node, CallNode) and node.function.writes and node.results:
                if node.failed or teller.plan.scene == "unserved":
                    continue
                changes += 1
                assert teller.in_full(i)
                assert all(told(text, fact) for fact in teller.facts(i))
    assert changes > 100


def test_what_the_user_is_after_is_told_in_full(plans: Plans) -> None:
    for teller in tellers(plans(300)):
        text = teller.answer(0)
        for i in teller.plan.sinks:
            if teller.in_full(i):
                assert all(told(text, fact) for fact in teller.facts(i)), text


def test_what_was_asked_in_an_earlier_turn_is_told_in_that_turn(plans: Plans) -> None:
    """Also where a later turn goes on from it, and however long the list is."""
    lists = 0
    for teller in tellers(plans(600, "follow_up", depths=(3, 4, 5))):
        plan = teller.plan
        for i, node in enumerate(plan.nodes):
            users = {plan.turn_of[j] for j, n in enumerate(plan.nodes) if i in n.needs}
            if plan.turn_of[i] in users or isinstance(node, CheckNode):
                continue
            if isinstance(node, CallNode) and (node.held_back or node.failed):
                continue
            text = teller.answer(plan.turn_of[i])
            assert all(told(text, fact) for fact in teller.facts(i)), text
            lists += isinstance(node, CallNode) and len(node.objects) > READ_OUT
    assert lists > 3


def test_a_long_list_on_the_way_is_told_by_its_length(plans: Plans) -> None:
    long = 0
    for teller in tellers(plans(300)):
        for i, node in enumerate(teller.nodes):
            if isinstance(node, CallNode) and node.items and len(node.objects) > READ_OUT:
                long += 1
                assert len(teller.finding(i)) < 90
                assert teller.in_full(i) == (i in teller.plan.sinks)
    assert long > 20


def test_two_lists_of_one_length_are_not_told_of_in_the_same_words(plans: Plans) -> None:
    again = 0
    for teller in tellers(plans(600, depths=(3, 4, 5))):
        lists = [
            (teller.plan.turn_of[i], teller.finding(i), len(n.objects), n.function.name)
            for i, n in enumerate(teller.nodes)
            if isinstance(n, CallNode) and n.items and len(n.objects) > 1 and not n.each
        ]
        said = [(turn, words) for turn, words, _, _ in lists if words]
        assert len(set(said)) == len(said), said
        again += len({(turn, *rest) for turn, _, *rest in lists}) < len(lists)
    assert again > 3


def test_a_long_list_that_a_question_was_for_is_told_with_some_of_it(plans: Plans) -> None:
    asked = 0
    for plan in plans(300):
        long = [
            i
            for i, n in enumerate(plan.nodes)
            if isinstance(n, CallNode) and n.items and len(n.objects) > READ_OUT and not n.each
        ]
        teller = Teller(plan, random.Random(0), questions=long)
        for i in set(long) - plan.sinks:
            if any(isinstance(n, ReduceNode) and n.rule == "count" for n in plan.nodes):
                continue
            asked += 1
            named = slots_of(teller.entity(plan.nodes[i]).name)
            text = teller.answer(plan.turn_of[i])
            rows = plan.nodes[i].objects
            assert any(all(told(text, row[s]) for s in named) for row in rows), text
    assert asked > 10


def test_lists_of_a_loop_are_told_each_with_what_it_is_of(plans: Plans) -> None:
    loops = 0
    for teller in tellers(plans(600, shape="loop")):
        for i, node in enumerate(teller.nodes):
            if not (isinstance(node, CallNode) and node.each and node.items and node.results):
                continue
            text = teller.report(i)
            [each] = [b for b in node.bindings.values() if isinstance(b, EachOf)]
            source = teller.nodes[each.node]
            named = slots_of(teller.entity(source).name)
            for row in source.objects:
                loops += 1
                assert told(text, at(row, each.field)) or all(
                    told(text, at(row, n)) for n in named
                ), text
    assert loops > 20


def test_what_went_without_saying_need_not_be_told(plans: Plans) -> None:
    for plan in plans(100, shape="chain"):
        unsaid = [i for i, n in enumerate(plan.nodes) if i not in plan.sinks and not _writes(n)]
        quiet = Teller(plan, random.Random(0), unsaid)
        assert not any(quiet.in_full(i) for i in unsaid)


def _writes(node: object) -> bool:
    return isinstance(node, CallNode) and node.function.writes


def test_a_call_that_was_held_back_is_told_of_as_not_made(plans: Plans) -> None:
    held = 0
    for teller in tellers(plans(300, shape="condition")):
        for i, node in enumerate(teller.nodes):
            if isinstance(node, CallNode) and node.held_back:
                held += 1
                assert re.search(r"n't |\bnot ", teller.report(i))
                assert teller.facts(i) == []
                assert not teller.in_full(i)
    assert held > 20


def test_a_condition_is_told_with_the_value_it_hangs_on(plans: Plans) -> None:
    ways = set()
    for teller in tellers(plans(300, shape="condition")):
        for i, node in enumerate(teller.nodes):
            if isinstance(node, CheckNode) and node.test != "is":
                text = teller.report(i)
                assert told(text, node.against), text
                no = bool(re.search(r"\bnot\b", text))
                assert no != node.holds, text
                ways.add((node.test, node.holds))
    assert len(ways) == 4


def test_a_call_that_failed_is_told_with_its_reason(plans: Plans) -> None:
    for scene in ("refused", "outage"):
        for teller in tellers(plans(80, scene)):
            [(i, node)] = [
                (i, n) for i, n in enumerate(teller.nodes) if isinstance(n, CallNode) and n.failed
            ]
            assert node.results[0]["error"].rstrip(".") in teller.report(i)
            assert teller.facts(i) == []


def test_a_conclusion_is_told_with_its_number_or_by_the_name_of_what_was_picked(
    plans: Plans,
) -> None:
    rules = set()
    for teller in tellers(plans(300) + plans(200, "follow_up")):
        for i, node in enumerate(teller.nodes):
            if isinstance(node, ReduceNode):
                rules.add(node.rule)
                text = teller.report(i)
                assert all(told(text, fact) for fact in teller.facts(i)), text
    assert {"least", "most", "count", "total", "nth"} <= rules


def test_an_intent_is_a_verb_phrase_for_a_call_and_nothing_for_a_conclusion(plans: Plans) -> None:
    for teller in tellers(plans(200)):
        for node in teller.nodes:
            text = teller.intent(node)
            assert bool(text) == isinstance(node, CallNode)
            assert "{" not in text
            assert not text.endswith((".", "?"))


def test_facts_are_plain_values(plans: Plans) -> None:
    for teller in tellers(plans(300)):
        for i in range(len(teller.nodes)):
            for fact in teller.facts(i):
                assert isinstance(fact, str | int | float)
                assert not isinstance(fact, bool)


def test_a_report_is_clean_sentences(plans: Plans) -> None:
    for teller in tellers(plans(400, "")):
        for i in range(len(teller.nodes)):
            text = teller.report(i)
            assert text == text.strip()
            assert text.endswith((".", "!", "?"))
            assert not re.search(r"\{|  | [,.]|,,|\?\.", text), text
