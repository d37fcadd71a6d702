// Every page and state, at every width: axe, layout, markup, title, and a browser that has nothing to say.
import { describe, test } from "node:test";
import { ALL_PAGES, openEntry } from "./pages.mjs";
import { findMarkupProblems, findProblemsAtAllSizes, mustBeEmpty } from "./support/checks.mjs";
import { withPage } from "./support/site.mjs";

async function check(entry) {
  const problems = [];
  const path = await withPage({ who: entry.who, shared: true }, async (page) => {
    const path = await openEntry(page, entry);
    problems.push(...(await findMarkupProblems(page, entry)), ...(await findProblemsAtAllSizes(page)));
    problems.push(...page.said.map((line) => `the browser says: ${line}`));
    return path;
  });
  mustBeEmpty(problems, path);
}

describe("every page", { concurrency: 3 }, () => {
  for (const entry of ALL_PAGES) test(entry.name, () => check(entry));
});
