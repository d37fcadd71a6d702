// What each page must do, by the points of the design. Each test is named after its point.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ALL_PAGES, MANAGER, openEntry, PROVIDER, PROVIDER_AGB, SEARCH, submit, offerIds } from "./pages.mjs";
import { findFocusProblems, findPrintProblems, mustBeEmpty } from "./support/checks.mjs";
import { inspectAges, inspectErrors, inspectMap } from "./support/measure.mjs";
import { api, goTo, PHONE, settle, SMALLEST, WIDE, withPage } from "./support/site.mjs";

const CAPACITY_SAVE = "form[data-capaciteit] .balk button";
const FIRST_ROW = "tbody tr[data-product] >> nth=0";

/** Counts what a page sends with POST to an address. */
function countPosts(page, path) {
  const sent = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && new URL(request.url()).pathname === path) sent.push(request.postData());
  });
  return sent;
}

describe("points 1 to 3: errors", { concurrency: 3 }, () => {
  for (const entry of ALL_PAGES.filter((one) => one.errors)) {
    test(`${entry.name}: the summary is on top, has the focus and links to the fields, which say the same; what was typed is still there`, () =>
      withPage({ who: entry.who, shared: true }, async (page) => {
        await openEntry(page, entry);
        mustBeEmpty(await page.evaluate(inspectErrors), page.url());
        for (const [name, value] of Object.entries(entry.act?.fields ?? {})) {
          const field = page.locator(`main [name="${name}"]`);
          const isSecret = await field.evaluate((one) => one.type === "password" || one.autocomplete === "one-time-code");
          assert.equal(await field.inputValue(), isSecret ? "" : value, `the field ${name}`);
        }
        const link = page.locator("[data-foutsamenvatting] a").first();
        const field = (await link.getAttribute("href")).slice(1);
        await link.click();
        assert.equal(await page.evaluate(() => document.activeElement.id), field, "the link must bring the focus to the field");
      }));
  }

  test("point 3: what was typed in a search stays in its fields", () =>
    withPage({ shared: true }, async (page) => {
      await goTo(page, "/zoeken?product=emdr&leeftijd=twaalf&gemeente=GM0243&vers=ja");
      assert.equal(await page.inputValue("#leeftijd"), "twaalf");
      assert.equal(await page.inputValue("#product"), "emdr");
      assert.equal(await page.inputValue("#gemeente"), "GM0243");
      assert.ok(await page.isChecked("#vers"));
    }));

  test("points 1 and 3: a search with JavaScript shows its errors too", () =>
    withPage({}, async (page) => {
      await goTo(page, "/zoeken");
      await page.fill("#leeftijd", "twaalf");
      await page.click("search button[type=submit]");
      await page.waitForSelector("[data-foutsamenvatting]:focus");
      mustBeEmpty(await page.evaluate(inspectErrors), page.url());
      assert.match(await page.title(), /^Fout:/);
      assert.equal(await page.inputValue("#leeftijd"), "twaalf");
    }));
});

