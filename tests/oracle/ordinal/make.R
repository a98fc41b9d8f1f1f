# Sample statistics of ordered and mixed data and their asymptotic covariance, as lavaan uses them for WLSMV.
# Run in this folder: Rscript make.R      (needs lavaan, jsonlite; tests need no R)
suppressMessages({library(lavaan); library(jsonlite)})
bfi <- read.csv("../data/bfi.csv"); bfi9 <- read.csv("../data/bfi9.csv")
bfi$w <- with(bfi, ifelse(gender == 1, 1.4, 0.8) * (1 + (age %% 7) / 10))
two <- data.frame(ifelse(as.matrix(bfi9[1:300, c("A2", "A3", "N1", "N2")]) > 4, 2, 1))
two$A2[two$N2 == 2] <- 2
saturated <- function(v) { p <- combn(v, 2); paste(p[1, ], "~~", p[2, ], collapse = "\n") }
one <- function(data, v, ordered, ...) {
  fit <- lavaan(saturated(v), data[, c(v, intersect("w", names(data)))], ordered = ordered, estimator = "WLSMV",
                auto.var = TRUE, auto.th = TRUE, meanstructure = TRUE, int.ov.free = TRUE, ...)
  gamma <- lavInspect(fit, "gamma"); obs <- lavInspect(fit, "wls.obs")
  list(names = v, ordered = ordered, n = lavInspect(fit, "nobs"), statistics = unname(unclass(obs)), labels = names(obs),
       gamma = unname(unclass(gamma))[lower.tri(gamma, diag = TRUE)], wls_v = unname(diag(lavInspect(fit, "wls.v"))))
}
v4 <- c("A2", "A3", "N1", "N2"); vm <- c("age", "A2", "education", "N1")
out <- list(meta = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))),
  ordered = one(bfi9, v4, v4),
  # lavaan 0.6-14 leaves rows of joint density below 1.5e-8 out of a polyserial likelihood, so no ages above 50 here
  mixed = one(na.omit(bfi[bfi$age <= 50, vm]), vm, c("A2", "N1")),
  mixed_pairwise = one(bfi[bfi$age <= 50, vm], vm, c("A2", "N1"), missing = "pairwise"),
  binary = one(two, v4, v4),
  pairwise = one(bfi, v4, v4, missing = "pairwise"),
  weighted = one(na.omit(bfi[, c(v4, "w")]), v4, v4, sampling.weights = "w"))
writeLines(toJSON(out, auto_unbox = TRUE, digits = 12), "values.json")
