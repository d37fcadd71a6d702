// What a search without a new page leaves to be done. Without this file the search opens a new page, as any form does.
(() => {
  "use strict";

  // The results are replaced as a whole, so a screen reader hears of them through a place that stays.
  const status = document.querySelector("[data-uitkomst-stand]");
  document.addEventListener("htmx:afterSettle", () => {
    const heading = document.getElementById("rk");
    if (status && heading) status.textContent = heading.textContent;
  });

  // An answer with errors is a page of its own, with the errors on top; so open that page.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, pathInfo } = event.detail;
    if (xhr.status < 400) return;
    event.preventDefault();
    location.assign(pathInfo.finalRequestPath);
  });
  // No answer at all: the browser says what is the matter.
  document.addEventListener("htmx:sendError", (event) => location.assign(event.detail.pathInfo.finalRequestPath));
})();
