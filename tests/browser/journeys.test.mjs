// From the first page to the goal, as people go, with and without JavaScript.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MANAGER, PROVIDER, PROVIDER_AGB, submit, TOEGANG } from "./pages.mjs";
import { startProgram } from "./support/program.mjs";
import { api, freshCode, goTo, PHONE, signInOnPage, visitsTo, WIDE, withPage } from "./support/site.mjs";
import { startMailServer, textOf } from "./support/smtp.mjs";

const SAVE = "form[data-capaciteit] .balk button";
const WAYS = [
  { javaScript: true, how: "with JavaScript", size: WIDE },
  { javaScript: false, how: "without JavaScript", size: PHONE },
];

/** A row of the capacity table that has a free place and no stop, so that search shows its number. */
async function rowWithPlaces(page) {
  const rows = await page.locator("tr[data-product]").evaluateAll((all) =>
    all
      .filter((row) => Number(row.querySelector("[data-kolom=vrij]").value) > 0 && !row.querySelector("input[type=checkbox]").checked)
      .map((row) => ({ id: row.dataset.product, places: Number(row.querySelector("[data-kolom=vrij]").value), product: row.querySelector("th small:last-of-type").textContent.trim() })),
  );
  assert.ok(rows.length > 0, "the demonstration must give this provider a product with a free place");
  return rows[0];
}

/** What anybody sees of an offer: on the page of the provider and in a search for its product. */
async function publicBadges(id, product) {
  return withPage({ javaScript: false }, async (page) => {
    const badges = [];
    await goTo(page, `/aanbieders/${PROVIDER_AGB}`);
    const card = page.locator("li.aanbieder", { has: page.locator(`a[href="/aanbod/${id}/verloop"]`) });
    badges.push((await card.locator(".badge").textContent()).trim());
    await goTo(page, `/zoeken?product=${product}`);
    const found = page.locator("li.aanbieder", { has: page.locator(`input[name=aanbod][value="${id}"]`) });
    if ((await found.count()) > 0) badges.push((await found.locator(".badge").textContent()).trim());
    return badges;
  });
}

describe("journey 1: a referrer finds and compares help", () => {
  for (const { how, ...options } of WAYS) {
    test(`searches emdr in Harderwijk for 14 years, opens a provider, and compares two, ${how}`, () =>
      withPage(options, async (page) => {
        await goTo(page, "/");
        await page.fill("#product", "emdr");
        await page.selectOption("#gemeente", { label: "Harderwijk" });
        await page.fill("#leeftijd", "14");
        await page.click("search button[type=submit]");
        await page.waitForURL(/product=emdr.*gemeente=GM0243.*leeftijd=14/);
        await page.waitForSelector("a.chip >> text=14 jaar");

        const first = page.locator("li.aanbieder h3 a").first();
        const name = await first.textContent();
        await first.click();
        await page.waitForURL(/\/aanbieders\/\d{8}$/);
        assert.equal(await page.textContent("h1"), name);
        assert.ok((await page.locator("li.aanbieder", { hasText: "EMDR" }).count()) > 0, "the provider offers what was searched");
        assert.match(await page.textContent("#contact"), /Log in/, "contact for referrers is behind signing in");

        await page.goBack();
        await page.waitForSelector("a.chip >> text=14 jaar");
        const names = [];
        for (const index of [0, 1]) {
          const card = page.locator("li.aanbieder").nth(index);
          names.push((await card.locator("h3").textContent()).trim());
          await card.locator("label.vinkje").click();
        }
        await page.click("text=Vergelijk de aangevinkte");
        await page.waitForURL(/\/vergelijken\?/);
        assert.deepEqual(await page.locator("thead th a").allTextContents(), names);
      }));
  }

  test("sees how to reach a provider after signing in, and comes back to where it was", () =>
    withPage({}, async (page) => {
      await goTo(page, `/aanbieders/${PROVIDER_AGB}`);
      await page.click("#contact >> text=Log in");
      await signInOnPage(page, "verwijzer-huisartsen");
      await page.waitForURL(new RegExp(`/aanbieders/${PROVIDER_AGB}`));
      assert.match(await page.textContent("#contact"), /Telefoon voor verwijzers/);
      await page.click("text=Uitloggen");
      await page.waitForSelector(".wie >> text=Inloggen");
    }));
});

