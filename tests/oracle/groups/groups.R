# Reference values for group comparisons, waves, modes, rank correlations and the CFA marker ladder.
# usage: Rscript groups.R <folder with bfi.csv> <out.json>     needs lavaan, survey, sandwich, lmtest, jsonlite
suppressWarnings(suppressMessages({library(lavaan);library(survey);library(sandwich);library(lmtest);library(jsonlite)}))
a<-commandArgs(TRUE); b<-read.csv(file.path(a[1],"bfi.csv")); R<-list(); add<-function(id,v,tol=1e-6) R[[id]]<<-list(value=unname(as.numeric(v)),tol=tol)
add("harman.first_pc_share",eigen(cor(na.omit(b[,1:25])))$values[1]/25,1e-8); b$N<-rowMeans(b[,paste0("N",1:5)]); x<-b[!is.na(b$N)&!is.na(b$education),]; g<-factor(x$education)
f<-oneway.test(N~g,x,var.equal=TRUE); add("anova.F",f$statistic); add("anova.p",f$p.value)
w<-oneway.test(N~g,x); add("welch_anova.p",w$p.value)
p<-pairwise.t.test(x$N,g,p.adjust.method="none")$p.value; add("pooled_t.1_4.p",p["4","1"]); add("pooled_t.2_5.p",p["5","2"])
p<-pairwise.t.test(x$N,g,p.adjust.method="holm")$p.value; add("pooled_t.1_4.holm",p["4","1"])
p<-pairwise.wilcox.test(x$N,g,p.adjust.method="none",exact=FALSE)$p.value; add("wilcoxon.1_4.p",p["4","1"]); add("wilcoxon.1_5.p",p["5","1"])
m<-tapply(x$N,g,mean); s<-tapply(x$N,g,var); n<-tapply(x$N,g,length)
gh<-function(i,j){ e<-s[i]/n[i]+s[j]/n[j]; df<-e^2/((s[i]/n[i])^2/(n[i]-1)+(s[j]/n[j])^2/(n[j]-1)); t<-(m[i]-m[j])/sqrt(e); q<-qtukey(.95,5,df)/sqrt(2)*sqrt(e); c(p=ptukey(abs(t)*sqrt(2),5,df,lower.tail=FALSE),lo=m[i]-m[j]-q,hi=m[i]-m[j]+q) }
for(k in list(c(1,4),c(3,4))){ v<-gh(k[1],k[2]); for(z in 1:3) add(sprintf("games_howell.%d_%d.%s",k[1],k[2],c("p","lo","hi")[z]),v[z]) }
for(k in c(2,3,8)) for(df in c(2,5.5,40,1000)){ add(sprintf("ptukey.3.7_%d_%g",k,df),ptukey(3.7,k,df),1e-8); add(sprintf("qtukey.95_%d_%g",k,df),qtukey(.95,k,df),1e-6) }
y<-x$N[x$gender==1][1:12]+(1:12)/1000; z<-x$N[x$gender==2][1:15]+(1:15)/997; add("wilcoxon.small.p",wilcox.test(y,z)$p.value,1e-9); add("wilcoxon.small.W",wilcox.test(y,z)$statistic)
for(v in list(c("A3","A5"),c("N1","C5"))){ i<-na.omit(b[,v]); k<-suppressWarnings(cor.test(i[[1]],i[[2]],method="kendall",exact=FALSE)); add(paste0("kendall.",paste(v,collapse="_")),k$estimate); add(paste0("kendall.p.",paste(v,collapse="_")),k$p.value)
 h<-suppressWarnings(cor.test(i[[1]],i[[2]],method="spearman",exact=FALSE)); add(paste0("spearman.",paste(v,collapse="_")),h$estimate)
 i<-i[1:100,]; h<-suppressWarnings(cor.test(i[[1]],i[[2]],method="spearman",exact=FALSE)); add(paste0("spearman.p100.",paste(v,collapse="_")),h$p.value); k<-suppressWarnings(cor.test(i[[1]],i[[2]],method="kendall",exact=FALSE)); add(paste0("kendall.p100.",paste(v,collapse="_")),k$p.value) }
