// The browser tests: the real program, with the demonstration region, in Chromium.
//
//   scripts/browser-tests.sh                       all of them
//   scripts/browser-tests.sh --test-name-pattern=X  those whose name fits X
//
// Needs BIN (the program) and CHROMIUM (the browser). Starts one program and one browser for everything:
//
//   pages.mjs           the table of pages; a new page is one more line there
//   pages.test.mjs      what every page must pass at 1280, 360 and 320 px
//   points.test.mjs     what each page must do, by the points of the design
//   journeys.test.mjs   from the first page to the goal, with and without JavaScript
//   crisis.test.mjs     the crisis point, from the telephone to the report
//   faults.test.mjs     plants a fault for each check and expects it to be found
//   support/            program, browser, checks and measuring
import { after, before } from "node:test";
import { startSite, stopSite } from "./support/site.mjs";

before(startSite);
after(stopSite);
// Who stops the tests halfway must not be left with a program and a browser.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopSite().finally(() => process.exit(1)));

// Everything in here has a limit of its own; what hangs all the same must become a failure that says so. Not counted
// while there is nothing left to wait for.
const LIMIT_MINUTES = 30;
setTimeout(() => {
  console.error(`The browser tests still hang after ${LIMIT_MINUTES} minutes and are stopped.`);
  process.exit(1);
}, LIMIT_MINUTES * 60_000).unref();

await import("./faults.test.mjs");
await import("./pages.test.mjs");
await import("./points.test.mjs");
await import("./journeys.test.mjs");
await import("./crisis.test.mjs");
