// A convenience of the gaps: how far a look is, and the new page once it is over.
"use strict";

const running = document.querySelector("[data-progress]");
const EVERY = 1000; // ms between two questions

const ask = async () => {
  try {
    const answer = await fetch(running.dataset.progress, { headers: { "X-Background": "1" } });
    if (!answer.ok) return; // signed out, or too often: the link below still works
    const { runs, what, percent } = await answer.json();
    if (!runs) {
      window.location.reload();
      return;
    }
    const said = document.getElementById("what");
    if (said.textContent !== what) said.textContent = what;
    document.getElementById("bar").value = percent;
  } catch {
    // the server is away for a moment
  }
  setTimeout(ask, EVERY);
};
if (running) setTimeout(ask, EVERY);