i<-na.omit(b[,c("A3","A5","A1","age")]); r1<-resid(lm(A3~A1+age,i)); r2<-resid(lm(A5~A1+age,i)); add("partial.A3_A5.A1_age",cor(r1,r2)); add("partial.p",summary(lm(A3~A5+A1+age,i))$coefficients["A5",4],1e-6)
t2<-table(b$gender,b$A2>=5); q<-prop.test(t2[,"TRUE"],rowSums(t2),correct=FALSE); add("shares.p",q$p.value); c2<-chisq.test(table(b$gender,b$education),correct=FALSE); add("stdres.1_3",c2$stdres[1,3]); add("chisq.p",c2$p.value)
b$w<-1+(b$age%%7)/3; d<-svydesign(~1,weights=~w,data=b[!is.na(b$N),]); sb<-svyby(~N,~gender,d,svymean); add("svy.N.1",sb$N[1]); add("svy.N.2",sb$N[2])
for(k in 1:2){ dd<-svydesign(~1,weights=~w,data=b[!is.na(b$N)&b$gender==k,]); add(paste0("svy.se.",k),SE(svymean(~N,dd))) }
l<-lm(N~factor(education)+age+factor(gender),x); ct<-coeftest(l,vcovHC(l,"HC3")); for(k in 2:5){ add(paste0("mode.b.",k),ct[k,1]); add(paste0("mode.se.",k),ct[k,2]); add(paste0("mode.p.",k),ct[k,4]) }
for(v in c("A1","C4","C5","E1","E2","O2","O5")) b[[v]]<-7-b[[v]]
it<-unlist(lapply(c("A","C","E","O"),paste0,1:5)); y<-na.omit(b[,it]); me<-paste(sapply(c("A","C","E"),function(s) paste(s,"=~",paste0(s,1:5,collapse="+"))),collapse="\n")
c1<-cfa(paste(me,"\nO =~ O1+O2+O3+O4+O5"),y,std.lv=TRUE); pe<-parameterEstimates(c1); lo<-pe$est[pe$lhs=="O"&pe$op=="=~"]; re<-pe$est[pe$op=="~~"&pe$lhs==pe$rhs&pe$lhs%in%paste0("O",1:5)]
fx<-paste("O =~",paste0(sprintf("%.17g",lo),"*O",1:5,collapse="+"),"\n",paste0("O",1:5,"~~",sprintf("%.17g",re),"*O",1:5,collapse="\n"),"\nO~~0*A+0*C+0*E"); its<-unlist(lapply(c("A","C","E"),paste0,1:5))
c2<-cfa(paste(me,"\n",fx),y,std.lv=TRUE); c3<-cfa(paste(me,"\n",fx,"\nO =~",paste0("m*",its,collapse="+")),y,std.lv=TRUE); c4<-cfa(paste(me,"\n",fx,"\nO =~",paste(its,collapse="+")),y,std.lv=TRUE)
ph<-lavInspect(c2,"est")$psi; c5<-cfa(paste(me,"\n",fx,"\nO =~",paste(its,collapse="+"),"\n",sprintf("A~~%.17g*C\nA~~%.17g*E\nC~~%.17g*E",ph["A","C"],ph["A","E"],ph["C","E"])),y,std.lv=TRUE)
for(k in seq_along(cs<-list(cfa=c1,baseline=c2,c=c3,u=c4,r_model=c5))){ fm<-fitMeasures(cs[[k]]); add(paste0("marker_",names(cs)[k],".chisq"),fm["chisq"],1e-5); add(paste0("marker_",names(cs)[k],".df"),fm["df"]); add(paste0("marker_",names(cs)[k],".cfi"),fm["cfi"],1e-5) }
p4<-lavInspect(c4,"est")$psi; add("marker_u.r.A_C",p4["A","C"],1e-4); add("marker_u.r.A_E",p4["A","E"],1e-4); add("marker_base.r.A_C",ph["A","C"],1e-5)
writeLines(toJSON(list(meta=list(R=R.version.string,packages=lapply(setNames(nm=c("lavaan","survey","sandwich","lmtest")),function(p) as.character(packageVersion(p)))),values=R),auto_unbox=TRUE,digits=NA,pretty=TRUE),a[2])
