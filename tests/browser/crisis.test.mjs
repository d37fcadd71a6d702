// The desk of the crisis point: a request typed on the telephone, and a board that follows it on another screen.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CLOSED_QUARTER, CRISIS_DESK, DISTRIBUTOR, REGISTRAR, submit } from "./pages.mjs";
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

/** The demonstration may have a child that looks the same, about whom the page asks. */
async function confirmOtherChild(page) {
  await page.waitForSelector("#lijkt-t, .melding--goed");
  if (await page.locator("#lijkt-t").count()) await page.click("form[action='/crisis/nieuw'] button[type=submit] >> nth=0");
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
      await typist.type("17");
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
      assert.ok(typist.keys <= MOST_KEYS, `${typist.keys} keys`);
      await confirmOtherChild(page);
      await page.waitForURL(/\/crisis\/aanvragen\/.*gedaan=aangemeld/);
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
        await desk.fill("#leeftijd", "2");
        for (const [name, value] of [["gemeente", "GM0050"], ["verwijzer", "onbekend"], ["vraag", "ambulant"], ["urgentie", "acuut"]]) {
          await desk.selectOption(`#${name}`, value);
        }
        await desk.click("form[action='/crisis/nieuw'] button[type=submit] >> nth=0");
        await confirmOtherChild(desk);
        await desk.waitForURL(/gedaan=aangemeld/);
        const code = (await desk.textContent("h1")).replace("Crisisaanvraag ", "");
        await board.waitForSelector(`a[href='/crisis/aanvragen/${code}']`, { timeout: 5000 });
        assert.ok((await board.locator("article.zaak, .aandacht li").count()) > before);
        await desk.goto("/crisis");
        assert.match(await desk.textContent("main"), new RegExp(code), "without JavaScript the page has it too");
      }),
    ));

  test("takes a new line when one was refused, and asks it for what came since", () =>
    withPage({ who: CRISIS_DESK, size: PHONE }, async (page) => {
      const asked = [];
      await page.route("**/crisis/stroom*", (route) => {
        asked.push(new URL(route.request().url()).searchParams.get("sinds"));
        return asked.length === 1 ? route.fulfill({ status: 503, body: "" }) : route.continue();
      });
      await page.goto("/crisis");
      const drawnAt = await page.getAttribute("[data-bord]", "data-bordnummer");
      await page.waitForFunction(() => document.querySelector("[data-bordtekst]").textContent.startsWith("Live"));
      assert.deepEqual(asked.slice(0, 2), [drawnAt, drawnAt]);
    }));

  // What the board says of itself, in the order in which it said so.
  const listenTo = (page) =>
    page.addInitScript(() => {
      globalThis.said = [];
      document.addEventListener("DOMContentLoaded", () => {
        const text = document.querySelector("[data-bordtekst]");
        new MutationObserver(() => globalThis.said.push(text.textContent)).observe(text, { childList: true, characterData: true, subtree: true });
      });
    });
  const beat = (om, actueel) => ({ contentType: "text/event-stream", body: `event: hart\ndata: ${JSON.stringify({ om, actueel })}\n\n` });
  const waitToHear = (page, words) => page.waitForFunction((text) => globalThis.said.includes(text), words);

  test("never says live of what is old", () =>
    withPage({ who: CRISIS_DESK, size: PHONE }, async (page) => {
      await listenTo(page);
      await page.route("**/crisis/stroom*", (route) => route.fulfill(beat("9.58 uur", false)));
      await page.goto("/crisis");
      await waitToHear(page, "De gegevens zijn even niet te lezen, stand van 9.58 uur");
      await waitToHear(page, "Verbinding weg, stand van 9.58 uur");
      assert.deepEqual((await page.evaluate(() => globalThis.said)).filter((text) => text.startsWith("Live")), []);
    }));

  test("that waits keeps saying of when it is", () =>
    withPage({ who: CRISIS_DESK, size: PHONE }, async (page) => {
      await listenTo(page);
      let release;
      const paused = new Promise((resolve) => (release = resolve));
      let lines = 0;
      await page.route("**/crisis/stroom*", async (route) => {
        lines += 1;
        if (lines === 1) return route.fulfill(beat("10.00 uur", true));
        await paused;
        return route.fulfill(beat("11.00 uur", true));
      });
      await page.goto("/crisis");
      await waitToHear(page, "Live. Bijgewerkt om 10.00 uur");
      await waitToHear(page, "Verbinding weg, stand van 10.00 uur");
      await page.click("[data-bordpauze]");
      release();
      await waitToHear(page, "Gepauzeerd, stand van 10.00 uur");
      assert.deepEqual((await page.evaluate(() => globalThis.said)).filter((text) => text.includes("11.00")), []);
    }));

  test("warns in the title of a new acute request unless that is chosen off", () =>
    withPage({ who: CRISIS_DESK, size: PHONE }, async (page) => {
      const news = { contentType: "text/event-stream", body: 'id: 999999999\nevent: nieuws\ndata: {"nummer":999999999,"tekst":"10.00 uur nieuw","acuut":true}\n\n' };
      await page.route("**/crisis/stroom*", (route) => route.fulfill(news));
      await page.goto("/crisis");
      assert.equal(await page.inputValue("#bordgeluid"), "aan");
      await page.waitForFunction(() => /^\(\d+ acuut\)/.test(document.title));
      await page.selectOption("#bordgeluid", "niets");
      await page.goto("/crisis");
      assert.equal(await page.inputValue("#bordgeluid"), "niets");
      await page.waitForFunction(() => document.querySelector("[data-bordomroep]").textContent !== "");
      assert.doesNotMatch(await page.title(), /acuut/);
    }));

  test("holds a request while the server is away, and sends it once by itself", () =>
    withPage({ who: CRISIS_DESK }, async (page) => {
      let away = 2;
      await page.route("**/crisis/nieuw", (route) => {
        const fails = route.request().method() === "POST" && away > 0;
        if (fails) away -= 1;
        return fails ? route.fulfill({ status: 503, body: "" }) : route.continue();
      });
      await page.goto("/crisis/nieuw");
      await page.fill("#ontvangenOp", "gisteren 10.00");
      await page.fill("#leeftijd", "1");
      for (const [name, value] of [["gemeente", "GM0303"], ["verwijzer", "onbekend"], ["vraag", "ambulant"], ["urgentie", "spoedeisend"]]) {
        await page.selectOption(`#${name}`, value);
      }
      await page.click("form[action='/crisis/nieuw'] button[type=submit] >> nth=0");
      await page.locator("[data-crisisstoring]:not([hidden])").waitFor();
      assert.match(await page.textContent("[data-crisisstoring]"), /nog niet verzonden/);
      assert.equal(await page.inputValue("#leeftijd"), "1");
      await confirmOtherChild(page);
      await page.waitForURL(/gedaan=aangemeld/);
      assert.equal(away, 0);
    }));

  test("tells who is signed out to sign in again, with the way back to the board", () =>
    withPage({ who: CRISIS_DESK, shared: true, size: PHONE }, async (page) => {
      const ended = { contentType: "text/event-stream", body: 'event: einde\ndata: {"reden":"uitgelogd"}\n\n' };
      await page.route("**/crisis/stroom*", (route) => route.fulfill(ended));
      await page.goto("/crisis");
      const link = page.locator("[data-bordtekst] a");
      await link.waitFor();
      assert.match(await page.textContent("[data-bordtekst]"), /^U bent uitgelogd, stand van .*Log weer in$/);
      assert.equal(await link.getAttribute("href"), "/inloggen?terug=/crisis");
    }));
});

