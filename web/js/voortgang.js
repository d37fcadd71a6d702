// How far some work is, without having to ask. Without this file the page has a link that does the same.
(() => {
  "use strict";

  const LOOK_EVERY_MS = 2000;
  const shown = document.querySelector("[data-voortgang] p");
  if (!shown) return;

  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-voortgang] p");
      // Ready, or signed out in the meantime: a new page tells.
      if (!now) return location.reload();
      if (now.textContent !== shown.textContent) shown.textContent = now.textContent;
      const bar = document.querySelector("[data-voortgang] progress");
      const barNow = page.querySelector("[data-voortgang] progress");
      if (bar && barNow) bar.value = barNow.value;
      // How much there is to do may be known only after a while.
      else if (barNow) shown.after(barNow);
    } catch {
      // No answer now; the next look may have one.
    }
    setTimeout(look, LOOK_EVERY_MS);
  };
  setTimeout(look, LOOK_EVERY_MS);
})();
