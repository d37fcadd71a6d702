// Makes the capacity table quicker to fill in. Without this file the form works all the same.
//
// A field carries the stored value in data-was ("aan" or "uit" for a check box), so that the count is also right
// after an error, when the field holds what was typed. Without data-was the value at page load counts as stored.
//
// What was typed and not saved is kept in this tab until it is, and put back after signing in again: a session that
// ended would otherwise take the whole table with it. Only figures and choices are kept, no text in words.
(() => {
  "use strict";

  const form = document.querySelector("form[data-capaciteit]");
  if (!form) return;

  const numberFields = [...form.querySelectorAll("input.cel")];
  const counter = form.querySelector("[data-teller]");

  const KEPT = "capaciteit";
  // A session that nobody uses ends after an hour, and its last use is written down no more often than every five minutes.
  const WARN_AFTER_MS = 45 * 60 * 1000;

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

  const keptFields = () => [...form.querySelectorAll("input.cel, input[type=checkbox], select")].filter((input) => input.name);

  function setValue(input, value) {
    if (isCheckbox(input)) input.checked = value === "aan";
    else input.value = value;
  }

  // Storage may be switched off or full; then nothing is kept, and all else works.
  function keep() {
    const changed = keptFields().filter((input) => currentValue(input) !== storedValue(input));
    const kept = Object.fromEntries(changed.map((input) => [input.name, { was: storedValue(input), is: currentValue(input) }]));
    try {
      if (changed.length > 0) sessionStorage.setItem(KEPT, JSON.stringify(kept));
      else sessionStorage.removeItem(KEPT);
    } catch {
      return;
    }
  }

  function readKept() {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
    } catch {
      return {};
    }
  }

  // Only over the value that was there when it was typed: what somebody else saved meanwhile stays.
  function putBack() {
    const kept = readKept();
    const back = keptFields().filter((input) => kept[input.name]?.was === storedValue(input));
    for (const input of back) setValue(input, kept[input.name].is);
    return back.length;
  }

  const cameFromSignIn = () => document.referrer !== "" && new URL(document.referrer).pathname.startsWith("/inloggen");

  // A status region is there before it speaks.
  const notice = document.createElement("div");
  notice.setAttribute("role", "status");
  form.before(notice);

  function tell(text) {
    const line = document.createElement("p");
    line.textContent = text;
    notice.className = "melding melding--info";
    notice.replaceChildren(line);
  }

  function refresh() {
    keep();
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
  if (cameFromSignIn() && putBack() > 0) {
    tell("Wat u had ingevuld en nog niet had opgeslagen, staat weer in de tabel. Tekst in woorden vult u opnieuw in. Controleer het en sla het op.");
  }
  setTimeout(() => tell("Doet u niets, dan wordt u binnen tien minuten uitgelogd. Sla op wat u hebt gewijzigd."), WARN_AFTER_MS);
  refresh();
})();
