// Shows the advice while one types, once one pauses. Without this file the button does the same.
"use strict";

const PAUSE = 700; // ms without a key before the advice is asked for
const SHORTEST = 12; // characters of a message that is worth asking about
const form = document.getElementById("ask");
const place = document.getElementById("advice");
const typing = document.getElementById("typing");
let waiting = 0;
let asked = 0;

const ask = async () => {
  const mine = ++asked;
  const typed = new FormData(form);
  if (typed.get("message").trim().length < SHORTEST) return;
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: typed });
    if (mine !== asked || !answer.ok) return;
    place.innerHTML = await answer.text();
    place.dispatchEvent(new CustomEvent("shown", { bubbles: true }));
    typing.textContent = `Advice: ${document.getElementById("headline").textContent}`;
  } catch {
    typing.textContent = "The advice could not be asked for; the button tries again.";
  }
};

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE);
});
