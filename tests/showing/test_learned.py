from __future__ import annotations

from buttonup.showing.learned import learned_as_text, to_look_at
from buttonup.tools.learning.learned import Feed, Learned, LearnedFunction, LearnedParameter

READS, GUESSED = "the source says so", "its name says so"
UNKNOWN = "nothing says that it only reads"


def known(**more: object) -> LearnedFunction:
    given = {"writes": False, "because": READS, "gives": "one", "noun": "pet", **more}
    return LearnedFunction(**given)  # type: ignore[arg-type] # as a test gives them


def test_each_function_is_told_with_its_values_and_what_feeds_it() -> None:
    parameters = {"pet_id": LearnedParameter(("P-1", "P-2", "P-3", "P-4"))}
    feed = Feed("list_pets.id", "get_pet.pet_id", 0.9)
    told = learned_as_text(
        Learned(functions={"get_pet": known(called=3, parameters=parameters)}, feeds=(feed,))
    )
    assert "get_pet   reads (the source says so); gives one pet, 3 calls (0 failed)" in told
    assert 'pet_id: "P-1", "P-2", "P-3" … 4 in all; fed by list_pets.id' in told


def test_hostile_values_cannot_steer_the_terminal() -> None:
    parameters = {"pet\x1b[2J": LearnedParameter(("\x1b[31mred",))}
    told = learned_as_text(Learned(functions={"get_pet": known(parameters=parameters)}))
    assert "\x1b" not in told


def test_what_a_user_should_look_at_is_named() -> None:
    proposed = {"who": LearnedParameter(("Ann",), proposed=True)}
    learned = Learned(
        today="2026-11-25",
        functions={
            "sell_pet": known(writes=True, parameters=proposed),
            "pet": known(writes=True, because=UNKNOWN),
            "get_pet": known(because=GUESSED, doubts=("no_values:pet_id",)),
            "count_pets": known(steady=False, doubts=("always_empty",)),
        },
        feeds=(Feed("get_pet.id", "sell_pet.pet_id", 0.5, proposed=True),),
    )
    told = "\n".join(to_look_at(learned, "2026-05-04"))
    assert "writes = false where they do: pet" in told
    assert "by their names alone, and were called: get_pet" in told
    assert "[functions.get_pet.parameters.pet_id] needs values" in told
    assert "count_pets answers otherwise each time" in told
    assert "count_pets: always empty" in told
    assert "proposed feeds that could not be tried: get_pet.id -> sell_pet.pet_id" in told
    assert "proposed values that could not be tried: sell_pet.who" in told
    assert "the newest day in results is 2026-05-04" in told


def test_where_all_is_well_there_is_nothing_to_look_at() -> None:
    learned = Learned(today="2026-05-04", functions={"get_pet": known()})
    assert to_look_at(learned, "2026-05-01") == []