/** The last working day before today at ten, as a phone note says it. Holidays of the demonstration do not matter: it is ten. */
function lastWorkingDay() {
  const day = new Date(Date.now() - 24 * 3600 * 1000);
  while ([0, 6].includes(day.getDay())) day.setDate(day.getDate() - 1);
  return `${day.getDate()}-${day.getMonth() + 1}-${day.getFullYear()} 10.00`;
}

/** The quarter before that of today, as addresses write it. */
function lastQuarter() {
  const now = new Date();
  const quarter = Math.floor(now.getMonth() / 3);
  return quarter === 0 ? `${now.getFullYear() - 1}-4` : `${now.getFullYear()}-${quarter}`;
}

const USERS = { "Polderlicht Jeugdhulp": "aanbieder-polderlicht", "Dijkwacht Spoedhulp": "aanbieder-dijkwacht", "Randmeer Jeugd en Gezin": "aanbieder-randmeer" };

/** Opens the newest request that waits for an answer of a provider. */
async function openAssignment(page, group) {
  await goTo(page, "/crisis/toewijzingen");
  await page.click(`tbody tr:has-text('${group}') >> nth=-1 >> a`);
}

describe("a case from the telephone to the report", () => {
  let code;
  const as = (who, visit) => withPage({ who, shared: true, javaScript: false, size: PHONE }, visit);
  const open = (page) => goTo(page, `/crisis/aanvragen/${code}`);
  const text = (page) => page.textContent("main");

  test("the desk writes it down and judges it", () =>
    as(CRISIS_DESK, async (page) => {
      await goTo(page, "/crisis/nieuw");
      await page.fill("#ontvangenOp", lastWorkingDay());
      await page.fill("#leeftijd", "17");
      for (const [name, value] of [["gemeente", "GM0171"], ["verwijzer", "huisarts"], ["vraag", "crisisbed"], ["urgentie", "acuut"]]) await page.selectOption(`#${name}`, value);
      const send = "form[action='/crisis/nieuw'] button[type=submit] >> nth=0";
      await submit(page, send);
      // A child that looks the same is asked about first.
      if (await page.locator("#lijkt-t").count()) await submit(page, send);
      assert.match(await text(page), /De aanvraag is bewaard/);
      code = (await page.textContent("h1")).replace("Crisisaanvraag ", "");
      await submit(page, "a:has-text('Beoordelen (triage)')");
      for (const box of await page.locator("input[type=radio][value=nee]").all()) await box.check();
      await submit(page, "main form button[type=submit]");
      assert.match(await text(page), /De beoordeling is bewaard/);
    }));

  test("who divides offers it from the page of the case; one refuses and the next takes it", async () => {
    let first;
    await as(DISTRIBUTOR, async (page) => {
      await open(page);
      const button = page.locator("button:has-text('Bied aan')");
      first = (await button.textContent()).replace("Bied aan ", "").replace(/ aan$/, "").trim();
      await submit(page, "button:has-text('Bied aan')");
      assert.match(await text(page), new RegExp(`${first} antwoordt uiterlijk`));
    });
    await as(USERS[first], async (page) => {
      await openAssignment(page, "12+, Noordoostpolder");
      await page.selectOption("#reden", "vol");
      await submit(page, "form[action$='/weigeren'] button");
    });
    let next;
    await as(DISTRIBUTOR, async (page) => {
      await open(page);
      assert.match(await text(page), /Geen capaciteit/);
      next = (await page.textContent("#stap-kop + p")).split(" antwoordt")[0];
      assert.notEqual(next, first);
    });
    await as(USERS[next], async (page) => {
      await openAssignment(page, "12+, Noordoostpolder");
      await submit(page, "form[action$='/aannemen'] button");
      assert.match(await text(page), /Aangenomen/);
    });
  });

  test("a place is held and the stay starts, with the ambulant help that was found", () =>
    as(DISTRIBUTOR, async (page) => {
      await open(page);
      await submit(page, "form[action$='/vasthouden'] button >> nth=0");
      assert.match(await text(page), /wordt vastgehouden tot/);
      await submit(page, "a.nl-button--primary:has-text('Plaats het kind')");
      assert.notEqual(await page.inputValue("#begeleider"), "", "who took on the help is chosen");
      await submit(page, "form[action$='/plaatsen'] button[type=submit]");
      await open(page);
      assert.match(await text(page), /Er loopt hulp\./);
      assert.match(await text(page), /evaluatie: nog 14 dagen/);
      await submit(page, "a[href^='/crisis/inzet/']:has-text('Crisisbed')");
      assert.match(await page.textContent("h1"), new RegExp(code));
    }));

  test("the records are completed, the quarter is closed, and the report says so", () =>
    as(REGISTRAR, async (page) => {
      const list = `/crisis/registratie?kwartaal=${lastQuarter()}`;
      for (let left = 200; left > 0; left -= 1) {
        await goTo(page, list);
        const row = page.locator("tbody tr").first();
        if (!(await row.count())) break;
        const lack = await row.locator("td").nth(1).textContent();
        const line = lack.match(/regel (\d+)/i)?.[1];
        assert.ok(line, `a line lacks something: ${lack}`);
        await goTo(page, `${await row.locator("a").getAttribute("href")}/${line}`);
        // It can follow both a stay and ambulant help.
        await page.selectOption("#vervolg", "uithuisplaatsing-groep");
        await submit(page, "main form button[type=submit]");
      }
      await submit(page, "form[action='/crisis/registratie/afsluiten'] button");
      await goTo(page, list);
      assert.match(await text(page), /Versie 1/);
      await goTo(page, `/rapportages/crisis?kwartaal=${lastQuarter()}`);
      assert.match(await text(page), /[Vv]ersie 1/);
    }));
});

