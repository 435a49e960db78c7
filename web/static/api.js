// Sends requests from the page that describes the API; without this file the page can be read all the same.
"use strict";

const token = document.getElementById("token");
const field = document.getElementById("token-field");
field.hidden = false;
field.addEventListener("submit", (event) => event.preventDefault());

function opened() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}

function addressOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    if (input.dataset.in === "query" && input.value) query.append(input.name, input.value);
  }
  return query.size ? `${path}?${query}` : path;
}

function headersOf(form) {
  const headers = { Authorization: `Bearer ${token.value.trim()}` };
  for (const input of form.querySelectorAll('input[data-in="header"]')) {
    if (input.value) headers[input.name] = input.value;
  }
  return headers;
}

function shown(text, type) {
  if (!/json/.test(type || "")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function line(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}

async function send(form) {
  const answer = form.querySelector(".answer");
  const body = form.querySelector("textarea");
  const request = { method: form.dataset.method, headers: headersOf(form), credentials: "omit" };
  if (body) {
    request.body = body.value;
    request.headers["Content-Type"] = "application/json";
  }
  answer.replaceChildren(line("p", "Sending …"));
  try {
    const response = await fetch(addressOf(form), request);
    const names = ["ETag", "Location", "Link", "RateLimit", "Retry-After"];
    const headers = names.filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`);
    const text = shown(await response.text(), response.headers.get("Content-Type"));
    const block = line("pre", text);
    block.tabIndex = 0;
    answer.replaceChildren(line("p", [`${response.status} ${response.statusText}`, ...headers].join(" · ")), block);
  } catch (error) {
    answer.replaceChildren(line("p", `Nothing came back: ${error.message}`));
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
addEventListener("hashchange", opened);
opened();
