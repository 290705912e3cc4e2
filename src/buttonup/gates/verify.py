"""Did it come out as it should? For evaluation and reinforcement learning, whatever path was taken.

The gates ask whether a sample is worth training on; `verify` asks of anybody's transcript whether
the task was done: the world ended as it must, the user was told what was asked and it was really
looked up, nothing was done beside it, and each turn got its kind of reply. Another order, another
function that tells the same, a look-up or two more: all that is fine. Doing nothing, saying things
without looking, or calling everything is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from buttonup.gates.answer import reports
from buttonup.gates.order import only_reads, reading
from buttonup.gates.said import said
from buttonup.gates.seen import Found, Made, Seen, is_error
from buttonup.gates.turns import declines, slices, wrong_reply
from buttonup.once import lazily, once
from buttonup.records import (
    Assistant,
    Blueprint,
    Goal,
    Json,
    Message,
    PlannedCall,
    Record,
    Step,
    Trajectory,
    UserTurn,
    leaves,
)
from buttonup.worlds.session import open_session

SPARE = 2  # look-ups beside the plan, and calls that fail, that are always fine; ours
SPARE_SHARE = 0.5  # and as many for each planned call

Row = tuple[str, str]
"""A row of the world: its table, and its id."""


class Score(Record):
    """What a transcript came to."""

    passed: bool
    """True when all four below are."""
    share: float
    """Mean of the credits, 0 to 1; without steps, whether the replies are right."""
    credits: tuple[float, ...]
    """For each step of the plan, how far it was done, 0 to 1."""
    state: bool
    """The world ended as the goal says; of tools of one's own, the planned writes were made."""
    answer: bool
    """Every fact of the goal is told, and stands in a result or follows from what was read;
    what was asked for was looked up."""
    restraint: bool
    """Nothing was changed beside the plan, nothing ruled out called, little more read or failed."""
    replies: bool
    """Each turn of the user got the kind of reply it calls for."""


def verify(
    blueprint: Blueprint,
    transcript: Sequence[Message],
    changes: dict[str, Json],
    answer: str | None = None,
) -> Score:
    """Say whether a transcript does what a blueprint asks, and how far.

    Takes    the messages, user's and results among them; the final state as `Session.changes()`
             gives it; the words to the user (None: all answers of the transcript)
    Source   ours; state and facts as tau-bench checks them, credit by the steps of the plan
    """
    messages = tuple(transcript)
    if answer is not None and not (messages and _speaks(messages[-1])):
        messages = (*messages, Assistant(answer=answer))
    told = tuple(m.answer for m in messages if isinstance(m, Assistant) and m.answer)
    words = told if answer is None else (answer,)
    case = _Case(blueprint, Seen(Trajectory(blueprint, messages)), changes, words)
    state, replies, restraint = case.ended_well(), case.replied_well(), case.held_back()
    answered = case.answered()
    credits = tuple(case.credit(i) for i in range(len(blueprint.plan)))
    return Score(
        passed=state and answered and restraint and replies,
        share=fmean(credits) if credits else float(replies),
        credits=credits,
        state=state,
        answer=answered,
        restraint=restraint,
        replies=replies,
    )


def _speaks(message: Message) -> bool:
    return isinstance(message, Assistant) and bool(message.answer)


