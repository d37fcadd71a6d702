// Keeps a crisis request on the server while it is filled in, and says at once who is going to handle it. While the server
// or the line is away the request waits on this page and goes out by itself, once. Without this file a button keeps it, the
// page after sending says who handles it, and an answer of a server without its database gives the form back.
(() => {
  "use strict";

  const WAIT_MS = 600;
  // How long until a request that did not arrive is sent again: longer every time.
  const AGAIN_MS = [2000, 5000, 10000, 20000];
  const SENT_ONCE = "eenmalig";
  const form = document.querySelector("form[data-crisisaanvraag]");
  if (!form) return;
  const route = form.querySelector("[data-crisisroute]");
  const kept = form.querySelector("[data-crisisbewaard]");
  const trouble = form.querySelector("[data-crisisstoring]");
  let timer;
  let latest = 0;
  let keeping;
  let sending = false;
  let tries = 0;
  let again;

  const fields = () => new URLSearchParams(new FormData(form));

  const keep = async () => {
    latest += 1;
    const asked = latest;
    const body = fields();
    body.delete(SENT_ONCE);
    keeping = new AbortController();
    try {
      const answer = await fetch(form.dataset.crisisaanvraag, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        keepalive: true,
        signal: keeping.signal,
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
      if (asked === latest && !sending) kept.textContent = "Het concept kon niet worden bewaard. Wat u typte staat alleen op deze pagina: laat haar open.";
    }
  };

  // What is on its way to be kept must not come after what is sent.
  const stopKeeping = () => {
    clearTimeout(timer);
    latest += 1;
    keeping?.abort();
  };

  const tell = (words) => {
    trouble.hidden = words === "";
    const line = trouble.querySelector("p");
    if (line.textContent !== words) line.textContent = words;
  };

  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    form.elements[SENT_ONCE].value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const rest = () => {
    sending = false;
    form.removeAttribute("aria-busy");
  };

  const wait = () => {
    const pause = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)];
    tries += 1;
    tell("De aanvraag is nog niet verzonden: de server antwoordt niet. Laat deze pagina open. Wij proberen het vanzelf opnieuw, en bewaren haar één keer.");
    rest();
    again = setTimeout(send, pause);
  };

  const send = async () => {
    clearTimeout(again);
    again = undefined;
    stopKeeping();
    sending = true;
    form.setAttribute("aria-busy", "true");
    let answer;
    let told;
    try {
      answer = await fetch(form.action, { method: "POST", body: fields(), headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) told = await answer.json();
    } catch {
      return wait();
    }
    if (answer.status >= 500 || answer.status === 429) return wait();
    tries = 0;
    tell("");
    if (told?.adres) {
      location.assign(told.adres);
      return;
    }
    rest();
    if (answer.redirected) {
      tell("U bent uitgelogd; de aanvraag is niet verzonden. Log in een ander tabblad in en typ de aanvraag daar opnieuw. Wat u typte blijft hier leesbaar.");
    } else if (answer.status === 409) {
      newKey();
      tell("Het is niet zeker of deze aanvraag al is bewaard. Kijk eerst bij de aanvragen. Staat zij er niet, verzend dan opnieuw.");
    } else {
      // Nothing was written down: the page says what is wrong, or what is alike.
      newKey();
      sending = true;
      form.submit();
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    // What is changed while it waits goes out when somebody says so.
    if (again !== undefined && !sending) {
      clearTimeout(again);
      again = undefined;
      tell("De aanvraag is nog niet verzonden. U veranderde iets: verzend opnieuw als u klaar bent.");
    }
    timer = setTimeout(keep, WAIT_MS);
  });
  form.addEventListener("submit", (event) => {
    stopKeeping();
    // To keep it as a draft is another button.
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (!sending) send();
  });
  // Who leaves while it waits would lose it.
  window.addEventListener("beforeunload", (event) => {
    if (!trouble.hidden) event.preventDefault();
  });
})();
