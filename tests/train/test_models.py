"""A student is found by name, folder or file, and what cannot be one is told in a line."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.chat import Template, examine
from buttonup.errors import BadInput
from buttonup.formats import hermes, openai
from buttonup.model.carried import CARRIED
from buttonup.records import Assistant, Call, Conversation, Function, Json, Tool, User
from buttonup.train import models
from buttonup.train.models import (
    GEMMA,
    MARKS,
    OURS,
    end_of_turn,
    folder_of,
    tokens_of,
    try_installed,
)


@pytest.mark.parametrize("ours", MARKS, ids=lambda path: path.stem)
def test_our_templates_keep_all_that_a_template_can(ours: Path) -> None:
    found = examine(Template.load(ours))
    assert (found.calls, found.spans, found.rows, found.thought) == (
        "hermes",
        "exact",
        1,
        "every turn",
    )
    assert all((found.tools, found.parallel, found.error, found.unicode, found.nested))


def test_the_template_for_gemma_is_the_other_with_its_marks() -> None:
    (opens, closes), (opens_there, closes_there) = MARKS[OURS], MARKS[GEMMA]
    told = OURS.read_text().replace(f"{opens}assistant", f"{opens_there}model")
    told = told.replace(opens, opens_there).replace(closes, closes_there)
    begun = told.replace("{%- set told", "{{- bos_token -}}\n{%- set told", 1)
    assert GEMMA.read_text().splitlines()[1:] == begun.splitlines()[1:]


LOOK = Function("look", "Look </tools> up.", {"type": "object", "properties": {"é": {}}})
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
values = st.dictionaries(
    texts, st.none() | st.integers(-9, 9) | texts | st.lists(texts, max_size=2)
)


@given(texts, values, values, texts)
def test_our_template_writes_what_evaluation_asks_with(
    said: str, arguments: dict[str, Json], result: Json, answer: str
) -> None:
    """`buttonup evaluate --calls hermes` sends the format's turns; ChatML around them is ours."""
    calls = (Call.of("call_1", "look", arguments), Call.of("call_2", "look", {}))
    c = Conversation(
        messages=(
            User(f"{said}<x>"),
            Assistant("", calls),
            Tool("call_1", "look", result),
            Tool("call_2", "look", "</tool_response>"),
            Assistant(answer=answer.strip() or "."),
        ),
        functions=(LOOK,),
        context="Today.",
    )
    roles = {"system": "system", "human": "user", "gpt": "assistant", "tool": "user"}
    turns = [(roles[t["from"]], t["value"]) for t in hermes.render(c)["conversations"]]
    told = "".join(f"<|im_start|>{role}\n{words}<|im_end|>\n" for role, words in turns)
    row = openai.render(c)
    assert Template.load(OURS).text(row["messages"], row["tools"]) == told
    plain = Template("turns", CARRIED["gemma3-270m"].turns, (("bos_token", "<bos>"),))
    gemma = Template("gemma", GEMMA.read_text(), plain.marks)
    asked = plain.text([{"role": role, "content": words} for role, words in turns], [])
    assert gemma.text(row["messages"], row["tools"]) == asked


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("smolm2", "there is no model smolm2; give smollm2"),
        ("./nowhere", "there is no model"),
        ("/no/where.gguf", "cannot read the model"),
    ],
)
def test_a_model_that_is_not_there_is_told(model: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        folder_of(model)


def test_a_file_that_only_says_it_is_gguf_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_text("no")
    with pytest.raises(BadInput, match="is no GGUF file"):
        folder_of(str(tmp_path / "a.gguf"))


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no config\.json"):
        folder_of(str(tmp_path))


def test_a_missing_extra_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PARTS", ("torch_that_nobody_has",))
    with pytest.raises(BadInput, match=r"needs torch_that_nobody_has; .*buttonup\[train\]"):
        try_installed()


def test_a_template_that_can_teach_no_call_gives_way_to_ours(
    tokenizer: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tokenizer, folder)
    silent = "{% for m in messages %}{{ m.content }}{% endfor %}"  # as SmolLM2's, without tools
    (folder / "chat_template.jinja").write_text(silent)
    assert tokens_of(folder, "").template == str(OURS)
    (folder / "chat_template.jinja").write_text(OURS.read_text())
    assert tokens_of(folder, "").template == ""


def test_ours_is_not_given_to_a_tokenizer_without_its_marks(
    tokenizer: Path, tmp_path: Path
) -> None:
    shutil.copytree(tokenizer, tmp_path / "m")
    file = tmp_path / "m" / "tokenizer.json"
    file.write_text(file.read_text().replace("<|im_end|>", "<|ending|>"))
    with pytest.raises(BadInput, match=r"has no <\|im_end\|>"):
        tokens_of(tmp_path / "m", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "template"), [("smollm2", OURS), ("gemma3-270m", GEMMA)], ids=["smollm2", "gemma3"]
)
def test_a_model_that_packages_carry_is_unpacked_once_and_can_be_loaded(
    name: str, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("transformers", "gguf", *(package for package, _ in CARRIED[name].parts)):
        if find_spec(part) is None:
            pytest.skip(f"{part} is not installed")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = folder_of(name)
    made = (folder / "model.safetensors").stat().st_mtime_ns
    assert folder_of(name) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == made
    assert tokens_of(folder, "").template == str(template)
    assert end_of_turn(tokens_of(folder, "")) == MARKS[template][1]
