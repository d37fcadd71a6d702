// What is measured inside a page. Each function is sent to the browser as it is, so it may use nothing from
// outside itself.

/**
 * Looks at the page as it is drawn now and returns what is wrong, as readable lines by kind:
 *
 *   overlap   texts, fields or table cells that lie over each other
 *   spill     text that comes out of its cell, button, badge or card
 *   sideways  what makes the page wider than the screen
 *   targets   what is to be clicked but smaller than 24 by 24 px, outside running text
 *   clipped   text that is cut off by its own box
 *
 * axe sees none of the first three.
 */
export function measureLayout() {
  const SMALLEST_TARGET = 24;
  const TOLERANCE = 2;
  const found = { overlap: [], spill: [], sideways: [], targets: [], clipped: [] };
  const screen = document.documentElement.clientWidth;
  window.scrollTo(0, 0);

  const name = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const classes = typeof element.className === "string" && element.className ? `.${element.className.trim().split(/\s+/).slice(0, 2).join(".")}` : "";
    return `<${element.localName}${id}${classes}>`;
  };
  const quote = (text) => `“${text.trim().replace(/\s+/g, " ").slice(0, 40)}”`;
  const px = (rect) => `${Math.round(rect.left)},${Math.round(rect.top)} ${Math.round(rect.right - rect.left)}x${Math.round(rect.bottom - rect.top)}`;

  const styles = new Map();
  const styleOf = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const parentOf = (element) => element.parentElement;

  // Text for screen readers only is one pixel large, and a skip link waits above the page.
  const hidden = new Map();
  const isHidden = (element) => {
    if (!element || element === document.documentElement) return false;
    if (hidden.has(element)) return hidden.get(element);
    let answer = isHidden(parentOf(element));
    if (!answer && !element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true })) answer = true;
    if (!answer && !element.closest("svg")) {
      const style = styleOf(element);
      const box = element.getBoundingClientRect();
      const isTiny = box.width <= 1 || box.height <= 1;
      if (isTiny && style.overflow !== "visible") answer = true;
      if (style.clipPath !== "none" && isTiny) answer = true;
      if (style.clip !== "auto") answer = true;
    }
    hidden.set(element, answer);
    return answer;
  };
  const isOffScreen = (rect) => rect.right <= 0 || rect.bottom <= 0;

  // What a scrolling box does not show cannot overlap.
  const visiblePart = (rect, element) => {
    let { left, top, right, bottom } = rect;
    for (let box = element; box && box !== document.body && box !== document.documentElement; box = parentOf(box)) {
      const style = styleOf(box);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = box.getBoundingClientRect();
      if (style.overflowX !== "visible") {
        left = Math.max(left, edge.left);
        right = Math.min(right, edge.right);
      }
      if (style.overflowY !== "visible") {
        top = Math.max(top, edge.top);
        bottom = Math.min(bottom, edge.bottom);
      }
    }
    return right - left > 0.5 && bottom - top > 0.5 ? { left, top, right, bottom } : null;
  };

  // A bar that stays in view while the page scrolls under it may lie over the page, when nothing shines through.
  const barOf = (element) => {
    for (let box = element; box && box !== document.body; box = parentOf(box)) {
      const style = styleOf(box);
      if (style.position !== "fixed" && style.position !== "sticky") continue;
      const color = style.backgroundColor;
      const isSolid = color.startsWith("rgb(") || /, 1\)$/.test(color);
      return isSolid ? box : null;
    }
    return null;
  };

  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim()) continue;
    const element = node.parentElement;
    // The map shows by design: a pin may cover the name of a municipality.
    if (element.closest("script, style, noscript, option, select, textarea, title, desc, .regiokaart svg")) continue;
    if (isHidden(element)) continue;
    const size = parseFloat(styleOf(element).fontSize);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      if (line.width < 1 || isOffScreen(line)) continue;
      // The rectangle of a line is taller than its letters.
      const letters = { left: line.left, right: line.right, top: line.top + 0.2 * size, bottom: line.bottom - 0.06 * size };
      const rect = visiblePart(letters, element);
      if (rect) boxes.push({ node, element, rect, whole: letters, label: `${name(element)} ${quote(node.data)}`, bar: barOf(element) });
    }
  }
  const texts = [...boxes];
  for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea, img")) {
    if (isHidden(element)) continue;
    const whole = element.getBoundingClientRect();
    const rect = isOffScreen(whole) ? null : visiblePart(whole, element);
    if (rect) boxes.push({ node: element, element, rect, whole, label: name(element), bar: barOf(element) });
  }

  const overlapOf = (a, b) => ({
    x: Math.min(a.right, b.right) - Math.max(a.left, b.left),
    y: Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
  });
  const compare = (list, relevant) => {
    list.sort((a, b) => a.rect.top - b.rect.top);
    for (let i = 0; i < list.length; i++) {
      for (let j = i + 1; j < list.length && list[j].rect.top < list[i].rect.bottom; j++) {
        if (!relevant(list[i], list[j])) continue;
        const over = overlapOf(list[i].rect, list[j].rect);
        if (over.x > TOLERANCE && over.y > TOLERANCE) {
          found.overlap.push(`${list[i].label} at ${px(list[i].rect)} and ${list[j].label} at ${px(list[j].rect)}`);
        }
      }
    }
  };
  compare(boxes, (a, b) => a.node !== b.node && a.bar === b.bar);
  for (const table of document.querySelectorAll("table")) {
    const cells = [...table.querySelectorAll("th, td")].filter((cell) => cell.closest("table") === table && !isHidden(cell));
    compare(
      cells.map((cell) => ({ node: cell, rect: cell.getBoundingClientRect(), label: `cell ${quote(cell.textContent) || name(cell)}` })),
      () => true,
    );
  }

  const HOLDERS = "td, th, button, summary, .badge, .nl-button, .chip, .nr, .kaart, .melding, .veld";
  for (const { element, whole, rect, label } of texts) {
    const holder = element.closest(HOLDERS);
    if (holder && !element.closest("svg")) {
      const edge = holder.getBoundingClientRect();
      const isInside = rect.left >= edge.left - TOLERANCE && rect.right <= edge.right + TOLERANCE && rect.top >= edge.top - TOLERANCE && rect.bottom <= edge.bottom + TOLERANCE;
      if (!isInside) found.spill.push(`${label} at ${px(whole)} comes out of ${name(holder)} at ${px(edge)}`);
    }
    if (rect.right > screen + 1) found.sideways.push(`${label} ends at ${Math.round(rect.right)} px, the screen at ${screen}`);
  }
  const width = document.documentElement.scrollWidth;
  if (width > screen) {
    const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > screen + 1 && !isHidden(element) && visiblePart(element.getBoundingClientRect(), parentOf(element))?.right > screen + 1);
    found.sideways.push(`the page is ${width} px wide on a screen of ${screen} px: ${wide.slice(0, 5).map(name).join(" ") || "?"}`);
  }

  const isInRunningText = (element) => {
    if (styleOf(element).display !== "inline") return false;
    let block = parentOf(element);
    while (block && styleOf(block).display === "inline") block = parentOf(block);
    if (!block) return false;
    const copy = block.cloneNode(true);
    for (const link of copy.querySelectorAll("a, button, .visueel-verborgen")) link.remove();
    return /\p{L}/u.test(copy.textContent);
  };
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab]")) {
    if (isHidden(element) || isInRunningText(element)) continue;
    const own = element.getBoundingClientRect();
    let box = { left: own.left, top: own.top, right: own.right, bottom: own.bottom };
    if (isOffScreen(box)) continue;
    // A box or a circle is also set by its label.
    if (element.type === "checkbox" || element.type === "radio") {
      for (const label of element.labels ?? []) {
        const edge = label.getBoundingClientRect();
        box = { left: Math.min(box.left, edge.left), top: Math.min(box.top, edge.top), right: Math.max(box.right, edge.right), bottom: Math.max(box.bottom, edge.bottom) };
      }
    }
    const [wide, high] = [box.right - box.left, box.bottom - box.top];
    if (wide < SMALLEST_TARGET - 0.5 || high < SMALLEST_TARGET - 0.5) {
      found.targets.push(`${name(element)} ${quote(element.textContent || element.getAttribute("aria-label") || "")} is ${wide.toFixed(1)} by ${high.toFixed(1)} px`);
    }
  }

  for (const element of document.body.querySelectorAll("*")) {
    if (element.closest("svg, select, input, textarea, option") || isHidden(element)) continue;
    const style = styleOf(element);
    const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
    const isCutX = cuts(style.overflowX) && element.scrollWidth > element.clientWidth + 1;
    const isCutY = cuts(style.overflowY) && element.scrollHeight > element.clientHeight + 1;
    if ((isCutX || isCutY) && element.textContent.trim() && element.clientWidth > 1) {
      found.clipped.push(`${name(element)} ${quote(element.textContent)} shows ${element.clientWidth}x${element.clientHeight} of ${element.scrollWidth}x${element.scrollHeight} px`);
    }
  }
  return found;
}

