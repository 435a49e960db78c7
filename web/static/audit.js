// A convenience of the audit: what the keys say, in words, as they are typed; and letters to click.
"use strict";

const keys = document.getElementById("keys");
if (keys) {
  const reading = document.getElementById("reading");
  const words = new Map([...document.querySelectorAll("[data-letter]")].map(item => [item.dataset.letter, item.dataset.words]));
  const special = { n: "says nothing of the kind", s: "leave it for later", u: "undo the last label", q: "stop; what is labelled stays" };

  const say = () => {
    const typed = keys.value.replace(/[ ,]/g, "");
    if (typed in special) {
      reading.textContent = special[typed];
      return;
    }
    reading.textContent = [...typed].map(key => {
      const known = words.get(key.toLowerCase());
      if (!known) return `${key} is no letter of the list`;
      return `${key === key.toLowerCase() ? "wants" : "refuses"} ${known}`;
    }).join("; ");
  };
  const add = key => {
    const others = [...keys.value].filter(typed => typed.toLowerCase() !== key.toLowerCase() && typed !== "n");
    keys.value = keys.value.includes(key) ? others.join("") : [...others, key].join("");
    keys.focus();
    say();
  };

  for (const item of document.querySelectorAll("[data-letter]")) {
    const { letter, words: said } = item.dataset;
    const buttons = [[letter, "wants"], [letter.toUpperCase(), "refuses"]].map(([key, verb]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.tabIndex = -1; // whoever uses the keyboard types the letter
      button.textContent = verb;
      button.setAttribute("aria-label", `${verb} ${said}`);
      button.addEventListener("click", () => add(key));
      return button;
    });
    item.append(...buttons);
  }
  keys.addEventListener("input", say);
  keys.addEventListener("focus", () => keys.select(), { once: true });
  say();
}