// One after the other: these change the figures of one provider.
describe("journeys 2 and 3: a provider keeps its figures", () => {
  test("gets back what was typed when the session ended before it was saved", () =>
    withPage({ who: PROVIDER }, async (page) => {
      await goTo(page, "/capaciteit");
      const { id, places } = await rowWithPlaces(page);
      await page.fill(`#vrij-${id}`, String(places + 3));
      await page.context().clearCookies();
      await page.click(SAVE);
      await page.waitForURL(/\/inloggen/);
      await signInOnPage(page, PROVIDER);
      await page.waitForURL(/\/capaciteit/);
      assert.equal(await page.inputValue(`#vrij-${id}`), String(places + 3));
      assert.match(await page.textContent(".melding--info"), /staat weer in de tabel/);
      assert.equal(await page.textContent("[data-teller]"), "1 product gewijzigd, nog niet opgeslagen.");
    }));

  for (const { how, ...options } of WAYS) {
    test(`changes the free places, and search has the new number at once, ${how}`, () =>
      withPage(options, async (page) => {
        await goTo(page, "/");
        await page.click(".wie >> text=Inloggen");
        await signInOnPage(page, PROVIDER);
        await goTo(page, "/capaciteit");
        const { id, places, product } = await rowWithPlaces(page);
        assert.ok((await publicBadges(id, product))[0].startsWith(`${places} plek`), "what search shows before");
        const changed = places + 6;
        await page.fill(`#vrij-${id}`, String(changed));
        if (options.javaScript) assert.equal(await page.textContent("[data-teller]"), "1 product gewijzigd, nog niet opgeslagen.");
        await submit(page, SAVE);
        assert.match(await page.textContent(".melding--goed"), /1 product is gewijzigd en bevestigd op/);
        assert.equal(await page.inputValue(`#vrij-${id}`), String(changed));
        for (const badge of await publicBadges(id, product)) assert.equal(badge, `${changed} plekken vrij`);
        assert.equal((await api(`/v1/aanbod/${id}`)).plekkenVrij, changed);
      }));
  }

  test("two edit the same figures: the second is told, sees both, and can still save", () =>
    withPage({ who: PROVIDER }, (first) =>
      withPage({ who: PROVIDER }, async (second) => {
        await Promise.all([goTo(first, "/capaciteit"), goTo(second, "/capaciteit")]);
        const { id, places } = await rowWithPlaces(first);
        await first.fill(`#vrij-${id}`, String(places + 1));
        await submit(first, SAVE);
        await first.waitForSelector(".melding--goed");

        await second.fill(`#vrij-${id}`, String(places + 2));
        await submit(second, SAVE);
        await second.waitForSelector("[data-foutsamenvatting]:focus");
        assert.match(await second.textContent("[data-foutsamenvatting]"), /Iemand anders was eerder/);
        const values = await second.locator(".botsing-waarde").allTextContents();
        assert.deepEqual(values.map((text) => text.trim()), [String(places + 2), String(places + 1)], "both versions side by side");
        assert.equal(await second.inputValue(`#vrij-${id}`), String(places + 2), "what was typed is still there");
        assert.equal((await api(`/v1/aanbod/${id}`)).plekkenVrij, places + 1, "nothing of the second is saved yet");

        await submit(second, SAVE);
        await second.waitForSelector(".melding--goed");
        assert.equal((await api(`/v1/aanbod/${id}`)).plekkenVrij, places + 2);
      }),
    ));

  test("two edit different products at the same time: both are saved", () =>
    withPage({ who: PROVIDER }, (first) =>
      withPage({ who: PROVIDER }, async (second) => {
        await Promise.all([goTo(first, "/capaciteit"), goTo(second, "/capaciteit")]);
        const ids = await first.locator("tr[data-product]").evaluateAll((rows) => rows.map((row) => row.dataset.product));
        await first.fill(`#wacht-${ids[0]}`, "31");
        await submit(first, SAVE);
        await second.fill(`#wacht-${ids[1]}`, "32");
        await submit(second, SAVE);
        await second.waitForSelector(".melding--goed");
        assert.equal(await second.inputValue(`#wacht-${ids[0]}`), "31");
        assert.equal(await second.inputValue(`#wacht-${ids[1]}`), "32");
      }),
    ));
});