/** The spacing that users may set themselves (WCAG 1.4.12), as a style sheet of the user. */
export function widenText() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** What the markup must have on every page, as readable lines. */
export function inspectMarkup() {
  const problems = [];
  const complain = (text) => problems.push(text);
  const short = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 120);
  const root = document.documentElement;
  if (root.lang !== "nl") complain(`html has lang "${root.lang}" instead of "nl"`);
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) complain(`the page has ${headings} h1 headings instead of one`);
  const ids = new Map();
  for (const element of document.querySelectorAll("[id]")) ids.set(element.id, (ids.get(element.id) ?? 0) + 1);
  for (const [id, count] of ids) if (count > 1) complain(`${count} elements have the id "${id}"`);
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    const id = decodeURIComponent(link.getAttribute("href").slice(1));
    if (!ids.has(id)) complain(`a link goes to #${id}, which is not on the page: ${short(link)}`);
  }
  // Point 6: a disabled button loses the focus and does not say why.
  for (const element of document.querySelectorAll("button:disabled, input:disabled, select:disabled, textarea:disabled, [aria-disabled=true]")) complain(`is disabled: ${short(element)}`);
  // Point 4: the server checks, in plain words and all at once.
  for (const form of document.querySelectorAll("form")) {
    const hasFields = form.querySelector("input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, textarea");
    if (hasFields && form.method === "post" && !form.noValidate) complain(`a form lets the browser check it: ${short(form)}`);
    if (form.querySelector("[required]")) complain(`a form has a field with required: ${short(form.querySelector("[required]"))}`);
    if (!form.matches(".formulier") || form.method !== "post") continue;
    for (const field of form.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio], [hidden]), select, textarea")) {
      // A trap for programs; no person or screen reader comes to it.
      if (field.closest("[aria-hidden=true]")) continue;
      const label = [...(field.labels ?? [])].map((one) => one.textContent).join(" ");
      const isRequired = field.getAttribute("aria-required") === "true";
      const isOptional = label.includes("niet verplicht");
      if (isRequired === isOptional) complain(`field ${field.name} must be either aria-required or "(niet verplicht)" in its label`);
    }
  }
  // Point 10: tables that can be read aloud.
  for (const table of document.querySelectorAll("table")) {
    if (!table.caption?.textContent.trim()) complain(`a table has no caption: ${short(table)}`);
    for (const head of table.querySelectorAll("th")) if (!head.scope) complain(`a heading of a table has no scope: ${short(head)}`);
    for (const cell of table.querySelectorAll("td, th")) {
      if (!cell.textContent.trim() && !cell.querySelector("input, select, img, svg[role=img]")) complain(`a cell is empty: ${short(cell.parentElement)}`);
    }
    for (const cell of table.querySelectorAll("td.getal")) {
      if (!["end", "right"].includes(getComputedStyle(cell).textAlign) && getComputedStyle(cell).display === "table-cell") complain(`a number is not to the right: ${short(cell)}`);
    }
  }
  // Point 14: a status is a word and a shape, not only a colour.
  for (const badge of document.querySelectorAll(".badge")) {
    if (!badge.textContent.trim() || !badge.querySelector("svg use")) complain(`a badge lacks its word or its shape: ${short(badge)}`);
  }
  return problems;
}

