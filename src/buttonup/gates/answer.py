"""The answer: it says what the results say, nothing else, and all that was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from buttonup.gates.dates import as_date, clocks
from buttonup.gates.derived import Known
from buttonup.gates.numerals import Number, Numeral, numerals, tidy, usable
from buttonup.gates.order import drawn_from
from buttonup.gates.plain import Plain, glance, plainly, says, stands_in
from buttonup.gates.said import Said, said
from buttonup.gates.seen import Found, Problem, Seen, canonical, seen, short, verdict
from buttonup.once import lazily, once
from buttonup.records import Assistant, Function, Json, Tool, Trajectory, User, Verdict, leaves

_BULLET = re.compile(r"(?m)^\s*(?:[-*#]+\s*)?\d{1,2}[.)]\s|(?<=[:.!?;]\s)\d{1,2}[.)]\s(?=\S)")
"""The number in front of a list's item."""
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d\n]{2,120})[\"\u201d]")
_MAGNITUDES = (1, 1000, 10**6, 10**9, 0.01)


def answer(trajectory: Trajectory) -> Verdict:
    """What the answer states is supported by results and words, and it reports what was asked."""
    return verdict(
        "answer", (*_empty(trajectory), *_unsupported(trajectory), *_missing(trajectory))
    )


def _empty(trajectory: Trajectory) -> Iterator[Problem]:
    """Find an answer of no words. That there is an answer at all is for the structure gate."""
    last = trajectory.messages[-1] if trajectory.messages else None
    if isinstance(last, Assistant) and last.answer and not any(c.isalnum() for c in last.answer):
        yield "empty", len(trajectory.messages) - 1, f"the final answer is {last.answer!r}"


def _unsupported(trajectory: Trajectory) -> Iterator[Problem]:
    """Check each answer that follows results of its own turn; small talk states what it likes."""
    reporting = False
    for i, message in enumerate(trajectory.messages):
        if isinstance(message, User):
            reporting = False
        elif isinstance(message, Tool):
            reporting = True
        elif message.answer and reporting:
            support = _Support(seen(trajectory), i)
            for token in _unknown(message.answer, support):
                yield "unsupported", i, f"{short(token)} is in no result and no words"


def _unknown(answer: str, support: _Support) -> Iterator[str]:
    """Give the values of an answer that nothing supports; most answers need not be read for it."""
    values = glance(answer)
    if values.whole and support.shows(values):
        return iter(())
    plain = plainly(answer)
    return _plain_tokens(plain, support) if plain else _tokens(answer, support)


def _missing(trajectory: Trajectory) -> Iterator[Problem]:
    """Look for every fact of the goal among the answers.

    Where the plan-follower left a call out, the plan gate tells of that, and the facts it would
    have brought are not asked for as well.
    """
    goal = trajectory.blueprint.goal
    if goal is None or not goal.facts:
        return
    index = seen(trajectory)
    called = {n for places in index.planned for n in places}
    if trajectory.cast.assistant == "plan" and len(called) < len(index.plan):
        return
    spoken = [
        (i, m.answer)
        for i, m in enumerate(trajectory.messages)
        if isinstance(m, Assistant) and m.answer
    ]
    answers, ends_at = [words for _, words in spoken], spoken[-1][0] if spoken else None
    told = frozenset[Json]().union(*(v.strings | v.numbers for v in map(glance, answers)))
    together = "\n".join(answers)
    for _, fact in leaves(list(goal.facts)):
        if fact in told or (isinstance(fact, str) and stands_in(fact, together)):
            continue
        if not _reported(answers, fact):
            yield "missing_fact", ends_at, f"the answer does not report {short(fact)}"


def _reported(answers: Sequence[str], fact: Json) -> bool:
    """Say whether one of some texts reports a value; what is written plainly need not be read."""
    return any(says(words, fact) for words in answers) or any(
        reports(said(words), fact) for words in answers
    )


def reports(words: Said, fact: Json) -> bool:
    """Say whether a text reports a value, in whichever form people write it."""
    if fact is None or isinstance(fact, bool | dict | list):
        return True
    if not isinstance(fact, str):
        return words.counts({tidy(fact)}) if usable(fact) else str(fact) in words.folded
    value = said(fact)
    if not value.phrase or words.has(value):
        return True
    if value.number is not None and words.counts({value.number}):
        return True
    if not value.is_moment:
        return False
    when = words.when
    return value.when.times <= when.times and all(
        as_date(date) is not None and (date in when.dates or date[5:] in when.days)
        for date in value.when.dates
    )