describe("journey 4: the region buys something new", () => {
  for (const { how, ...options } of WAYS) {
    test(`a manager makes a segment, a product and a contract, the provider offers it, and search finds it, ${how}`, async () => {
      const [segment, code, name] = options.javaScript ? ["NIEUW1", "99N01", "Tuintherapie"] : ["NIEUW2", "99N02", "Boerderijhulp"];
      await withPage({ who: MANAGER, ...options }, async (page) => {
        await goTo(page, "/beheer/segmenten/nieuw");
        await page.fill("#code", segment);
        await page.fill("#naam", `Segment voor ${name}`);
        await submit(page);
        await page.waitForSelector(".melding--goed");

        await goTo(page, "/beheer/producten/nieuw");
        await page.fill("#code", code);
        await page.fill("#naam", name);
        await page.selectOption("#segment", segment);
        await page.selectOption("#ijwCategorie", { index: 1 });
        await page.selectOption("#soort", { label: "Ambulant" });
        await page.fill("#leeftijdVanaf", "4");
        await page.fill("#leeftijdTot", "17");
        await submit(page);
        await page.waitForSelector(".melding--goed");

        await goTo(page, "/beheer/contracten/nieuw");
        await page.selectOption("#aanbieder", PROVIDER_AGB);
        await page.selectOption("#product", code);
        await submit(page);
        await page.waitForSelector(".melding--goed");
      });
      await withPage({ who: PROVIDER, ...options }, async (page) => {
        await goTo(page, "/capaciteit/toevoegen");
        await page.selectOption("#product", { label: `${name} (${code})` });
        await page.selectOption("#locatie", { index: 1 });
        await submit(page);
        const row = page.locator("tr[data-product]", { hasText: name });
        await row.locator("[data-kolom=vrij]").fill("3");
        await row.locator("[data-kolom=intake]").fill("1");
        await row.locator("[data-kolom=start]").fill("2");
        await submit(page, SAVE);
        await page.waitForSelector(".melding--goed");
      });
      await withPage(options, async (page) => {
        await goTo(page, "/");
        await page.fill("#product", name);
        await page.click("search button[type=submit]");
        await page.waitForSelector(`a.chip >> text=${name}`);
        assert.equal(await page.locator("li.aanbieder").count(), 1);
        assert.equal((await page.textContent("li.aanbieder .badge")).trim(), "3 plekken vrij");
      });
    });
  }

  test("two managers edit the same segment: the second is told and sees both", () =>
    withPage({ who: MANAGER }, (first) =>
      withPage({ who: MANAGER }, async (second) => {
        const path = "/beheer/segmenten/5";
        await Promise.all([goTo(first, path), goTo(second, path)]);
        await first.fill("#omschrijving", "Van de eerste");
        await submit(first);
        await first.waitForSelector(".melding--goed");
        await second.fill("#omschrijving", "Van de tweede");
        await submit(second);
        await second.waitForSelector("[data-foutsamenvatting]:focus");
        assert.match(await second.textContent("[data-foutsamenvatting]"), /Intussen gewijzigd/);
        const text = await second.textContent(".botsing");
        assert.ok(text.includes("Van de eerste") && text.includes("Van de tweede"), `both versions side by side: ${text}`);
        assert.equal(await second.inputValue("#omschrijving"), "Van de tweede");
        await submit(second);
        await second.waitForSelector(".melding--goed");
      }),
    ));
});

