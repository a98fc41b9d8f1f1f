function asNumber(typed) {
  const plain = typed.normalize("NFKC").replace(/[\s\u00a0\u202f]/g, "").replace("\u2212", "-");
  if (/^[+-]?\d{1,3}[.,]\d{3}$/.test(plain) && !/^[+-]?0[.,]/.test(plain)) {
    return null;
  }
  if (!/^[+-]?\d+([.,]\d+)?$/.test(plain) || plain.replace(/\D/g, "").length > 15) {
    return null;
  }
  return Number(plain.replace(",", "."));
}

function exported(item, answer) {
  if (item.kind === "text") {
    return answer;
  }
  if (item.kind === "number") {
    const number = asNumber(answer);
    return number === null ? answer : number;
  }
  return Number(answer);
}

function usable(item, answer) {
  return answer !== undefined && (item.kind !== "number" || asNumber(answer) !== null);
}

function record(state) {
  const answers = {};
  for (const item of survey.items) {
    if (state.answers[item.code] !== undefined) {
      answers[item.code] = exported(item, state.answers[item.code]);
    }
  }
  return {
    surveykit: 1,
    form: survey.form,
    version: survey.version,
    fingerprint: survey.fingerprint,
    respondent: state.respondent,
    language: lang,
    started: state.started,
    finished: state.finished,
    seconds: Math.round(state.spent),
    answers: answers,
  };
}

function asJson(state) {
  return JSON.stringify(record(state), null, 1) + "\n";
}

function cell(value) {
  if (value === undefined || value === null) {
    return "";
  }
  return typeof value === "number" ? String(value) : '"' + value.replace(/"/g, '""') + '"';
}

function asCsv(state) {
  const found = record(state);
  const frame = ["respondent", "form", "version", "fingerprint", "language", "started", "finished", "seconds"];
  const codes = survey.items.map((item) => item.code);
  const row = [...frame.map((name) => found[name]), ...codes.map((code) => found.answers[code])];
  return "\ufeff" + [[...frame, ...codes].join(","), row.map(cell).join(",")].join("\r\n") + "\r\n";
}

function download(text, kind, ending) {
  const name = `${survey.form}_${state.respondent.replace(/[^\p{L}\p{N}._-]/gu, "_").slice(0, 60)}.${ending}`;
  const link = document.createElement("a");
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return name;
}
