"""What ordinal, binary, count, moderation and penalty-reward analyses promise beside reference values."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.miscmodels.ordinal_model import OrderedModel

import surveykit as sk
from surveykit.analyse.adjusted import adjust
from surveykit.analyse.binary import logistic
from surveykit.analyse.counts_model import count_model
from surveykit.analyse.moderation import moderate
from surveykit.analyse.ordinal import ordinal
from surveykit.analyse.ordinal_mixed import ordinal_mixed
from surveykit.analyse.penalty import penalty_reward
from surveykit.analyse.predicted import predicted
from surveykit.draw.bands import bands
from surveykit.errors import SurveykitError
from surveykit.stats.johnson_neyman import johnson_neyman, simple_slopes
from tests.oracle_values import frame


@pytest.fixture(scope="module")
def bfi():
    data = frame("bfi").dropna().head(600).reset_index(drop=True)
    return data.assign(hi=(data["N1"] > 3).astype(int), sex=np.where(data["gender"] == 1, "man", "woman"))


def slopes(found, column="estimate"):
    return found.table.loc[found.table["part"] == "slope", column].to_numpy()


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_ordinal_agrees_with_statsmodels(bfi, link):
    found = ordinal("N1 ~ N2 + age", bfi, link=link)
    peer = OrderedModel(bfi["N1"], bfi[["N2", "age"]], distr=link).fit(method="newton", disp=0)
    np.testing.assert_allclose(slopes(found), peer.params[:2], rtol=1e-4)
    assert found.measures["log_likelihood"] == pytest.approx(peer.llf, abs=1e-6)


def test_two_answers_make_a_binary_logit(bfi):
    one = ordinal("hi ~ N2 + age", bfi)
    two = logistic("hi ~ N2 + age", bfi)
    np.testing.assert_allclose(slopes(one), two.table["estimate"][1:], rtol=1e-6)
    np.testing.assert_allclose(slopes(one, "std_error"), two.table["std_error"][1:], rtol=1e-5)
    assert any(problem.code == "GLM-BRANT-TWO" for problem in one.problems)


@settings(max_examples=5, deadline=None)
@given(st.floats(0.1, 50), st.floats(-100, 100))
def test_units_of_a_predictor_do_not_matter(scale, shift):
    data = frame("wine").assign(x=lambda f: np.arange(len(f)) % 13 * 1.0)
    moved = data.assign(x=data["x"] * scale + shift)
    one, other = (ordinal("rating ~ x + temp", each) for each in (data, moved))
    assert one.measures["log_likelihood"] == pytest.approx(other.measures["log_likelihood"], abs=1e-8)
    assert slopes(one)[0] == pytest.approx(slopes(other)[0] * scale, rel=1e-6)


def test_reversed_answers_reverse_the_slopes(bfi):
    one = ordinal("N1 ~ N2 + age", bfi)
    other = ordinal("N1 ~ N2 + age", bfi.assign(N1=7 - bfi["N1"]))
    np.testing.assert_allclose(slopes(one), -slopes(other), rtol=1e-6)


def test_order_of_text_answers_must_be_told(bfi):
    text = bfi.assign(N1=bfi["N1"].map({1: "never", 2: "low", 3: "low", 4: "some", 5: "some", 6: "often"}))
    with pytest.raises(SurveykitError, match="levels"):
        ordinal("N1 ~ N2", text)
    with pytest.raises(SurveykitError, match="often"):
        ordinal("N1 ~ N2", text, levels=["never", "low", "some"])
    found = ordinal("N1 ~ N2", text, levels=["never", "low", "some", "often", "always"])
    assert found.levels == ("never", "low", "some", "often")
    assert any(p.code == "GLM-UNUSED" and "always" in str(p) for p in found.problems)


def test_separation_is_named_and_gives_no_number():
    data = pd.DataFrame({"y": [0, 0, 0, 0, 1, 1, 1, 1], "x": [1, 2, 3, 4, 5, 6, 7, 8], "z": [1, 2, 1, 2, 2, 1, 2, 1]})
    for found in (logistic("y ~ z + x", data), ordinal("y ~ z + x", data)):
        assert found.table["estimate"].isna().all()
        problem = next(p for p in found.problems if p.code == "GLM-SEPARATION")
        assert dict(problem.values)["predictors"] == "x"


def test_a_category_that_always_renews_is_quasi_separation(bfi):
    data = bfi.assign(gold=(np.arange(len(bfi)) % 50 == 0) & (bfi["hi"] == 1)).astype({"gold": int})
    found = logistic("hi ~ N2 + gold", data)
    assert any(p.code == "GLM-SEPARATION" and "gold" in str(p) for p in found.problems)


def test_dependent_predictors_are_named(bfi):
    data = bfi.assign(twice=2 * bfi["N2"])
    for found in (
        ordinal("N1 ~ N2 + twice", data),
        logistic("hi ~ N2 + twice", data),
        count_model("A1 ~ N2 + twice", data),
    ):
        assert found.table["estimate"].isna().all()
        assert any(p.code == "GLM-DEPENDENT" and "twice" in str(p) for p in found.problems)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda d: ordinal("N1 ~ nothing", d), "nothing"),
        (lambda d: ordinal("N1 ~ N2", d, link="cauchit"), "cauchit"),
        (lambda d: ordinal("N1 ~ N2", d, partial=["age"]), "age"),
        (lambda d: ordinal("I(N1 + 1) ~ N2", d), "plain column"),
        (lambda d: ordinal("x ~ N2", d.assign(x=np.arange(len(d)) / 7)), "600 different"),
        (lambda d: logistic("N1 ~ N2", d), "event"),
        (lambda d: logistic("sex ~ N2", d), "event"),
        (lambda d: logistic("sex ~ N2", d, event="child"), "event"),
        (lambda d: count_model("x ~ N2", d.assign(x=-1)), "not counts"),
        (lambda d: count_model("A1 ~ N2", d, exposure="zero"), "zero"),
        (lambda d: count_model("A1 ~ N2", d.assign(zero=0), exposure="zero"), "exposure"),
        (lambda d: count_model("A1 ~ N2", d, family="gamma"), "gamma"),
        (lambda d: sk.regress("sex ~ N2", d), "text"),
        (lambda d: sk.regress("N1 ~ N2", d.assign(one=1), cluster="one"), "1 cluster"),
        (lambda d: sk.regress("N1 ~ N2", d.head(0)), "none of the 0 rows"),
        (lambda d: ordinal("N1 ~ N2", d.head(0)), "none of the 0 rows"),
        (lambda d: logistic("hi ~ N2", d.assign(N2=np.nan)), "none of the 600 rows"),
        (lambda d: moderate(d, "N1", "N1", "N2"), "more than once"),
        (lambda d: moderate(d, "sex", "N1", "N2"), "sex"),
        (lambda d: moderate(d.assign(k=1), "N1", "k", "N2"), "k"),
        (lambda d: moderate(d.head(3), "N1", "E1", "N2"), "3 rows"),
        (lambda d: penalty_reward("N1", ["N2"], d.assign(N2=4)), "low and high|low up to"),
        (lambda d: penalty_reward("N1", ["N2"], d, low=5, high=3), "low up to 5"),
        (lambda d: penalty_reward("N1", ["sex"], d), "sex"),
        (lambda d: predicted(ordinal("N1 ~ N2", d), d, "age"), "age"),
        (lambda d: predicted(ordinal("N1 ~ N2", d), d.head(50), "N2"), "not the data"),
        (lambda d: ordinal_mixed("N1 ~ N2", d, "sex", nodes=0), "nodes"),
        (lambda d: adjust([0.1, 1.2]), "0 and 1"),
        (lambda d: adjust([0.1], "sidak-ish"), "method"),
        (lambda d: adjust(d), "p_value"),
        (lambda d: bands([1, 2], [], [], []), "nothing"),
    ],
)
def test_what_means_nothing_is_refused_with_a_remedy(bfi, call, word):
    with pytest.raises(SurveykitError, match=word):
        call(bfi)


@pytest.mark.parametrize("rows", [1, 2])
def test_one_or_two_respondents_are_undefined(bfi, rows):
    few = bfi.head(rows)
    for found in (ordinal("N1 ~ N2", few), logistic("hi ~ N2", few), count_model("A1 ~ N2", few)):
        assert found.table["estimate"].isna().all() and found.problems
        assert found.narrate("ru")


def test_weighted_answers_are_refused_not_ignored():
    answers = sk.load_data("ecsi_mobile")
    weighted = answers.weighted("CUSA1") if hasattr(answers, "weighted") else answers
    for call in (
        lambda: ordinal("CUSL1 ~ CUSA1", weighted),
        lambda: logistic("CUSL1 ~ CUSA1", weighted),
        lambda: count_model("CUSL1 ~ CUSA1", weighted),
        lambda: moderate(weighted, "CUSA2", "CUSA3", "CUSL1"),
        lambda: penalty_reward("CUSL1", ["CUSA2"], weighted),
    ):
        with pytest.raises(SurveykitError, match="weights"):
            call()


def test_clustering_every_row_alone_is_hc1(bfi):
    data = bfi.assign(own=np.arange(len(bfi)))
    clustered = sk.regress("N1 ~ N2 + age", data, cluster="own").table["std_error"]
    robust = sk.regress("N1 ~ N2 + age", data, covariance="HC1").table["std_error"]
    np.testing.assert_allclose(clustered, robust, rtol=1e-9)


def test_few_clusters_are_warned_about(bfi):
    found = sk.regress("N1 ~ N2", bfi.assign(site=np.arange(len(bfi)) % 6), cluster="site")
    assert any(p.code == "GLM-FEWCLUSTERS" for p in found.problems)
    assert "6" in found.narrate("en") and set(found.table["method"]) == {"ols_CR1"}
    many = sk.regress("N1 ~ N2", bfi.assign(site=np.arange(len(bfi)) % 60), cluster="site")
    assert not any(p.code == "GLM-FEWCLUSTERS" for p in many.problems)


def test_rows_without_a_cluster_are_left_out_and_counted(bfi):
    data = bfi.assign(site=np.where(np.arange(len(bfi)) < 10, np.nan, np.arange(len(bfi)) % 40))
    assert sk.regress("N1 ~ N2", data, cluster="site").dropped == 10
    assert logistic("hi ~ N2", data, cluster="site").dropped == 10


def test_count_models_agree_with_statsmodels(bfi):
    ours = count_model("A1 ~ N2 + age", bfi, covariance="HC0")
    peer = smf.glm("A1 ~ N2 + age", bfi, family=sm.families.Poisson()).fit(cov_type="HC0")
    np.testing.assert_allclose(ours.table["std_error"], peer.bse, rtol=1e-6)
    calm = count_model("A1 ~ N2", bfi.assign(A1=np.arange(len(bfi)) % 2 + 1), family="negbin")
    assert any(p.code == "GLM-NOOVERDISPERSION" for p in calm.problems)


def test_average_effect_of_a_category_is_the_difference_of_average_predictions(bfi):
    found = logistic("hi ~ N2 + sex", bfi)
    line = predicted(found, bfi, "sex").table.set_index("level")["estimate"]
    effect = found.effects.set_index(["term", "level"]).loc[("sex", "woman"), "estimate"]
    assert effect == pytest.approx(line["woman"] - line["man"])


def test_average_effect_is_the_slope_of_average_predictions_also_with_a_curve(bfi):
    found = logistic("hi ~ N2 + I(N2**2) + age", bfi)
    step = 1e-4
    table = found.table["estimate"].to_numpy()

    def share(shift):
        x = bfi["N2"] + shift
        return (1 / (1 + np.exp(-(table[0] + table[1] * x + table[2] * x**2 + table[3] * bfi["age"])))).mean()

    slope = (share(step) - share(-step)) / (2 * step)
    assert found.effects.set_index("term").loc["N2", "estimate"] == pytest.approx(slope, rel=1e-5)


def test_predicted_probabilities_of_all_answers_sum_to_one(bfi):
    for partial in ([], ["N2"]):
        table = predicted(ordinal("N1 ~ N2 + age", bfi, partial=partial), bfi, "N2").table
        np.testing.assert_allclose(table.groupby("value")["estimate"].sum(), 1)
        assert table["std_error"].notna().all()


def test_predictions_of_a_linear_model_are_its_line(bfi):
    found = sk.regress("N1 ~ N2", bfi)
    table = predicted(found, bfi, "N2", at=[2, 5]).table
    assert table["estimate"][1] - table["estimate"][0] == pytest.approx(3 * found.table["estimate"][1])
    mixed = ordinal_mixed("rating ~ temp", frame("wine"), "judge")
    with pytest.raises(SurveykitError, match="random intercept"):
        predicted(mixed, frame("wine"), "temp")


@settings(max_examples=60, deadline=None)
@given(st.floats(-3, 3), st.floats(-2, 2), st.floats(0.05, 1), st.floats(0.05, 1), st.floats(-0.9, 0.9))
def test_the_slope_is_just_significant_at_the_johnson_neyman_bounds(slope, change, first, second, r):
    covariance = np.array([[first**2, r * first * second], [r * first * second, second**2]])
    region = johnson_neyman(slope, change, covariance, 1.97)
    for bound in (region.low, region.high):
        if np.isfinite(bound) and abs(bound) < 1e4:
            estimate, error = simple_slopes(slope, change, covariance, [bound])
            assert abs(estimate[0]) == pytest.approx(1.97 * error[0], rel=1e-4, abs=1e-7)
    if region.where in ("inside", "outside"):
        estimate, error = simple_slopes(slope, change, covariance, [(region.low + region.high) / 2])
        assert (abs(estimate[0]) > 1.97 * error[0]) == (region.where == "inside")


def test_slopes_by_group_are_those_of_the_interaction_regression(bfi):
    found = moderate(bfi, "N2", "sex", "N1", ["age"])
    fit = sk.regress("N1 ~ N2 * sex + age", bfi).table.set_index("term")
    table = found.table.set_index("category")
    assert table.loc["man", "estimate"] == pytest.approx(fit.loc["N2", "estimate"])
    assert table.loc["man", "std_error"] == pytest.approx(fit.loc["N2", "std_error"])
    product = next(term for term in fit.index if ":" in term)
    gap = table.loc["woman", "estimate"] - table.loc["man", "estimate"]
    assert gap == pytest.approx(fit.loc[product, "estimate"])
    assert found.measures["interaction"] == pytest.approx(fit.loc[product, "statistic"] ** 2)


def test_slopes_beyond_what_was_seen_are_noted(bfi):
    found = moderate(bfi, "N2", "age", "N1", at=[20, 200])
    assert any(p.code == "GLM-BEYOND" for p in found.problems)


def planted(n: int, seed: int) -> pd.DataFrame:
    """Satisfaction with one basic, one performance, one excitement and one idle attribute."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(rng.integers(1, 6, (n, 4)), columns=["basic", "linear", "delight", "idle"])
    y = 6 + 0.6 * (data["linear"] - 3) / 2
    y = y - 1.0 * (data["basic"] <= 2) + 1.0 * (data["delight"] >= 4)
    return data.assign(y=y + rng.normal(0, 0.8, n))


