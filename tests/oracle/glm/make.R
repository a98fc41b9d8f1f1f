# Ordinal, binary and count models, clustered errors, moderation: reference values beside tests/oracle/values.json.
# Run in this folder: Rscript make.R      (needs ordinal, MASS, sandwich, lmtest, jsonlite; tests need no R)
suppressMessages({library(ordinal); library(MASS); library(sandwich); library(lmtest); library(jsonlite)})
wine <- read.csv("../data/wine.csv"); wine$rating <- ordered(wine$rating); wine$judge <- factor(wine$judge)
bfi <- read.csv("../data/bfi.csv"); bfi <- na.omit(bfi[, c("N1", "N2", "N3", "E1", "A1", "age", "gender", "education")])
bfi$hi <- as.integer(bfi$N1 >= 4); bfi$woman <- bfi$gender - 1
bfi$count <- bfi$A1 - 1
V <- list(); add <- function(id, x) V[[id]] <<- x
vec <- function(x) unname(as.numeric(x))
# ordinal
o <- clm(ordered(N1) ~ N2 + age + factor(education), data = bfi)
add("clm.bfi", list(logLik = as.numeric(logLik(o)), alpha = vec(o$alpha), beta = vec(o$beta), se = vec(sqrt(diag(vcov(o))))))
cl <- clm(rating ~ temp + contact, data = wine, link = "cloglog")
add("clm.wine.cloglog", list(logLik = as.numeric(logLik(cl)), coef = vec(coef(cl)), se = vec(sqrt(diag(vcov(cl))))))
pn <- clm(rating ~ temp, nominal = ~ contact, data = wine)
add("clm.wine.partial", list(logLik = as.numeric(logLik(pn)), temp = vec(pn$beta), alpha = vec(pn$alpha), se = vec(sqrt(diag(vcov(pn))))))
o2 <- clm(ordered(N1) ~ N2 + age, data = bfi)
add("clm.bfi.robust", list(hc0 = vec(sqrt(diag(sandwich(o2)))), cl = vec(sqrt(diag(vcovCL(o2, bfi$education)))), classical = vec(sqrt(diag(vcov(o2)))),
                           nominal = vec(nominal_test(o2)[c("N2", "age"), "LRT"])))
b <- (function(y, X) {   # Brant (1990), written from the paper
  y <- as.integer(y); K <- max(y); n <- length(y); Z <- cbind(1, X); f <- lapply(1:(K - 1), function(k) glm.fit(Z, as.integer(y > k), family = binomial()))
  pi <- sapply(f, function(m) m$fitted.values); q <- ncol(X); S <- matrix(0, (K - 1) * q, (K - 1) * q)
  for (a in 1:(K - 1)) for (b in 1:(K - 1)) { lo <- min(a, b); hi <- max(a, b)
    w <- pi[, hi] * (1 - pi[, lo]); Ba <- solve(t(Z) %*% (Z * pi[, a] * (1 - pi[, a]))); Bb <- solve(t(Z) %*% (Z * pi[, b] * (1 - pi[, b])))
    S[(a - 1) * q + 1:q, (b - 1) * q + 1:q] <- (Ba %*% t(Z) %*% (Z * w) %*% Bb)[-1, -1] }
  beta <- unlist(lapply(f, function(m) m$coefficients[-1])); D <- cbind(matrix(1, K - 2, 1) %x% diag(q), -diag(K - 2) %x% diag(q))
  test <- function(D) { d <- D %*% beta; as.numeric(t(d) %*% solve(D %*% S %*% t(D)) %*% d) }
  list(all = test(D), each = sapply(1:q, function(j) test(D[seq(j, nrow(D), by = q), , drop = FALSE])))
})(bfi$N1, as.matrix(bfi[, c("N2", "age")]))
add("brant.bfi", b)
for (q in c(1, 10)) { m <- clmm(rating ~ temp + contact + (1 | judge), data = wine, nAGQ = q, Hess = TRUE)
  add(paste0("clmm.wine.q", q), list(logLik = as.numeric(logLik(m)), coef = vec(coef(m)[1:6]), sd = sqrt(VarCorr(m)$judge[1]), se = vec(sqrt(diag(vcov(m)))[1:6]))) }
# binary
tight <- glm.control(epsilon = 1e-14, maxit = 100)
g <- glm(hi ~ N2 + age + woman, binomial, bfi, control = tight); p <- fitted(g)
ame <- c(mean(p * (1 - p)) * coef(g)[2:3], woman = mean(predict(g, transform(bfi, woman = 1), type = "response") - predict(g, transform(bfi, woman = 0), type = "response")))
fa <- function(b) { X <- model.matrix(g); p <- plogis(X %*% b); X1 <- X0 <- X; X1[, 4] <- 1; X0[, 4] <- 0
  c(mean(p * (1 - p)) * b[2:3], mean(plogis(X1 %*% b) - plogis(X0 %*% b))) }