/** What is wrong with an error summary: its place, its focus, its links, and the texts at the fields (points 1 and 2). */
export function inspectErrors() {
  const problems = [];
  const plain = (text) => text.replace(/\s+/g, " ").trim();
  const summary = document.querySelector("main [data-foutsamenvatting]");
  if (!summary) return ["there is no error summary"];
  // A menu beside the content may come before it.
  const content = [...document.querySelectorAll("main *")].filter((element) => !element.closest("nav"));
  const first = content.find((element) => element.textContent.trim() && element.checkVisibility() && element.children.length === 0);
  if (!summary.contains(first)) problems.push(`the summary is not on top: before it comes “${plain(first.textContent).slice(0, 60)}”`);
  if (document.activeElement !== summary) problems.push(`the summary does not have the focus, but <${document.activeElement.localName} id="${document.activeElement.id}">`);
  const links = [...summary.querySelectorAll('a[href^="#"]')];
  if (links.length === 0) problems.push("the summary has no links to fields");
  for (const link of links) {
    const text = plain(link.textContent);
    const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    // A message about boxes together is at their group, which cannot be invalid by itself.
    const isGroup = field?.matches("fieldset[tabindex]");
    if (!isGroup && !field?.matches("input, select, textarea")) {
      problems.push(`“${text}” does not go to a field but to ${link.hash}`);
      continue;
    }
    if (!isGroup && field.getAttribute("aria-invalid") !== "true") problems.push(`${link.hash} is not aria-invalid`);
    const notes = (field.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
    const messages = notes.map((id) => plain(document.getElementById(id)?.textContent ?? "").replace(/^Fout: /, ""));
    if (!messages.some((message) => message && text.toLowerCase().includes(message.toLowerCase()))) {
      problems.push(`“${text}” is not said at ${link.hash}, which says: ${messages.join(" | ") || "nothing"}`);
    }
  }
  return problems;
}

/** Where the focus is: what has it, and what is wrong with how it is seen (null when the focus is nowhere). */
export function inspectFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  element.dataset.testFocused ??= String(document.querySelectorAll("[data-test-focused]").length + 1);
  const name = `<${element.localName}${element.id ? ` id="${element.id}"` : ""}> “${(element.textContent || element.getAttribute("aria-label") || element.name || "").trim().replace(/\s+/g, " ").slice(0, 40)}”`;
  const problems = [];
  const style = getComputedStyle(element);
  const isDrawn = (one) => (one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 2) || one.boxShadow !== "none";
  // A pin on the map has a thick line around it instead.
  const pin = element.closest("svg") ? element.querySelector("path") : null;
  if (!isDrawn(style) && !(pin && parseFloat(getComputedStyle(pin).strokeWidth) >= 5)) problems.push(`${name} does not show that it has the focus`);
  const rect = [...element.getClientRects()].find((one) => one.width > 0 && one.height > 0);
  if (!rect) {
    problems.push(`${name} has the focus but no size`);
  } else if (!pin) {
    // Of what is larger than the screen, the middle of the part that is on the screen.
    const [left, top, right, bottom] = [Math.max(rect.left, 0), Math.max(rect.top, 0), Math.min(rect.right, innerWidth), Math.min(rect.bottom, innerHeight)];
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    if (right <= left || bottom <= top) {
      problems.push(`${name} has the focus outside the screen, at ${Math.round(rect.left)},${Math.round(rect.top)}`);
    } else {
      const above = document.elementFromPoint(x, y);
      const belongs = above && (element.contains(above) || above.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(above)));
      if (!belongs) problems.push(`${name} has the focus but lies under <${above?.localName} class="${above?.getAttribute("class") ?? ""}">`);
    }
  }
  return { order: Number(element.dataset.testFocused), name, problems };
}