describe("a team of a municipality", () => {
  test("refers a crisis case, and sees its own on a page and in its list", () =>
    withPage({ who: "toegang-almere", shared: true, javaScript: false, size: PHONE }, async (page) => {
      await goTo(page, "/crisis/nieuw");
      await page.fill("#ontvangenOp", lastWorkingDay());
      await page.fill("#leeftijd", "6");
      for (const [name, value] of [["gemeente", "GM0034"], ["vraag", "ambulant"], ["urgentie", "spoedeisend"]]) await page.selectOption(`#${name}`, value);
      const send = "form[action='/crisis/nieuw'] button[type=submit] >> nth=0";
      await submit(page, send);
      if (await page.locator("#lijkt-t").count()) await submit(page, send);
      assert.match(await page.textContent("main"), /De aanvraag is bewaard/);
      const code = (await page.textContent("h1")).replace("Crisisaanvraag ", "");
      await goTo(page, "/crisis/aanvragen?deel=alle");
      assert.match(await page.textContent("main"), new RegExp(code));
      assert.equal(await page.locator("a[href='/crisis']").count(), 0, "the board is of the point");
    }));
});

const CLOSED = `/rapportages/crisis?kwartaal=${CLOSED_QUARTER}`;

/** Every status that a signed-in person gets for these addresses, without leaving the page. */
const statuses = (page, paths) => page.evaluate((all) => Promise.all(all.map(async (path) => (await fetch(path)).status)), paths);