def test_planted_kinds_of_attributes_are_found():
    names, kinds = ["basic", "linear", "delight", "idle"], ["basic", "performance", "excitement", "none"]
    found = [penalty_reward("y", names, planted(800, seed), low=2, high=4) for seed in range(20)]
    right = np.array([each.attributes["factor_type"].to_numpy() == kinds for each in found])
    assert (right.mean(axis=0) >= 0.8).all()


def test_penalties_and_rewards_are_those_of_the_regression_on_indicators():
    found = penalty_reward("y", ["basic", "linear", "delight", "idle"], planted(800, 7), low=2, high=4)
    fit = sk.regress(
        "y ~ a + b + c + d + e + f + g + h",
        planted(800, 7)
        .pipe(
            lambda f: pd.concat(
                [
                    f["y"],
                    *(f[k].le(2).astype(int) for k in f.columns[:4]),
                    *(f[k].ge(4).astype(int) for k in f.columns[:4]),
                ],
                axis=1,
            )
        )
        .set_axis(["y", *"abcdefgh"], axis=1),
    ).table.set_index("term")
    table = found.table.set_index(["asymmetry", "term"])
    assert table.loc[("penalty", "basic"), "estimate"] == pytest.approx(fit.loc["a", "estimate"])
    assert table.loc[("penalty", "basic"), "std_error"] == pytest.approx(fit.loc["a", "std_error"])
    assert table.loc[("reward", "delight"), "estimate"] == pytest.approx(fit.loc["g", "estimate"])


