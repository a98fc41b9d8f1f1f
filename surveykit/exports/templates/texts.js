const survey = JSON.parse(document.getElementById("survey").textContent);
const byId = (id) => document.getElementById(id);
const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
let lang = survey.languages[0];

function words(key) {
  return survey.texts[lang][key];
}

function say(key, values) {
  let text = words(key);
  if (typeof text !== "string") {
    text = text[new Intl.PluralRules(lang).select(values.n)] || text.other;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function speak(chosen) {
  lang = chosen;
  document.documentElement.lang = lang;
  document.title = words("title");
  for (const element of all("[data-t]")) {
    element.textContent = words(element.dataset.t);
  }
  for (const element of all("[data-label]")) {
    element.setAttribute("aria-label", words(element.dataset.label));
  }
  for (const element of all("[data-part]")) {
    element.textContent = say("web.step", { step: element.dataset.part, steps: all("[data-part]").length });
  }
  for (const element of all("[data-clear]")) {
    element.textContent = words("web.clear_answer");
    element.setAttribute("aria-label", say("web.clear_answer_of", { number: element.dataset.number }));
  }
  for (const button of all("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
  }
}

function firstLanguage(remembered) {
  const wished = [new URLSearchParams(location.search).get("lang"), remembered, ...(navigator.languages || [])];
  const known = wished.filter(Boolean).map((tag) => tag.toLowerCase().split("-")[0]);
  return known.find((tag) => survey.languages.includes(tag)) || survey.languages[0];
}