describe("journey 4: a provider is reminded", () => {
  const DAY = 86_400_000;
  const ADDRESS = `${PROVIDER}@jeugdhulp-noord-veluwe.example`;

  test("the mail arrives, its link shows the figures, one button confirms them, and search shows it", async () => {
    const mailServer = await startMailServer();
    const program = await startProgram(process.env.BIN, {
      seededAt: new Date(Date.now() - 25 * DAY),
      settings: { SMTP_URL: mailServer.url, MAIL_FROM: "Jeugdhulp <info@jeugdhulp-noord-veluwe.example>" },
    });
    try {
      program.command("remind");
      const text = textOf(await mailServer.mailTo(ADDRESS, "/bevestigen/"));
      const link = text.match(/http\S+\/bevestigen\/\S+/)[0];
      assert.ok(link.startsWith(program.base), `the link leads to the configured address: ${link}`);

      await withPage({ javaScript: false, size: PHONE }, async (page) => {
        await goTo(page, `${program.base}/aanbieders/${PROVIDER_AGB}`);
        assert.doesNotMatch(await page.textContent("main"), /Bevestigd: vandaag/);
        await goTo(page, link);
        await goTo(page, link);
        assert.match(await page.textContent("main"), /Klopt alles nog\?/, "opening the link confirms nothing");
        assert.equal(await page.locator("main button").count(), 1);
        await submit(page);
        assert.match(await page.textContent(".melding--goed"), /uw cijfers bevestigd op/);
        await goTo(page, `${program.base}/aanbieders/${PROVIDER_AGB}`);
        const ages = await page.locator("li.aanbieder .vers").allTextContents();
        assert.ok(ages.length > 0 && ages.every((age) => age.includes("Bevestigd: vandaag")), `all are fresh: ${ages}`);
      });

      await withPage({}, async (page) => {
        await goTo(page, `${program.base}/inloggen`);
        await signInOnPage(page, "accountmanager-regio", program);
        await goTo(page, `${program.base}/actualiteit?aanbieder=${PROVIDER_AGB}`);
        const row = await page.textContent("tbody tr:has(a[href^='/aanbieders/'])");
        assert.match(row, /Actueel/);
        assert.match(row, /keer, laatst/);
      });
    } finally {
      await program.stop();
      await mailServer.stop();
    }
  });
});

