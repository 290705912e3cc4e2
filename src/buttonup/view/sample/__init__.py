"""The page of one sample: from what its line holds to what the templates show."""

from buttonup.view.sample.page import PARAMETERS, About, Shown, page
from buttonup.view.sample.pairs import Pair, as_pair, is_pair

__all__ = ["PARAMETERS", "About", "Pair", "Shown", "as_pair", "is_pair", "page"]
