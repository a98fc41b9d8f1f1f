# Reference values of tests/analyse/test_value*.py: survival curves, log-rank, Cox regression, proportionality.
# Run in this folder: Rscript value.R
suppressPackageStartupMessages({library(survival); library(jsonlite)})
mp <- c(6,6,6,6,7,9,10,10,11,13,16,17,19,20,22,23,25,32,32,34,35)
mp_event <- c(1,1,1,0,1,0,1,0,0,1,1,0,0,0,1,1,0,0,0,0,0)
placebo <- c(1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23)
d <- data.frame(time = c(mp, placebo), event = c(mp_event, rep(1, 21)), group = rep(c("6-MP", "placebo"), each = 21))
write.csv(d, "freireich.csv", row.names = FALSE)
curve <- function(one) {
  f <- survfit(Surv(time, event) ~ 1, d[d$group == one, ], conf.type = "log-log")
  s <- summary(f, times = c(6, 10, 20))
  m <- summary(f, rmean = 23)$table
  list(time = s$time, survival = s$surv, error = s$std.err, low = s$lower, high = s$upper, at_risk = s$n.risk,
       median = unname(m["median"]), median_low = unname(m["0.95LCL"]), median_high = unname(m["0.95UCL"]),
       rmean = unname(m[["rmean"]]), rmean_error = unname(m[["se(rmean)"]]))
}
regression <- function(formula, data) {
  f <- do.call(coxph, list(formula, data)); z <- cox.zph(f); s <- summary(f)
  list(coef = unname(coef(f)), se = unname(sqrt(diag(vcov(f)))), loglik = f$loglik, score = unname(s$sctest["test"]),
       concordance = unname(s$concordance["C"]), zph_chi2 = unname(z$table[, "chisq"]), zph_p = unname(z$table[, "p"]))
}
write.csv(lung[, c("time", "status", "age", "sex", "ph.ecog")], "lung.csv", row.names = FALSE)
write.csv(veteran[, c("time", "status", "karno", "age", "diagtime")], "veteran.csv", row.names = FALSE)
lr <- survdiff(Surv(time, event) ~ group, d)
lv <- survdiff(Surv(time, status) ~ ph.ecog, lung)
out <- list(
  r = R.version.string, survival = as.character(packageVersion("survival")),
  mp = curve("6-MP"), placebo = curve("placebo"),
  logrank = list(chi2 = lr$chisq, expected = lr$exp), logrank_lung = list(chi2 = lv$chisq),
  cox = regression(Surv(time, event) ~ group, d),
  cox_lung = regression(Surv(time, status) ~ age + sex + ph.ecog, lung),
  cox_veteran = regression(Surv(time, status) ~ karno + age + diagtime, veteran)
)
writeLines(toJSON(out, digits = 12, auto_unbox = TRUE, pretty = TRUE, na = "null"), "value.json")
