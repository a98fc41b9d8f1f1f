# Times one task of measurement in R: Rscript measurement.R TASK DATA_FOLDER RUNS prints the median seconds and the packages' versions.
arguments <- commandArgs(TRUE)
task <- arguments[1]; folder <- arguments[2]; runs <- as.integer(arguments[3])
suppressPackageStartupMessages({ library(lavaan); library(psych) })
bfi <- read.csv(file.path(folder, "bfi.csv"))
items <- names(bfi)[1:25]
complete <- na.omit(bfi[, items])
five <- paste(sapply(c("A", "C", "E", "N", "O"), function(s) paste0(s, " =~ ", paste0(s, 1:5, collapse = " + "))), collapse = "\n")
ten <- "C =~ C1 + C2 + C3 + C4 + C5\nN =~ N1 + N2 + N3 + N4 + N5\nN ~ C"
ladder <- function() {
  rows <- na.omit(bfi[, c(items, "gender")])
  for (equal in list("", "loadings", c("loadings", "intercepts"), c("loadings", "intercepts", "residuals")))
    cfa(five, rows, group = "gender", group.equal = equal)
}
tasks <- list(
  ml = function() cfa(five, complete),
  mlr = function() cfa(five, complete, estimator = "MLR"),
  wlsmv = function() cfa(five, complete, ordered = items),
  fiml = function() cfa(five, bfi[, items], missing = "fiml"),
  invariance = ladder,
  bootstrap = function() sem(ten, complete, se = "bootstrap", bootstrap = 200),
  lavcor = function() lavCor(complete, ordered = items),
  polychoric = function() psych::polychoric(complete),
  parallel = function() psych::fa.parallel(complete, n.iter = 100, fa = "both", plot = FALSE),
  efa = function() psych::fa(complete, 5, fm = "ml", rotate = "oblimin"),
  minres = function() psych::fa(complete, 5, fm = "minres", rotate = "oblimin"),
  alpha = function() psych::alpha(complete[, 16:20]),
  omega = function() psych::omega(complete, nfactors = 5, plot = FALSE)
)
quiet <- function() suppressMessages(suppressWarnings(capture.output(tasks[[task]]())))
invisible(quiet())
seconds <- replicate(runs, system.time(quiet())[["elapsed"]])
cat(median(seconds), R.version.string, paste("lavaan", packageVersion("lavaan")), paste("psych", packageVersion("psych")), sep = "\t")
