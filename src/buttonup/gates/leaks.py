"""Nothing privileged shows in what is exported.

Privileged is what only the making of a sample knows: the sub-tasks, the plan, the functions' names
to the user, and values that the user could not know yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from buttonup.gates.said import fold, phrase, said
from buttonup.gates.seen import Problem, seen, short, values, verdict
from buttonup.records import Assistant, Message, PlannedCall, Tool, Trajectory, User, Verdict

TELLING = 4  # letters from which a word tells something; shorter ones are grammar
VERBATIM = 6  # words; fewer than these come together by chance

_PLAN = (
    r"(?:according to|as per|per|follow(?:ing)?|stick(?:ing)? to|provided|next in) the (plan)|"
    r"the (?:given |provided |executed )?(plan) "
    r"(?:says|tells|calls for|requires|shows|gives|needs|is given)"
)
_PRIVILEGED = re.compile(
    r"\b(?:(sub-?tasks?)|(decompos(?:ed?|ition))|(simulat(?:ed|ions?|ors?))|(blueprint)s?|(distractors?)|"
    rf"ground.(truth)|(gold)(?:en)? (?:answer|plan|trajectory)|{_PLAN})\b"
)
"""Words that give the making away. The group is the word that makes it innocent when it is used by
the user, the context, a result or a function shown: a gym has simulators, a phone has plans."""
_ROOTS = "task decompos simulat blueprint distractor truth gold plan".split()
"""One of these is in every match; looking for them first is quicker."""
_DIGITS = re.compile(r"[0-9]+")
_NAMED_LIKE_CODE = re.compile(r"[a-z0-9]_[a-z]|[a-z][A-Z]")


def leaks(trajectory: Trajectory) -> Verdict:
    """Nothing that only the making of the sample knows shows in its messages."""
    spoken = [(i, fold(_spoken(m))) for i, m in enumerate(trajectory.messages) if _speaks(m)]
    found = (*_subtasks(trajectory, spoken), *_vocabulary(trajectory, spoken))
    return verdict("leaks", (*found, *_names(trajectory), *_opaque(trajectory)))


def _subtasks(trajectory: Trajectory, spoken: list[tuple[int, str]]) -> Iterator[Problem]:
    """Find sub-tasks word for word, where neither the request nor the plan's words say so."""
    task = trajectory.blueprint.task
    everything = "\n".join(words for _, words in spoken)
    texts = (fold(subtask.text) for subtask in task.subtasks)
    wordings = (phrase(text) for text in texts if _may_hold(everything, text))
    shown = [w for w in wordings if len(w.split()) >= VERBATIM and _has_words(everything, w)]
    request = said(task.text).phrase if shown else ""
    secret = [wording for wording in shown if _tells_more(wording, request)]
    for i, words in spoken if secret else ():
        for wording in secret:
            if _stands_in(wording, words) and not _may_say(trajectory, i, wording):
                yield "subtask", i, f"it has the sub-task {short(wording.strip())!r}"


def _tells_more(wording: str, request: str) -> bool:
    """Say whether a sub-task has a telling word that the request does not have.

    Where it has none, a user who retells the request may well hit on the very words.
    """
    return any(len(w) >= TELLING and f" {w} " not in request for w in wording.split())


def _may_hold(folded: str, text: str) -> bool:
    """Say whether the words of a folded text that nothing clings to are somewhere in another."""
    return all(word in folded for word in text.split() if word.isalnum())


def _has_words(folded: str, wording: str) -> bool:
    """Say whether every word of a phrase is somewhere in folded text: a first, quick look."""
    return all(map(folded.__contains__, wording.split()))


def _stands_in(wording: str, folded: str) -> bool:
    """Look for a phrase in folded text; its single words first, which is quicker."""
    return _has_words(folded, wording) and wording in phrase(folded)


