// Proof that the checks can fail: on a page without faults each check finds nothing; then a fault is planted, and the
// check must report that fault.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SEARCH } from "./pages.mjs";
import { findAxeViolations, findFocusProblems, findMarkupProblems, findPrintProblems } from "./support/checks.mjs";
import { inspectAges, inspectErrors, inspectMap, measureLayout, widenText } from "./support/measure.mjs";
import { goTo, settle, SMALLEST, WIDE, withPage } from "./support/site.mjs";

const CLEAN = "/privacy";

/** Adds this to the end of the content. The style attribute needs a page that lets it in. */
const plant = (page, html) => page.evaluate((text) => document.querySelector("main article").insertAdjacentHTML("beforeend", text), html);

/** Finds nothing first, and after the fault a line that fits. */
async function mustNotice(look, fault, expected) {
  assert.deepEqual(await look(), [], "the page without the fault");
  await fault();
  const found = await look();
  assert.ok(
    found.some((line) => expected.test(line)),
    `the fault must be reported as ${expected}; reported was: ${found.join("; ") || "nothing"}`,
  );
}

const LAYOUT_FAULTS = [
  { kind: "overlap", name: "a text over another text", html: `<p style="position:relative">Eerste tekst<span style="position:absolute;left:0;top:0">Tweede tekst</span></p>`, expected: /Tweede tekst/ },
  { kind: "overlap", name: "a field over a text", html: `<p style="position:relative">Eerste tekst<input aria-label="veld" style="position:absolute;left:0;top:0"></p>`, expected: /<input/ },
  { kind: "overlap", name: "a cell over another cell", html: `<table><caption>Tabel</caption><tbody><tr><td>Links</td><td style="position:relative;left:-30px">Rechts</td></tr></tbody></table>`, expected: /cell “/ },
  { kind: "spill", name: "a text that comes out of its card", html: `<div class="kaart" style="inline-size:60px;white-space:nowrap">Dit past niet in zestig pixels</div>`, expected: /comes out of/ },
  { kind: "sideways", name: "a part that is wider than the screen", html: `<div style="inline-size:900px">Te breed</div>`, size: SMALLEST, expected: /wide on a screen of 320 px/ },
  { kind: "targets", name: "a button of 10 px", html: `<button type="button" style="inline-size:10px;block-size:10px;padding:0;border:0;min-block-size:0;overflow:hidden" aria-label="klein"></button>`, expected: /is 10\.0 by 10\.0 px/ },
  { kind: "targets", name: "a small link on its own", html: `<p><a href="/hulp">i</a></p>`, expected: /<a>/ },
  { kind: "clipped", name: "a text that is cut off", html: `<p style="block-size:12px;overflow:hidden">Deze tekst is hoger dan zijn vak</p>`, expected: /hoger dan zijn vak/ },
];