def test_adjusting_keeps_gaps_and_leaves_the_intercept_out(bfi):
    values = adjust([0.01, np.nan, 0.04], "bonferroni")
    np.testing.assert_allclose(values, [0.02, np.nan, 0.08])
    found = sk.regress("N1 ~ N2 + age", bfi)
    table = adjust(found)
    assert np.isnan(table["p_adjusted"][0])
    np.testing.assert_allclose(table["p_adjusted"][1:], adjust(found.table["p_value"][1:]))
    assert "p_adjusted" not in found.table
    cuts = adjust(ordinal("N1 ~ N2", bfi))
    assert cuts.loc[cuts["part"] == "threshold", "p_adjusted"].isna().all()


def test_regression_words_say_also_what_was_not_violated():
    rng = np.random.default_rng(3)
    x = rng.normal(size=300)
    calm = sk.regress("y ~ x", pd.DataFrame({"x": x, "y": x + rng.normal(size=300)}))
    assert "Nothing was found against" in calm.narrate("en")
    skewed = sk.regress("y ~ x", pd.DataFrame({"x": x, "y": x + rng.exponential(size=300) ** 2}))
    assert "not normally distributed" in skewed.narrate("en")


def test_two_valued_fits_have_no_reset(bfi):
    found = sk.regress("N1 ~ gender", bfi)
    assert np.isnan(found.diagnostics["reset"])


def test_intervals_of_average_effects_cover_the_truth():
    rng = np.random.default_rng(5)
    population = rng.normal(size=400_000)
    share = 1 / (1 + np.exp(0.4 - 0.8 * population))
    truth, hits = 0.8 * (share * (1 - share)).mean(), 0
    for _ in range(100):
        x = rng.normal(size=300)
        y = (rng.random(300) < 1 / (1 + np.exp(0.4 - 0.8 * x))).astype(int)
        effect = logistic("y ~ x", pd.DataFrame({"x": x, "y": y})).effects.iloc[0]
        hits += effect["conf_low"] < truth < effect["conf_high"]
    assert 88 <= hits <= 100
