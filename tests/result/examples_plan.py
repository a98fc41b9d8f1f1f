"""Examples of plans: sizes needed, power of sizes, power of a study's own model."""

from collections.abc import Callable

import surveykit as sk
from surveykit.result import Result

EXAMPLES: dict[str, Callable[[], Result]] = {
    "plan of a share": lambda: sk.sample_size("proportion", margin=0.05, population=10_000, response_rate=0.3),
    "plan of a tiny population": lambda: sk.sample_size("proportion", margin=0.05, population=3),
    "plan of a score": lambda: sk.sample_size("nps", margin=4, design_effect=1.4),
    "plan of alpha": lambda: sk.sample_size("reliability", margin=0.03, items=5),
    "plan of two groups": lambda: sk.power("nps_difference", 400, difference=10),
    "plan of a model's fit": lambda: sk.sample_size("cfa", df=100),
    "power of a study": lambda: sk.power(sk.load_study("s2_loyalty"), 60, n_draws=20),
    "power of a study with too few": lambda: sk.power(sk.load_study("s0_communication"), 5, n_draws=4),
}
