// The checks that every page must pass, each as a function that returns what is wrong in readable lines.
import { createRequire } from "node:module";
import { inspectMarkup, measureLayout, widenText } from "./measure.mjs";
import { settle, SIZES, SMALLEST } from "./site.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What the tab shows after the name of the page. */
export const SITE_NAME = " – Beschikbaarheidswijzer jeugdhulp Noord-Veluwe";

/** Violations axe finds now; needs a page that lets other scripts in. */
export async function findAxeViolations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: AXE });
  const violations = await page.evaluate(async (values) => {
    const result = await window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    return result.violations.map((one) => ({
      id: one.id,
      help: one.help,
      nodes: one.nodes.map((node) => `${node.target.join(" ")}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}`),
    }));
  }, AXE_TAGS);
  return violations.map((one) => `axe ${one.id} (${one.help}), ${one.nodes.length} times:\n      ${one.nodes.slice(0, 4).join("\n      ")}`);
}

/** Runs axe at every width. */
export async function findAxeViolationsAtAllSizes(page) {
  const problems = [];
  for (const size of SIZES) {
    await resize(page, size);
    problems.push(...label(size, await findAxeViolations(page)));
  }
  return problems;
}

/** Measures the page at every width, in wide text, and at half the width of a desk (200 % zoom). */
export async function findLayoutProblems(page) {
  const problems = [];
  for (const size of [...SIZES, { width: 640, height: 800 }]) {
    await resize(page, size);
    problems.push(...label(size, readable(await page.evaluate(measureLayout))));
  }
  await page.evaluate(widenText);
  for (const size of [SIZES[0], SMALLEST]) {
    await resize(page, size);
    const wide = await page.evaluate(measureLayout);
    // Buttons only grow, so their size says nothing new.
    wide.targets = [];
    problems.push(...label(size, readable(wide), " with wide text"));
  }
  return problems;
}

/** The markup rules and the title; `expected.errors` when the page has errors to mend. */
export async function findMarkupProblems(page, expected) {
  const problems = await page.evaluate(inspectMarkup);
  const title = await page.title();
  if (!title.endsWith(SITE_NAME)) problems.push(`the title does not end with the name of the site: ${title}`);
  if (title.startsWith("Fout:") !== Boolean(expected.errors)) {
    problems.push(expected.errors ? `the title does not start with "Fout:": ${title}` : `the title says there are errors: ${title}`);
  }
  if (title.replace(SITE_NAME, "").replace("Fout:", "").trim() === "") problems.push("the title does not name the page");
  return problems;
}

async function resize(page, size) {
  await page.setViewportSize(size);
  await settle(page);
}

function readable(found) {
  return Object.entries(found).flatMap(([kind, lines]) => shorten(lines).map((line) => `${kind}: ${line}`));
}

/** A fault in a list shows in each of its rows; a few tell enough. */
function shorten(lines) {
  return lines.length <= 6 ? lines : [...lines.slice(0, 6), `and ${lines.length - 6} more`];
}

function label(size, problems, suffix = "") {
  return problems.map((problem) => `at ${size.width} px${suffix}: ${problem}`);
}

/** Fails with all problems in one message. */
export function mustBeEmpty(problems, about) {
  if (problems.length > 0) throw new Error(`${about}:\n  - ${problems.join("\n  - ")}`);
}