num <- function(f, x) sapply(seq_along(x), function(j) { h <- 1e-6 * max(1, abs(x[j])); e <- replace(numeric(length(x)), j, h); (f(x + e) - f(x - e)) / (2 * h) })
J <- num(fa, coef(g))
one <- p[bfi$hi == 1]; zero <- p[bfi$hi == 0]
psi <- outer(one, zero, function(a, b) (a > b) + .5 * (a == b))
add("logit.bfi", list(coef = vec(coef(g)), se = vec(sqrt(diag(vcov(g)))), logLik = as.numeric(logLik(g)), null = as.numeric(logLik(update(g, . ~ 1))), aic = AIC(g), bic = BIC(g),
  ame = vec(ame), ame_se = vec(sqrt(diag(J %*% vcov(g) %*% t(J)))), hc0 = vec(sqrt(diag(vcovHC(g, "HC0")))), hc3 = vec(sqrt(diag(vcovHC(g, "HC3")))),
  cl = vec(sqrt(diag(vcovCL(g, bfi$education)))), auc = mean(psi), auc_se = sqrt(var(rowMeans(psi)) / nrow(psi) + var(colMeans(psi)) / ncol(psi)),
  hl = { k <- cut(p, unique(quantile(p, 0:10 / 10)), include.lowest = TRUE); e <- tapply(p, k, sum); ob <- tapply(bfi$hi, k, sum); nn <- tapply(p, k, length); sum((ob - e)^2 / (e * (1 - e / nn))) }))
# counts
po <- glm(count ~ N2 + age + woman, poisson, bfi, control = tight); nb <- glm.nb(count ~ N2 + age + woman, bfi, control = glm.control(epsilon = 1e-12, maxit = 100))
add("poisson.bfi", list(coef = vec(coef(po)), se = vec(sqrt(diag(vcov(po)))), logLik = as.numeric(logLik(po)), hc3 = vec(sqrt(diag(vcovHC(po, "HC3")))), cl = vec(sqrt(diag(vcovCL(po, bfi$education)))),
  pearson = sum(residuals(po, "pearson")^2) / df.residual(po), dispersion = { mu <- fitted(po); y <- bfi$count; z <- ((y - mu)^2 - y) / mu; summary(lm(z ~ mu - 1))$coefficients[1, 3] }))
po2 <- glm(count ~ N2 + offset(log(age)), poisson, bfi); add("poisson.bfi.exposure", list(coef = vec(coef(po2)), logLik = as.numeric(logLik(po2))))
add("negbin.bfi", list(coef = vec(coef(nb)), se = vec(sqrt(diag(vcov(nb)))), theta = nb$theta, theta_se = nb$SE.theta, logLik = as.numeric(logLik(nb))))
# linear: clusters, robust steps, simple slopes
l <- lm(N1 ~ N2 + E1 * age, bfi); v <- vcovCL(l, bfi$education)
add("cluster.bfi", list(se = vec(sqrt(diag(v))), p = vec(coeftest(l, v, df = 4)[, 4])))
l1 <- lm(N1 ~ N2, bfi); l2 <- lm(N1 ~ N2 + E1 + age, bfi); w <- waldtest(l1, l2, vcov = vcovHC(l2, "HC3")); add("hier.bfi.hc3", list(F = w$F[2], p = w$`Pr(>F)`[2]))
att <- read.csv("../data/attitude.csv"); md <- lm(rating ~ complaints * learning + raises, att)
ss <- function(at, V) { b <- coef(md); i <- c("complaints", "complaints:learning"); V <- V[i, i]; c(b[[i[1]]] + at * b[[i[2]]], sqrt(V[1, 1] + 2 * at * V[1, 2] + at^2 * V[2, 2])) }
m <- mean(att$learning); s <- sd(att$learning)
jn <- function(V, t) { i <- c("complaints", "complaints:learning"); V <- V[i, i]; b <- coef(md)[i]; A <- b[[2]]^2 - t^2 * V[2, 2]; B <- 2 * (b[[1]] * b[[2]] - t^2 * V[1, 2]); C <- b[[1]]^2 - t^2 * V[1, 1]; r <- sort(Re(polyroot(c(C, B, A)))); c(r, Im(polyroot(c(C, B, A)))[1]) }
add("moderation.attitude", list(classical = lapply(c(m - s, m, m + s), ss, vcov(md)), hc3 = lapply(c(m - s, m, m + s), ss, vcovHC(md, "HC3")), jn = jn(vcov(md), qt(.975, df.residual(md)))))
writeLines(toJSON(list(meta = list(R = R.version.string, packages = lapply(setNames(nm = c("ordinal", "MASS", "sandwich", "lmtest")), function(k) as.character(packageVersion(k)))), values = V),
  auto_unbox = TRUE, digits = 12, pretty = TRUE), "values.json")
