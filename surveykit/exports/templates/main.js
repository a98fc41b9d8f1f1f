const form = byId("form");
const itemOf = Object.fromEntries(survey.items.map((item) => [item.code, item]));

function begin() {
  if (!state.started) {
    state.started = now();
    opened = Date.now();
  }
  byId("cleared").textContent = "";
  keep();
}

function note(code, answer) {
  if (answer === undefined || answer.trim() === "") {
    delete state.answers[code];
  } else {
    state.answers[code] = answer;
  }
  if (state.finished) {
    state.finished = null;
    opened = Date.now();
  }
  byId("q-" + code).classList.toggle("answered", code in state.answers);
  keep();
  count();
}

function judge(input) {
  const code = input.name;
  const wrong = code in state.answers && !usable(itemOf[code], state.answers[code]);
  byId("h-" + code).hidden = !wrong;
  input.setAttribute("aria-invalid", String(wrong));
}

function fill() {
  byId("respondent").value = state.respondent;
  for (const item of survey.items) {
    const answer = state.answers[item.code];
    byId("q-" + item.code).classList.toggle("answered", answer !== undefined);
    for (const input of all("input, textarea", byId("q-" + item.code))) {
      if (input.type === "radio") {
        input.checked = input.value === answer;
      } else {
        input.value = answer === undefined ? "" : answer;
      }
      if (item.kind === "number") {
        judge(input);
      }
    }
  }
}

function offer() {
  const earlier = kept();
  byId("resume").hidden = !earlier;
  byId("continue").hidden = !earlier;
  byId("restart").hidden = !earlier;
  byId("start").hidden = Boolean(earlier);
  byId("kept").hidden = Boolean(earlier);
  byId("kept").dataset.t = canKeep() ? "web.kept" : "web.not_kept";
  byId("kept").textContent = words(byId("kept").dataset.t);
  if (earlier) {
    const done = survey.items.filter((item) => usable(item, earlier.answers[item.code])).length;
    byId("resume").textContent = say("web.resume", { done: done, total: survey.items.length });
  }
}

function clear() {
  if (!window.confirm(words("web.clear_ask"))) {
    return;
  }
  forget();
  state = blank();
  reminded = false;
  fill();
  offer();
  show(0);
  byId("cleared").textContent = words("web.cleared");
}

function enter() {
  begin();
  show(1);
}

function resume() {
  state = kept() || state;
  opened = Date.now();
  fill();
  show(state.finished ? closing : Math.max(1, Math.min(state.step, review - 1)));
}

function save(ending) {
  const text = ending === "csv" ? asCsv(state) : asJson(state);
  const kind = ending === "csv" ? "text/csv;charset=utf-8" : "application/json";
  byId("saved").textContent = say("web.saved", { name: download(text, kind, ending) });
}

function current() {
  return steps.findIndex((section) => section.classList.contains("current"));
}

const moves = {
  back: () => show(Math.max(0, current() - 1)),
  next: () => show(current() + 1),
  finish: finish,
  done: done,
};

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", (event) => {
  if (event.target.type === "radio") {
    note(event.target.name, event.target.value);
  } else if (event.target.name && itemOf[event.target.name].kind === "number") {
    judge(event.target);
  }
});
form.addEventListener("input", (event) => {
  if (event.target.id === "respondent") {
    state.respondent = event.target.value.trim() || unique();
  } else if (event.target.type !== "radio") {
    note(event.target.name, event.target.value);
  }
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) {
    return;
  }
  if (button.dataset.go) {
    keep();
    moves[button.dataset.go]();
  } else if (button.dataset.save) {
    save(button.dataset.save);
  } else if (button.dataset.clear) {
    const inputs = all("input", byId("q-" + button.dataset.clear));
    inputs.forEach((input) => (input.checked = false));
    note(button.dataset.clear, undefined);
    inputs[0].focus();
  }
});
byId("start").addEventListener("click", enter);
byId("continue").addEventListener("click", resume);
byId("restart").addEventListener("click", clear);
byId("clear").addEventListener("click", clear);
byId("change").addEventListener("click", () => show(1));
for (const button of all("[data-lang]")) {
  button.addEventListener("click", () => {
    speak(button.dataset.lang);
    offer();
    count();
    list();
    if (state.started) {
      keep();
    }
  });
}
window.addEventListener("popstate", () => {
  const step = Number(location.hash.slice(1)) || 0;
  if (state.started && step < review) {
    show(step);
  }
});
document.addEventListener("visibilitychange", () => {
  clock();
  seen = !document.hidden;
});
window.addEventListener("pagehide", () => {
  if (state.started) {
    keep();
  }
});

const earlier = kept();
document.body.classList.add("scripted");
remember(0);
byId("respondent-line").hidden = invited !== null && invited !== "";
speak(firstLanguage(earlier && earlier.language));
fill();
offer();
count();