describe("points 4 to 9: forms", { concurrency: 3 }, () => {
  test("point 5: numbers have a number keyboard, and an error about a number gives an example", async () => {
    const fields = [
      ["/zoeken", undefined, ["#leeftijd", "#straalKm"]],
      ["/beheer/locaties/nieuw", MANAGER, ["#nummer"]],
      ["/beheer/producten/nieuw", MANAGER, ["#leeftijdVanaf", "#leeftijdTot", "#normIntakeWeken"]],
      ["/capaciteit", PROVIDER, [`${FIRST_ROW} >> [data-kolom=vrij]`, `${FIRST_ROW} >> [data-kolom=wacht]`]],
    ];
    for (const [path, who, selectors] of fields) {
      await withPage({ who, shared: true }, async (page) => {
        await goTo(page, path);
        for (const selector of selectors) assert.equal(await page.getAttribute(selector, "inputmode"), "numeric", `${selector} on ${path}`);
      });
    }
    await withPage({ shared: true }, async (page) => {
      await goTo(page, "/zoeken?leeftijd=twaalf&straalKm=nul&postcode=12");
      for (const text of await page.locator("[data-foutsamenvatting] a").allTextContents()) assert.match(text, /\d/, "the error must give an example or the limits");
    });
    await withPage({ who: PROVIDER, shared: true }, async (page) => {
      await openEntry(page, ALL_PAGES.find((one) => one.name === "provider: capacity with errors"));
      for (const text of await page.locator("[data-foutsamenvatting] a").allTextContents()) assert.match(text, /\d/, "the error must give an example or the limits");
    });
  });

  test("point 6: a double click adds one segment", () =>
    withPage({ who: MANAGER }, async (page) => {
      await goTo(page, "/beheer/segmenten/nieuw");
      const sent = countPosts(page, "/beheer/segmenten");
      await page.fill("#code", "DUBBEL");
      await page.fill("#naam", "Tweemaal geklikt");
      await page.dblclick("main form button[type=submit]");
      await page.waitForSelector(".melding--goed");
      assert.equal(sent.length, 1, "the form must go out once");
      assert.equal(await page.locator("tbody tr", { hasText: "Tweemaal geklikt" }).count(), 1);
    }));

  test("point 6: without JavaScript a double click adds one contract too", () =>
    withPage({ who: MANAGER, javaScript: false }, async (page) => {
      const { contracten: before } = await api(`/v1/aanbieders/${PROVIDER_AGB}/contracten`);
      await goTo(page, `/beheer/contracten/nieuw?aanbieder=${PROVIDER_AGB}`);
      const [, ...codes] = await page.locator("#product option").evaluateAll((options) => options.map((option) => option.value));
      await page.selectOption("#product", codes.find((code) => !before.some((contract) => contract.product.code === code)));
      await page.dblclick("main form button[type=submit]");
      await page.waitForSelector(".melding--goed, [data-foutsamenvatting]");
      const { contracten: after } = await api(`/v1/aanbieders/${PROVIDER_AGB}/contracten`);
      assert.equal(after.length, before.length + 1, "one contract must have been added");
    }));

  test("point 7: Enter in a number field saves", () =>
    withPage({ who: MANAGER }, async (page) => {
      await goTo(page, `/beheer/locaties/nieuw?aanbieder=${PROVIDER_AGB}`);
      await page.fill("#nummer", "77");
      await page.fill("#naam", "Met Enter opgeslagen");
      await page.fill("#pc4", "3841");
      await page.press("#nummer", "Enter");
      await page.waitForSelector(".melding--goed");
      await page.waitForSelector("text=Met Enter opgeslagen");
    }));

  test("point 9: the arrow keys go through a column of the capacity table", () =>
    withPage({ who: PROVIDER, shared: true }, async (page) => {
      await goTo(page, "/capaciteit");
      const ids = await page.locator("input[data-kolom=vrij]").evaluateAll((fields) => fields.map((field) => field.id));
      await page.focus(`#${ids[0]}`);
      await page.keyboard.press("ArrowDown");
      assert.equal(await page.evaluate(() => document.activeElement.id), ids[1]);
      await page.keyboard.press("ArrowUp");
      assert.equal(await page.evaluate(() => document.activeElement.id), ids[0]);
    }));

  for (const size of [WIDE, SMALLEST]) {
    for (const [name, path, who] of [
      ["the capacity table", "/capaciteit", PROVIDER],
      ["the search", SEARCH, undefined],
      ["a list of contracts", "/beheer/contracten", MANAGER],
      ["the form of a product", "/beheer/producten/nieuw", MANAGER],
    ]) {
      test(`point 9: all of ${name} can be reached with Tab at ${size.width} px, and the focus is always seen`, () =>
        withPage({ who, shared: true, size }, async (page) => {
          await goTo(page, path);
          mustBeEmpty(await findFocusProblems(page), path);
        }));
    }
  }

  test("point 9: the first Tab shows a link that skips to the content", () =>
    withPage({ shared: true }, async (page) => {
      await goTo(page, "/zoeken");
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      assert.equal(await focused.textContent(), "Direct naar de inhoud");
      assert.ok((await focused.boundingBox()).y >= 0, "the link must be on the screen");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement.id), "inhoud");
    }));
});