@dataclass(frozen=True, eq=False)
class _Case:
    """A blueprint, and what somebody made of it."""

    blueprint: Blueprint
    seen: Seen
    changes: dict[str, Json]
    words: tuple[str, ...]
    """Each text to the user."""

    @property
    def goal(self) -> Goal:
        """What must be true in the end."""
        return self.blueprint.goal or Goal()

    def told(self, fact: Json) -> bool:
        """Say whether a value is told to the user."""
        return any(reports(said(words), fact) for words in self.words)

    @lazily
    def declined(self) -> bool:
        """Say whether the user is told no in some way."""
        return any(map(declines, self.words))

    @lazily
    def found(self) -> tuple[tuple[Made, Found], ...]:
        """The calls that succeeded, with what they brought."""
        return tuple((made, Found(made.result)) for made in self.seen.calls if made.succeeded)

    # --- the four that must hold ----------------------------------------------------------------

    def ended_well(self) -> bool:
        """Say whether just that has changed which should have.

        What tools of one's own changed, nobody sees: there the planned writes are to be made.
        """
        if self.blueprint.tools.source != "own":
            return self.changes == self.goal.changes
        reads = reading(self.blueprint.tools)
        planned = {
            n
            for n, (_, call) in enumerate(self.seen.plan)
            if not only_reads(call.function, reads) and not is_error(call.result)
        }
        return planned <= {n for made, _ in self.found for n in self.seen.planned[made.nth]}

    def answered(self) -> bool:
        """Say whether what was asked is told, and was really looked up.

        The facts are what is to be told; a long list is not read out in full, but it is read. A
        condition that rules something out was looked into.
        """
        plan = self.blueprint.plan
        used = {p for i in range(len(plan)) for p in self._parents(i)}
        asked = [i for i, step in enumerate(plan) if not _concludes(step) and i not in used]
        facts = [fact for _, fact in leaves(list(self.goal.facts))]
        return all(self.credit(i) == 1 for i in asked) and all(
            self.told(fact) and self._grounded(fact) for fact in facts
        )

    def _grounded(self, fact: Json) -> bool:
        """Say whether a value stands in a result, or in a conclusion whose premises were read."""
        if fact is None or isinstance(fact, bool):
            return True
        if any(fact in found.held for _, found in self.found):
            return True
        return any(
            fact in Found(step.conclusion).held and self._grounds(i) == 1
            for i, step in enumerate(self.blueprint.plan)
            if _concludes(step)
        )

    def held_back(self) -> bool:
        """Say whether little was read or tried, and nothing changed, beside the plan."""
        reads = reading(self.blueprint.tools)
        ruled_out = [call for step in self.blueprint.plan for call in step.avoided]
        if any(made.does(call) for made in self.seen.calls for call in ruled_out):
            return False
        failed = [m for m in self.seen.calls if not m.succeeded and not self.seen.planned[m.nth]]
        beside = [(made, found) for made, found in self.found if not self._first_of_plan(made)]
        if any(not only_reads(made.call.name, reads) for made, _ in beside):
            return False
        spare = [made for made, found in beside if not self._serves(found)]
        return len(spare) + len(failed) <= max(SPARE, SPARE_SHARE * len(self.seen.plan))

    def _first_of_plan(self, made: Made) -> bool:
        """Say whether a call is one of the plan, and not made more often than there."""
        places = self.seen.planned[made.nth]
        before = sum(m.same == made.same for m, _ in self.found if m.nth < made.nth)
        return before < len(places)

    def _serves(self, found: Found) -> bool:
        """Say whether a result tells what a planned call would have that was not made."""
        made = {n for m, _ in self.found for n in self.seen.planned[m.nth]}
        missing = (c for n, (_, c) in enumerate(self.seen.plan) if n not in made)
        return any(_tells(found, call.result) for call in missing if not is_error(call.result))

    def replied_well(self) -> bool:
        """Say whether each turn got words, of the kind that it calls for."""
        turns, parts = self.blueprint.turns, slices(self.seen.messages)
        if not turns:
            return any(words.strip() for words in self.words)
        return len(parts) == len(turns) and all(
            self._right_reply(n, start, end) for n, (start, end) in enumerate(parts)
        )

    def _right_reply(self, n: int, start: int, end: int) -> bool:
        turn, messages = self.blueprint.turns[n], self.seen.messages[start:end]
        made = [call for call in self.seen.calls if start <= call.at < end]
        failing = [s for s in map(self.blueprint.plan.__getitem__, turn.steps) if _fails(s)]
        words = " ".join(m.answer for m in messages if isinstance(m, Assistant))
        return (
            bool(words.strip())
            and not any(True for _ in wrong_reply(turn, made, messages, start))
            and all(self._tried(step, made) for step in failing)
            and (not failing or declines(words))
            and (turn.reply != "answer" or self._tells_as_much(turn, words))
        )

    def _tells_as_much(self, turn: UserTurn, words: str) -> bool:
        """Say whether words tell anything of what a turn brings, unless the gold ones do not."""
        return self._tells_of(turn.steps, words) or not self._tells_of(turn.steps, turn.answer)

    def _tells_of(self, steps: Sequence[int], words: str) -> bool:
        """Say whether words tell anything of what some steps bring: a value, or how many."""
        plan, text = self.blueprint.plan, said(words)
        brought = [call.result for i in steps for call in plan[i].calls]
        brought += [plan[i].conclusion for i in steps if _concludes(plan[i])]
        found = [Found(result) for result in brought]
        values = {v for f in found for v in (*f.held, *f.lengths)} | {len(brought)}
        return not values or declines(words) or any(reports(text, value) for value in values)

    # --- credit, step by step -------------------------------------------------------------------

    def credit(self, i: int) -> float:
        """Say how far a step was done, 0 to 1."""
        step = self.blueprint.plan[i]
        if step.calls:
            return self._done(i, step)
        if step.avoided:
            called = any(made.does(call) for made in self.seen.calls for call in step.avoided)
            conditions = [p for p in self._parents(i) if _is_condition(self.blueprint.plan[p])]
            return 0.0 if called else _mean(self._grounds(p) for p in conditions)
        children = [j for j in range(len(self.blueprint.plan)) if i in self._parents(j)]
        if _is_condition(step):
            return self._grounds(i)
        if children:
            return _mean(self.credit(j) for j in children)
        return self._grounds(i) if self._reported(step.conclusion) else 0.0

    def _done(self, i: int, step: Step) -> float:
        """Credit a step with calls: by the rows it is to change, else by what it is to tell."""
        if _fails(step):
            return float(self._tried(step, self.seen.calls) and self.declined)
        if rows := _written(self.blueprint)[i]:
            ended, wanted = _by_row(self.changes), _by_row(self.goal.changes)
            return _mean(float(not _differs(row, ended, wanted)) for row in rows)
        return _mean(float(self._read(call)) for call in step.calls if not is_error(call.result))

    def _tried(self, step: Step, calls: Sequence[Made]) -> bool:
        """Say whether a call ran into what a step runs into."""
        return any(
            made.call.name == call.function and made.result == call.result
            for made in calls
            for call in step.calls
        )

    def _read(self, call: PlannedCall) -> bool:
        """Say whether a result tells all that a planned call gives: its own, or another's."""
        return any(
            (made.call.name == call.function and made.result == call.result)
            or _tells(found, call.result)
            for made, found in self.found
        )

    def _grounds(self, i: int) -> float:
        """Say how far a step was done, or what a conclusion is drawn from."""
        if self.blueprint.plan[i].calls:
            return self.credit(i)
        return _mean(self._grounds(p) for p in self._parents(i))

    def _reported(self, conclusion: Json) -> bool:
        """Say whether a conclusion is told: a number, or of an object what the goal asks for."""
        held = Found(conclusion).held
        facts = held & {f for _, f in leaves(list(self.goal.facts)) if f is not None}
        if facts:
            return all(self.told(fact) for fact in facts)
        return any(self.told(value) for value in held)

    def _parents(self, i: int) -> list[int]:
        """List the steps that a step needs at once."""
        return sorted(self.blueprint.steps_before(i))


