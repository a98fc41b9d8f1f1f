# Reference values of tests/analyse/test_churn_reasons.py: cumulative incidence with competing reasons.
# Run in this folder: Rscript reasons.R (veteran.csv was written by value.R)
suppressPackageStartupMessages({library(survival); library(cmprsk); library(jsonlite)})
v <- survival::veteran
v$reason <- ifelse(v$status == 1, as.integer(v$celltype), 0)
write.csv(v[, c("time", "status", "celltype")], "reasons.csv", row.names = FALSE)
f <- cuminc(v$time, v$reason)
at <- c(30, 100, 200, 400)
p <- timepoints(f, at)
s <- summary(survfit(Surv(time, factor(reason)) ~ 1, data = v), times = at)
out <- list(r = R.version.string, survival = as.character(packageVersion("survival")),
            cmprsk = as.character(packageVersion("cmprsk")), at = at,
            estimate = unname(p$est), variance = unname(p$var),
            aalen_johansen = unname(t(s$pstate[, -1])), error = unname(t(s$std.err[, -1])))
writeLines(toJSON(out, digits = 12, auto_unbox = TRUE, pretty = TRUE), "reasons.json")
