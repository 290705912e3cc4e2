"""Words ask for all that a plan does, when it is done, and tell nothing that only a result can."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.nodes import CallNode, Plan, ReduceNode, Said
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.bottomup.truth_first.word import Worded, word
from buttonup.errors import Reject
from buttonup.records import Json
from buttonup.worlds.catalogue import WORLDS

Plans = Callable[..., list[Plan]]
Says = Callable[[str, Json, dt.date], bool]

EVERY = tuple(WORLDS.values())
tickets = st.builds(Ticket, seed=st.integers(0, 9), index=st.integers(0, 10_000))


def made(ticket: Ticket) -> tuple[Plan, Worded]:
    try:
        drawn = plan(EVERY, ticket, Planning(), Scenes())
    except Reject:
        reject()
    return drawn, word(drawn, ticket.rng("word"), Wording())


def worded(plans: list[Plan], chat: str = "") -> Iterator[tuple[Plan, Worded]]:
    for i, drawn in enumerate(plans):
        yield drawn, word(drawn, Ticket(7, i).rng("word"), Wording(), chat)


def today(plan: Plan) -> dt.date:
    return plan.worlds[0].state(plan.variant).today


def missed(plan: Plan, words: Worded, says: Says) -> list[object]:
    """List the values of the user that are not said by the turn in which they are needed."""
    return [
        (name, binding.value)
        for i, node in enumerate(plan.nodes)
        if isinstance(node, CallNode)
        for name, binding in node.bindings.items()
        if isinstance(binding, Said)
        if not says(
            " ".join(turn.says for turn in words.turns[: plan.turn_of[i] + 1]),
            node.arguments[0][name],
            today(plan),
        )
    ]


@given(tickets)
@settings(deadline=None, max_examples=200)
def test_every_value_that_the_user_must_give_is_said_by_the_turn_that_needs_it(
    says: Says, ticket: Ticket
) -> None:
    drawn, words = made(ticket)
    assert missed(drawn, words, says) == []


def test_what_a_turn_asks_for_is_said_in_it_also_when_a_later_turn_uses_it(
    plans: Plans, says: Says
) -> None:
    for drawn, words in worded(plans(600, "follow_up", depths=(5, 6, 7, 8))):
        assert missed(drawn, words, says) == []


@given(tickets)
@settings(deadline=None, max_examples=200)
def test_no_turn_says_an_id_that_only_a_result_can_tell(ticket: Ticket) -> None:
    drawn, words = made(ticket)
    calls = [node for node in drawn.nodes if isinstance(node, CallNode)]
    given_ids = {str(b.value) for n in calls for b in n.bindings.values() if isinstance(b, Said)}
    if drawn.wrong:
        given_ids.add(str(drawn.wrong[1]))
    said = " ".join(turn.says for turn in words.turns)
    for found in re.findall(r"\b[A-Z]{1,5}-\d{2,}\b", said):
        assert any(found in value for value in given_ids), found


@given(tickets)
@settings(deadline=None, max_examples=100)
def test_neither_side_names_a_function(ticket: Ticket) -> None:
    drawn, words = made(ticket)
    names = [name for world in drawn.worlds for name in world.functions if "_" in name]
    for text in (t for turn in words.turns for t in (turn.says, turn.answer)):
        assert not any(name in text for name in names)


@given(tickets)
@settings(deadline=None, max_examples=100)
def test_there_are_words_for_every_node(ticket: Ticket) -> None:
    drawn, words = made(ticket)
    count = len(drawn.nodes)
    assert len(words.subtasks) == len(words.findings) == len(words.aims) == count
    assert all(words.subtasks)
    for node, finding in zip(drawn.nodes, words.findings, strict=True):
        counted = any(isinstance(n, ReduceNode) and n.rule == "count" for n in drawn.nodes)
        assert finding or (isinstance(node, CallNode) and node.items and counted)
    for node, intent in zip(drawn.nodes, words.intents, strict=True):
        assert bool(intent) == isinstance(node, CallNode)


@given(tickets)
@settings(deadline=None, max_examples=100)
def test_every_node_is_done_in_one_turn_or_never(ticket: Ticket) -> None:
    drawn, words = made(ticket)
    done = Counter(step for turn in words.turns for step in turn.steps)
    assert set(done.values()) <= {1}
    assert set(done) == set(words.served)
    left = set(range(len(drawn.nodes))) - set(words.served)
    assert bool(left) == (drawn.scene == "unserved")


def test_the_same_dice_give_the_same_words_and_others_others(plans: Plans) -> None:
    [drawn, *_] = plans(1)
    said = {word(drawn, Ticket(0, i).rng("word"), Wording()).turns[0].says for i in range(60)}
    assert len(said) > 40
    again = word(drawn, Ticket(0, 3).rng("word"), Wording())
    assert again == word(drawn, Ticket(0, 3).rng("word"), Wording())


# --- what each turn calls for --------------------------------------------------------------------


def test_a_missing_value_is_asked_for_before_anything_is_done(plans: Plans, says: Says) -> None:
    for drawn, words in worded(plans(100, "missing_value")):
        first, second = words.turns
        assert (first.reply, first.steps, second.kind) == ("ask", (), "value")
        assert drawn.missing is not None
        i, name = drawn.missing
        node = drawn.nodes[i]
        assert isinstance(node, CallNode)
        assert first.missing == node.function.name
        assert re.search(r"\?|I need", first.answer)
        assert says(second.says, node.arguments[0][name], today(drawn))


def test_a_forgotten_value_is_not_said_at_first(plans: Plans, says: Says) -> None:
    kept = forgotten = 0
    for drawn, words in worded(plans(100, "missing_value")):
        assert drawn.missing is not None
        i, name = drawn.missing
        node = drawn.nodes[i]
        assert isinstance(node, CallNode)
        elsewhere = [
            leaf
            for n in drawn.nodes
            if isinstance(n, CallNode)
            for other, leaf in n.arguments[0].items()
            if (n, other) != (node, name)
        ]
        if node.arguments[0][name] in elsewhere:
            continue
        forgotten += 1
        kept += says(words.turns[0].says, node.arguments[0][name], today(drawn))
    assert forgotten > 30
    assert kept <= forgotten // 10, "a small number may stand there for something else"


def test_what_nothing_serves_is_declined_without_a_step(plans: Plans) -> None:
    for drawn, words in worded(plans(100, "unserved")):
        last = words.turns[-1]
        assert (last.reply, last.steps) == ("decline", ())
        assert re.search(r"can't|isn't|no function|don't have|beyond|nothing", last.answer)
        assert all(turn.reply == "answer" for turn in words.turns[:-1])
        assert last.missing in {n.function.name for n in drawn.nodes if isinstance(n, CallNode)}


def test_a_late_function_is_declined_and_then_offered(plans: Plans) -> None:
    for _, words in worded(plans(100, "late_function")):
        first, second = words.turns
        assert (first.reply, first.steps, first.offers) == ("decline", (), ())
        assert [f.name for f in second.offers] == [first.missing]
        assert (second.kind, second.reply) == ("offer", "answer")


def test_a_wrong_id_is_told_of_and_then_corrected(plans: Plans) -> None:
    for drawn, words in worded(plans(100, "wrong_id")):
        first, second = words.turns
        assert drawn.wrong is not None
        name, wrong = drawn.wrong
        bad, good = drawn.nodes[0], drawn.nodes[drawn.turn_of.index(1)]
        assert isinstance(bad, CallNode)
        assert isinstance(good, CallNode)
        right = str(good.arguments[0][name])
        assert wrong in first.says
        assert right not in first.says
        assert (first.reply, first.steps) == ("failure", (0,))
        assert bad.results[0]["error"].rstrip(".") in first.answer
        assert right in second.says
        assert wrong not in second.says


def test_a_call_that_fails_for_good_is_told_of_with_its_reason(plans: Plans) -> None:
    for scene in ("refused", "outage"):
        for drawn, words in worded(plans(100, scene)):
            [failed] = [n for n in drawn.nodes if isinstance(n, CallNode) and n.failed]
            last = words.turns[-1]
            assert last.reply == "failure"
            assert failed.results[0]["error"].rstrip(".") in last.answer


def test_trouble_that_passes_leaves_the_answer_as_it_is(plans: Plans) -> None:
    for scene in ("time_out", "cut_off"):
        for _, words in worded(plans(60, scene)):
            assert words.turns[-1].reply == "answer"
            assert not re.search(r"timed out|valid JSON", words.turns[-1].answer)


def test_small_talk_comes_before_or_after_and_does_nothing(plans: Plans) -> None:
    for chat, at in (("before", 0), ("after", -1)):
        for drawn, words in worded(plans(40, "follow_up"), chat):
            assert len(words.turns) == len(drawn.turns) + 1
            talk = words.turns[at]
            assert (talk.kind, talk.reply, talk.steps) == ("small_talk", "chat", ())
            assert talk.says
            assert talk.answer
            assert not re.search(r"\d", talk.says + talk.answer)


# --- facts and aims ------------------------------------------------------------------------------


def test_facts_are_plain_values_of_what_was_done(plans: Plans) -> None:
    told = 0
    for _, words in worded(plans(400, "")):
        told += bool(words.facts)
        assert all(
            isinstance(fact, str | int | float) and not isinstance(fact, bool)
            for fact in words.facts
        )
    assert told > 300


def test_every_fact_is_in_an_answer(plans: Plans, says: Says) -> None:
    for drawn, words in worded(plans(300, "")):
        answers = " ".join(turn.answer for turn in words.turns)
        assert [fact for fact in words.facts if not says(answers, fact, today(drawn))] == []


def test_a_look_up_may_tell_what_it_is_wanted_for_and_a_change_never_does(plans: Plans) -> None:
    aims = 0
    for drawn, words in worded(plans(300)):
        for i, (node, aim) in enumerate(zip(drawn.nodes, words.aims, strict=True)):
            if aim:
                aims += 1
                assert isinstance(node, CallNode)
                assert not node.function.writes
                assert any(i in n.needs for n in drawn.nodes)
    assert aims > 50


def test_the_assistant_does_not_speak_as_the_user(plans: Plans) -> None:
    own = re.compile(r"\b(?:my|mine|me|myself)\b|\bI (?:paid|have the|opened|sent|got)\b")
    for scene in ("plain", "follow_up", "unserved", "change"):
        for _, words in worded(plans(300, scene)):
            answers = [turn.answer for turn in words.turns]
            for text in (*words.intents, *words.aims, *words.findings, *answers):
                assert not own.search(re.sub(r'["\u201c].*?["\u201d]|lets? me|for me', "", text)), (
                    text
                )