describe("journey: somebody is invited", () => {
  for (const { how, ...options } of WAYS) {
    test(`the mail arrives, a password and a second factor are chosen, and the next sign-in asks for both, ${how}`, async () => {
      const mailServer = await startMailServer();
      const program = await startProgram(process.env.BIN, {
        settings: { SMTP_URL: mailServer.url, MAIL_FROM: "Jeugdhulp <info@jeugdhulp-noord-veluwe.example>" },
      });
      const [name, password, address] = ["toegang-tweede", "vier woorden achter elkaar", "tweede@harderwijk.example"];
      try {
        await withPage(options, async (page) => {
          await goTo(page, `${program.base}/inloggen`);
          await signInOnPage(page, MANAGER, program);
          await goTo(page, `${program.base}/beheer/gebruikers/uitnodigen`);
          await page.fill("#gebruikersnaam", name);
          await page.fill("#naam", "Toegang, tweede balie");
          await page.fill("#email", address);
          const harderwijk = await page.locator("#organisatie option").evaluateAll((all) => all.find((one) => one.textContent.includes("Harderwijk")).value);
          await page.selectOption("#organisatie", harderwijk);
          await page.check("[name=rol-toegang]");
          await submit(page);
          assert.match(await page.textContent(".melding--goed"), /De uitnodiging is onderweg/);
        });

        const link = textOf(await mailServer.mailTo(address)).match(/http\S+\/wachtwoord-instellen\/\S+/)[0];
        assert.ok(link.startsWith(program.base), `the link leads to the configured address: ${link}`);
        const account = { name, password };
        await withPage(options, async (page) => {
          await goTo(page, link);
          assert.match(await page.textContent("main"), new RegExp(`gebruikersnaam is ${name}`));
          await page.fill("#wachtwoord", "welkom123456");
          await page.fill("#herhaling", "welkom123456");
          await submit(page);
          assert.ok((await page.locator("#wachtwoord[aria-invalid=true]").count()) > 0, "a password that many use is refused");
          await page.fill("#wachtwoord", password);
          await page.fill("#herhaling", password);
          await submit(page);
          assert.match(new URL(page.url()).pathname, /^\/inloggen/);
          await page.fill("#naam", name);
          await page.fill("#wachtwoord", password);
          await submit(page);
          // Who sees children needs a second factor, and gets nowhere before there is one.
          await page.waitForURL((url) => url.pathname === "/inloggen/tweede-factor");
          await goTo(page, `${program.base}/wachtlijst`);
          assert.doesNotMatch(new URL(page.url()).pathname, /wachtlijst/);
          await goTo(page, `${program.base}/inloggen/tweede-factor`);
          account.totp = (await page.textContent("code.sleutel")).replace(/\s/g, "");
          await page.fill("#code", "000000");
          await submit(page);
          assert.ok((await page.locator("#code[aria-invalid=true]").count()) > 0, "a wrong code is refused");
          account.totp = (await page.textContent("code.sleutel")).replace(/\s/g, "");
          await page.fill("#code", await freshCode(account));
          await submit(page);
          assert.equal(await page.locator(".codes li").count(), 10);
          await page.click("main a.nl-button");
          await page.waitForURL((url) => !url.pathname.startsWith("/inloggen"));
          await goTo(page, `${program.base}/wachtlijst`);
          assert.equal(new URL(page.url()).pathname, "/wachtlijst");
          await goTo(page, link);
          assert.equal(await page.locator("#wachtwoord").count(), 0, "the link works once");
        });

        await withPage(options, async (page) => {
          await goTo(page, `${program.base}/inloggen`);
          await signInOnPage(page, name, { signIns: new Map([[name, account]]) });
          await goTo(page, `${program.base}/wachtlijst`);
          assert.match(await page.textContent("h1"), /achtlijst|achtenden/);
        });
      } finally {
        await program.stop();
        await mailServer.stop();
      }
    });
  }
});

describe("journey: the toegang registers who waits, by keyboard", () => {
  for (const { how, ...options } of WAYS) {
    test(`in at most ten fields and sixty keystrokes, ${how}`, () =>
      withPage({ ...options, who: TOEGANG }, async (page) => {
        // Somebody who waits already may look the same, and then the form asks; a child of another age does not.
        const births = options.javaScript ? ["2016-1", "2015-3", "2017-2", "2014-3", "2013-2"] : ["2012-4", "2011-2", "2018-1", "2010-3", "2019-4"];
        let keys;
        for (const born of births) {
          await goTo(page, "/wachtlijst/nieuw");
          const visible = await page.locator("main form .veld :is(input, select, textarea):visible").count();
          assert.ok(visible <= 10, `${visible} fields are seen`);
          keys = 0;
          const press = async (key) => {
            keys += 1;
            await page.keyboard.press(key);
          };
          const type = async (text) => {
            for (const key of text) await press(key);
          };
          const goOn = async (id) => {
            while ((await page.evaluate(() => document.activeElement.id)) !== id) await press("Tab");
          };
          await page.focus("#product");
          await type("45A12");
          for (const [id, text] of [["geboren", born], ["verwezenOp", "2-11"], ["beschikkingOp", "9-11"], ["postcode", "3841"]]) {
            await goOn(id);
            await type(text);
          }
          await Promise.all([page.waitForEvent("load"), press("Enter")]);
          if (/\/code$/.test(new URL(page.url()).pathname)) break;
          assert.match(await page.textContent("main"), /Staat dit kind al op de lijst\?/, "nothing else stands in the way");
        }
        assert.ok(keys <= 60, `${keys} keystrokes`);
        const code = (await page.textContent(".clientcode")).trim();
        assert.match(code, /^[2-9C-Y]{3}-[2-9C-Y]{3}-[2-9C-Y]{3}$/);
        await page.click("text=Naar deze wachtende");
        assert.match(await page.textContent("h1"), new RegExp(code));
      }));
  }

  test("a note is looked at while it is typed", () =>
    withPage({ javaScript: true, who: TOEGANG, size: WIDE }, async (page) => {
      await goTo(page, "/wachtlijst/nieuw");
      await page.fill("#toelichting", "bel 06-12345678");
      await page.waitForSelector("[data-toelichting-melding] >> text=telefoonnummer");
      await page.fill("#toelichting", "Liefst dichtbij");
      await page.waitForFunction(() => document.querySelector("[data-toelichting-melding]").textContent === "");
    }));
});

