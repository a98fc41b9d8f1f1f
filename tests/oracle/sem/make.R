# Reference values of score tests, Wald tests, differences of models, modal factor scores and bootstrap errors.
# Run from this folder: Rscript make.R
suppressMessages({library(lavaan); library(psych)})
options(warn = -1)
read <- function(name) read.csv(file.path("..", "data", paste0(name, ".csv")))
HS <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
hs <- read("hs1939"); bfi9 <- read("bfi9"); bfin <- read("bfi_N_gender")
out <- list()
keep <- function(id, value) out[[id]] <<- unname(as.numeric(value))
score <- function(id, fit) {
  found <- lavTestScore(fit)
  keep(paste0(id, ".total"), found$test$X2)
  keep(paste0(id, ".each"), found$uni$X2)
}
score("score.hs.scalar", cfa(HS, hs, group = "school", group.equal = c("loadings", "intercepts")))
labelled <- "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + d*x6"
score("score.hs.labels", cfa(paste0(labelled, "\na == b\nc == d"), hs))
BFIN <- "N =~ N1 + N2 + N3 + N4 + N5\nN1 ~~ N2"
score("score.bfiN", cfa(BFIN, bfin, ordered = TRUE, group = "gender", group.equal = c("thresholds", "loadings")))
wald <- lavTestWald(cfa(labelled, hs), "a == b\nc == d")
keep("wald.hs", c(wald$stat, wald$df, wald$p.value))
for (name in c("ML", "MLR", "MLM")) {
  found <- lavTestLRT(cfa(HS, hs, estimator = name), cfa(HS, hs, estimator = name, orthogonal = TRUE))
  keep(paste0("lrt.hs.", name), c(found[2, "Chisq diff"], found[2, "Df diff"], found[2, "Pr(>Chisq)"]))
}
BFI9 <- "A =~ A2 + A3 + A5\nC =~ C1 + C2 + C3\nN =~ N1 + N2 + N3"
first <- bfi9[1:300, ]
fit <- cfa(BFI9, bfi9, ordered = TRUE)
keep("ebm.bfi9", t(lavPredict(fit, newdata = first, method = "EBM")[1:20, ]))
keep("ml.bfi9", t(lavPredict(fit, newdata = first, method = "ML")[1:20, ]))
keep("ebm.bfiN", lavPredict(cfa("N =~ N1 + N2 + N3 + N4 + N5", bfin, ordered = TRUE), newdata = bfin[1:300, ], method = "EBM")[1:20, ])
m <- mardia(hs[, paste0("x", 1:9)], plot = FALSE)
keep("mardia.hs", c(m$b1p, m$skew, m$p.skew, m$b2p, m$kurtosis, m$p.kurt))
keep("mlmv.hs", fitMeasures(cfa(HS, hs, estimator = "MLMV"), c("chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "cfi.scaled", "rmsea.scaled")))
keep("mlmv.hs.se", parameterEstimates(cfa(HS, hs, estimator = "MLMV"))$se[c(2, 3, 5)])
hsm <- read("hs1939_miss")
keep("gfi.fiml", tryCatch(fitMeasures(cfa(HS, hsm, missing = "fiml"), "gfi"), error = function(e) NA))
keep("rmr.bfi9", fitMeasures(fit, c("rmr", "rmr_nomean", "srmr", "crmr", "srmr_mplus")))
set.seed(20261122)
boot <- bootstrapLavaan(cfa(HS, hs), R = 400)
keep("boot.hs.se", apply(boot, 2, sd)[1:9])
versions <- list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")), psych = as.character(packageVersion("psych")))
jsonlite::write_json(list(versions = versions, values = out), "values.json", auto_unbox = FALSE, digits = 10, pretty = FALSE, na = "null")