// One after the other: these change the figures of one provider.
describe("points 6 to 8: capacity", () => {
  test("point 7: Enter in a figure saves that figure and confirms nothing else", () =>
    withPage({ who: PROVIDER }, async (page) => {
      await goTo(page, "/capaciteit");
      const confirmed = countPosts(page, "/capaciteit/bevestigen");
      await page.fill(`${FIRST_ROW} >> [data-kolom=wacht]`, "12");
      await page.press(`${FIRST_ROW} >> [data-kolom=wacht]`, "Enter");
      await page.waitForURL(/opgeslagen=1/);
      assert.equal(confirmed.length, 0);
      assert.equal(await page.inputValue(`${FIRST_ROW} >> [data-kolom=wacht]`), "12");
    }));

  test("point 6: a double click on save goes out once", () =>
    withPage({ who: PROVIDER }, async (page) => {
      await goTo(page, "/capaciteit");
      const sent = countPosts(page, "/capaciteit");
      await page.fill(`${FIRST_ROW} >> [data-kolom=wacht]`, "13");
      await page.dblclick(CAPACITY_SAVE);
      await page.waitForURL(/opgeslagen=1/);
      assert.equal(sent.length, 1);
    }));

  for (const javaScript of [true, false]) {
    test(`point 8: one click confirms everything and says when, ${javaScript ? "with" : "without"} JavaScript`, () =>
      withPage({ who: PROVIDER, javaScript }, async (page) => {
        await goTo(page, "/capaciteit");
        await submit(page, "text=Niets gewijzigd, bevestig alles");
        const message = await page.textContent(".melding--goed");
        assert.match(message, /\d+ producten zijn bevestigd op .*\d{4}.*\d{1,2}\.\d{2} uur/);
        assert.equal(await page.locator("tr[data-product] .vers--oud").count(), 0, "nothing is old any more");
      }));
  }
});

