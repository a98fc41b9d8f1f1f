# Reference values of rates and Kaplan-Meier curves. Run: Rscript make.R  (writes rates.json beside itself)
suppressPackageStartupMessages({library(survival); library(jsonlite)})
ci <- function(x, time) { p <- poisson.test(x, time); c(unname(p$estimate), p$conf.int) }
pois <- lapply(list(c(0, 10), c(3, 5), c(120, 40)), function(v) list(x = v[1], time = v[2], values = ci(v[1], v[2])))
shares <- lapply(list(c(0, 12), c(7, 9), c(500, 1000)), function(v)
  list(x = v[1], n = v[2], values = as.numeric(suppressWarnings(prop.test(v[1], v[2], correct = FALSE)$conf.int))))
one <- function(name, time, event, at) {
  f <- survfit(Surv(time, event) ~ 1, conf.type = "log-log")
  qs <- c(0.25, 0.5, 0.9)
  q <- quantile(f, qs)
  quants <- setNames(lapply(seq_along(qs), function(i) unname(c(q$quantile[i], q$lower[i], q$upper[i]))), as.character(qs))
  s <- summary(f, times = at)
  list(name = name, time = time, event = event, times = f$time, survival = f$surv, quantiles = quants, at = at,
       ended = c(1 - s$surv, 1 - s$upper, 1 - s$lower))
}
surv <- list(
  one("aml", aml$time, aml$status == 1, 30),
  one("lung", lung$time, lung$status == 2, 365),
  one("no censoring, even", c(1, 2, 3, 4, 5, 6, 7, 8), rep(TRUE, 8), 4),
  one("ties", c(2, 2, 3, 3, 3, 5, 8, 8), c(TRUE, FALSE, TRUE, TRUE, FALSE, TRUE, FALSE, TRUE), 5)
)
write_json(list(made_with = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
                poisson = pois, share = shares, survival = surv), "rates.json", auto_unbox = TRUE, digits = 12, na = "null")
