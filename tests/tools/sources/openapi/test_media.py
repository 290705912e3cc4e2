from __future__ import annotations

import pytest

from buttonup.tools.sources.openapi.media import kind_of


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ("application/json", "json"),
        ("Application/JSON; charset=utf-8", "json"),
        ("application/merge-patch+json", "json"),
        ("text/json", "json"),
        ("*/*", "json"),
        ("application/x-www-form-urlencoded", "form"),
        ("multipart/form-data; boundary=x", "multipart"),
        ("text/plain", "text"),
        ("text/xml", None),
        ("image/png", None),
        ("application/jsonlines", None),
        ("", None),
    ],
)
def test_a_media_type_says_how_a_body_is_written(media: str, kind: str | None) -> None:
    assert kind_of(media) == kind
