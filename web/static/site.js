// Conveniences only: every page works without this file.
"use strict";

const readied = () => {
  const copy = document.getElementById("copy");
  if (!copy) return;
  const reply = document.getElementById(copy.dataset.from);
  const said = document.getElementById("copied");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    reply.select();
    try {
      await navigator.clipboard.writeText(reply.value);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "The text is selected: press Ctrl+C to copy it.";
    }
  });
};

readied();
document.addEventListener("shown", readied);