describe("journey: a child waits, two providers respond, and one is chosen", () => {
  const SECOND = "aanbieder-bakenzand";
  const address = (name) => `${name}@jeugdhulp-noord-veluwe.example`;

  /** Responds to the first child of twelve in Harderwijk that the provider can take, or to the one at a known place. */
  async function respond(page, program, known) {
    await goTo(page, `${program.base}/wachtenden?product=45A12&gemeente=GM0243&leeftijd=12`);
    const places = known ? [known] : await page.locator("tbody a[href^='/wachtenden/']").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    for (const place of places) {
      await goTo(page, program.base + place);
      await submit(page, "form.formulier button[type=submit]");
      if (page.url().includes("/reacties")) return place;
    }
    throw new Error(`none of ${places.length} could be responded to: ${await page.textContent("main")}`);
  }

  /** Who is on the list, past the norm (bruto) and past it without bridging care (netto), as the list shows it. */
  async function counts(page, program) {
    await goTo(page, `${program.base}/wachtlijst`);
    const shown = await page.locator("dl.tegels dd").allTextContents();
    return shown.map(Number);
  }

  /** Whether the list shows this child among those who wait past the norm. */
  async function isPastNorm(page, program, code) {
    await goTo(page, `${program.base}/wachtlijst?norm=ja&code=${code.replaceAll("-", "")}`);
    return (await page.locator("tbody tr").count()) > 0;
  }

  test("registered, mailed, responded twice, weighed, accepted, mailed to both, and started", async () => {
    const mailServer = await startMailServer();
    const program = await startProgram(process.env.BIN, {
      settings: { SMTP_URL: mailServer.url, MAIL_FROM: "Jeugdhulp <info@jeugdhulp-noord-veluwe.example>" },
    });
    const as = visitsTo(program);
    try {
      await as(PROVIDER, async (page) => {
        await goTo(page, `${program.base}/wachtenden/meldingen`);
        await page.selectOption("#keuze", "direct");
        await submit(page);
      });
      await as(TOEGANG, async (page) => {
        const before = await counts(page, program);
        const daysAgo = (days) => new Date(Date.now() - days * 86400000).toLocaleDateString("nl-NL", { timeZone: "Europe/Amsterdam" });
        for (let number = 0; number < 6; number += 1) {
          await goTo(page, `${program.base}/wachtlijst/nieuw`);
          for (const [id, text] of [["product", "45A12"], ["geboren", "2014-2"], ["verwezenOp", daysAgo(250)], ["beschikkingOp", daysAgo(243)]]) await page.fill(`#${id}`, text);
          await submit(page);
          // Children who look the same are asked about first.
          if (await page.locator("#tochAanmelden").count()) {
            await page.check("#tochAanmelden");
            await submit(page);
          }
          assert.match(page.url(), /\/code$/, await page.textContent("main"));
        }
        // Six more wait, all of them past the norm and none with bridging care.
        assert.deepEqual(await counts(page, program), before.map((count) => count + 6), "gross and net count the children");
      });
      assert.match(program.command("publish-list"), /[1-9] lists, [1-9] mails/);
      assert.match(textOf(await mailServer.mailTo(address(PROVIDER), "Gezinsbehandeling thuis")), /\/wachtenden/);

      let place;
      await as(PROVIDER, async (page) => {
        place = await respond(page, program);
      });
      const told = textOf(await mailServer.mailTo(address(TOEGANG), "reageerde op wachtende"));
      const code = told.match(/wachtende ([2-9C-Y]{3}-[2-9C-Y]{3}-[2-9C-Y]{3})/)[1];
      await as(SECOND, (page) => respond(page, program, place));
      let id;
      let before;
      let wasPastNorm;
      let hadBridging;
      await mailServer.mailTo(address(TOEGANG), "Bakenzand");

      await as(TOEGANG, async (page) => {
        await goTo(page, `${program.base}/wachtlijst/${code}/voorstel`);
        assert.match(await page.textContent("main"), /start over|kan direct starten/, "the reasons of the matcher");
        await goTo(page, `${program.base}/wachtlijst/${code}/reacties`);
        // A child of the demonstration may have had a response before.
        for (const name of ["De Haven", "Bakenzand"]) assert.equal(await page.locator(`tbody tr:has-text('${name}')`).count(), 1, `the response of ${name}`);
        await submit(page, "tbody tr:has-text('De Haven') a");
        id = page.url().match(/\d+$/)[0];
        const response = page.url();
        wasPastNorm = await isPastNorm(page, program, code);
        await goTo(page, `${program.base}/wachtlijst/${code}/overbrugging`);
        hadBridging = /\bloopt\b/.test((await page.locator("tbody").allTextContents()).join(" "));
        before = await counts(page, program);
        await goTo(page, response);
        await page.selectOption("#kiesReden", { index: 1 });
        await submit(page, "form[action$='/accepteren'] button");
        await page.waitForSelector(".melding--goed");
        assert.deepEqual(await counts(page, program), before, "who has yet to start still waits");
      });
      await mailServer.mailTo(address(PROVIDER), "accepteerde uw reactie");
      await mailServer.mailTo(address(SECOND), "Door ander geplaatst".toLowerCase());

      await as(PROVIDER, async (page) => {
        await goTo(page, `${program.base}/reacties`);
        await submit(page, `tbody a[href='/reacties/${id}']`);
        await page.fill("#gestartOp", new Date().toLocaleDateString("nl-NL", { timeZone: "Europe/Amsterdam" }));
        await submit(page, "form[action$='/start'] button");
        await page.waitForSelector(".melding--goed");
      });
      await mailServer.mailTo(address(TOEGANG), "bevestigde dat de zorg");
      await as(TOEGANG, async (page) => {
        await goTo(page, `${program.base}/wachtlijst/${code}`);
        const text = await page.textContent("main");
        assert.match(text, /Geplaatst/);
        for (const step of ["Aangemeld", "Reactie van een aanbieder", "Reactie geaccepteerd", "Zorg gestart"]) assert.ok(text.includes(step), `${step} in the timeline: ${text}`);
        await goTo(page, `${program.base}/wachtlijst?code=${code.replaceAll("-", "")}`);
        assert.match(await page.textContent("main"), /Niemand past bij deze filters/, "who has care is off the list");
        const [all, gross, net] = before;
        const after = [all - 1, gross - Number(wasPastNorm), net - Number(wasPastNorm && !hadBridging)];
        assert.deepEqual(await counts(page, program), after, "gross and net go down with the child");
      });
    } finally {
      await program.stop();
      await mailServer.stop();
    }
  });
});

