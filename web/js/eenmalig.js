// A form that is submitted twice by a double click or a second Enter goes out once. The button stays enabled: a
// disabled button loses the focus and does not say why. The server guards against repeats as well.
(() => {
  "use strict";

  // After this long a second try is meant: the first one was stopped or got lost.
  const REPEAT_AFTER_MS = 8000;
  const sentAt = new WeakMap();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // A form that is handled elsewhere, or that gives a download and leaves the page standing, has no need of this.
    if (
      event.defaultPrevented ||
      form.getAttribute("method")?.toLowerCase() !== "post" ||
      form.hasAttribute("data-meermalig")
    )
      return;
    const earlier = sentAt.get(form);
    if (earlier !== undefined && performance.now() - earlier < REPEAT_AFTER_MS) {
      event.preventDefault();
      return;
    }
    sentAt.set(form, performance.now());
    form.setAttribute("aria-busy", "true");
  });

  // A page that comes back out of the browser's memory remembers what it sent; then the form must work again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) {
      sentAt.delete(form);
      form.removeAttribute("aria-busy");
    }
  });
})();
