# Reference values of tests/analyse/test_says_does.py: ROC area, calibration, average marginal effect, paired shares.
# Run in this folder: Rscript says_does.R
suppressPackageStartupMessages({library(pROC); library(jsonlite)})
set.seed(11)
n <- 240
d <- data.frame(said = sample(1:7, n, TRUE), price = round(rnorm(n, 3, 0.8), 2))
d$did <- rbinom(n, 1, plogis(-4.2 + 0.5 * d$said + 0.7 * d$price))
d$stated <- round(pmin(pmax(rnorm(n, d$said * 1.4, 1.5), 0), 10))
write.csv(d, "customers.csv", row.names = FALSE)
f <- glm(did ~ said + price, binomial, d, control = glm.control(epsilon = 1e-14, maxit = 50))
p <- fitted(f); x <- model.matrix(f); b <- coef(f); v <- vcov(f)
effect <- function(at) {
  dens <- p * (1 - p)
  grad <- sapply(seq_along(b), function(j) mean(dens * (1 - 2 * p) * x[, j] * b[at] + if (j == at) dens else 0))
  c(mean(dens * b[at]), sqrt(drop(t(grad) %*% v %*% grad)))
}
r <- roc(d$did, p, quiet = TRUE, direction = "<")
guess <- pmin(pmax(d$stated / 10, 0.02), 0.98)
big <- glm(did ~ offset(qlogis(guess)), binomial, d, control = glm.control(epsilon = 1e-14, maxit = 50))
line <- glm(did ~ qlogis(guess), binomial, d, control = glm.control(epsilon = 1e-14, maxit = 50))
would <- d$said >= 6
two <- table(would, d$did)
out <- list(
  r = R.version.string, pROC = as.character(packageVersion("pROC")),
  coefficients = unname(b), said = effect(2), price = effect(3),
  auc = as.numeric(auc(r)), auc_error = sqrt(var(r, method = "delong")),
  intercept = c(unname(coef(big)), unname(sqrt(diag(vcov(big))))),
  slope = c(unname(coef(line)[2]), unname(sqrt(diag(vcov(line)))[2])),
  brier = mean((d$did - guess)^2), brier_scaled = 1 - mean((d$did - guess)^2) / mean((d$did - mean(d$did))^2),
  mcnemar_p = binom.test(two["TRUE", "0"], two["TRUE", "0"] + two["FALSE", "1"])$p.value,
  wilson_would = as.numeric(prop.test(sum(would), n, correct = FALSE)$conf.int),
  wilson_kept = as.numeric(prop.test(two["TRUE", "1"], sum(would), correct = FALSE)$conf.int),
  probability_gap = as.numeric(t.test(d$stated / 10, d$did, paired = TRUE)$conf.int)
)
writeLines(toJSON(out, digits = 12, auto_unbox = TRUE, pretty = TRUE), "says_does.json")