describe("journey: a regional run is made, compared, accepted and answered", () => {
  test("the provider that is asked responds, and the run tells", async () => {
    const program = await startProgram(process.env.BIN, {});
    const as = visitsTo(program);
    try {
      program.command("publish-list");
      let place;
      await as("accountmanager-regio", async (page) => {
        for (const round of [1, 2]) {
          await goTo(page, `${program.base}/regiovoorstel`);
          await submit(page, "main form[action='/regiovoorstel'] button");
          assert.ok(page.url().endsWith(`/regiovoorstel/${round}`), page.url());
        }
        const compared = page.locator("table", { has: page.locator("caption", { hasText: "Vergeleken met de vorige ronde" }) });
        const placed = (await compared.locator("tbody tr >> nth=0 >> td").allTextContents()).map((text) => text.trim());
        assert.equal(placed[0], placed[1], "nothing happened between the two");

        // All proposals for one provider, on the first page that has any.
        const own = `main tbody tr:has(a[href='/aanbieders/${PROVIDER_AGB}']):has(input[type=checkbox])`;
        for (let number = 1; ; number += 1) {
          place = `${program.base}/regiovoorstel/2?toon=met-plek&pagina=${number}`;
          await goTo(page, place);
          if (await page.locator(own).count()) break;
          assert.ok(await page.locator("a[rel=next]").count(), "a place of the provider is proposed");
        }
        for (const box of await page.locator(`${own} input[type=checkbox]`).all()) await box.check();
        await submit(page, "main form[action$='/vragen'] button");
        assert.match(await page.textContent(".melding--goed"), /gevraagd te reageren/);
        await goTo(page, place);
        assert.match(await page.textContent("main"), /Aanbieder is gevraagd/);
      });
      await as(PROVIDER, async (page) => {
        await goTo(page, `${program.base}/plaatsingsvragen`);
        const client = await page.getAttribute("tbody th a[href^='/wachtenden/'] >> nth=0", "href");
        await goTo(page, program.base + client);
        await submit(page, "form.formulier button[type=submit]");
        assert.match(page.url(), /\/reacties/, await page.textContent("main"));
        await goTo(page, `${program.base}/plaatsingsvragen`);
        assert.match(await page.textContent("main"), /U reageerde/);
      });
      await as("accountmanager-regio", async (page) => {
        await goTo(page, place);
        assert.match(await page.textContent("main"), /Aanbieder reageerde/);
      });
    } finally {
      await program.stop();
    }
  });
});

