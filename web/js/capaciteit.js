// Makes the capacity table quicker to fill in. Without this file the form works all the same.
//
// A field carries the stored value in data-was ("aan" or "uit" for a check box), so that the count is also right
// after an error, when the field holds what was typed. Without data-was the value at page load counts as stored.
(() => {
  "use strict";

  const form = document.querySelector("form[data-capaciteit]");
  if (!form) return;

  const numberFields = [...form.querySelectorAll("input.cel")];
  const counter = form.querySelector("[data-teller]");

  const isCheckbox = (input) => input.type === "checkbox";

  function storedValue(input) {
    if (input.dataset.was !== undefined) return input.dataset.was;
    return isCheckbox(input) ? (input.defaultChecked ? "aan" : "uit") : input.defaultValue;
  }

  function currentValue(input) {
    return isCheckbox(input) ? (input.checked ? "aan" : "uit") : input.value.trim();
  }

  // A product has a row of cells and below it a row with the rest.
  function fieldsOf(row) {
    const rest = form.querySelector(`tr[data-bij="${row.dataset.product}"]`);
    const fields = "input:not([type=hidden]), select, textarea";
    return [row, rest].flatMap((part) => (part ? [...part.querySelectorAll(fields)] : []));
  }

  function showStoredValue(input, changed) {
    const note = isCheckbox(input) ? null : input.parentNode.querySelector(".was");
    if (note) note.textContent = changed ? `was ${storedValue(input) || "leeg"}` : "";
  }

  function markRow(row) {
    let rowChanged = false;
    for (const input of fieldsOf(row)) {
      const changed = currentValue(input) !== storedValue(input);
      showStoredValue(input, changed);
      rowChanged ||= changed;
    }
    row.classList.toggle("gewijzigd", rowChanged);
    return rowChanged;
  }

  function countText(changed) {
    if (changed === 0) return "Nog niets gewijzigd.";
    if (changed === 1) return "1 product gewijzigd, nog niet opgeslagen.";
    return `${changed} producten gewijzigd, nog niet opgeslagen.`;
  }

  function refresh() {
    const changed = [...form.querySelectorAll("tbody tr[data-product]")].filter(markRow).length;
    const text = countText(changed);
    // A status region speaks each time its text is set, so only set it when it differs.
    if (counter && counter.textContent !== text) counter.textContent = text;
  }

  function moveInColumn(event) {
    const field = event.target;
    if (!field.matches("input.cel") || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const column = numberFields.filter((other) => other.dataset.kolom === field.dataset.kolom);
    const next = column[column.indexOf(field) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  // A stop asks for a reason, which stands in the row below.
  form.addEventListener("change", (event) => {
    const row = event.target.closest("tr[data-product]");
    if (!row || !isCheckbox(event.target) || !event.target.checked) return;
    const more = form.querySelector(`tr[data-bij="${row.dataset.product}"] details`);
    if (more) more.open = true;
  });

  for (const hint of form.querySelectorAll("[data-alleen-js]")) hint.hidden = false;
  form.addEventListener("input", refresh);
  form.addEventListener("keydown", moveInColumn);
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("input.cel")) event.target.select();
  });
  // After "back" the browser fills the fields in again without an input event.
  window.addEventListener("pageshow", refresh);
  refresh();
})();
