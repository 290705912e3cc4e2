from __future__ import annotations

import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import pytest

from buttonup.chat import Template, examine, named, render, usable
from buttonup.chat.dialects import Dialect, messages, tools
from buttonup.chat.probe import THOUGHTS, conversation, taken
from buttonup.errors import BadInput

Of = Callable[[str], Template]

CAN = {  # of the wheels trl 1.16.0 and axolotl 0.19.0: family -> its template, and its calls
    "Qwen 2.5": ("trl", "qwen2_5", "hermes"),
    "Qwen 3": ("trl", "qwen3", "hermes"),
    "Qwen 3.5": ("trl", "qwen3_5_think", "qwen-xml"),
    "Qwen 3.6": ("trl", "qwen3_6", "qwen-xml"),
    "Llama 3": ("trl", "llama3_2", "llama3"),
    "Llama 4": ("axolotl", "llama4", "llama4"),
    "Gemma 4": ("trl", "gemma4_v5", "gemma"),
    "gpt-oss": ("trl", "gptoss", "harmony"),
    "GLM 4 MoE": ("trl", "glm4moe_training", "glm"),
    "LFM2": ("trl", "lfm2_v2", "pythonic"),
    "EXAONE 4": ("axolotl", "exaone4", "hermes"),
    "Nemotron 3": ("trl", "nemotron_3_nano", "qwen-xml"),
    "Jamba": ("axolotl", "jamba", "jamba"),
    "Muse Glimmer": ("trl", "muse_glimmer", "atem"),
}
CANNOT = {  # and what of it is why
    ("trl", "gemma3"): "shows no call",
    ("axolotl", "phi_4"): "shows no call",
    ("axolotl", "deepseek_v3"): "the model would not see the tools",
    ("axolotl", "command_a_tool_use"): "prompts again behind a turn",
    ("axolotl", "mistral_v3_tekken"): "changes the text before a turn",
    ("axolotl", "mistral_v7_tekken"): "shows no call",
    ("trl", "deepseekv3"): "changes the text before a turn",
    ("trl", "glm4moe"): "no end of turn",
}


def real(package: str, name: str) -> Template:
    """Give a template of an installed wheel; `make test` installs those that are meant."""
    wanted = {"trl": "1.16.", "axolotl": "0.19."}[package]
    try:
        there = version(package)
    except PackageNotFoundError:
        there = ""
    if not there.startswith(wanted):
        pytest.skip(f"{package} {wanted}* is not installed (requirements-templates.txt)")
    return next(one for one in named((package,)) if one.name == f"{package}/{name}")


@pytest.mark.parametrize("family", CAN)
def test_each_family_renders_the_probe_and_is_read_back_to_the_same_calls(family: str) -> None:
    package, name, calls = CAN[family]
    found = examine(real(package, name))
    assert (found.calls, found.spans, found.trains) == (calls, "exact", True)
    assert (found.tools, found.error, found.unicode, found.nested) == (True,) * 4
    assert found.parallel == (family not in {"Llama 3", "gpt-oss"})


@pytest.mark.parametrize(("package", "name"), CANNOT)
def test_a_template_that_cannot_teach_calls_is_named_with_the_reason(
    package: str, name: str
) -> None:
    template = real(package, name)
    assert not examine(template).trains
    with pytest.raises(BadInput, match=CANNOT[package, name]):
        usable(template)


EXACTLY = ("lfm2_v2", "qwen3", "qwen3_instruct_2507", "qwen3_vl")
NEARLY = ("qwen2_5", "qwen3_5_nothink", "qwen3_5_think", "qwen3_6", "qwen3_8", "muse_glimmer")


@pytest.mark.parametrize("name", [*EXACTLY, *NEARLY])
def test_the_spans_are_those_that_trl_marks_by_hand_less_what_the_model_is_prompted_with(
    name: str,
) -> None:
    template = real("trl", f"{name}_training")
    how, c = taken(template), conversation(*THOUGHTS)
    [row] = render(c, template, how.to)
    by_hand = Template(name, marked(template.source), template.marks)
    theirs = MARKED.findall(by_hand.text(messages(c, how.to), tools(c)))
    assert len(theirs) == len(row.written) == 4
    for their, our in zip(theirs, row.written, strict=True):
        assert their.rstrip() == our if name in EXACTLY else their.rstrip().endswith(our)


MARKED = re.compile("(?s)\ue000(.*?)\ue001")


def marked(source: str) -> str:
    """Put a character that nobody writes where a template begins and ends what is generated."""
    for word, mark in (("generation", "\ue000"), ("endgeneration", "\ue001")):
        tag = re.compile(rf"\{{%(-?)\s*{word}\s*(-?)%\}}\n?")
        source = tag.sub(rf"{{{{\1 '{mark}' \2}}}}", source)
    return source


def test_a_dialect_is_found_by_asking(template: Of) -> None:
    assert usable(template("keeping")) == Dialect(calls="hermes")
    bracketed = Dialect(arguments="string", ids="nine", calls="mistral")
    assert usable(template("bracketed")) == bracketed


def test_what_is_kept_and_what_is_lost_is_told(template: Of) -> None:
    keeping, forgetting = examine(template("keeping")), examine(template("forgetting"))
    kept = (keeping.tools, keeping.parallel, keeping.ids, keeping.beside, keeping.error)
    assert kept == (True,) * 5
    assert (keeping.unicode, keeping.nested, keeping.quotes) == (True,) * 3
    assert (keeping.thought, keeping.rows, keeping.ends) == ("every turn", 1, "<|im_end|>")
    assert keeping.advice == ()
    assert (forgetting.ids, forgetting.rows) == (False, 2)
    assert forgetting.advice == (
        "history is rewritten: 2 rows for the probe, each turn in its place",
    )


def test_a_template_that_shows_no_call_teaches_none(template: Of) -> None:
    found = examine(template("silent"))
    assert (found.calls, found.trains) == ("", False)
    assert found.spans.startswith("shows no call that can be read back")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("if loop.first and tools", "if false", "the model would not see the tools"),
        ("'<|im_end|>'", "''", "no end of turn"),
        ("'name': call", "'nome': call", "shows no call"),
        ("m.tool_calls or []", "(m.tool_calls or [])[:1]", "several calls in a turn are left out"),
        (
            "m.reasoning_content -%}",
            "m.reasoning_content and false -%}",
            "lost where there is no call",
        ),
    ],
)
def test_each_loss_comes_with_what_to_do(template: Of, old: str, new: str, told: str) -> None:
    keeping = template("keeping")
    assert old in keeping.source
    found = examine(Template("x", keeping.source.replace(old, new), keeping.marks))
    assert told in "; ".join((found.spans, *found.advice))
