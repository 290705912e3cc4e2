"""The page of one sample: from what its line holds to what the templates show."""

from buttonup.view.sample.page import PARAMETERS, About, Shown, page

__all__ = ["PARAMETERS", "About", "Shown", "page"]