describe("who reads the quarters", () => {
  test("a municipality opens its own report, with its definitions and files, and nothing of another or of a child", () =>
    withPage({ who: "gemeente-almere", shared: true, size: PHONE }, async (page) => {
      await goTo(page, "/");
      await goTo(page, CLOSED);
      const text = await page.textContent("main");
      assert.match(text, /gemeente Almere/);
      for (const part of ["Vastgesteld op", "Begrippen", "Hoe is er geteld", "Dekking", "0 onvolledig"]) assert.ok(text.includes(part), part);
      assert.deepEqual(await page.locator("#van option").allTextContents(), ["Gemeente Almere"], "its own alone");
      assert.equal(await page.locator("a[href*='/rapportages/crisis/aanvragen']").count(), 0, "no list of records");
      assert.equal(await page.locator("#publiceren").count(), 0, "it publishes nothing");
      const rows = await page.locator("#deel-voorzieningen").locator("xpath=ancestor::table").locator("tbody th").allTextContents();
      assert.ok(rows.includes("Almere") && !rows.includes("Dronten"), rows.join(", "));
      const download = page.waitForEvent("download");
      await page.click("a:has-text('Werkmap (xlsx)')");
      assert.match((await download).suggestedFilename(), /\.xlsx$/);
      const others = [`${CLOSED}&van=GM0303`, `${CLOSED}&van=98990201`, `/rapportages/crisis/aanvragen?kwartaal=${CLOSED_QUARTER}&onderdeel=verwijzers`, "/crisis", "/crisis/registratie"];
      assert.deepEqual(await statuses(page, others), [404, 404, 403, 403, 403]);
    }));

  test("a municipality without JavaScript chooses a quarter and reads the public edition beside its own", () =>
    withPage({ who: "gemeente-almere", shared: true, javaScript: false, size: WIDE }, async (page) => {
      await goTo(page, "/rapportages/crisis");
      await page.selectOption("#kwartaal", CLOSED_QUARTER);
      await submit(page, "form[role=search] button");
      assert.match(await page.textContent("main"), /Vastgesteld op/);
      await submit(page, "main a:has-text('openbare uitgave')");
      const text = await page.textContent("main");
      assert.match(text, /Kleine aantallen/);
      const cells = await page.locator("td.getal").allTextContents();
      assert.ok(cells.includes("*"), "small numbers are hidden");
      assert.ok(cells.every((cell) => !["1", "2", "3", "4"].includes(cell.trim())), cells.join(" "));
    }));

  test("an account manager reads the region, each municipality and provider, and the shares, and no record", () =>
    withPage({ who: "accountmanager-flevoland", shared: true, javaScript: false, size: WIDE }, async (page) => {
      await goTo(page, CLOSED);
      const choices = await page.locator("#van option").allTextContents();
      for (const choice of ["Hele regio", "Gemeente Almere", "Polderlicht Jeugdhulp"]) assert.ok(choices.includes(choice), choices.join(", "));
      await page.selectOption("#van", { label: "Polderlicht Jeugdhulp" });
      await submit(page, "form[role=search] button");
      assert.match(await page.textContent(".intro"), /Polderlicht Jeugdhulp/);
      assert.equal(await page.locator("a[href*='/rapportages/crisis/aanvragen']").count(), 0);
      await goTo(page, "/crisis/verdeling");
      assert.match(await page.textContent("main"), /toegewezen, afgesproken/);
      const answer = await page.goto(`/rapportages/crisis/aanvragen?kwartaal=${CLOSED_QUARTER}&onderdeel=verwijzers`);
      assert.equal(answer.status(), 403);
    }));

  test("who keeps the records goes from a mean to the stays behind it", () =>
    withPage({ who: REGISTRAR, shared: true, javaScript: false, size: WIDE }, async (page) => {
      await goTo(page, CLOSED);
      const means = page.locator("#deel-dagen").locator("xpath=ancestor::table").locator("tr.totaal td a");
      const mean = await means.last().textContent();
      await goTo(page, await page.locator(".tegel a").last().getAttribute("href"));
      assert.match(await page.textContent(".intro"), /dagen van \d+ jeugdigen?, gemiddeld/);
      assert.ok((await page.locator("tbody tr").count()) > 0 && mean !== "");
    }));
});
