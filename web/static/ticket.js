// Conveniences of a ticket's page: keys, and a marked deciding phrase in view. Without this file everything else works.
"use strict";

if (window.location.hash === "#done") document.getElementById("done_action")?.focus();

const deeds = {
  a: () => document.getElementById("accept")?.focus(),
  e: () => document.getElementById("done_action")?.focus(),
  c: () => document.getElementById("copy")?.click(),
  u: () => document.getElementById("back").click(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in deeds)) return;
  event.preventDefault();
  deeds[event.key]();
});