def _plain_tokens(values: Plain, support: _Support) -> Iterator[str]:
    """Give the values of a plain text that nothing supports; most are in a result as they are."""
    left = values.strings - support.held
    yield from (word for word in sorted(values.words & left) if not support.has_words(word))
    yield from (day for day in sorted(values.days & left) if not support.has_date(day))
    yield from (time for time in sorted(values.times & left) if not support.has_time(time))
    for numeral in values.numerals:
        if numeral.value not in support.held and not support.has_number(numeral):
            yield numeral.text


def _tokens(text: str, support: _Support) -> Iterator[str]:
    """Give the concrete tokens of an answer that nothing supports."""
    words = said(text)
    for quoted in _QUOTED.findall(text):
        if not support.has_words(quoted):
            yield quoted
    yield from (date for date in sorted(words.when.dates) if not support.has_date(date))
    yield from (day for day in sorted(words.when.days) if not support.has_day(day))
    for readings in clocks(words.folded):
        if not any(support.has_time(time) for time in readings):
            yield " or ".join(readings)
    rest = _BULLET.sub(" ", words.when.rest)
    for identifier in words.identifiers:
        if not support.has_words(identifier):
            yield identifier
        rest = rest.replace(identifier, " ; ")
    yield from (n.text for n in numerals(rest) if not support.has_number(n))


