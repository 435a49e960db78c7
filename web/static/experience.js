// Conveniences of the experience pages: checks as one types, line numbers, trials without leaving the page.
"use strict";

const draft = document.getElementById("draft");
const incident = document.getElementById("incident");

/** The part of a page that an address answers with; a sentence to show where it does not. */
async function part(address, options) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer. What you typed is kept here.");
  }
  if (answer.status === 401) throw new Error("You are signed out. Sign in in another tab; what you typed is kept here.");
  if (answer.status === 413) throw new Error("This is too long to be checked.");
  if (!answer.ok && answer.status !== 422 && answer.status !== 429) throw new Error("This did not work. Load the page again if it goes on.");
  return answer.text();
}

function complain(place, message) {
  const said = document.createElement("p");
  said.className = "error";
  said.textContent = message;
  place.replaceChildren(said);
}

if (draft) {
  const text = document.getElementById("text");
  const shown = document.getElementById("checked");
  const trial = document.getElementById("trial-body");
  const said = document.getElementById("said");
  const numbers = document.createElement("pre");
  const begun = text.value;
  let leaving = false;
  let soon;
  let asked;
  let wait;

  const number = () => {
    const wrong = new Set([...shown.querySelectorAll("[data-line]")].map(link => Number(link.dataset.line)));
    const rows = [];
    const count = text.value.split("\n").length;
    for (let line = 1; line <= count; line += 1) {
      const row = document.createElement(wrong.has(line) ? "mark" : "span");
      row.textContent = line;
      rows.push(row, "\n");
    }
    numbers.replaceChildren(...rows);
    numbers.scrollTop = text.scrollTop;
  };
  const tell = verdict => {
    if (verdict && said.textContent !== verdict.textContent) said.textContent = verdict.textContent;
  };
  const check = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    try {
      shown.innerHTML = await part(draft.dataset.check, { method: "POST", body: new FormData(draft), signal: asked.signal });
    } catch (error) {
      if (error.name === "AbortError") return;
      complain(shown, error.message);
    }
    const verdict = shown.querySelector("[data-verdict]");
    if (shown.querySelector("[data-line]")) text.setAttribute("aria-invalid", "true");
    else text.removeAttribute("aria-invalid");
    tell(verdict);
    number();
  };
  const goTo = line => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line - 1].length);
    text.scrollTop = (line - 6) * (text.scrollHeight / lines.length);
  };
  const look = async address => {
    try {
      trial.innerHTML = await part(address, { headers: { "X-Background": "1" } });
    } catch (error) {
      complain(trial, error.message);
    }
    follow();
  };
  const follow = () => {
    const running = trial.querySelector("[data-next]");
    clearTimeout(wait);
    if (running) wait = setTimeout(look, 400, running.dataset.next);
    else tell(trial.querySelector("[data-verdict]"));
  };

  numbers.className = "numbers";
  numbers.setAttribute("aria-hidden", "true");
  text.before(numbers);
  number();
  text.addEventListener("scroll", () => { numbers.scrollTop = text.scrollTop; });
  text.addEventListener("input", () => {
    number();
    clearTimeout(soon);
    soon = setTimeout(check, 400);
  });
  shown.addEventListener("click", event => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    goTo(Number(link.dataset.line));
  });
  document.getElementById("check").addEventListener("click", event => {
    event.preventDefault();
    clearTimeout(soon);
    check();
  });
  document.getElementById("try").addEventListener("click", async event => {
    event.preventDefault();
    clearTimeout(wait);
    try {
      trial.innerHTML = await part(draft.dataset.try, { method: "POST", body: new FormData(draft) });
    } catch (error) {
      complain(trial, error.message);
    }
    follow();
  });
  draft.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", event => {
    if (!leaving && text.value !== begun) event.preventDefault();
  });
  const clash = document.getElementById("clash");
  if (clash) clash.focus();
}

if (incident) {
  const search = document.getElementById("search");
  const articles = document.getElementById("articles");
  let soon;
  const find = async () => {
    const chosen = articles.querySelector("input:checked");
    const asked = new URLSearchParams({ search: search.value, article: chosen ? chosen.value : "" });
    try {
      articles.innerHTML = await part(`${incident.dataset.articles}?${asked}`);
    } catch (error) {
      complain(articles, error.message);
    }
  };
  search.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(find, 250);
  });
  search.addEventListener("keydown", event => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    find();
  });
}