/** What can be reached with Tab, by a short name each. */
export function listReachable() {
  const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']");
  return [...all].filter((one) => !one.dataset.testFocused && one.tabIndex >= 0 && one.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true })).map((one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 100));
}

/** What is wrong with the page on paper (point 20); to be called while printing is emulated. */
export function inspectPrint() {
  const problems = [];
  const isSeen = (element) => element.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) && element.getClientRects().length > 0;
  for (const element of document.querySelectorAll("nav, .nav, .skiplink, button, .nl-button, form.filterrij, .zoek form, .sorteer, .paginering")) {
    if (isSeen(element)) problems.push(`<${element.localName} class="${element.className}"> is printed: “${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}”`);
  }
  // The search is for the screen, and what more can be filled in on the capacity page is mostly empty.
  for (const details of document.querySelectorAll("details:not(.zoek, tr.meer details)")) {
    const inside = [...details.children].find((child) => child.localName !== "summary");
    if (inside && !isSeen(inside.querySelector("td, p, label, li") ?? inside)) problems.push(`a closed part is not printed: “${details.querySelector("summary")?.textContent.trim()}”`);
  }
  for (const card of document.querySelectorAll("li.aanbieder, tr[data-product]")) {
    const age = card.querySelector(".vers");
    if (!age || !isSeen(age)) problems.push(`figures are printed without their date: “${card.textContent.trim().replace(/\s+/g, " ").slice(0, 60)}”`);
  }
  return problems;
}

