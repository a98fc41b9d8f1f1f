const invited = new URLSearchParams(location.search).get("id");
const place = ["surveykit", survey.form, survey.fingerprint, invited || ""].join(":");
let opened = Date.now();
let seen = !document.hidden;
let state = blank();

function unique() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function blank() {
  return { respondent: invited || unique(), language: null, started: null, finished: null, spent: 0, step: 0, answers: {} };
}

function now() {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}

function clock() {
  const moment = Date.now();
  if (state.started && !state.finished && seen) {
    state.spent += Math.max(0, moment - opened) / 1000;
  }
  opened = moment;
}

function keep() {
  clock();
  state.language = lang;
  try {
    localStorage.setItem(place, JSON.stringify(state));
    return true;
  } catch (fault) {
    return false;
  }
}

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(place));
    return found && typeof found.answers === "object" && found.started ? { ...blank(), ...found } : null;
  } catch (fault) {
    return null;
  }
}

function canKeep() {
  try {
    localStorage.setItem(place + ":try", "1");
    localStorage.removeItem(place + ":try");
    return true;
  } catch (fault) {
    return false;
  }
}

function forget() {
  try {
    localStorage.removeItem(place);
  } catch (fault) {
    return;
  }
}
