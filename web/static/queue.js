// Conveniences of the queue: keys, and word of new tickets. Without this file everything else works.
"use strict";

const opened = [...document.querySelectorAll(".tickets .opens")];
const keys = document.getElementById("keys");
const EVERY = 20_000; // ms between two questions for new tickets

document.querySelector(".keys-hint")?.removeAttribute("hidden");

const step = (by) => {
  if (!opened.length) return;
  const here = opened.indexOf(document.activeElement);
  const next = here < 0 ? (by > 0 ? 0 : opened.length - 1) : Math.min(Math.max(here + by, 0), opened.length - 1);
  opened[next].focus();
  opened[next].closest("li").scrollIntoView({ block: "nearest" });
};

const chosen = () => (opened.includes(document.activeElement) ? document.activeElement : opened[0]);

const actions = {
  j: () => step(1),
  k: () => step(-1),
  o: () => chosen()?.click(),
  e: () => {
    const link = chosen();
    if (link) window.location.assign(`${link.href}#done`);
  },
  "/": () => document.getElementById("q").focus(),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in actions)) return;
  event.preventDefault();
  actions[event.key]();
});

const arrivals = document.getElementById("arrivals");
const look = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(arrivals.dataset.watched, { headers: { "X-Background": "1" } });
    if (!answer.ok) return;
    const { new: count } = await answer.json();
    if (!count || arrivals.dataset.said === String(count)) return;
    arrivals.dataset.said = String(count);
    const link = document.createElement("a");
    link.href = arrivals.dataset.fresh;
    link.textContent = count === 1 ? "1 new ticket: show it" : `${count} new tickets: show them`;
    arrivals.replaceChildren(link);
  } catch {
    // the server is away for a moment; the next question comes by itself
  }
};
if (arrivals) setInterval(look, EVERY);
