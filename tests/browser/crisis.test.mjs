// The desk of the crisis point: a request typed on the telephone, and a board that follows it on another screen.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CRISIS_DESK } from "./pages.mjs";
import { goTo, PHONE, WIDE, withPage } from "./support/site.mjs";

/** What the common case may cost. */
const MOST_FIELDS = 9;
const MOST_KEYS = 40;

/** Types on the keyboard, and counts every key. */
function keyboard(page) {
  const typist = { keys: 0 };
  typist.press = async (key) => {
    typist.keys += 1;
    await page.keyboard.press(key);
  };
  typist.type = async (text) => {
    for (const sign of text) await typist.press(sign);
  };
  return typist;
}

const focused = (page) => page.evaluate(() => document.activeElement?.name ?? "");

describe("the crisis desk", () => {
  test("takes a request in at most nine fields and forty keys, and says who handles it", () =>
    withPage({ who: CRISIS_DESK, size: WIDE }, async (page) => {
      await goTo(page, "/crisis/nieuw");
      const fields = await page.evaluate(() => {
        const form = document.querySelector("[data-crisisaanvraag]");
        const boxes = form.querySelectorAll("fieldset").length;
        return boxes + form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select, textarea").length;
      });
      assert.ok(fields <= MOST_FIELDS, `${fields} fields`);

      await page.focus("#ontvangenOp");
      const typist = keyboard(page);
      await typist.press("Tab");
      assert.equal(await focused(page), "gemeente");
      await typist.type("alm");
      await typist.press("Tab");
      await typist.type("14");
      await typist.press("Tab");
      await typist.type("hu");
      await typist.press("Tab");
      await typist.type("am");
      await typist.press("Tab");
      await typist.type("ac");
      await page.waitForSelector("[data-crisisroute] strong");
      assert.match(await page.textContent("[data-crisisroute]"), /Crisispunt Flevoland pakt dit zelf op|24-uursdienst pakt dit op/);
      assert.match(await page.textContent("[data-crisisbewaard]"), /Concept bewaard om/);
      while (!(await page.evaluate(() => document.activeElement?.matches("button[type=submit]")))) await typist.press("Tab");
      await typist.press("Enter");
      await page.waitForURL(/\/crisis\/aanvragen\/.*gedaan=aangemeld/);
      assert.ok(typist.keys <= MOST_KEYS, `${typist.keys} keys`);
      assert.match(await page.textContent("main"), /De aanvraag is bewaard/);
      assert.match(await page.textContent("main"), /Almere/);
    }));

  test("keeps what was typed when the browser is closed half-way", () =>
    withPage({ who: CRISIS_DESK, shared: true }, async (page) => {
      await goTo(page, "/crisis/nieuw");
      await page.selectOption("#gemeente", { label: "Dronten" });
      await page.fill("#leeftijd", "8");
      await page.waitForFunction(() => document.querySelector("[data-crisisbewaard]").textContent.startsWith("Concept bewaard"));
      await goTo(page, "/crisis/nieuw");
      await page.click("text=Verder invullen >> nth=0");
      assert.equal(await page.inputValue("#leeftijd"), "8");
      assert.equal(await page.inputValue("#gemeente"), "GM0303");
    }));

  test("shows a new request on another screen by itself, and says when the line is gone", () =>
    withPage({ who: CRISIS_DESK, shared: true, size: WIDE }, (board) =>
      withPage({ who: CRISIS_DESK, shared: true, size: PHONE, javaScript: false }, async (desk) => {
        await board.goto("/crisis");
        await board.waitForFunction(() => document.querySelector("[data-bordtekst]").textContent.startsWith("Live"));
        const before = await board.locator("article.zaak, .aandacht li").count();
        await desk.goto("/crisis/nieuw");
        await desk.fill("#ontvangenOp", "gisteren 10.00");
        await desk.fill("#leeftijd", "5");
        for (const [name, value] of [["gemeente", "GM0171"], ["verwijzer", "onbekend"], ["vraag", "ambulant"], ["urgentie", "acuut"]]) {
          await desk.selectOption(`#${name}`, value);
        }
        await desk.click("form[action='/crisis/nieuw'] button[type=submit] >> nth=0");
        await desk.waitForURL(/gedaan=aangemeld/);
        const code = (await desk.textContent("h1")).replace("Crisisaanvraag ", "");
        await board.waitForSelector(`a[href='/crisis/aanvragen/${code}']`, { timeout: 5000 });
        assert.ok((await board.locator("article.zaak, .aandacht li").count()) > before);
        await desk.goto("/crisis");
        assert.match(await desk.textContent("main"), new RegExp(code), "without JavaScript the page has it too");
      }),
    ));
});
