# Reference values for paired effect sizes, weighted means and McFadden R2 of all subsets.
# Run in this folder: Rscript make.R      (needs survey, MASS, ordinal, jsonlite; tests need no R)
suppressMessages({library(survey); library(MASS); library(ordinal); library(jsonlite)})
limits <- function(t, df, level = .95) {
  one <- function(p) uniroot(function(d) pt(t, df, d) - p, c(t - 30, t + 30), tol = 1e-12)$root
  c(one((1 + level) / 2), one((1 - level) / 2))
}
x <- c(5, 6, 3, 4, 7, 5, 6, 2, 4, 5); y <- c(6, 7, 5, 4, 7, 7, 6, 5, 5, 6); d <- x - y
tt <- t.test(x, y, paired = TRUE)
paired <- list(x = x, y = y, mean = unname(tt$estimate), t = unname(tt$statistic), p = tt$p.value, low = tt$conf.int[1],
               high = tt$conf.int[2], d = mean(d) / sd(d), d_limits = limits(unname(tt$statistic), 9) / sqrt(10))
nct <- lapply(list(c(2.3, 40), c(-11.3, 119), c(0, 5), c(3.5, 3)), function(v) list(t = v[1], df = v[2], limits = limits(v[1], v[2])))
z <- c(1, 2, 4, 7, 3, 3, 5); w <- c(1, 2, .5, 3, 1, 1, .25)
m <- svymean(~z, svydesign(~1, weights = ~w, data = data.frame(z, w)))
weighted <- list(z = z, w = w, mean = unname(coef(m)), se = unname(SE(m)[1]))
a <- read.csv("../data/bfi9.csv"); v <- names(a)[2:5]; out <- names(a)[1]
subsets <- lapply(1:15, function(s) v[bitwAnd(s, 2^(0:3)) > 0])
null <- logLik(clm(as.formula(paste0("factor(", out, ") ~ 1")), data = a))
mcf <- sapply(subsets, function(s) 1 - as.numeric(logLik(clm(as.formula(paste0("factor(", out, ") ~ ", paste(s, collapse = "+"))), data = a)) / null))
b <- as.integer(a[[out]] > median(a[[out]]))
null2 <- logLik(glm(b ~ 1, family = binomial))
bin <- sapply(subsets, function(s) 1 - as.numeric(logLik(glm(reformulate(s, "b"), family = binomial, data = cbind(a, b))) / null2))
writeLines(toJSON(list(meta = list(R = R.version.string, survey = as.character(packageVersion("survey")),
  ordinal = as.character(packageVersion("ordinal"))), paired = paired, nct = nct, weighted = weighted,
  mcfadden = list(outcome = out, predictors = v, ordinal = c(0, mcf), binary = c(0, bin), cut = median(a[[out]]))),
  auto_unbox = TRUE, digits = 12), "values.json")