/** Figures that do not say how old they are, or are old without a warning (point 15). */
export function inspectAges() {
  const problems = [];
  const figures = document.querySelectorAll("li.aanbieder, tr[data-product]");
  for (const figure of figures) {
    const about = figure.textContent.trim().replace(/\s+/g, " ").slice(0, 60);
    const age = figure.querySelector(".vers");
    const text = age?.textContent.trim() ?? "";
    if (!/bevestigd|dagen oud|\d{1,2} (jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec)|vandaag|gisteren|nooit/i.test(text)) problems.push(`no age at “${about}”: “${text}”`);
    const days = /(\d+) dagen (geleden|oud)/.exec(text);
    if (days && Number(days[1]) > 31 && !age.classList.contains("vers--oud")) problems.push(`old without a warning: “${text}”`);
    if (age?.classList.contains("vers--oud") && !age.querySelector("svg use")) problems.push(`a warning of age by colour only: “${text}”`);
  }
  return { figures: figures.length, problems };
}

/** Where the map and the list differ (point 16). */
export function inspectMap() {
  const problems = [];
  const pins = new Map([...document.querySelectorAll(".regiokaart a.pin")].map((pin) => [pin.querySelector("text").textContent.trim(), pin]));
  const outside = [...document.querySelectorAll(".regiokaart p.stil")].map((one) => one.textContent).join(" ");
  const mark = (element, prefix) => [...element.classList].find((name) => name.startsWith(prefix))?.slice(prefix.length);
  const cards = [...document.querySelectorAll("li.aanbieder")];
  for (const card of cards) {
    const number = card.id.replace("aanbod-", "");
    const badge = card.querySelector(".badge").textContent.trim();
    const name = card.querySelector("h3").textContent.trim();
    const pin = pins.get(number);
    if (!pin) {
      if (!new RegExp(`\\b${number} \\(`).test(outside)) problems.push(`number ${number} (${name}) is neither on the map nor told to be outside it`);
      continue;
    }
    pins.delete(number);
    if (pin.getAttribute("href") !== `#${card.id}`) problems.push(`pin ${number} goes to ${pin.getAttribute("href")}`);
    const label = pin.getAttribute("aria-label");
    if (!label.includes(name) || !label.includes(badge.toLowerCase())) problems.push(`pin ${number} says “${label}”, the list “${name}: ${badge}”`);
    if (mark(pin, "pin--") !== mark(card.querySelector(".nr"), "nr--")) problems.push(`pin ${number} has another shape than its number in the list`);
  }
  for (const number of pins.keys()) problems.push(`pin ${number} is not in the list`);
  return { cards: cards.length, problems };
}
