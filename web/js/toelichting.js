// Looks at a free text while it is typed and tells at once when it looks like personal data. The server looks again
// when the form is sent, so without this nothing is lost but time.
(() => {
  "use strict";

  const WAIT_MS = 500;

  for (const box of document.querySelectorAll("[data-toelichting]")) {
    const text = box.querySelector("textarea");
    const message = box.querySelector("[data-toelichting-melding]");
    const token = box.closest("form")?.querySelector("input[name=csrf]");
    if (!text || !message || !token) continue;
    let timer;
    let latest = 0;

    const look = async () => {
      latest += 1;
      const asked = latest;
      const body = new URLSearchParams({ csrf: token.value, toelichting: text.value });
      try {
        const answer = await fetch(box.dataset.toelichting, { method: "POST", body });
        if (!answer.ok || asked !== latest) return;
        const { meldingen } = await answer.json();
        message.textContent = meldingen.join(". ");
      } catch {
        message.textContent = "";
      }
    };

    text.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, WAIT_MS);
    });
  }
})();