def _mean(credits: Iterable[float]) -> float:
    """Give the mean; of nothing there is nothing to be done, which is 1."""
    given = list(credits)
    return fmean(given) if given else 1.0


def _tells(found: Found, result: Json) -> bool:
    """Say whether a result holds every string and number of another; of nothing none tells."""
    wanted = Found(result).held
    return bool(wanted) and wanted <= found.held


def _fails(step: Step) -> bool:
    """Say whether a step cannot be made to work."""
    return bool(step.calls) and all(is_error(call.result) for call in step.calls)


def _concludes(step: Step) -> bool:
    return not step.calls and not step.avoided


def _is_condition(step: Step) -> bool:
    return _concludes(step) and isinstance(step.conclusion, bool)


@once(256)
def _written(blueprint: Blueprint) -> tuple[frozenset[Row], ...]:
    """Run the plan, and give for each step the rows that it changes."""
    if blueprint.tools.source != "worlds":
        return (frozenset(),) * len(blueprint.plan)
    session = open_session(blueprint.tools)
    rows: list[frozenset[Row]] = []
    before: dict[Row, Json] = {}
    for step in blueprint.plan:
        for call in step.calls:
            session.call(call.function, call.arguments)
        now = _by_row(session.changes())
        changed = {row for row in now.keys() | before.keys() if _differs(row, now, before)}
        rows.append(frozenset(changed))
        before = now
    return tuple(rows)


def _by_row(changes: dict[str, Json]) -> dict[Row, Json]:
    return {(table, id): row for table, rows in changes.items() for id, row in rows.items()}


def _differs(row: Row, now: dict[Row, Json], before: dict[Row, Json]) -> bool:
    return (row in now) != (row in before) or now.get(row) != before.get(row)
