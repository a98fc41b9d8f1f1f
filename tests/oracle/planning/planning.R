# Sizes and powers of textbook aims: Rscript planning.R > planning.json
suppressPackageStartupMessages(library(semTools))
f_needed <- function(f2, u, p, power = .8, level = .05) {
  for (n in (p + 2):100000) if (pf(qf(level, u, n - p - 1, lower.tail = FALSE), u, n - p - 1, f2 * n, lower.tail = FALSE) >= power) return(n)
}
values <- c(
  t_n_half = ceiling(power.t.test(delta = .5, power = .8)$n),
  t_power_40 = power.t.test(n = 40, delta = .4, strict = TRUE)$power,
  prop_n = ceiling(power.prop.test(p1 = .5, p2 = .75, power = .9)$n),
  prop_power_50 = power.prop.test(n = 50, p1 = .5, p2 = .75)$power,
  rmsea_close_100 = findRMSEAsamplesize(.05, .08, 100, power = .8),
  rmsea_not_close_100 = findRMSEAsamplesize(.05, .01, 100, power = .8),
  rmsea_close_10 = findRMSEAsamplesize(.05, .08, 10, power = .8),
  rmsea_power_200_50 = findRMSEApower(.05, .08, 50, 200),
  f_n_r2_13_5 = f_needed(.13 / .87, 5, 5),
  f_n_change_02_of_30_6 = f_needed(.02 / .7, 1, 6)
)
cat("{\n \"meta\": {\"R\": \"", R.version.string, "\", \"semTools\": \"", as.character(packageVersion("semTools")), "\"},\n \"values\": {\n", sep = "")
cat(paste0("  \"", names(values), "\": ", format(values, digits = 12, trim = TRUE), collapse = ",\n"), "\n }\n}\n")
