"""Training: rows with our own labels, a student, and a folder that says what came of it."""

from buttonup.train.command import train
from buttonup.train.results import Results
from buttonup.train.training import Training, read_training

__all__ = ["Results", "Training", "read_training", "train"]
