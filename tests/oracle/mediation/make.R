# Reference values of mediation: usage Rscript make.R (in this folder); data ../data/tal_or.csv, ../data/bfi.csv
suppressMessages({library(lavaan); library(MASS); library(boot); library(jsonlite)})
d <- read.csv("../data/tal_or.csv"); v <- list(); add <- function(id, x) v[[id]] <<- unname(x)
# two mediators, parallel and serial, with age as covariate (lavaan ML: slopes equal least squares)
f <- sem("pmi ~ a1*cond + age\nimport ~ a2*cond + age\nreaction ~ b1*pmi + b2*import + cp*cond + age\npmi ~~ import
  i1 := a1*b1\ni2 := a2*b2\nti := i1 + i2\ntot := ti + cp\ndif := i1 - i2", d)
e <- parameterEstimates(f, standardized = TRUE); g <- function(n, col = "est") e[e$label == n, col][1]
for (n in c("i1", "i2", "ti", "tot", "dif", "cp")) add(paste0("parallel.", n), g(n))
for (n in c("i1", "i2")) { add(paste0("parallel.", n, ".delta_se"), g(n, "se")); add(paste0("parallel.", n, ".std"), g(n, "std.all")) }
f <- sem("pmi ~ a1*cond\nimport ~ a2*cond + d*pmi\nreaction ~ b1*pmi + b2*import + cp*cond
  i1 := a1*b1\ni2 := a2*b2\ni12 := a1*d*b2\nti := i1 + i2 + i12\ntot := ti + cp", d)
e <- parameterEstimates(f, standardized = TRUE)
for (n in c("i1", "i2", "i12", "ti", "tot", "cp")) { add(paste0("serial.", n), g(n)); add(paste0("serial.", n, ".std"), g(n, "std.all")) }
add("serial.i12.delta_se", g("i12", "se")); add("serial.i1.delta_se", g("i1", "se"))
# moderated: first stage (model 7), second stage (model 14); moderator import
m1 <- lm(pmi ~ cond * import, d); y1 <- lm(reaction ~ cond + pmi, d)
add("moderated.first.index", coef(m1)[["cond:import"]] * coef(y1)[["pmi"]])
w <- mean(d$import) + c(-1, 0, 1) * sd(d$import)
add("moderated.first.conditional", (coef(m1)[["cond"]] + coef(m1)[["cond:import"]] * w) * coef(y1)[["pmi"]])
m2 <- lm(pmi ~ cond, d); y2 <- lm(reaction ~ cond + pmi * import, d)
add("moderated.second.index", coef(m2)[["cond"]] * coef(y2)[["pmi:import"]])
add("moderated.second.conditional", coef(m2)[["cond"]] * (coef(y2)[["pmi"]] + coef(y2)[["pmi:import"]] * w))
# percentile and BCa intervals of a*b by package boot, 20000 resamples (another generator: tolerance .02)
set.seed(7); st <- function(z, i) { z <- z[i, ]; coef(lm(pmi ~ cond, z))[[2]] * coef(lm(reaction ~ cond + pmi, z))[[3]] }
ci <- boot.ci(boot(d, st, 20000), type = c("perc", "bca"))
add("boot.percentile", ci$percent[4:5]); add("boot.bca", ci$bca[4:5])
# natural effects, probit outcome: by closed form written out, and by a large simulation of the counterfactuals
natural <- function(ym, mm, xname, x0, x1, cuts, levels, beta, seed) {
  # mm: list of lm of the mediators; joint residual covariance with divisor n
  R <- sapply(mm, residuals); S <- crossprod(R) / nrow(R); mn <- colnames(R)
  ey <- function(xo, xm) { dd <- d; dd[[xname]] <- xm; mu <- sapply(mm, function(f) predict(f, dd)); dd[[xname]] <- xo
    s <- sqrt(1 + as.numeric(t(beta[mn]) %*% S %*% beta[mn])); other <- setdiff(names(beta), mn)
    L <- as.matrix(dd[, other, drop = FALSE]) %*% beta[other] + mu %*% beta[mn]
    mean(rowSums(sapply(seq_along(levels), function(k) { up <- if (k <= length(cuts)) pnorm((cuts[k] - L) / s) else 1
      lo <- if (k > 1) pnorm((cuts[k - 1] - L) / s) else 0; levels[k] * (up - lo) }))) }
  c(direct = ey(x1, x0) - ey(x0, x0), indirect = ey(x1, x1) - ey(x1, x0), total = ey(x1, x1) - ey(x0, x0)) }
d$yes <- as.numeric(d$reaction > median(d$reaction)); mm <- list(pmi = lm(pmi ~ cond + age, d), import = lm(import ~ cond + age, d))
p <- glm(yes ~ cond + age + pmi + import, binomial("probit"), d, control = list(epsilon = 1e-14)); b <- coef(p)[-1]
r <- natural(p, mm, "cond", 0, 1, -coef(p)[[1]], c(0, 1), b, 1); for (n in names(r)) add(paste0("binary.", n), r[[n]])
add("binary.slope.pmi", b[["pmi"]]); add("binary.slope.cond", b[["cond"]])
bfi <- read.csv("../data/bfi.csv")[1:400, c("N1", "N2", "N3", "E4")]; d <- na.omit(bfi); mm <- list(N2 = lm(N2 ~ E4, d))
p <- polr(factor(N3) ~ E4 + N2, d, method = "probit", control = list(reltol = 1e-14, maxit = 2000)); x0 <- mean(d$E4)
r <- natural(p, mm, "E4", x0, x0 + 1, p$zeta, sort(unique(d$N3)), coef(p), 1); for (n in names(r)) add(paste0("ordered.", n), r[[n]])
add("ordered.slope.N2", coef(p)[["N2"]])
writeLines(toJSON(list(meta = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  MASS = as.character(packageVersion("MASS")),
  boot = as.character(packageVersion("boot"))), values = v), auto_unbox = TRUE, digits = 12, pretty = TRUE), "values.json")