describe("points 10 to 14: finding", { concurrency: 3 }, () => {
  test("point 11: search is sorted by links, and the order that holds is marked", () =>
    withPage({ shared: true, javaScript: false }, async (page) => {
      await goTo(page, SEARCH);
      assert.equal(await page.textContent(".sorteer [aria-current=true]"), "Snelst beschikbaar");
      await page.click(".sorteer >> text=Naam");
      assert.equal(await page.textContent(".sorteer [aria-current=true]"), "Naam");
      const names = await page.locator("li.aanbieder h3").allTextContents();
      assert.deepEqual(names, [...names].sort((a, b) => a.localeCompare(b, "nl")), "the names must be in order");
      assert.equal(new URL(page.url()).searchParams.get("product"), "emdr", "sorting must keep the filters");
    }));

  for (const path of ["/beheer/aanbieders", "/beheer/contracten", "/beheer/producten"]) {
    test(`point 11: the columns of ${path} are sorted by links, with aria-sort`, () =>
      withPage({ who: MANAGER, shared: true, javaScript: false }, async (page) => {
        await goTo(page, path);
        const count = await page.locator("th a.sorteerlink").count();
        assert.ok(count > 0, "there must be links to sort by");
        for (let index = 0; index < count; index++) {
          const before = await page.locator("th:has(a.sorteerlink)").nth(index).getAttribute("aria-sort");
          await page.locator("th a.sorteerlink").nth(index).click();
          const after = await page.locator("th:has(a.sorteerlink)").nth(index).getAttribute("aria-sort");
          assert.match(after ?? "", /^(ascending|descending)$/, `column ${index + 1} after sorting by it`);
          assert.notEqual(after, before, `sorting by column ${index + 1} must change the order`);
          assert.equal(await page.locator("th[aria-sort]").count(), 1, "one order holds at a time");
        }
      }));
  }

  test("point 12: a search can be shared by its address", async () => {
    const read = (options) =>
      withPage(options, async (page) => {
        await goTo(page, SEARCH);
        return page.innerText("#uitkomst");
      });
    assert.equal(await read({}), await read({ javaScript: false }));
  });

  test("point 12: the number of results is in the heading and in the title", () =>
    withPage({ shared: true }, async (page) => {
      await goTo(page, SEARCH);
      const heading = await page.textContent("#rk");
      assert.match(heading, /^\d+ aanbieders?, \d+ met een vrije plek$/);
      assert.ok((await page.title()).includes(heading.split(",")[0]));
    }));

  test("point 12: each chosen filter is seen and can be taken off on its own", () =>
    withPage({ shared: true, javaScript: false }, async (page) => {
      const filters = { product: "ambulant", gemeente: "GM0243", leeftijd: "12", urgentie: "urgent", vrijePlek: "ja", binnenNorm: "ja", vers: "ja", online: "ja" };
      const address = `/zoeken?${new URLSearchParams(filters)}`;
      await goTo(page, address);
      const count = await page.locator("a.chip").count();
      assert.equal(count, Object.keys(filters).length, "one chip per filter");
      const removed = new Set();
      for (const link of await page.locator("a.chip").evaluateAll((chips) => chips.map((chip) => chip.href))) {
        const left = Object.fromEntries(new URL(link).searchParams);
        const gone = Object.keys(filters).filter((name) => !(name in left));
        assert.equal(gone.length, 1, `${link} must take off one filter`);
        removed.add(gone[0]);
      }
      assert.deepEqual([...removed].sort(), Object.keys(filters).sort());
      // A click does not wait for the page it leads to, and counting does not wait either.
      await Promise.all([page.waitForURL((url) => url.search !== new URL(address, url).search, { waitUntil: "load" }), page.click("a.chip >> nth=0")]);
      assert.equal(await page.locator("a.chip").count(), count - 1);
    }));

  test("point 12: zero results offer next steps, and those lead on", () =>
    withPage({ shared: true, javaScript: false }, async (page) => {
      await goTo(page, "/zoeken?product=emdr&leeftijd=1&straalKm=5&vrijePlek=ja&postcode=8071");
      assert.equal(await page.locator("li.aanbieder").count(), 0, "this search is meant to find nothing");
      const steps = await page.locator("#uitkomst .kaart ul a").evaluateAll((links) => links.map((link) => link.href));
      assert.ok(steps.length >= 2, "there must be several next steps");
      let found = 0;
      for (const step of steps) {
        await goTo(page, step);
        found += await page.locator("li.aanbieder").count();
      }
      assert.ok(found > 0, "at least one step must find something");
    }));

  test("point 12: with JavaScript a search gives the same page as without", async () => {
    const readMain = (page) => page.evaluate(() => document.querySelector("main").textContent.replace(/\s+/g, " ").trim());
    const fresh = await withPage({}, async (page) => {
      await goTo(page, SEARCH);
      return { text: await readMain(page), title: await page.title() };
    });
    await withPage({}, async (page) => {
      await goTo(page, "/zoeken");
      await page.fill("#product", "emdr");
      await page.selectOption("#gemeente", "GM0243");
      await page.fill("#leeftijd", "14");
      await page.click("search button[type=submit]");
      await page.waitForURL(/leeftijd=14/);
      await page.waitForSelector("a.chip >> text=emdr");
      await settle(page);
      assert.equal(await page.title(), fresh.title);
      // What a screen reader is told in between is the heading once more.
      const heading = await page.textContent("#rk");
      await page.waitForFunction((text) => document.querySelector("[data-uitkomst-stand]").textContent === text, heading);
      await page.evaluate(() => document.querySelector("[data-uitkomst-stand]").replaceChildren());
      assert.equal(await readMain(page), fresh.text);
      mustBeEmpty(page.said, "the browser says");
      await page.goBack();
      await page.waitForURL((url) => url.search === "");
      await page.waitForFunction(() => document.querySelectorAll("a.chip").length === 0);
    });
  });

  test("point 13: from the start to a free place and its contact in three clicks, without JavaScript", () =>
    withPage({ javaScript: false, size: PHONE }, async (page) => {
      await goTo(page, "/");
      if (!(await page.isVisible("#product"))) assert.fail("the search must be open on the start page");
      await page.fill("#product", "emdr");
      await submit(page, "search button[type=submit]");
      const card = page.locator("li.aanbieder", { hasText: /plek(ken)? vrij/ }).first();
      const name = await card.locator("h3").textContent();
      await card.locator("a", { hasText: "Contact" }).click();
      await page.waitForURL(/\/aanbieders\/\d+#contact/);
      assert.equal(await page.textContent("h1"), name);
      assert.ok(await page.isVisible("#contact"));
    }));

  test("point 14: every status has a word and a shape of its own, in the list and on the map", () =>
    withPage({ shared: true }, async (page) => {
      const seen = new Map();
      for (const path of ["/zoeken", "/zoeken?pagina=5", "/zoeken?sorteer=naam", "/zoeken?sorteer=naam&pagina=3", "/zoeken?sorteer=naam&pagina=9", "/zoeken?soort=pleegzorg", "/zoeken?urgentie=crisis"]) {
        await goTo(page, path);
        const badges = await page.locator("li.aanbieder .badge").evaluateAll((all) =>
          all.map((badge) => ({
            kind: [...badge.classList].find((name) => name.startsWith("badge--")),
            icon: badge.querySelector("use").getAttribute("href"),
            word: badge.textContent.trim().replace(/^\d+ plek(ken)?/, "plek"),
          })),
        );
        for (const { kind, icon, word } of badges) {
          const known = seen.get(kind) ?? { icon, words: new Set() };
          assert.equal(icon, known.icon, `${kind} must always have the same shape`);
          seen.set(kind, { icon, words: known.words.add(word) });
        }
      }
      assert.ok(seen.size >= 3, `the demonstration must show several statuses, not only ${[...seen.keys()]}`);
      const icons = [...seen.values()].map((one) => one.icon);
      assert.equal(new Set(icons).size, icons.length, `each status must have its own shape: ${icons}`);
    }));

  test("point 14: in forced colours the statuses keep their words and their frames", () =>
    withPage({}, async (page) => {
      await page.emulateMedia({ forcedColors: "active" });
      await goTo(page, SEARCH);
      const styles = await page.locator("li.aanbieder .badge").evaluateAll((all) => all.map((badge) => getComputedStyle(badge).borderStyle));
      assert.ok(styles.length > 0 && styles.every((style) => style !== "none"), `badges without a frame: ${styles}`);
      await page.screenshot({ fullPage: true });
    }));

  test("point 15: every figure shows its age, and old ones warn", async () => {
    for (const [path, who] of [["/zoeken"], [SEARCH], ["/zoeken?pagina=9"], [`/aanbieders/${PROVIDER_AGB}`], ["/capaciteit", PROVIDER]]) {
      await withPage({ who, shared: true }, async (page) => {
        await goTo(page, path);
        const { figures, problems } = await page.evaluate(inspectAges);
        assert.ok(figures > 0, `${path} must show figures`);
        mustBeEmpty(problems, path);
      });
    }
    await withPage({ shared: true }, async (page) => {
      await goTo(page, `/vergelijken?aanbod=${(await offerIds(3)).join(",")}`);
      assert.equal(await page.locator("td .vers").count(), 3, "each column of a comparison must tell its age");
    });
  });

  test("point 16: the map has the numbers, places and statuses of the list", async () => {
    for (const path of ["/zoeken", SEARCH, "/zoeken?pagina=2", "/zoeken?sorteer=naam&pagina=4", "/zoeken?gemeente=GM0050"]) {
      await withPage({ shared: true }, async (page) => {
        await goTo(page, path);
        const { cards, problems } = await page.evaluate(inspectMap);
        assert.ok(cards > 0, `${path} must find something`);
        mustBeEmpty(problems, path);
      });
    }
  });

  test("point 16: a pin brings to its item in the list", () =>
    withPage({ shared: true, javaScript: false }, async (page) => {
      await goTo(page, SEARCH);
      const pin = page.locator("a.pin").last();
      await pin.focus();
      await page.keyboard.press("Enter");
      const target = await pin.getAttribute("href");
      assert.equal(new URL(page.url()).hash, target);
      assert.ok(await page.locator(target).isVisible());
    }));

  test("point 16: a chart has a table with the same values", () =>
    withPage({ shared: true }, async (page) => {
      await goTo(page, `/aanbod/${(await offerIds(1))[0]}/verloop`);
      const charts = page.locator("figure.grafiek");
      assert.ok((await charts.count()) > 0);
      for (const chart of await charts.all()) {
        assert.ok((await chart.locator("h2").textContent()).trim(), "the conclusion is the heading");
        assert.ok(await chart.locator("svg[role=img] title").first().textContent());
        const text = await chart.locator("svg:visible desc").textContent();
        await chart.locator("summary").click();
        const last = await chart.locator("tbody tr:last-child td").allTextContents();
        for (const value of last.filter((one) => /^\d/.test(one))) assert.ok(text.includes(value.trim()), `the description “${text}” must have the last value ${value}`);
      }
    }));
});

describe("points 19 and 20: zoom and paper", { concurrency: 3 }, () => {
  test("point 19: at 400 % zoom a page is the page of 320 px", () =>
    withPage({ shared: true, size: { width: 1280 / 4, height: 900 / 4 } }, async (page) => {
      await goTo(page, SEARCH);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no scrolling sideways");
      await page.click("summary");
      await page.fill("#leeftijd", "12");
      await page.click("search button[type=submit]");
      await page.waitForURL(/leeftijd=12/);
      await page.waitForSelector("a.chip >> text=12 jaar");
    }));

  for (const [name, path, who] of [
    ["a search", SEARCH],
    ["a provider", `/aanbieders/${PROVIDER_AGB}`],
    ["a comparison", async () => `/vergelijken?aanbod=${(await offerIds(3)).join(",")}`],
    ["the course of an offer", async () => `/aanbod/${(await offerIds(1))[0]}/verloop`],
    ["the help", "/hulp"],
    ["the capacity", "/capaciteit", PROVIDER],
    ["a list of contracts", "/beheer/contracten", MANAGER],
  ]) {
    test(`point 20: ${name} on paper has no navigation, all details and the date of the data`, () =>
      withPage({ who }, async (page) => {
        const address = typeof path === "function" ? await path() : path;
        await goTo(page, address);
        mustBeEmpty(await findPrintProblems(page), address);
      }));
  }
});
