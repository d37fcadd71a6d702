// The checks that every page must pass, each as a function that returns what is wrong in readable lines.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { inspectFocus, inspectMarkup, inspectPrint, listReachable, measureLayout, widenText } from "./measure.mjs";
import { PHONE, settle, SMALLEST, WIDE } from "./site.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What the tab shows after the name of the page. */
export const SITE_NAME = / – Beschikbaarheidswijzer jeugdhulp (Noord-Veluwe|Flevoland \(demonstratie\))$/;

/** Violations axe finds now; `except` names rules to leave out. */
export async function findAxeViolations(page, { except = [] } = {}) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(async ({ values, except }) => {
    const rules = Object.fromEntries(except.map((rule) => [rule, { enabled: false }]));
    const result = await window.axe.run(document, { runOnly: { type: "tag", values }, rules, resultTypes: ["violations"] });
    return result.violations.map((one) => ({
      id: one.id,
      help: one.help,
      nodes: one.nodes.map((node) => `${node.target.join(" ")}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}`),
    }));
  }, { values: AXE_TAGS, except });
  return violations.map((one) => `axe ${one.id} (${one.help}), ${one.nodes.length} times:\n      ${one.nodes.slice(0, 4).join("\n      ")}`);
}

/** Half the width of a desk: what 200 % zoom leaves of it. */
const ZOOMED = { width: 640, height: 800 };

/**
 * Runs axe and measures the layout at every width, and the layout once more in wide text.
 *
 * axe costs more than all else, and no style sheet tells the narrow widths apart, so it runs at the widest and the
 * narrowest. Most of that is reading colours, and colours do not hang on the width: those are read once.
 */
export async function findProblemsAtAllSizes(page) {
  const problems = [];
  const note = (found, where) => problems.push(...found.map((problem) => ({ problem, where })));
  for (const size of [WIDE, PHONE, ZOOMED, SMALLEST]) {
    await resize(page, size);
    const where = `${size.width} px`;
    note(readable(await page.evaluate(measureLayout)), where);
    if (size === WIDE) note(await findAxeViolations(page), where);
    if (size === SMALLEST) note(await findAxeViolations(page, { except: ["color-contrast"] }), where);
  }
  await page.evaluate(widenText);
  for (const size of [SMALLEST, WIDE]) {
    await resize(page, size);
    const wide = await page.evaluate(measureLayout);
    // Buttons only grow, so their size says nothing new.
    wide.targets = [];
    note(readable(wide), `${size.width} px with wide text`);
  }
  return merge(problems);
}

/** The markup rules and the title; `expected.errors` when the page has errors to mend. */
export async function findMarkupProblems(page, expected) {
  const problems = await page.evaluate(inspectMarkup);
  const title = await page.title();
  if (!SITE_NAME.test(title)) problems.push(`the title does not end with the name of the site: ${title}`);
  if (title.startsWith("Fout:") !== Boolean(expected.errors)) {
    problems.push(expected.errors ? `the title does not start with "Fout:": ${title}` : `the title says there are errors: ${title}`);
  }
  if (title.replace(SITE_NAME, "").replace("Fout:", "").trim() === "") problems.push("the title does not name the page");
  return problems;
}

/** A page never has more than this to step through. */
const MOST_STEPS = 600;

/** Steps through the page with Tab until it is round: what is not seen when it has the focus, and what is never reached. */
export async function findFocusProblems(page) {
  const problems = [];
  let reached = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(inspectFocus);
    if (!focus || focus.order <= reached) break;
    reached = focus.order;
    problems.push(...focus.problems);
  }
  if (reached === 0) problems.push("nothing can be reached with Tab");
  problems.push(...(await page.evaluate(listReachable)).map((one) => `cannot be reached with Tab: ${one}`));
  return shorten(problems);
}

/** The text of an A4 page between its margins, at 96 px per inch. */
const PAPER = { width: 688, height: 1000 };

/** Shows the page as it is printed and looks at it. */
export async function findPrintProblems(page) {
  await page.emulateMedia({ media: "print" });
  await resize(page, PAPER);
  const problems = await page.evaluate(inspectPrint);
  const found = await page.evaluate(measureLayout);
  found.targets = [];
  problems.push(...readable(found));
  await page.emulateMedia({ media: "screen" });
  return problems;
}

async function resize(page, size) {
  const now = page.viewportSize();
  if (now?.width === size.width && now.height === size.height) return;
  await page.setViewportSize(size);
  await settle(page);
}

function readable(found) {
  return Object.entries(found).flatMap(([kind, lines]) => shorten([...new Set(lines)]).map((line) => `${kind}: ${line}`));
}

/** A fault in a list shows in each of its rows; a few tell enough. */
function shorten(lines) {
  return lines.length <= 4 ? lines : [...lines.slice(0, 4), `and ${lines.length - 4} more`];
}

/** One line per problem, with all the sizes it shows at. */
function merge(problems) {
  const places = new Map();
  for (const { problem, where } of problems) places.set(problem, [...(places.get(problem) ?? []), where]);
  return [...places].map(([problem, where]) => `at ${where.join(", ")}: ${problem}`);
}

/** Fails with all problems in one message. */
export function mustBeEmpty(problems, about) {
  if (problems.length > 0) throw new Error(`${about}:\n  - ${problems.join("\n  - ")}`);
}