describe("journey: what if there were more places", () => {
  for (const { how, ...options } of WAYS) {
    test(`a scenario is made and a range of values followed until it is ready, ${how}`, () =>
      withPage({ ...options, who: "accountmanager-regio" }, async (page) => {
        await goTo(page, "/regiovoorstel");
        await page.click("main a[href='/regiovoorstel/wat-als']");
        await page.click("main a[href='/regiovoorstel/wat-als/nieuw']");
        await page.fill("#naam", `Twee plekken meer overal, ${how}`);
        await page.fill("#plekken1", "+2");
        await submit(page);
        const [, placed, total, now] = (await page.textContent("#uitkomst")).match(/(\d+) van (\d+) krijgen een plek, nu (\d+)/).map(Number);
        assert.ok(placed >= now && placed <= total, `${placed} of ${total}, now ${now}`);
        await page.fill("#tot", "10");
        await submit(page, "main form[action$='/reeks'] button");
        // With scripts the page follows by itself, without them a link does.
        if (options.javaScript) await page.waitForSelector("main .grafiek");
        while (!(await page.locator("main .grafiek").count())) {
          await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click("[data-voortgang] a")]);
        }
        const counts = await page.locator("main table tbody tr td:nth-child(2)").allTextContents();
        const numbers = counts.map((text) => Number.parseInt(text, 10));
        assert.equal(numbers.length, 11);
        assert.ok(numbers.every((count, at) => at === 0 || count >= numbers[at - 1]), `never fewer: ${numbers}`);
        assert.equal(numbers[0], placed, "the first value adds nothing to the scenario");
      }));
  }
});
