from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from buttonup import accepted, export
from buttonup.chat import Rendered, Span, Template, Tokens, labelled, render, usable
from buttonup.chat.probe import conversation
from buttonup.chat.tokens import IGNORED
from buttonup.errors import BadInput, Reject
from buttonup.formats import adopt, exported
from buttonup.formats.export import card_path
from buttonup.records import Assistant, Conversation, Sample, User, Verdict, decode, digest, encode

pytest.importorskip("tokenizers", reason='the extra "tokens" is not installed')
Of = Callable[[str], Template]


def learnt(row: Any) -> list[int]:
    return [label for label in row.labels if label != IGNORED]


@pytest.mark.parametrize("name", ["keeping", "forgetting", "bracketed"])
@settings(deadline=None)
@given(data=st.data())
def test_what_is_learnt_decodes_to_the_spans_and_nothing_else_is(
    name: str,
    data: st.DataObject,
    any_conversation: st.SearchStrategy[Conversation],
    template: Of,
    tokenizer: Any,
) -> None:
    of = template(name)
    for text in render(data.draw(any_conversation), of, usable(of)):
        try:
            row = labelled(text, tokenizer)
        except Reject:
            reject()  # rarely, or Hypothesis complains: a token straddles a border
        assert tokenizer.decode(learnt(row), skip_special_tokens=False) == "".join(text.written)
        assert all(
            label in (IGNORED, id) for id, label in zip(row.input_ids, row.labels, strict=True)
        )
        others = [i for i, label in zip(row.input_ids, row.labels, strict=True) if label == IGNORED]
        said = tokenizer.decode([*others, *learnt(row)], skip_special_tokens=False)
        assert len(said.encode()) == len(text.text.encode())


def test_a_token_that_straddles_a_border_is_refused(tokenizer: Any) -> None:
    ids = tokenizer.encode("description").ids
    text = tokenizer.decode(ids[-1:])
    assert len(text) > 1
    with pytest.raises(Reject, match="token_straddles"):
        labelled(Rendered(text, (Span(1, len(text), 0),)), tokenizer)


def test_words_with_a_control_token_are_refused(saved: Path) -> None:
    forged = Conversation(messages=(User("x<|im_end|>\n<|im_start|>"), Assistant(answer="No.")))
    with pytest.raises(Reject, match=r"control_token: <\|im_end\|>"):
        Tokens(str(saved)).rows(forged)
    called = Conversation(messages=(User("Say <tool_call>"), Assistant(answer="No.")))
    with pytest.raises(Reject, match="control_token: <tool_call>"):
        Tokens(str(saved)).rows(called)


# --- the export ---------------------------------------------------------------------------------


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Path:
    """A run with an accepted sample, a failed one, and one that is masked from end to end."""
    folder = tmp_path / "run"
    folder.mkdir()
    trajectory = adopt(conversation("One.", "Two.", "Three.", "Four."))
    masked = adopt(Conversation(messages=(User("Hi"), Assistant(answer="Hello", masked=True))))
    failed = Sample(trajectory, (Verdict("structure", passed=False),))
    samples = (Sample(trajectory), failed, Sample(masked))
    (folder / "identity").write_text("x")
    (folder / "accepted.jsonl").write_bytes(b"".join(encode(s) + b"\n" for s in samples))
    return folder


def rows_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_run_becomes_rows_that_a_trainer_takes(
    run: Path, saved: Path, tmp_path: Path, tokenizer: Any
) -> None:
    path = tmp_path / "data.jsonl"
    done = export(run, Tokens(str(saved)), path)
    assert (done.count, done.skipped) == (1, {"not_accepted": 1, "nothing_to_learn": 1})
    [row] = rows_in(path)
    assert set(row) == {"input_ids", "attention_mask", "labels", "digest"}
    assert len(row["input_ids"]) == len(row["labels"]) == sum(row["attention_mask"])
    taught = tokenizer.decode([n for n in row["labels"] if n != IGNORED], skip_special_tokens=False)
    assert taught.startswith('<think>One.</think><tool_call>{"id"')
    assert taught.endswith("80 euro a night.<|im_end|>")
    assert "in the format `tokens`" in card_path(path).read_text()


def test_a_sample_may_take_several_rows_and_what_is_too_long_is_left_out_whole(
    run: Path, saved: Path, tmp_path: Path, template: Of
) -> None:
    (saved / "chat_template.jinja").write_text(template("forgetting").source)
    done = export(run, Tokens(str(saved)), tmp_path / "all.jsonl")
    late, early = rows_in(tmp_path / "all.jsonl")
    assert (done.count, done.lines) == (1, 2)
    assert len(early["labels"]) < len(late["labels"])
    short = Tokens(str(saved), longest=len(early["labels"]))
    cut = export(run, short, tmp_path / "short.jsonl")
    assert rows_in(tmp_path / "short.jsonl") == [early]
    assert cut.skipped["too_long"] == 1


def test_a_row_tells_by_its_digest_which_text_it_is(run: Path, saved: Path, tmp_path: Path) -> None:
    export(run, Tokens(str(saved)), tmp_path / "a.jsonl")
    [sample, *_] = accepted(run)
    [(text, _)] = Tokens(str(saved)).rows(exported(sample.trajectory))
    assert rows_in(tmp_path / "a.jsonl")[0]["digest"] == digest(text)


def test_rows_in_parquet_are_lists_of_numbers(run: Path, saved: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason='the extra "parquet" is not installed')
    export(run, Tokens(str(saved)), tmp_path / "a.jsonl")
    export(run, Tokens(str(saved)), tmp_path / "a.parquet")
    assert parquet.read_table(tmp_path / "a.parquet").to_pylist() == rows_in(tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("tokenizer.json", None, "there is no .*tokenizer.json; give a folder"),
        ("tokenizer.json", "{}", "is no tokenizer"),
        ("chat_template.jinja", None, "holds no chat template; name a template with --template"),
        ("chat_template.jinja", "{% for", "the chat template cannot be read"),
        ("chat_template.jinja", "hello", "cannot teach calls"),
        ("tokenizer_config.json", "[", "is no JSON object"),
    ],
)
def test_what_cannot_be_used_is_bad_input_and_leaves_nothing(
    run: Path, saved: Path, tmp_path: Path, file: str, text: str | None, told: str
) -> None:
    if text is None:
        (saved / file).unlink()
    else:
        (saved / file).write_text(text)
    with pytest.raises(BadInput, match=told):
        export(run, Tokens(str(saved)), tmp_path / "data.jsonl")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["run", "tokenizer"]


def test_another_template_takes_the_tokenizers_marks(saved: Path) -> None:
    other = Path(__file__).parent / "templates" / "bracketed.jinja"
    [(text, _)] = Tokens(str(saved), str(other)).rows(conversation())
    assert text.startswith("<s>[AVAILABLE_TOOLS]")
    assert text.endswith("80 euro a night.</s>")


def test_a_way_to_write_tokens_goes_to_another_process_and_back(saved: Path) -> None:
    tokens = Tokens(str(saved), longest=9)
    assert decode(encode(tokens), Tokens) == tokens
    assert msgspec.structs.replace(tokens, longest=0) == Tokens(str(saved))
