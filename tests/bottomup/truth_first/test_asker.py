"""The user's voice asks for all of it in many ways, and dictates nothing."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from buttonup.bottomup.truth_first.asker import REGISTER_MIX, Asker, Wording
from buttonup.bottomup.truth_first.feeds import feeds
from buttonup.bottomup.truth_first.nodes import CallNode, CheckNode, Plan, ReduceNode, Said
from buttonup.errors import BadInput
from buttonup.records import Json
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.phrases import Ways, grammar
from buttonup.worlds.spoken import MARK

Plans = Callable[..., list[Plan]]
Says = Callable[[str, Json, dt.date], bool]


def asker(plan: Plan, seed: int = 0, **knobs: object) -> Asker:
    return Asker(plan, random.Random(seed), Wording(**knobs))  # type: ignore[arg-type]


def requests(plans: list[Plan], **knobs: object) -> Iterator[tuple[Plan, str]]:
    for i, plan in enumerate(plans):
        yield plan, asker(plan, i, **knobs).request(0)


def calls(plan: Plan) -> list[CallNode]:
    return [node for node in plan.nodes if isinstance(node, CallNode)]


# --- registers -----------------------------------------------------------------------------------


def test_the_mix_names_every_register() -> None:
    assert REGISTER_MIX.keys() == grammar().registers.keys()


def pieces(name: str) -> set[str]:
    """Give what a register greets, opens and ends with, and no other does."""
    told = {
        other: {
            words.casefold()
            for way in (*r.greetings, *r.stories, *r.openers, *r.wishes, *r.thanks)
            for words in re.split(r"\{\w\}", way)
            if len(words) > 14
        }
        for other, r in grammar().registers.items()
    }
    mine = told.pop(name)
    return {w for w in mine if not any(w in text for words in told.values() for text in words)}


@pytest.mark.parametrize("name", REGISTER_MIX)
def test_a_register_speaks_in_words_of_its_own_and_of_no_other(name: str, plans: Plans) -> None:
    own = 0
    others = set[str]().union(*(pieces(other) for other in REGISTER_MIX if other != name))
    for _, request in requests(plans(150), registers={name: 1.0}):
        text = request.casefold()
        own += any(words in text for words in pieces(name))
        assert [words for words in others if words in text] == []
    assert own > 20 or name == "terse", "who is terse has few words, and those are anybody's"


def test_whoever_is_terse_writes_less_than_whoever_chats_or_tells_a_story(plans: Plans) -> None:
    length = {
        name: sum(len(text) for _, text in requests(plans(150), registers={name: 1.0}))
        for name in REGISTER_MIX
    }
    assert length["terse"] < length["plain"] < min(length["chatty"], length["story"])


def test_only_the_terse_ever_write_in_small_letters(plans: Plans) -> None:
    small = {
        name: sum(text[0].islower() for _, text in requests(plans(100), registers={name: 1.0}))
        for name in REGISTER_MIX
    }
    assert small["terse"] > 20
    assert sum(small.values()) == small["terse"]


def test_a_register_left_out_is_never_spoken_and_weights_count(plans: Plans) -> None:
    [plan, *_] = plans(1)
    names = {id(register): name for name, register in grammar().registers.items()}
    drawn = Counter(
        names[id(asker(plan, i, registers={"terse": 3.0, "formal": 1.0, "plain": 0.0}).register)]
        for i in range(400)
    )
    assert drawn.keys() == {"terse", "formal"}
    assert drawn["terse"] > drawn["formal"]


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"registers": {"pirate": 1.0}}, "wording.registers has no pirate"),
        ({"registers": {}}, "wording.registers has weights"),
        ({"registers": {"plain": -1.0}}, "wording.registers has weights"),
    ],
)
def test_a_register_that_nobody_knows_is_refused_by_name(
    knobs: dict[str, dict[str, float]], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        Wording(**knobs)  # type: ignore[arg-type]


# --- what is said --------------------------------------------------------------------------------


def test_the_users_own_number_is_said_exactly_once(plans: Plans) -> None:
    checked = 0
    for plan, request in requests(plans(300, depths=(3, 4, 5)), relative=0.0):
        own = {
            str(node.arguments[0][p.name])
            for node in calls(plan)
            for p in node.function.parameters
            if p.kind in feeds(WORLDS[node.function.world]).book.own
            and isinstance(node.bindings.get(p.name), Said)
            and "-" in str(node.arguments[0][p.name])
        }
        for value in own:
            checked += 1
            assert len(re.findall(rf"(?<![\w-]){re.escape(value)}(?![\w-])", request)) == 1, request
    assert checked > 100


def test_no_connective_comes_twice_in_a_message_while_others_are_left(plans: Plans) -> None:
    g = grammar()
    kinds = [g.follow, g.follow_sentence, g.beside, g.beside_sentence]
    joined = 0
    for plan in plans(200, depths=(6, 7, 8)):
        voice = asker(plan, 3)
        drawn = list[str]()
        voice.choose = partial(_heard, voice.choose, drawn)  # type: ignore[method-assign]
        voice.request(0)
        for ways in kinds:
            used = [way for way in drawn if way in ways]
            joined += len(used) > 1
            if len(used) < len(ways):
                assert len(used) == len(set(used)), used
    assert joined > 40


def _heard(choose: Callable[[Ways], str], drawn: list[str], ways: Ways) -> str:
    """Choose, and keep what was chosen."""
    drawn.append(choose(ways))
    return drawn[-1]


def test_a_call_whose_result_is_compared_or_looked_at_never_goes_without_saying(
    plans: Plans,
) -> None:
    implicit = 0
    for shape in ("compare", "condition", "chain"):
        for i, plan in enumerate(plans(150, shape=shape)):
            voice = asker(plan, i)
            implicit += bool(voice.implicit)
            for node in plan.nodes:
                if isinstance(node, CheckNode):
                    assert node.over not in voice.implicit
                if isinstance(node, ReduceNode) and len(node.over) > 1:
                    assert voice.implicit.isdisjoint(node.over)
    assert implicit > 30


def test_what_goes_without_saying_is_named_where_it_is_used(plans: Plans, says: Says) -> None:
    named = 0
    for i, plan in enumerate(plans(200, shape="chain")):
        voice = asker(plan, i, relative=0.0)
        request = voice.request(0)
        for j in voice.implicit:
            node = plan.nodes[j]
            assert isinstance(node, CallNode)
            for name, binding in node.bindings.items():
                if isinstance(binding, Said):
                    named += 1
                    assert says(request, node.arguments[0][name], voice.today)
    assert named > 20


def test_a_condition_is_said_as_one(plans: Plans) -> None:
    otherwise = 0
    for plan, request in requests(plans(200, shape="condition", depths=(3, 4))):
        guards = [node.guard for node in calls(plan) if node.guard]
        if guards:
            said = r"\bif\b|provided|as long as|in case"
            assert re.search(said, request, re.IGNORECASE), request
        if any(not guard.wanted for guard in guards):
            otherwise += 1
            assert re.search(r"otherwise|if not|or else", request), request
    assert otherwise > 10


def test_a_function_that_is_wanted_for_several_things_is_asked_for_once(plans: Plans) -> None:
    same = 0
    for plan, request in requests(plans(300, shape="parallel", depths=(4, 5))):
        names = Counter(node.function.name for node in calls(plan) if not node.each)
        if names.most_common(1)[0][1] > 1:
            same += bool(re.search(r"the same (?:for|goes)|likewise|then again for", request))
    assert same > 20


def test_a_request_is_whole_sentences_without_marks_of_the_making(plans: Plans) -> None:
    for _, request in requests(plans(600, depths=(2, 4, 6)), registers={"plain": 1.0}):
        assert MARK not in request
        assert "{" not in request
        assert "  " not in request
        assert request[0].isupper() or not request[0].isalpha()
        assert request.endswith((".", "?", "!"))
        assert not re.search(r" [,.?!]|\.\.(?!\.)|,,|\?\.", request), request


def test_the_same_request_is_worded_in_many_ways(plans: Plans) -> None:
    plan = next(p for p in plans(50, depths=(3,)) if len(calls(p)) == 3)
    assert len({asker(plan, i).request(0) for i in range(100)}) > 90


def test_a_later_turn_neither_greets_nor_tells_its_story_again(plans: Plans) -> None:
    greetings = {w for r in grammar().registers.values() for w in (*r.greetings, *r.stories) if w}
    for i, plan in enumerate(plans(100, "follow_up")):
        voice = asker(plan, i)
        voice.request(0)
        later = voice.request(1, later=True)
        assert not any(later.startswith(words) for words in greetings), later


# --- days, values, slips -------------------------------------------------------------------------


def test_a_near_day_is_said_from_today_only_where_the_knob_allows(plans: Plans) -> None:
    relative = re.compile(
        r"\b(?:tomorrow|this (?:coming )?\w+day|next \w+day|weeks from today)\b", re.IGNORECASE
    )
    never = [text for _, text in requests(plans(300), relative=0.0)]
    always = [text for _, text in requests(plans(300), relative=1.0)]
    assert not any(relative.search(text) for text in never)
    assert sum(bool(relative.search(text)) for text in always) > 20
    assert not any(re.search(r"\bon (?:tomorrow|(?:this|next) \w+day)\b", text) for text in always)


def test_values_are_said_as_they_are(plans: Plans) -> None:
    """A film called "My Cousin" stays that, whoever speaks."""
    for plan in plans(200):
        voice = asker(plan, 1, relative=0.0)
        voice.to_user = True
        for i, node in enumerate(plan.nodes):
            if isinstance(node, CallNode) and not node.guard:
                text = voice.task(i)
                for name, binding in node.bindings.items():
                    kind = node.function.parameter(name).kind
                    own = kind in feeds(WORLDS[node.function.world]).book.own
                    if isinstance(binding, Said) and isinstance(binding.value, str) and not own:
                        if re.search(r"\d", binding.value):
                            continue  # days and times have many forms
                        assert binding.value.casefold() in text.casefold(), text


def test_slips_of_the_keyboard_leave_every_value_as_it_is(plans: Plans, says: Says) -> None:
    slipped = 0
    for i, plan in enumerate(plans(600)):
        clean, typed = (asker(plan, i, typos=typos).request(0) for typos in (0.0, 1.0))
        slipped += clean != typed
        for node in calls(plan):
            for name, binding in node.bindings.items():
                if isinstance(binding, Said):
                    value = node.arguments[0][name]
                    assert says(typed, value, asker(plan).today), f"{value}: {typed}"
    assert slipped > 500


def test_nobody_slips_where_the_knob_is_nought(plans: Plans) -> None:
    words = set(re.findall(r"[a-z]{5,}", " ".join(t for _, t in requests(plans(100)))))
    slips = set(re.findall(r"[a-z]{5,}", " ".join(t for _, t in requests(plans(100), typos=1.0))))
    assert len(slips - words) > 50


def test_a_sub_task_can_be_said_for_every_node(plans: Plans) -> None:
    for plan in plans(300, ""):
        voice = asker(plan, 2)
        for i in range(len(plan.nodes)):
            text = voice.task(i)
            assert text
            assert "{" not in text


def test_a_sub_task_on_its_own_says_of_what_it_is(plans: Plans) -> None:
    """ "Each of them" or "the cheapest one" mean nothing where no list has been spoken of."""
    picks = loops = 0
    for plan in plans(400):
        alone = asker(plan)
        for i, node in enumerate(plan.nodes):
            said = alone.task(i)
            assert not re.search(r"\b(each|every|all) (one )?of them\b", said), said
            if isinstance(node, CallNode) and not alone.implicit:
                loops += node.each
                over = [n for n in node.needs if isinstance(plan.nodes[n], ReduceNode)]
                if over and not node.guard and re.search(r"\bthe \w+ one\b", said):
                    picks += 1
                    assert re.search(r"one\b.* (of|among) (the|those|these) ", said), said
    assert picks > 10
    assert loops > 5
