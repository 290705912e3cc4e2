from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from buttonup.formats.card import TRAINS, Census, card
from buttonup.formats.export import EXPORTS
from buttonup.formats.exported import adopt, exported
from buttonup.records import Cast, Sample, Trajectory, Verdict


def card_of(*trajectories: Trajectory, file: str = "data.jsonl", recipe: str = "") -> str:
    census = Census()
    for t in trajectories:
        census.count(t)
    return card(file, "openai", "About it.", census, {"tag_in_text": 3}, recipe)


def test_a_card_counts_what_was_exported(sample: Sample) -> None:
    text = card_of(sample.trajectory, sample.trajectory)
    assert "| conversations | 2 | |" in text
    assert "| assistant turns | 6 | 3.00 |" in text
    assert "| calls | 6 | 3.00 |" in text
    assert "| turns with several calls | 2 | 1.00 |" in text
    assert "| left out: tag_in_text | 3 | |" in text
    assert "- assistant played by: plan (2 rows)" in text


def test_the_header_names_the_file_whatever_it_is_called(sample: Sample) -> None:
    header = card_of(sample.trajectory, file='odd: "name".jsonl').split("---")[1]
    assert 'data_files: "odd: \\"name\\".jsonl"' in header
    assert 'size_categories: ["n<1K"]' in header


def test_what_we_generate_is_under_apache(sample: Sample) -> None:
    text = card_of(sample.trajectory)
    assert "license: apache-2.0" in text
    assert "Generated data, under Apache-2.0." in text


def test_the_terms_of_the_models_that_wrote_it_are_recalled(sample: Sample) -> None:
    t = msgspec.structs.replace(sample.trajectory, cast=Cast("llm:m", "plan", "world"))
    assert "terms of the models that wrote it (llm:m) apply" in card_of(t)


def test_a_card_tells_the_gates_that_every_row_passed_and_no_other(sample: Sample) -> None:
    census = Census()
    census.count(sample.trajectory, [Verdict("structure", True), Verdict("replay", True)])
    census.count(sample.trajectory, [Verdict("structure", True), Verdict("replay", False)])
    text = card("data.jsonl", "openai", "About it.", census, {}, "")
    assert "gates that every row passed: structure\n" in text


def test_a_hub_reads_the_header_as_it_is_meant(sample: Sample, tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub", reason="needs the extra hub")
    for file in ("data.jsonl", 'odd: "name", #1 [x].jsonl'):
        told = hub.DatasetCard(card_of(sample.trajectory, file=file)).data.to_dict()
        assert told["pretty_name"] == file
        assert told["license"] == "apache-2.0"
        assert told["language"] == ["en"]
        assert told["size_categories"] == ["n<1K"]
        assert told["configs"] == [{"config_name": "default", "data_files": file}]


@pytest.mark.parametrize("name", EXPORTS)
def test_a_card_says_how_each_format_is_loaded(sample: Sample, name: str) -> None:
    census = Census()
    census.count(sample.trajectory)
    text = card("data.parquet", name, "About it.", census, {}, "")
    assert "rows = load_dataset(REPO" in text
    assert TRAINS[name] in text
    assert "json.loads" in text


def test_no_licence_is_claimed_for_the_data_of_others(sample: Sample) -> None:
    text = card_of(sample.trajectory, adopt(exported(sample.trajectory)))
    assert "license: other" in text
    assert "Apache" not in text


def test_a_recipe_cannot_break_out_of_its_fence(sample: Sample) -> None:
    text = card_of(sample.trajectory, recipe='a = "```"')
    assert '````toml\na = "```"\n````' in text