const MARKUP_FAULTS = [
  { name: "a second h1", html: "<h1>Nog een</h1>", expected: /2 h1/ },
  { name: "a disabled button", html: "<button type=button disabled>Uit</button>", expected: /disabled/ },
  { name: "an id that stands twice", html: "<p id=inhoud>Dubbel</p>", expected: /id "inhoud"/ },
  { name: "a link to nowhere on the page", html: '<a href="#nergens">Nergens</a>', expected: /#nergens/ },
  { name: "a table without caption and scope", html: "<table><tr><th>Kop</th></tr></table>", expected: /no caption/ },
  { name: "an empty cell", html: "<table><caption>Tabel</caption><tr><th scope=row>Kop</th><td></td></tr></table>", expected: /cell is empty/ },
  { name: "a form that the browser checks", html: "<form method=post><label>Naam <input name=naam required></label></form>", expected: /lets the browser check/ },
  { name: "a field that does not say whether it is required", html: "<form class=formulier method=post novalidate><label for=x>Naam</label><input id=x name=naam></form>", expected: /aria-required/ },
  { name: "a status without a shape", html: '<span class="badge badge--vrij">Vrij</span>', expected: /badge lacks/ },
];

const AXE_FAULTS = [
  { name: "text that is hard to see", html: `<p style="color:#bbb;background:#fff">Lichtgrijs op wit</p>`, expected: /color-contrast/ },
  { name: "a picture without words", html: `<img src="/static/icoon.svg">`, expected: /image-alt/ },
  { name: "a field without a name", html: `<input>`, expected: /label/ },
  { name: "a heading that skips a level", html: "<h2>Twee</h2><h5>Vijf</h5>", expected: /heading-order/ },
];

describe("the checks notice a planted fault", { concurrency: 3 }, () => {
  for (const fault of LAYOUT_FAULTS) {
    test(`layout, ${fault.kind}: ${fault.name}`, () =>
      withPage({ bypassCSP: true, shared: true, size: fault.size ?? WIDE }, async (page) => {
        await goTo(page, CLEAN);
        await mustNotice(async () => (await page.evaluate(measureLayout))[fault.kind], () => plant(page, fault.html), fault.expected);
      }));
  }

  test("layout, text spacing: a box that is high enough for normal text only", () =>
    withPage({ bypassCSP: true, shared: true }, async (page) => {
      await goTo(page, CLEAN);
      await plant(page, `<div style="inline-size:160px;block-size:2.5em;overflow:hidden;line-height:1.2">Twee regels in een vast vak</div>`);
      await mustNotice(async () => (await page.evaluate(measureLayout)).clipped, () => page.evaluate(widenText), /Twee regels/);
    }));

  for (const fault of MARKUP_FAULTS) {
    test(`markup: ${fault.name}`, () =>
      withPage({ shared: true }, async (page) => {
        await goTo(page, CLEAN);
        await mustNotice(() => findMarkupProblems(page, {}), () => plant(page, fault.html), fault.expected);
      }));
  }

  test("markup: another language, another title, and an error that the title does not tell", () =>
    withPage({ shared: true }, async (page) => {
      await goTo(page, CLEAN);
      await mustNotice(() => findMarkupProblems(page, {}), () => page.evaluate(() => (document.documentElement.lang = "en")), /lang "en"/);
      await page.evaluate(() => (document.title = "Zomaar"));
      assert.match((await findMarkupProblems(page, { errors: true })).join(" "), /does not end with .* does not start with "Fout:"/);
    }));

  for (const fault of AXE_FAULTS) {
    test(`axe: ${fault.name}`, () =>
      withPage({ bypassCSP: true, shared: true }, async (page) => {
        await goTo(page, CLEAN);
        await mustNotice(() => findAxeViolations(page), () => plant(page, fault.html), fault.expected);
      }));
  }

  test("a browser that has something to say: a style the policy refuses, a missing file, an error in a script", () =>
    withPage({}, async (page) => {
      await goTo(page, CLEAN);
      assert.deepEqual(page.said, []);
      const all = Promise.all([page.waitForEvent("response"), page.waitForEvent("pageerror")]);
      await plant(page, `<p style="color:red">Rood</p><img alt="" src="/static/bestaat-niet.svg">`);
      await page.evaluate(() => setTimeout(() => { throw new Error("geplant"); }));
      await all;
      const said = page.said.join("\n");
      for (const expected of [/Content Security Policy/, /404 for .*bestaat-niet\.svg/, /geplant/]) assert.match(said, expected);
    }));

  test("focus: a link that does not show its focus, and one under a bar", () =>
    withPage({ bypassCSP: true, shared: true }, async (page) => {
      await goTo(page, CLEAN);
      assert.deepEqual(await findFocusProblems(page), []);
      await goTo(page, CLEAN);
      await plant(page, `<p><a id="onzichtbaar" href="/hulp" style="outline:none!important;box-shadow:none!important">Geen rand</a></p>
        <p style="position:relative"><a id="bedekt" href="/hulp">Bedekt</a><span style="position:absolute;inset:-20px;background:#fff"></span></p>
        <p><a id="overgeslagen" href="/hulp" style="display:inline-block" onfocus="this.blur()">Laat los</a></p>`);
      const found = (await findFocusProblems(page)).join("\n");
      for (const expected of [/onzichtbaar.*does not show/, /bedekt.*lies under/, /overgeslagen/]) assert.match(found, expected);
    }));

  test("paper: a menu that is printed, and figures without their date", () =>
    withPage({ bypassCSP: true, shared: true }, async (page) => {
      await goTo(page, SEARCH);
      assert.deepEqual(await findPrintProblems(page), []);
      await page.evaluate(() => {
        document.querySelector("nav").style.setProperty("display", "block", "important");
        document.querySelector("li.aanbieder .vers").style.setProperty("display", "none", "important");
      });
      const found = (await findPrintProblems(page)).join("\n");
      for (const expected of [/<nav.*is printed/, /without their date/]) assert.match(found, expected);
    }));

  test("errors: a summary without focus, a link to nothing, and a field that does not say it", () =>
    withPage({ shared: true }, async (page) => {
      await goTo(page, "/zoeken?leeftijd=twaalf&straalKm=nul");
      assert.deepEqual(await page.evaluate(inspectErrors), []);
      await page.evaluate(() => {
        document.activeElement.blur();
        document.getElementById("leeftijd-f").textContent = "Iets anders";
        document.querySelector('[data-foutsamenvatting] a[href="#straalKm"]').setAttribute("href", "#rk");
        document.querySelector("main").insertAdjacentHTML("afterbegin", "<p>Ervoor</p>");
      });
      const found = (await page.evaluate(inspectErrors)).join("\n");
      for (const expected of [/does not have the focus/, /not said at #leeftijd/, /does not go to a field/, /not on top/]) assert.match(found, expected);
    }));

  test("map and ages: a pin with another status, a pin too many, and a figure without its age", () =>
    withPage({ shared: true }, async (page) => {
      await goTo(page, SEARCH);
      assert.deepEqual((await page.evaluate(inspectMap)).problems, []);
      assert.deepEqual((await page.evaluate(inspectAges)).problems, []);
      await page.evaluate(() => {
        const pin = document.querySelector("a.pin");
        pin.setAttribute("class", "pin pin--anders");
        pin.setAttribute("aria-label", "Iets anders");
        const extra = pin.parentNode.appendChild(pin.cloneNode(true));
        extra.querySelector("text").textContent = "99";
        document.querySelector("li.aanbieder .vers").textContent = "ooit";
      });
      const found = (await page.evaluate(inspectMap)).problems.join("\n");
      for (const expected of [/says “Iets anders”/, /another shape/, /pin 99 is not in the list/]) assert.match(found, expected);
      assert.match((await page.evaluate(inspectAges)).problems.join("\n"), /no age/);
    }));
});
