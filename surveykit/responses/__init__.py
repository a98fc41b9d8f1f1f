"""Answers: read, score, simulate, write."""

from surveykit.responses.read import read_responses
from surveykit.responses.receipt import Receipt
from surveykit.responses.responses import Responses
from surveykit.responses.score import score
from surveykit.responses.scores import Scores
from surveykit.responses.simulate import simulate
from surveykit.responses.source import columns_of, fingerprint_of, moments_of, weights_of
from surveykit.responses.write import write_csv

__all__ = [
    "Receipt",
    "Responses",
    "Scores",
    "columns_of",
    "fingerprint_of",
    "moments_of",
    "read_responses",
    "score",
    "simulate",
    "weights_of",
    "write_csv",
]
