"""Rows come from runs, exports of ids, conversations and pairs, with labels of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from buttonup.chat import Tokens
from buttonup.chat.probe import conversation
from buttonup.chat.tokens import load
from buttonup.errors import BadInput
from buttonup.formats import openai, trl
from buttonup.records import Assistant, Call, encode
from buttonup.train.rows import Pair, Row, Rows, gather, read_rows, write_rows

ANY = 10**6
FOUR = ("One.", "Two.", "Three.", "Four.")


def words(tokens: Tokens, ids: tuple[int, ...]) -> str:
    found: str = load(Path(tokens.tokenizer) / "tokenizer.json").decode(
        [n for n in ids if n >= 0], skip_special_tokens=False
    )
    return found


def written(path: Path, *rows: Any) -> Path:
    path.write_bytes(b"".join(encode(row) + b"\n" for row in rows))
    return path


def test_a_run_and_its_export_give_the_same_rows(run: Path, tokens: Tokens, tmp_path: Path) -> None:
    of_run = gather(run, tokens, ANY)
    rows = [{"input_ids": r.input_ids, "labels": r.labels} for r in of_run.rows]  # type: ignore[union-attr]
    assert gather(written(tmp_path / "ids.jsonl", *rows), tokens, ANY) == of_run
    assert len(of_run.rows) == 13


def test_of_a_conversation_only_what_the_assistant_wrote_is_learnt(
    tokens: Tokens, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.jsonl", openai.render(conversation(*FOUR)))
    [row] = gather(path, tokens, ANY).rows
    assert isinstance(row, Row)
    told = words(tokens, row.labels)
    assert told.startswith('<think>\nOne.\n</think>\n\n<tool_call>\n{"name":"find_rooms",')
    assert told.endswith("80 euro a night.<|im_end|>")
    assert "Is a room free" not in told
    assert "Is a room free" in words(tokens, row.input_ids)


def pair() -> tuple[Any, Assistant, Assistant]:
    *before, last = conversation(*FOUR).messages
    assert isinstance(last, Assistant)
    wrong = Assistant("Five.", (Call.of("call_9", "rate", {"room": "R8"}),))
    return replace(conversation(*FOUR), messages=tuple(before)), last, wrong


def test_of_a_pair_the_turn_that_differs_is_weighed_and_the_prompt_is_shared(
    tokens: Tokens, tmp_path: Path
) -> None:
    prompt, chosen, rejected = pair()
    path = written(tmp_path / "a.jsonl", trl.preference(prompt, chosen, rejected))
    [row] = gather(path, tokens, ANY).rows
    assert isinstance(row, Pair)
    assert words(tokens, row.prompt_ids).endswith("<|im_start|>assistant\n")
    assert words(tokens, row.chosen_ids) == "80 euro a night.<|im_end|>".replace(
        "80", "<think>\nFour.\n</think>\n\n80"
    )
    assert '"room":"R8"' in words(tokens, row.rejected_ids)


def test_what_is_left_out_is_counted_and_nothing_is_cut(
    run: Path, tokens: Tokens, tmp_path: Path
) -> None:
    rows = gather(run, tokens, ANY).rows
    longest = max(len(r.input_ids) for r in rows if isinstance(r, Row))
    longer = openai.render(conversation(*("long " * 200,) * 4))
    path = written(tmp_path / "a.jsonl", openai.render(conversation(*FOUR)), longer, {"x": 1})
    found = gather(path, tokens, longest)
    assert dict(found.skipped) == {"too_long": 1, "unrecognised": 1}
    assert len(found.rows) == 1


def test_a_row_that_is_too_long_may_end_with_the_last_turn_that_fits(
    run: Path, tokens: Tokens, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.jsonl", openai.render(conversation(*FOUR)))
    [whole] = gather(path, tokens, ANY).rows
    assert isinstance(whole, Row)
    turn = "<|im_start|>assistant\n"
    sizes = list[int]()
    for longest in range(1, len(whole.input_ids) + 1):
        try:
            found = gather(path, tokens, longest, cut=True)
        except BadInput:
            assert not sizes  # not even the first turn fits
            continue
        [row] = found.rows
        assert isinstance(row, Row)
        sizes.append(size := len(row.input_ids))
        assert size <= longest
        assert (row.input_ids, row.labels) == (whole.input_ids[:size], whole.labels[:size])
        assert words(tokens, row.input_ids).rstrip("\n").endswith("<|im_end|>")
        assert dict(found.skipped) == ({} if size == len(whole.input_ids) else {"later_turns": 1})
    assert sizes == sorted(sizes)
    ended = {words(tokens, whole.input_ids[:size]).count(turn) for size in sizes}
    assert ended == set(range(1, words(tokens, whole.input_ids).count(turn) + 1))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"input_ids": [1, 2], "labels": [1]}, "neither its ids nor -100"),
        ({"input_ids": [1, 2], "labels": [1, 3]}, "neither its ids nor -100"),
        ({"input_ids": [-5], "labels": [-5]}, "neither its ids nor -100"),
        ({"input_ids": "no"}, "no row of token ids"),
        ({"input_ids": [1]}, "missing required field `labels`"),
        ({"prompt": [], "chosen": 3, "rejected": []}, "is no pair"),
        ({"prompt": [], "chosen": [], "rejected": []}, "1 no_turn"),
        ({"messages": []}, "nothing to train on"),
        ("text", "no row in a known format"),
        ({"trajectory": {}}, "off_schema"),
    ],
)
def test_rows_that_are_none_are_told_in_one_line(
    row: Any, told: str, tokens: Tokens, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=told) as caught:
        gather(written(tmp_path / "a.jsonl", row), tokens, ANY)
    assert "\n" not in str(caught.value)


def test_rows_without_a_token_to_learn_are_counted_and_alone_are_refused(
    tokens: Tokens, tmp_path: Path
) -> None:
    path = tmp_path / "ids.jsonl"
    rows = [{"input_ids": [1, 2], "labels": [-100, -100]}, {"input_ids": [3], "labels": [3]}]
    path.write_bytes(b"".join(encode(row) + b"\n" for row in rows))
    with pytest.raises(BadInput, match=r"nothing to train on \(2 nothing_to_learn\)"):
        gather(path, tokens, 100)
    path.write_bytes(path.read_bytes() + encode({"input_ids": [4, 5], "labels": [-100, 5]}) + b"\n")
    found = gather(path, tokens, 100)
    assert (len(found.rows), found.skipped) == (1, {"nothing_to_learn": 2})


def test_a_pair_whose_turn_is_kept_out_of_the_loss_has_nothing_to_weigh(
    tokens: Tokens, tmp_path: Path
) -> None:
    path = tmp_path / "pairs.jsonl"
    asked, said = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}
    row = {"prompt": [asked], "chosen": [{**said, "weight": 0}], "rejected": [said]}
    path.write_bytes(encode(row) + b"\n")
    with pytest.raises(BadInput, match="1 nothing_to_learn"):
        gather(path, tokens, 100)


def test_rows_and_pairs_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    rows: Rows = (Row((1, 2), (-100, 2), "chat"), Row((3,), (3,)))
    pairs: Rows = (Pair((1,), (2,), (3,)),)
    for n, kind in enumerate((rows, pairs)):
        path = tmp_path / f"{n}.jsonl"
        path.write_bytes(write_rows(kind))
        assert read_rows(path) == kind
    assert json.loads(write_rows(rows).splitlines()[1]) == {"input_ids": [3], "labels": [3]}
