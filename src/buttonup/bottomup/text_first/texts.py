"""What code can read off a task's words: counts, literals, placeholders, echoes."""

from __future__ import annotations

import re

from buttonup.alike.words import words

QUOTED = re.compile(r"[\"“]([^\"“”]{1,80})[\"”]")
NAMED = re.compile(r"(?<=[a-z,;:] )(?:[A-Z][\w\u2019'-]*[a-z](?: (?=[A-Z]))?)+")
PLACEHOLDER = re.compile(
    r"\[[^\]]*\]|<[^>]*>|\{[^}]*\}|\b[Xx]{2,}\b|\b[A-Z]*XYZ\b|_{2,}|\.\.\.|…"
    r"|\b(?:a|an|some) (?:certain|specific|particular|given)\b"
    r"|\b(?:any|some) (?:\w+ )?of (?:your|my) choice\b|\betc\b",
)
TOOL_TALK = re.compile(
    r"\bAPIs?\b|\bendpoints?\b|\b(?:function|tool)[- ]calls?\b"
    r"|\b(?:using|use|call|calling|invoke|via|with)(?: (?:an?|the|your|this|any))?"
    r"(?: \w+){0,2} (?:functions?|tools?|plugins?|apps?)\b",
    re.IGNORECASE,
)
ASKS_BACK = re.compile(
    r"\b(?:please|kindly) (?:provide|specify|clarify)\b|\blet me know\b"
    r"|\bwhat (?:kind|type|sort) of \w+ (?:do|would) you\b|\bwould you (?:like|prefer)\b"
    r"|\bcan you (?:tell|give) me (?:more|your)\b",
    re.IGNORECASE,
)


def squeeze(text: str) -> str:
    """Give the text on one line, with single spaces."""
    return " ".join(text.split())


def holds(text: str, part: str) -> bool:
    """Tell whether `part` has words, and they stand together, in order, in `text`."""
    wanted = " ".join(words(part))
    return bool(wanted) and f" {wanted} " in f" {' '.join(words(text))} "


def says(text: str, part: str) -> bool:
    """Tell whether a text says `part`, in the form it is copied in or a longer one.

    "10" is said by "a 10-inch cake", "JPL" by "JPL's", "evening" by "evenings"; "1" is not said by
    "10".
    """
    wanted = " ".join(re.findall(r"\w+", part.casefold()))
    end = r"\b" if wanted[-1:].isdigit() else ""
    said = " ".join(re.findall(r"\w+", text.casefold()))
    return bool(wanted) and re.search(rf"\b{re.escape(wanted)}{end}", said) is not None


def echoes(text: str, other: str) -> bool:
    """Tell whether one of two texts says no more than the other."""
    return words(text) == words(other) or holds(other, text)


def numerals(text: str) -> set[str]:
    """Give the runs of digits, leading zeros off: amounts, parts of dates and codes."""
    return {run.lstrip("0") or "0" for run in re.findall(r"\d+", text)}


def names(text: str) -> set[str]:
    """Give what looks like a proper name: words in a row with a capital, in mid-sentence."""
    return {name.strip() for name in NAMED.findall(text)}


def literals(text: str) -> set[str]:
    """Give what is particular to this text: longer numbers, quoted words, proper names."""
    return {n for n in numerals(text) if len(n) > 1} | set(QUOTED.findall(text)) | names(text)


def task_faults(text: str, most_words: int) -> list[str]:
    """List what keeps a text from being a task somebody could act on at once, in words."""
    count = len(words(text))
    found = []
    if not count:
        found.append("the task is empty")
    if count > most_words:
        found.append(f"it has {count} words; at most {most_words} are allowed")
    if hit := PLACEHOLDER.search(text):
        found.append(f'"{hit[0]}" is a placeholder or vague; write a concrete detail instead')
    if hit := TOOL_TALK.search(text):
        found.append(f'"{hit[0]}" talks of tools; say only what is wanted, not how')
    if hit := ASKS_BACK.search(text):
        found.append(f'"{hit[0]}" asks back; nobody can be asked, so put the detail in')
    return found
