const steps = all(".step");
const review = steps.length - 2;
const closing = steps.length - 1;
let reminded = false;

function answered() {
  return survey.items.filter((item) => usable(item, state.answers[item.code])).length;
}

function unfinished() {
  return survey.items.filter((item) => {
    const answer = state.answers[item.code];
    return answer === undefined ? item.required : !usable(item, answer);
  });
}

function count() {
  byId("progress").value = answered();
  byId("progress-words").textContent = say("web.progress", { done: answered(), total: survey.items.length });
}

function remember(step) {
  const wanted = step === 0 ? "" : "#" + step;
  if (location.hash === wanted) {
    return;
  }
  try {
    history[step === 0 ? "replaceState" : "pushState"](null, "", wanted || location.pathname + location.search);
  } catch (fault) {
    return;
  }
}

function show(step, target) {
  steps.forEach((section, index) => section.classList.toggle("current", index === step));
  document.querySelector(".progress").hidden = step === 0 || step >= review;
  document.body.classList.toggle("underway", step > 0);
  state.step = Math.min(step, review - 1);
  remember(step);
  count();
  if (step === review) {
    list();
  }
  if (target) {
    target.focus({ preventScroll: true });
    target.closest(".item").scrollIntoView({ block: "center" });
  } else {
    window.scrollTo(0, 0);
    (steps[step].querySelector("h2") || byId("title")).focus({ preventScroll: true });
  }
}

function list() {
  const open = unfinished();
  byId("review-lead").textContent = say("web.review_lead", { n: open.length });
  byId("review").replaceChildren(
    ...open.map((item) => {
      const entry = document.createElement("li");
      const link = document.createElement("a");
      entry.value = item.number;
      link.href = "#q-" + item.code;
      link.textContent = words("item." + item.code);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const box = byId("q-" + item.code);
        show(steps.indexOf(box.closest(".step")), box.querySelector("input, textarea"));
      });
      entry.append(link);
      return entry;
    }),
  );
}

function finish() {
  if (unfinished().length && !reminded) {
    reminded = true;
    show(review);
  } else {
    done();
  }
}

function done() {
  clock();
  state.finished = now();
  byId("saved").textContent = "";
  keep();
  show(closing);
}
