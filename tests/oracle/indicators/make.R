# Reference values of tests/analyse/test_indicators.py. Run: Rscript tests/oracle/indicators/make.R > tests/oracle/indicators/values.json
suppressMessages({library(psych); library(jsonlite)})
customer <- c(3.2, 4.1, 2.8, 3.9, 4.4, 3.0, 3.6, 4.0)
provider <- c(3.9, 4.3, 3.1, 4.4, 4.5, 3.9, 3.5, 4.6)
paired <- t.test(provider, customer, paired = TRUE)
welch <- t.test(provider, customer)
agreed <- psych::ICC(cbind(customer, provider), lmer = FALSE)$results
judgements <- matrix(c(
  1, 1/3, 8, 3, 3, 7,
  3, 1, 9, 3, 3, 9,
  1/8, 1/9, 1, 1/6, 1/5, 2,
  1/3, 1/3, 6, 1, 1/3, 6,
  1/3, 1/3, 5, 3, 1, 6,
  1/7, 1/9, 1/2, 1/6, 1/6, 1), 6, byrow = TRUE)
found <- eigen(judgements)
weights <- Re(found$vectors[, 1]); weights <- weights / sum(weights)
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), psych = as.character(packageVersion("psych"))),
  customer = customer, provider = provider,
  paired = list(estimate = unname(paired$estimate), low = paired$conf.int[1], high = paired$conf.int[2], p = paired$p.value),
  welch = list(estimate = unname(welch$estimate[1] - welch$estimate[2]), low = welch$conf.int[1], high = welch$conf.int[2], p = welch$p.value),
  icc2 = list(estimate = agreed["Single_random_raters", "ICC"], low = agreed["Single_random_raters", "lower bound"], high = agreed["Single_random_raters", "upper bound"]),
  ahp = list(weights = weights, eigenvalue = Re(found$values[1]))
), digits = 12, auto_unbox = TRUE, pretty = TRUE), "\n")
