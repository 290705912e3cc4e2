from __future__ import annotations

import datetime as dt
import functools
import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest

pytest.importorskip("docstring_parser", reason="the extra `tools` is not installed")

import pydantic

from buttonup.tools.sources.isolated.defined import defined
from buttonup.tools.sources.isolated.typed import Unfit

if TYPE_CHECKING:
    from nowhere import Unknown  # type: ignore[import-not-found]


def google(kind: str, limit: int = 3) -> list[str]:
    """Find pets.

    All that are for sale.

    Args:
        kind: What animal.
        limit (int): How many.

    Returns:
        Their names.

    Example:
        >>> google("cat")
        ['Tom']
    """
    return [kind] * limit


def numpy_style(kind: str, limit: int = 3) -> list[str]:
    """
    Find pets.

    All that are for sale.

    Parameters
    ----------
    kind : str
        What animal.
    limit : int, optional
        How many.

    Returns
    -------
    list of str
        Their names.
    """
    return [kind] * limit


def rest(kind: str, limit: int = 3) -> list[str]:
    """Find pets.

    All that are for sale.

    :param kind: What animal.
    :param int limit: How many.
    :returns: Their names.
    """
    return [kind] * limit


def epytext(kind: str, limit: int = 3) -> list[str]:
    """Find pets.

    All that are for sale.

    @param kind: What animal.
    @param limit: How many.
    @return: Their names.
    """
    return [kind] * limit


@pytest.mark.parametrize("function", [google, numpy_style, rest, epytext])
def test_a_docstring_in_any_common_style_is_read_alike(function: Any) -> None:
    made = defined(function)
    assert made.description == "Find pets.\n\nAll that are for sale."
    assert made.parameters == {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "description": "What animal."},
            "limit": {"type": "integer", "description": "How many.", "default": 3},
        },
        "required": ["kind"],
        "additionalProperties": False,
    }
    assert made.responses == {
        "type": "array",
        "items": {"type": "string"},
        "description": "Their names.",
    }
    assert made.doubts == ()
    assert made.call({"kind": "cat", "limit": 2}) == ["cat", "cat"]


def test_words_of_an_annotation_go_before_those_of_a_docstring() -> None:
    def find(
        kind: Annotated[str, "What animal."],
        limit: Annotated[int, pydantic.Field(ge=1, description="How many.")] = 3,
        first: int = pydantic.Field(0, description="Where to begin.", ge=0),
    ) -> None:
        """Find.

        :param kind: overruled
        :param limit: overruled
        """

    properties = defined(find).parameters["properties"]
    assert [p["description"] for p in properties.values()] == [
        "What animal.",
        "How many.",
        "Where to begin.",
    ]
    assert properties["first"]["default"] == 0
    assert defined(find).parameters["required"] == ["kind"]


def test_what_has_no_annotation_gets_its_docstrings_type_or_its_defaults() -> None:
    def find(a, b, c=3, d=None, e="x"):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        """Find.

        :param int a: first
        """

    made = defined(find)
    types = {name: p.get("type") for name, p in made.parameters["properties"].items()}
    assert types == {"a": "integer", "b": None, "c": "integer", "d": None, "e": "string"}
    assert made.doubts == ("guessed:c", "guessed:e")
    assert made.responses == {}


def test_arguments_become_values_of_their_types() -> None:
    def later(day: dt.date, /, *more: int, by: dt.timedelta) -> Any:
        return day + by, more

    made = defined(later)
    assert made.parameters["required"] == ["day", "by"]
    got = made.call({"day": "2026-01-30", "more": [1, 2], "by": "P3D"})
    assert got == (dt.date(2026, 2, 2), (1, 2))
    assert made.call({"day": "2026-01-30", "by": "P3D"})[1] == ()
    with pytest.raises(Unfit, match="day: Input should be a valid date"):
        made.call({"day": "soon", "by": "P3D"})


def test_what_cannot_be_shown_is_doubted_and_the_rest_is_read() -> None:
    def find(key: Unknown, hook: type[Any], plain: Literal["a"], **more: Any) -> Unknown:
        """Find."""

    made = defined(find)
    assert made.parameters["properties"]["plain"] == {"const": "a", "type": "string"}
    assert made.parameters["properties"]["key"] == {}
    assert made.responses == {}
    assert made.doubts == ("not_json:hook", "left_out:more")


def test_what_is_wrapped_bound_or_partly_applied_is_defined_like_its_function() -> None:
    def loud(function: Any) -> Any:
        @functools.wraps(function)
        def wrapped(*given: Any, **named: Any) -> Any:
            return function(*given, **named)

        return wrapped

    class Desk:
        def book(self, day: dt.date) -> str:
            """Book a seat."""
            return f"{day:%d}"

    for function in (loud(Desk().book), Desk().book, functools.partial(Desk.book, Desk())):
        made = defined(function)
        assert made.description == "Book a seat."
        assert list(made.parameters["properties"]) == ["day"]
        assert made.call({"day": "2026-01-02"}) == "02"


def test_what_is_written_in_c_is_read_as_far_as_it_tells() -> None:
    made = defined(math.gcd)
    assert made.parameters["properties"]["integers"]["type"] == "array"
    assert made.call({"integers": [12, 18]}) == 6
    assert defined(max).doubts == ("no_signature",)


def test_a_docstring_in_no_style_at_all_is_taken_as_words() -> None:
    def find() -> None:
        """Args:\n\tthis is: : not\n:param\n  Returns\n---"""

    assert isinstance(defined(find).description, str)
