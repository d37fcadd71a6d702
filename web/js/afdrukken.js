// Shows the print buttons, which carry the hidden attribute because they do nothing without this file.
for (const button of document.querySelectorAll("button[data-afdrukken]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