def _may_say(trajectory: Trajectory, i: int, wording: str) -> bool:
    """Say whether a message may hold a sub-task: the plan says it so, or the user did."""
    blueprint = trajectory.blueprint
    gold = [text for s in blueprint.plan for text in (s.aim, s.intent, s.finding)]
    gold += [turn.answer for turn in blueprint.turns]
    if any(wording in phrase(fold(text)) for text in gold):
        return True
    users = [m for m in trajectory.messages if isinstance(m, User)]
    asked = " ".join(said(user.content).phrase for user in users)
    return isinstance(trajectory.messages[i], Assistant) and wording in asked


def _vocabulary(trajectory: Trajectory, spoken: list[tuple[int, str]]) -> Iterator[Problem]:
    """Find words of the making in the assistant's mouth."""
    everything = "\n".join(words for _, words in spoken)
    rooted = any(map(everything.__contains__, _ROOTS))
    for i, words in spoken if rooted else ():
        if isinstance(trajectory.messages[i], User):
            continue
        for match in _PRIVILEGED.finditer(words):
            word = next(group for group in match.groups() if group)
            if not _innocent(word, trajectory):
                yield "vocabulary", i, f"it says {match[0]!r}"


def _innocent(word: str, trajectory: Trajectory) -> bool:
    root = word[:7]
    index = seen(trajectory)
    told = [words.folded for _, words in index.words] + [
        f.text.lower() for f in index.results.values()
    ]
    shown = [f"{f.name} {f.description}".lower() for f in trajectory.functions]
    return any(root in text for text in (*told, *shown))


def _names(trajectory: Trajectory) -> Iterator[Problem]:
    """Find names of functions in the user's words; names that are plain words do not count."""
    names = [f.name for f in trajectory.functions]
    for i, message in enumerate(trajectory.messages):
        if isinstance(message, User):
            named = (name for name in names if name in message.content)
            for name in filter(_NAMED_LIKE_CODE.search, named):
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", message.content):
                    yield "function_name", i, f"the user says {name!r}"


def _opaque(trajectory: Trajectory) -> Iterator[Problem]:
    """Find values that a step brings in what the user says before any result."""
    words = list(_before_results(trajectory))
    everything = "\n".join(told for _, told in words)
    opaque = [v for v in _fed(trajectory) if _may_be_told(v, everything)]
    for i, told in words if opaque else ():
        for value in sorted(opaque):
            if _stands_in(said(value).phrase, told):
                yield "opaque_value", i, f"the user cannot know {value!r} yet"


def _fed(trajectory: Trajectory) -> set[str]:
    """Give the strings that the plan takes from results, and nowhere from the user.

    What the user says for a call that is not to be made, the user knows all the same.
    """
    plan = trajectory.blueprint.plan
    made = [call for step in plan for call in step.calls]
    avoided = [call for step in plan for call in step.avoided]
    return _strings(made, of_results=True) - _strings([*made, *avoided], of_results=False)


def _strings(calls: list[PlannedCall], *, of_results: bool) -> set[str]:
    """Give the strings that calls take from results, or all others."""
    return {
        value
        for call in calls
        for name, source in call.sources.items()
        if (source.kind == "result") is of_results
        for value in values(call.arguments.get(name))
        if isinstance(value, str)
    }


def _may_be_told(value: str, folded: str) -> bool:
    """Say whether a value has digits, and its first ones stand in folded text: a quick look."""
    digits = _DIGITS.search(value)
    return any(map(str.isdigit, value)) if digits is None else digits[0] in folded


def _before_results(trajectory: Trajectory) -> Iterator[tuple[int, str]]:
    for i, message in enumerate(trajectory.messages):
        if isinstance(message, Tool):
            return
        if isinstance(message, User):
            yield i, said(message.content).folded


def _speaks(message: Message) -> bool:
    return not isinstance(message, Tool)


def _spoken(message: Message) -> str:
    match message:
        case User(content=content):
            return content
        case Assistant(thought=thought, answer=answer):
            return f"{thought}\n{answer}"
        case _:
            return ""
