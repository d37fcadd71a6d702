// Keeps a crisis request on the server while it is filled in, and says at once who is going to handle it. Without this
// file a button does the first, and the page after sending does the second.
(() => {
  "use strict";

  const WAIT_MS = 600;
  const form = document.querySelector("form[data-crisisaanvraag]");
  if (!form) return;
  const route = form.querySelector("[data-crisisroute]");
  const kept = form.querySelector("[data-crisisbewaard]");
  let timer;
  let latest = 0;

  const keep = async () => {
    latest += 1;
    const asked = latest;
    const body = new URLSearchParams(new FormData(form));
    body.delete("eenmalig");
    try {
      const answer = await fetch(form.dataset.crisisaanvraag, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        keepalive: true,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      if (asked !== latest) return;
      kept.textContent = told.bewaard;
      const text = told.route ?? "";
      if (route.textContent.trim() === text) return;
      const words = document.createElement("strong");
      words.textContent = text;
      route.replaceChildren(words);
    } catch {
      if (asked === latest) kept.textContent = "Het concept kon niet worden bewaard. Verzenden kan nog wel.";
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, WAIT_MS);
  });
  // Once it is sent there is nothing to keep any more.
  form.addEventListener("submit", () => clearTimeout(timer));
})();