@dataclass(frozen=True)
class _Support:
    """All that the assistant may state in its answer at message `at`."""

    seen: Seen
    at: int

    @lazily
    def found(self) -> tuple[Found, ...]:
        """Every result so far, those of one function together, and the arguments given."""
        named = {m.answered: m.call.name for m in self.seen.calls if m.answered is not None}
        order = {name: n for n, name in enumerate(dict.fromkeys(named.values()))}
        so_far = (i for i in self.seen.results if i < self.at)
        listed = sorted(so_far, key=lambda i: (order.get(named.get(i, ""), -1), i))
        results = [self.seen.results[i] for i in listed]
        given = [made.given for made in self.seen.calls if made.at < self.at]
        return (*results, *given)

    @lazily
    def held(self) -> frozenset[Json]:
        """Every string and number of them."""
        results = (found.held for i, found in self.seen.results.items() if i < self.at)
        given = (made.given.held for made in self.seen.calls if made.at < self.at)
        return frozenset().union(*results, *given)

    @lazily
    def told(self) -> tuple[Said, ...]:
        """Everything said so far."""
        return tuple(words for i, words in self.seen.words if i < self.at)

    @lazily
    def texts(self) -> tuple[Said, ...]:
        """Everything said and found."""
        return (*self.told, *(found.said for found in self.found))

    @lazily
    def written(self) -> tuple[Said, ...]:
        """What is written about the functions: "grade, at most 10"."""
        return tuple(text for f in self.seen.trajectory.functions for text in _written(f))

    @lazily
    def stems(self) -> frozenset[str]:
        """Every word of them."""
        return frozenset().union(*(text.stems for text in (*self.texts, *self.written)))

    @lazily
    def known(self) -> Known:
        """Numbers and dates, for derivations."""
        return Known(self.told, self.found)

    def shows(self, values: Plain) -> bool:
        """Say whether values are known just as they are, or counted, or concluded; most are."""
        return all(map(self._shows, values.strings)) and all(
            map(self._shows_number, values.numerals)
        )

    def _shows(self, value: Json) -> bool:
        """Say whether a value is in a result or an argument, or was plainly said."""
        return self.seen.has_held(value, self.at) or any(
            says(words.text, value) for words in self.told
        )

    def _shows_number(self, numeral: Numeral) -> bool:
        value = numeral.value
        return (
            self._shows(value)
            or self._writes(numeral)
            or value in self.known.counts
            or value in self.concluded
            or any(found.writes({value}, numeral.digits) for found in self.found)
        )

    def _writes(self, numeral: Numeral) -> bool:
        """Say whether a result writes a number among other words: "87 School Lane"."""
        return any(
            at < self.at and (says(text, numeral.value) or said(text).counts({numeral.value}))
            for text, at in self.seen.phrases
            if numeral.digits in text
        )

    def has_words(self, words: str) -> bool:
        """Say whether words are known together, or each by itself."""
        if words in self.held or any(found.holds(words) for found in self.found):
            return True
        value = said(words)
        if not value.phrase or any(text.has(value) for text in self.told):
            return True
        if any(value.phrase in found.said.phrase for found in self.found):
            return True
        if any(text.has(value) for text in self.written):
            return True
        plain = not any(c.isdigit() for c in value.phrase)
        return plain and self.stems.issuperset(value.content)

    def has_date(self, date: str) -> bool:
        """Say whether a date is known, or follows."""
        if date in self.held:
            return True
        if any(date in text.when.dates or f"{date} " in f"{text.folded} " for text in self.texts):
            return True
        day = as_date(date)
        if day is None:
            return any(known.startswith(date) for t in self.texts for known in t.when.dates)
        years = frozenset().union(*(text.years for text in self.texts))
        return self.known.gives_day(day) or any(
            text.when.names(day, self.seen.today, years) for text in self.told
        )

    def has_day(self, day: str) -> bool:
        """Say whether a date without a year is known."""
        return any(
            day in text.when.days or any(date.endswith(f"-{day}") for date in text.when.dates)
            for text in self.texts
        ) or any(self.has_date(f"{year}-{day}") for year in self._years if as_date(f"{year}-{day}"))

    @lazily
    def _years(self) -> frozenset[int]:
        years = frozenset().union(*(text.years for text in self.texts))
        return years | ({self.seen.today.year} if self.seen.today else frozenset())

    def has_time(self, time: str) -> bool:
        """Say whether a time of day is known."""
        return time in self.held or any(time in text.when.times for text in self.texts)

    def has_number(self, numeral: Numeral) -> bool:
        """Say whether a number is known, is a known one rounded, or follows from known ones."""
        scaled = tidy(numeral.value * numeral.scale)
        readings = {numeral.value, abs(numeral.value), scaled}
        return (
            not readings.isdisjoint(self.held)
            or numeral.value in self.known.counts
            or not readings.isdisjoint(self.concluded)
            or any(found.writes(readings, numeral.digits) for found in self.found)
            or any(text.counts(readings) for text in self.told)
            or (numeral.scale == 1 and self.known.adds_up(numeral.value, numeral.places))
            or any(found.said.counts(readings) for found in self.found)
            or self._follows(numeral, readings)
        )

    @lazily
    def concluded(self) -> frozenset[Number]:
        """The numbers that the plan concludes from calls which have all succeeded by now.

        A sum stays right when something is looked up beside it, which no reading of the results
        by themselves could tell.
        """
        blueprint, index = self.seen.trajectory.blueprint, self.seen
        done = (c for c in index.calls if c.at < self.at and c.succeeded)
        made = {n for call in done for n in index.planned[call.nth]}
        lacking = {step for n, (step, _) in enumerate(index.plan) if n not in made}
        numbers = ((i, s.conclusion) for i, s in enumerate(blueprint.plan) if usable(s.conclusion))
        drawn = ((drawn_from(blueprint, i), number) for i, number in numbers)
        return frozenset(tidy(number) for steps, number in drawn if steps and not steps & lacking)

    def _follows(self, numeral: Numeral, readings: set[Number]) -> bool:
        """Look further: at roundings, derivations, and what is written."""
        if any(self._rounded(numeral, by) for by in _MAGNITUDES if by == 1 or numeral.scale != 1):
            return True
        share = numeral.scale == 0.01  # noqa: PLR2004 - per cent
        return (
            self.known.gives_span(numeral.value)
            or any(self.known.gives(n, numeral.places, share=share) for n in readings)
            or any(text.counts(readings) for text in self.written)
        )

    def _rounded(self, numeral: Numeral, by: float) -> bool:
        """Say whether a known number, in this magnitude, rounds to what is written."""
        slack = 0.5 * 10**-numeral.places + 1e-9
        return any(abs(abs(n) / by - abs(numeral.value)) <= slack for n in self.known.numbers)


@once(4096)
def _written(function: Function) -> tuple[Said, ...]:
    """Give what is written about a function."""
    schemas = (function.parameters, function.responses)
    return (said(function.description), *(said(canonical(schema)) for schema in schemas))
