# Reference values of tests/analyse/test_survey.py and test_impute.py beyond tests/oracle/values.json.
# Rscript make.R, from this folder.
suppressMessages({library(survey); library(mice); library(jsonlite)})
s <- read.csv("../data/apistrat.csv"); c1 <- read.csv("../data/apiclus1.csv")
ds <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = s, fpc = ~fpc)
d1 <- svydesign(id = ~dnum, weights = ~pw, data = c1, fpc = ~fpc)
out <- list()
add <- function(id, value, call) out[[length(out) + 1]] <<- list(id = id, value = as.numeric(value), call = call)
jk <- as.svrepdesign(ds, type = "JKn")
add("design.jkn.mean_se", SE(svymean(~api00, jk)), "svymean(~api00, as.svrepdesign(dstrat, 'JKn'))")
add("design.jkn.ell_se", SE(svyglm(api00 ~ ell + meals, jk))[2], "svyglm(api00 ~ ell + meals, JKn)")
ds <- update(ds, wide = as.integer(sch.wide == "Yes"))
g <- svyglm(wide ~ ell + meals, ds, family = quasibinomial)
for (t in c("(Intercept)", "ell", "meals")) {
  n <- if (t == "(Intercept)") "int" else t
  add(paste0("design.logit.b_", n), coef(g)[[t]], "svyglm(wide ~ ell + meals, quasibinomial)")
  add(paste0("design.logit.se_", n), SE(g)[[t]], "svyglm(wide ~ ell + meals, quasibinomial)")
}
w <- regTermTest(svyglm(api00 ~ ell + meals + mobility, ds), ~ ell + meals + mobility)
add("design.wald.f", w$Ftest, "regTermTest(~ell + meals + mobility)")
add("design.wald.f_p_value", w$p, "regTermTest(~ell + meals + mobility)")
add("design.wald.df2", w$ddf, "regTermTest(~ell + meals + mobility)")
m <- svymean(~acs.core, d1, na.rm = TRUE)
add("design.missing.mean", coef(m), "svymean(~acs.core, dclus1, na.rm = TRUE)")
add("design.missing.se", SE(m), "svymean(~acs.core, dclus1, na.rm = TRUE)")
add("design.missing.df", degf(subset(d1, !is.na(acs.core))), "degf(subset(dclus1, !is.na(acs.core)))")
q <- svyquantile(~api00, d1, .25)
add("design.quartile.q", q$api00[1, "quantile"], "svyquantile(~api00, dclus1, .25)")
add("design.quartile.lo", q$api00[1, "ci.2.5"], "svyquantile(~api00, dclus1, .25)")
im <- read.csv("../data/nhanes_imputed_m20.csv"); names(im)[1:2] <- c("set", "row")
full <- lapply(split(im, im$set), function(d) lm(chl ~ age + bmi, d))
# D1 of Li, Raghunathan and Rubin (1991) with full covariances: mice::D1 needs mitml, and mice::pool.compare of 3.15 uses
# the diagonals only, which is the same for one parameter and not for two.
q <- sapply(full, function(f) coef(f)[2:3]); m <- ncol(q); k <- 2
U <- Reduce(`+`, lapply(full, function(f) vcov(f)[2:3, 2:3])) / m; B <- cov(t(q)); qb <- rowMeans(q)
r <- (1 + 1 / m) * sum(diag(B %*% solve(U))) / k; f <- drop(qb %*% solve(U) %*% qb) / (k * (1 + r)); t <- k * (m - 1)
w <- 4 + (t - 4) * (1 + (1 - 2 / t) / r)^2
add("mi.joint.f", f, "D1 of chl ~ age + bmi against chl ~ 1")
add("mi.joint.df2", w, "D1")
add("mi.joint.p", pf(f, k, w, lower.tail = FALSE), "D1")
p <- pool.scalar(c(1, 1.3, .8, 1.1), c(.2, .25, .22, .2)^2)
add("mi.scalar.t", p$t, "mice::pool.scalar(c(1,1.3,.8,1.1), c(.2,.25,.22,.2)^2)")
add("mi.scalar.df", p$df, "mice::pool.scalar")
add("mi.scalar.fmi", p$fmi, "mice::pool.scalar")
meta <- list(R = R.version.string, survey = as.character(packageVersion("survey")), mice = as.character(packageVersion("mice")))
writeLines(toJSON(list(meta = meta, values = out), auto_unbox = TRUE, digits = 12, pretty = TRUE), "values.json")
