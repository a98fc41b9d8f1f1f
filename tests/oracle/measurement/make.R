# Reference values for reliability and validity of fitted models; usage: Rscript make.R  (in this folder; data in ../data)
suppressWarnings(suppressMessages({library(lavaan); library(semTools); library(psych); library(jsonlite)}))
hs <- read.csv("../data/hs1939.csv"); nine <- read.csv("../data/bfi9.csv"); n5 <- na.omit(read.csv("../data/bfi.csv")[, paste0("N", 1:5)])
base <- "visual=~x1+x2+x3\ntextual=~x4+x5+x6\nspeed=~x7+x8+x9"
R <- list(); add <- function(id, call, value) R[[length(R) + 1]] <<- list(id = id, call = call, value = as.numeric(value))
rel <- function(prefix, fit) { r <- semTools::reliability(fit); for (f in colnames(r)) for (w in rownames(r)) add(paste(prefix, f, w, sep = "."), "semTools::reliability(fit)", r[w, f]) }
rel("cross", cfa(paste0(base, "\nvisual=~x9"), hs))
rel("residual", cfa(paste0(base, "\nx7~~x8"), hs))
g <- cfa(base, hs, group = "school"); r <- semTools::reliability(g)
for (s in names(r)) for (f in colnames(r[[s]])) for (w in rownames(r[[s]])) add(paste("group", s, f, w, sep = "."), "semTools::reliability(fit)", r[[s]][w, f])
one <- cfa("N=~N1+N2+N3+N4+N5", n5, ordered = TRUE); rel("ordered", one)
theta <- cfa("N=~N1+N2+N3+N4+N5", n5, ordered = TRUE, parameterization = "theta"); rel("theta", theta)
rel("ordered_residual", cfa("N=~N1+N2+N3+N4+N5\nN1~~N2", n5, ordered = TRUE))
# errors of omega and of CR and AVE from the delta method of lavaan
text <- "speed=~a*x7+b*x8+c*x9\nx7~~d*x7\nx8~~e*x8\nx9~~f*x9\nspeed~~1*speed
visual=~x1+x2+x3\ntextual=~x4+x5+x6
omega := (a+b+c)^2/((a+b+c)^2+d+e+f)\nave := (a^2+b^2+c^2)/3"
fit <- cfa(text, hs, std.lv = TRUE); p <- parameterEstimates(fit); s <- standardizedSolution(fit)
add("delta.omega.se", "parameterEstimates of :=", p$se[p$lhs == "omega"])
add("delta.cr.est", "standardizedSolution of :=", s$est.std[s$lhs == "omega"]); add("delta.cr.se", "same", s$se[s$lhs == "omega"])
add("delta.ave.est", "standardizedSolution of :=", s$est.std[s$lhs == "ave"]); add("delta.ave.se", "same", s$se[s$lhs == "ave"])
for (e in c("ML", "MLR")) { f <- cfa(base, hs, estimator = e); s <- standardizedSolution(f); s <- s[s$op == "~~" & s$lhs != s$rhs, ]
  for (i in seq_len(nrow(s))) for (w in c("est.std", "se", "ci.lower", "ci.upper")) add(paste("latent", e, s$lhs[i], s$rhs[i], w, sep = "."), "standardizedSolution", s[i, w]) }
f <- cfa("A=~A2+A3+A5\nC=~C1+C2+C3\nN=~N1+N2+N3", nine, ordered = TRUE); s <- standardizedSolution(f); s <- s[s$op == "~~" & s$lhs != s$rhs, ]
for (i in seq_len(nrow(s))) for (w in c("est.std", "se")) add(paste("latent", "WLSMV", s$lhs[i], s$rhs[i], w, sep = "."), "standardizedSolution", s[i, w])
# correlations of factors that a structural model implies
pd <- read.csv("../data/poldem.csv")
f <- sem("ind60=~x1+x2+x3\ndem60=~y1+y2+y3+y4\ndem65=~y5+y6+y7+y8\ndem60~ind60\ndem65~ind60+dem60\ny1~~y5\ny2~~y4+y6\ny3~~y7\ny4~~y8\ny6~~y8", pd)
L <- lavInspect(f, "cor.lv"); for (a in 2:3) for (b in 1:(a - 1)) add(paste("implied", colnames(L)[b], colnames(L)[a], sep = "."), "lavInspect(fit, 'cor.lv')", L[a, b])
rel("poldem", f)
z <- tryCatch(psych::glb.algebraic(cor(n5))$glb, error = function(e) NA)
if (!is.na(z)) add("glb.algebraic.N", "psych::glb.algebraic(cor(items))$glb", z)
writeLines(toJSON(list(meta = list(R = R.version.string, packages = lapply(setNames(nm = c("lavaan", "semTools", "psych")), function(p) as.character(packageVersion(p)))), values = R), auto_unbox = TRUE, digits = 12, pretty = TRUE), "values.json"); cat(length(R), "\n")
