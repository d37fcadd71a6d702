// Every page and state, at every width: axe, layout, markup, title, and a browser that has nothing to say.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ALL_PAGES } from "./pages.mjs";
import { findAxeViolationsAtAllSizes, findLayoutProblems, findMarkupProblems, mustBeEmpty } from "./support/checks.mjs";
import { goTo, settle, withPage } from "./support/site.mjs";

/** Opens the page, does what the table says, and checks that it is the page that was meant. */
async function open(page, entry) {
  const path = typeof entry.path === "function" ? await entry.path() : entry.path;
  const answer = await goTo(page, path);
  if (entry.act) {
    await entry.act(page);
    await settle(page);
  } else {
    assert.equal(answer.status(), entry.status ?? 200, `the status of ${path}`);
  }
  return path;
}

async function check(entry) {
  const problems = [];
  let path = await withPage({ who: entry.who }, async (page) => {
    const path = await open(page, entry);
    problems.push(...(await findMarkupProblems(page, entry)), ...(await findLayoutProblems(page)));
    problems.push(...page.said.map((line) => `the browser says: ${line}`));
    return path;
  });
  await withPage({ who: entry.who, bypassCSP: true }, async (page) => {
    await open(page, entry);
    problems.push(...(await findAxeViolationsAtAllSizes(page)));
  });
  mustBeEmpty(problems, path);
}

describe("every page", { concurrency: 3 }, () => {
  for (const entry of ALL_PAGES) test(entry.name, () => check(entry));
});
