// The question before the ticket, on a company's own page: <div data-ask><a href="…/ask">Ask us</a></div>.
// It keeps nothing and sends no cookie. Where it cannot work, the link in the element stays.
(() => {
  const base = document.currentScript.src.replace(/\/ask\.js\b.*$/, "");

  const text = async (path, body) => {
    const answer = await fetch(base + path, { method: body ? "POST" : "GET", body, credentials: "omit" });
    const found = await answer.text();
    if (path !== "/ask.css" && !found.startsWith('<div class="question"')) throw new Error(answer.status);
    return found;
  };

  const begin = async (place) => {
    const [css, first] = await Promise.all([text("/ask.css"), text("/ask/part")]);
    const root = place.attachShadow({ mode: "open" });
    const said = document.createElement("p");
    const box = document.createElement("div");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    said.setAttribute("role", "status");
    root.append(box, said);
    box.innerHTML = first;

    let busy = false;
    box.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      const told = new URLSearchParams(new FormData(event.target));
      const button = event.submitter;
      if (button) told.append(button.name, button.value);
      box.setAttribute("aria-busy", "true");
      said.textContent = "One moment, please.";
      try {
        box.innerHTML = await text("/ask/part", told);
        said.textContent = "";
        const wrong = box.querySelector("div[data-focus]");
        const step = wrong || box.querySelector("[data-focus]");
        step.focus({ preventScroll: true });
        place.scrollIntoView({ block: "nearest" });
      } catch {
        said.innerHTML = `This did not arrive, and nothing is lost. Please try again, or <a href="${base}/ask">ask on our own page</a>.`;
      }
      box.removeAttribute("aria-busy");
      busy = false;
    });
    box.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      if (!link) return;
      event.preventDefault();
      root.getElementById(link.getAttribute("href").slice(1)).focus();
    });
  };

  const all = () => document.querySelectorAll("[data-ask]").forEach((place) => begin(place).catch(() => {}));
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", all);
  else all();
})();
