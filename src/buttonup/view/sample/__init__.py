"""The sample's page: from a record to what its templates show."""

from buttonup.view.sample.page import page, raw
from buttonup.view.sample.pairs import Pair, as_pair, is_pair

__all__ = ["Pair", "as_pair", "is_pair", "page", "raw"]
