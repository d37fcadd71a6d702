// Every page and state that is checked at every width. One line per page; a new page is one more line.
//
//   name    what the test is called
//   path    the address, or a function that finds one
//   who     the demonstration user that is signed in
//   status  of the answer, when it is not 200
//   errors  true when the page shows errors to mend
//   shows   what must be seen, where the address alone does not say it
//   act     what is done on the page before it is checked
import assert from "node:assert/strict";
import { api, goTo, settle, withPage } from "./support/site.mjs";

export const MANAGER = "beheerder-regio";
export const REFERRER = "verwijzer-huisartsen";
export const ACCOUNT_MANAGER = "accountmanager-regio";
export const PRIVACY_OFFICER = "privacy-regio";
export const TOEGANG = "toegang-harderwijk";
export const CRISIS_DESK = "loket-flevoland";
export const CRISIS_MANAGER = "beheerder-flevoland";
export const DISTRIBUTOR = "verdeelpunt-flevoland";
/** A provider over which crisis requests are divided, with places of its own. */
export const CRISIS_PROVIDER = "aanbieder-polderlicht";
/** One that is asked at this moment. */
export const ASKED_PROVIDER = "aanbieder-randmeer";
export const PROVIDER = "aanbieder-de-haven";
/** One with few products. */
export const SMALL_PROVIDER = "aanbieder-atelier-kleurspoor";
export const PROVIDER_AGB = "98990009";

/** The search of the demonstration: trauma treatment near Harderwijk, for a child of 14. */
export const SEARCH = "/zoeken?product=emdr&gemeente=GM0243&leeftijd=14";

export const SUBMIT = "main form[method=post] button[type=submit]";

export async function offerIds(count) {
  const { aanbod } = await api("/v1/aanbod?gemeente=GM0243&product=emdr");
  return aanbod.slice(0, count).map((offer) => offer.id);
}

export async function findSubcontractor() {
  const { aanbieders } = await api("/v1/aanbieders");
  return aanbieders.find((provider) => provider.hoofdaannemer).agb;
}

/** Sends the form of the page with these fields filled in. */
export function send(fields, button = SUBMIT) {
  const act = async (page) => {
    for (const [field, value] of Object.entries(fields)) await page.fill(`main [name="${field}"]`, value);
    await submit(page, button);
  };
  return Object.assign(act, { fields });
}

/** Presses the button of a form and waits for the page that comes of it. */
export async function submit(page, button = SUBMIT) {
  await Promise.all([page.waitForEvent("load"), page.click(button)]);
}

/** Opens a page of the tables below, does what the table says, and makes sure it is the page that was meant. */
export async function openEntry(page, entry) {
  const path = typeof entry.path === "function" ? await entry.path() : entry.path;
  const answer = await goTo(page, path);
  if (entry.act) {
    await entry.act(page);
    await settle(page);
  } else {
    assert.equal(answer.status(), entry.status ?? 200, `the status of ${path}`);
  }
  if (entry.shows) assert.ok(await page.isVisible(entry.shows), `${path} must show ${entry.shows}`);
  return path;
}

/** Makes mistakes in the first products of the capacity table. */
async function sendWrongFigures(page) {
  await page.fill("tbody tr[data-product] >> nth=0 >> [data-kolom=vrij]", "drie");
  await page.fill("tbody tr[data-product] >> nth=1 >> [data-kolom=intake]", "8-6");
  await submit(page, "form[data-capaciteit] .balk button");
}

async function sendQuestionsWithoutAnswers(page) {
  await page.fill('main [name="woorden-vervoer"]', "mail a@b.nl");
  for (const box of await page.locator('main [name^="antwoord-analyse-"]').all()) await box.uncheck();
  await submit(page);
}

async function ownOffer() {
  const { aanbod } = await api(`/v1/aanbod?regio=noord-veluwe`);
  return aanbod.find((offer) => offer.aanbieder.agb === PROVIDER_AGB)?.id ?? (await offerIds(1))[0];
}

/** The address of the first link like this on a page of somebody. */
async function firstLink(address, selector, who = MANAGER) {
  return withPage({ who, shared: true }, async (page) => {
    await goTo(page, address);
    return page.getAttribute(`${selector} >> nth=0`, "href");
  });
}

/** Makes a run of the regional plan and gives its address. */
async function aRun() {
  return withPage({ who: ACCOUNT_MANAGER, shared: true }, async (page) => {
    await goTo(page, "/regiovoorstel");
    await submit(page, "main form[action='/regiovoorstel'] button");
    return new URL(page.url()).pathname;
  });
}

/** Makes a scenario and gives its address. */
async function aScenario() {
  return withPage({ who: ACCOUNT_MANAGER, shared: true }, async (page) => {
    await goTo(page, "/regiovoorstel/wat-als/nieuw");
    await page.fill("#naam", "Een plek meer overal");
    await page.fill("#plekken1", "+1");
    await submit(page);
    return new URL(page.url()).pathname;
  });
}

/** Has a sweep of a scenario worked out and gives its address, when it is ready. */
async function aSweep() {
  const address = await aScenario();
  return withPage({ who: ACCOUNT_MANAGER, shared: true }, async (page) => {
    await goTo(page, address);
    await page.fill("#tot", "5");
    await submit(page, "main form[action$='/reeks'] button");
    await page.waitForSelector("main .grafiek", { timeout: 60_000 });
    return new URL(page.url()).pathname;
  });
}

async function makeToken(page) {
  await page.fill("[name=naam]", "Proef");
  await submit(page, "form[action='/account/tokens'] button");
}

export const PUBLIC_PAGES = [
  { name: "start", path: "/" },
  { name: "search with filters", path: SEARCH },
  { name: "search with all filters", path: "/zoeken?product=ambulant&postcode=3841&leeftijd=12&urgentie=urgent&soort=ambulant&straalKm=40&vrijePlek=ja&binnenNorm=ja&vers=ja&online=ja" },
  { name: "search without results", path: "/zoeken?product=pleegzorg&leeftijd=23&vrijePlek=ja&gemeente=GM0233", shows: "text=Niets gevonden" },
  { name: "search, second page", path: "/zoeken?product=emdr&gemeente=GM0243&leeftijd=14&pagina=2", shows: "text=Pagina 2 van 2" },
  { name: "search by distance", path: "/zoeken?product=vaktherapie&postcode=3841&sorteer=afstand&straalKm=15" },
  { name: "search by name", path: "/zoeken?product=emdr&vrijePlek=ja&sorteer=naam" },
  { name: "search in a crisis", path: "/zoeken?urgentie=crisis" },
  { name: "search with errors", path: "/zoeken?leeftijd=twaalf&postcode=12&straalKm=0", status: 400, errors: true },
  { name: "search for another kind in a crisis", path: "/zoeken?urgentie=crisis&soort=verblijf", status: 400, errors: true },
  { name: "search where nobody is", path: "/zoeken?postcode=1012", shows: "text=Zoek zonder postcode" },
  { name: "search with an unknown postcode", path: "/zoeken?postcode=1000", status: 400, errors: true },
  { name: "provider", path: `/aanbieders/${PROVIDER_AGB}` },
  { name: "provider for a referrer", path: `/aanbieders/${PROVIDER_AGB}`, who: REFERRER },
  { name: "subcontractor", path: async () => `/aanbieders/${await findSubcontractor()}` },
  { name: "compare two", path: async () => `/vergelijken?aanbod=${(await offerIds(2)).join(",")}` },
  { name: "compare four of five", path: async () => `/vergelijken?aanbod=${(await offerIds(5)).join(",")}` },
  { name: "compare nothing", path: "/vergelijken" },
  { name: "compare what is no number", path: "/vergelijken?aanbod=twee", status: 400 },
  { name: "public quarter of crisis care", path: "/rapportages/crisis/openbaar" },
  { name: "report a figure", path: "/aanbod/223/melden" },
  { name: "report a figure with errors", path: "/aanbod/223/melden", errors: true, act: send({ toelichting: "bel 06 12345678" }) },
  { name: "follow a search", path: "/volgen?product=emdr&gemeente=GM0243&leeftijd=14" },
  { name: "follow a search with errors", path: "/volgen?product=emdr&gemeente=GM0243", errors: true, act: send({ email: "geen adres" }) },
  { name: "a followed search was sent", path: "/volgen?product=emdr&verstuurd=ja" },
  { name: "no followed search", path: `/volgen/${"0".repeat(43)}` },
  { name: "help", path: "/hulp" },
  { name: "how places are divided", path: "/uitleg/toewijzing" },
  { name: "privacy", path: "/privacy" },
  { name: "accessibility", path: "/toegankelijkheid" },
  { name: "open data", path: "/open-gegevens" },
  { name: "sign in", path: "/inloggen" },
  { name: "sign in with an error", path: "/inloggen", errors: true, act: send({ naam: "niemand", wachtwoord: "onjuist" }) },
  { name: "password forgotten", path: "/wachtwoord-vergeten" },
  { name: "password forgotten with an error", path: "/wachtwoord-vergeten", errors: true, act: send({ email: "geen adres" }) },
  { name: "password forgotten, sent", path: "/wachtwoord-vergeten", shows: "text=er een mail onderweg", act: send({ email: "niemand@regio.example" }) },
  { name: "link that does not work", path: `/wachtwoord-instellen/${"x".repeat(43)}`, status: 404 },
  { name: "course of an offer", path: async () => `/aanbod/${(await offerIds(1))[0]}/verloop`, act: (page) => page.click("summary >> nth=0") },
  { name: "course of an offer on a day", path: async () => `/aanbod/${(await offerIds(1))[0]}/verloop?op=01-10-2026` },
  { name: "course of an offer on no day", path: async () => `/aanbod/${(await offerIds(1))[0]}/verloop?op=gisteren`, status: 400, errors: true },
  { name: "no such page", path: "/bestaat-niet", status: 404 },
  { name: "no such provider", path: "/aanbieders/00000000", status: 404 },
  { name: "not allowed", path: "/beheer", who: REFERRER, status: 403 },
];

/** Brings a file on the page of its kind and waits for the page that tells of it. */
function sendFile(text) {
  return async (page) => {
    await page.setInputFiles("input[type=file]", { name: "proef.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await submit(page, "form[enctype] button");
  };
}

export const MANAGER_PAGES = [
  { name: "overview", path: "/beheer" },
  { name: "segments", path: "/beheer/segmenten" },
  { name: "new segment", path: "/beheer/segmenten/nieuw" },
  { name: "new segment with errors", path: "/beheer/segmenten/nieuw", errors: true, act: send({ code: "met spatie", naam: "" }) },
  { name: "segment", path: "/beheer/segmenten/1" },
  { name: "providers", path: "/beheer/aanbieders" },
  { name: "providers, second page", path: "/beheer/aanbieders?pagina=2" },
  { name: "providers by name and kind", path: "/beheer/aanbieders?naam=praktijk&soort=onderaannemer", shows: "caption" },
  { name: "providers without results", path: "/beheer/aanbieders?naam=bestaatniet", shows: "text=/Geen .* (gevonden|past)|Op deze pagina staat niets/" },
  { name: "new provider", path: "/beheer/aanbieders/nieuw" },
  { name: "new provider with errors", path: "/beheer/aanbieders/nieuw", errors: true, act: send({ agb: "12", naam: "", emailVerwijzers: "geen adres", website: "geen adres" }) },
  { name: "provider", path: `/beheer/aanbieders/${PROVIDER_AGB}` },
  { name: "subcontractor", path: async () => `/beheer/aanbieders/${await findSubcontractor()}` },
  { name: "locations", path: "/beheer/locaties" },
  { name: "locations of a provider", path: `/beheer/locaties?aanbieder=${PROVIDER_AGB}` },
  { name: "new location", path: "/beheer/locaties/nieuw" },
  { name: "new location with errors", path: "/beheer/locaties/nieuw", errors: true, act: send({ nummer: "nul", naam: "", pc4: "12" }) },
  { name: "location", path: `/beheer/locaties/${PROVIDER_AGB}/1` },
  { name: "contracts", path: "/beheer/contracten" },
  { name: "contracts of a provider", path: `/beheer/contracten?aanbieder=${PROVIDER_AGB}` },
  { name: "contracts without results", path: "/beheer/contracten?pagina=999", shows: "text=/Geen .* (gevonden|past)|Op deze pagina staat niets/" },
  { name: "new contract", path: "/beheer/contracten/nieuw" },
  { name: "new contract with errors", path: "/beheer/contracten/nieuw", errors: true, act: send({ geldigVanaf: "gisteren", geldigTot: "32-13-2026" }) },
  { name: "regions", path: "/beheer/regios" },
  { name: "region", path: "/beheer/regios/noord-veluwe" },
  { name: "region with errors", path: "/beheer/regios/noord-veluwe", errors: true, act: send({ naam: "", versDagen: "veel", website: "geen adres" }) },
  { name: "member of a region", path: async () => "/beheer/regios/noord-veluwe/gemeenten/nieuw" },
  { name: "member of a region with errors", path: "/beheer/regios/noord-veluwe/gemeenten/nieuw", errors: true, act: send({ geldigVanaf: "gisteren", inwoners: "veel" }) },
  { name: "municipalities", path: "/beheer/gemeenten" },
  { name: "municipalities without results", path: "/beheer/gemeenten?naam=bestaatniet", shows: "text=/Geen .* (gevonden|past)|Op deze pagina staat niets/" },
  { name: "new municipality", path: "/beheer/gemeenten/nieuw" },
  { name: "new municipality with errors", path: "/beheer/gemeenten/nieuw", errors: true, act: send({ code: "12", naam: "", lat: "noord" }) },
  { name: "municipality", path: "/beheer/gemeenten/GM0243" },
  { name: "postcodes", path: "/beheer/postcodes" },
  { name: "postcodes of a municipality by place", path: "/beheer/postcodes?gemeente=GM0243&sorteer=plaats-af", shows: "text=/[0-9]+ postcodes/" },
  { name: "postcodes without results", path: "/beheer/postcodes?postcode=1000", shows: "text=Geen postcode gevonden" },
  { name: "postcodes after one was removed", path: "/beheer/postcodes?verwijderd=1000", shows: "text=Postcode 1000 is verwijderd" },
  { name: "new postcode", path: "/beheer/postcodes/nieuw" },
  { name: "new postcode with errors", path: "/beheer/postcodes/nieuw", errors: true, act: send({ pc4: "0999", plaats: "", lat: "48,9", lon: "oost" }) },
  { name: "postcode", path: "/beheer/postcodes/3841" },
  { name: "postcode to remove", path: "/beheer/postcodes/9711/verwijderen", shows: "text=Verwijder deze postcode" },
  { name: "postcode that cannot be removed", path: "/beheer/postcodes/3841/verwijderen", shows: "text=Dat kan nu niet" },
  { name: "settings of the waiting list", path: "/beheer/wachtlijst" },
  { name: "settings of the waiting list with errors", path: "/beheer/wachtlijst", errors: true, act: send({ kleinsteGroep: "4", bewaartermijn: "", sluitingsdagen: "morgen!!", opvolgers: "45A12" }) },
  { name: "lists of reasons", path: "/beheer/redenen" },
  { name: "a list of reasons", path: "/beheer/redenen/reactie-afwijzen" },
  { name: "a list of questions", path: "/beheer/redenen/vraag-aan-aanbieder" },
  { name: "a list of questions with errors", path: "/beheer/redenen/vraag-aan-toegang", errors: true, act: sendQuestionsWithoutAnswers },
  { name: "a list of reasons with errors", path: "/beheer/redenen/hervatten", errors: true, act: send({ "woorden-kan-starten": "bel 06-12345678", "plaats-anders": "achteraan" }) },
  { name: "mail", path: "/beheer/mail" },
  { name: "mail that waits", path: "/beheer/mail?toon=wacht" },
  { name: "products", path: "/beheer/producten" },
  { name: "products by a word", path: "/beheer/producten?zoek=emdr" },
  { name: "products without results", path: "/beheer/producten?zoek=xyzxyz", shows: "text=/Geen .* (gevonden|past)|Op deze pagina staat niets/" },
  { name: "new product", path: "/beheer/producten/nieuw" },
  { name: "new product with errors", path: "/beheer/producten/nieuw", errors: true, act: send({ code: "met spatie", naam: "", leeftijdVanaf: "nul", geldigTot: "gisteren" }) },
  { name: "product", path: "/beheer/producten/54A02" },
  { name: "exchange", path: "/beheer/uitwisseling" },
  { name: "exchange of figures", path: "/beheer/uitwisseling/aanbod" },
  { name: "exchange without a file", path: "/beheer/uitwisseling/segmenten", errors: true, act: (page) => submit(page, "form[enctype] button") },
  { name: "a file that is in order", path: "/beheer/uitwisseling/segmenten", shows: "text=Voer in", act: sendFile("code;naam;omschrijving\n9;Proef;\n") },
  { name: "a file to mend", path: "/beheer/uitwisseling/segmenten", shows: "text=Er is niets ingevoerd", act: sendFile("code;naam;omschrijving\nmet spatie;;\n") },
  { name: "users", path: "/beheer/gebruikers" },
  { name: "users without results", path: "/beheer/gebruikers?naam=bestaatniet", shows: "text=/Geen .* (gevonden|past)/" },
  { name: "invite a user", path: "/beheer/gebruikers/uitnodigen" },
  { name: "invite a user with errors", path: "/beheer/gebruikers/uitnodigen", errors: true, act: send({ gebruikersnaam: "Met Spatie", naam: "", email: "geen adres" }) },
  { name: "user", path: () => firstLink("/beheer/gebruikers?naam=putten", "tbody th a") },
  { name: "user, second factor without a reason", path: () => firstLink("/beheer/gebruikers?naam=putten", "tbody th a"), errors: true, act: (page) => submit(page, "form:has([name=reden]) button") },
  { name: "oneself as a user", path: () => firstLink("/beheer/gebruikers?rol=beheerder", "tbody th a") },
  { name: "review of rights", path: "/beheer/gebruikers/controle" },
  { name: "organisations", path: "/beheer/organisaties" },
  { name: "new organisation", path: "/beheer/organisaties/nieuw" },
  { name: "new organisation with errors", path: "/beheer/organisaties/nieuw", errors: true, act: send({ naam: "", gemeenten: "Putten" }) },
  { name: "organisation", path: () => firstLink("/beheer/organisaties", "tbody th a") },
  { name: "service accounts", path: "/beheer/koppelingen" },
  { name: "new service account", path: "/beheer/koppelingen/nieuw" },
  { name: "new service account with errors", path: "/beheer/koppelingen/nieuw", errors: true, act: (page) => submit(page) },
  { name: "service account", path: () => firstLink("/beheer/koppelingen", "tbody th a") },
  { name: "new secret of a service account", path: () => firstLink("/beheer/koppelingen", "tbody th a"), shows: "text=Geheim van de koppeling", act: (page) => submit(page, "form[action$=geheim] button") },
  { name: "own account", path: "/account" },
  { name: "own account, token without a name", path: "/account", errors: true, act: (page) => submit(page, "form[action='/account/tokens'] button") },
  { name: "new token", path: "/account", shows: "text=Uw nieuwe token", act: (page) => makeToken(page) },
  { name: "change the password", path: "/account/wachtwoord" },
  { name: "change the password with errors", path: "/account/wachtwoord", errors: true, act: send({ oud: "onjuist", wachtwoord: "kort", herhaling: "anders" }) },
  { name: "second factor", path: "/account/tweede-factor" },
  { name: "second factor with errors", path: "/account/tweede-factor", errors: true, act: send({ code: "12", wachtwoord: "onjuist" }) },
  { name: "recovery codes", path: "/account/herstelcodes" },
].map((page) => ({ who: MANAGER, ...page }));

export const PROVIDER_PAGES = [
  { name: "capacity", path: "/capaciteit" },
  { name: "capacity with errors", path: "/capaciteit", errors: true, act: sendWrongFigures },
  { name: "capacity, all details open", path: "/capaciteit", act: (page) => page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true))) },
  { name: "nothing changed", path: "/capaciteit?opgeslagen=0", who: SMALL_PROVIDER, shows: ".melding--info" },
  { name: "everything confirmed", path: "/capaciteit?bevestigd=9", who: SMALL_PROVIDER, shows: ".melding--goed" },
  { name: "exchange of own figures", path: "/capaciteit/uitwisseling" },
  { name: "questions of the region", path: "/plaatsingsvragen" },
  { name: "what an offer is suited for", path: "/capaciteit/223/geschiktheid" },
  { name: "what an offer is suited for, saved", path: "/capaciteit/223/geschiktheid?opgeslagen=De+geschiktheid", shows: ".melding--goed" },
  { name: "add a product", path: "/capaciteit/toevoegen" },
  { name: "add a product with errors", path: "/capaciteit/toevoegen", errors: true, act: (page) => submit(page) },
  { name: "who waits", path: "/wachtenden" },
  { name: "who waits, to nobody", path: "/wachtenden?leeftijd=23&sorteer=leeftijd-af" },
  { name: "mails of who waits", path: "/wachtenden/meldingen" },
  { name: "mails of who waits, chosen", path: "/wachtenden/meldingen", shows: ".melding--goed", act: (page) => submit(page) },
  { name: "own responses", path: "/reacties" },
  { name: "own responses that ended", path: "/reacties?toon=afgelopen" },
  { name: "respond to a client", path: () => firstLink("/wachtenden", "tbody a[href^='/wachtenden/']", PROVIDER) },
  { name: "respond to a client with errors", path: () => firstLink("/wachtenden", "tbody a[href^='/wachtenden/']", PROVIDER), errors: true, act: send({ startOp: "31-31", geldigTot: "", opmerking: "bel 06-12345678" }) },
  { name: "course of an own offer", path: async () => `/aanbod/${await ownOffer()}/verloop` },
].map((page) => ({ who: PROVIDER, ...page }));

export const ACCOUNT_MANAGER_PAGES = [
  { name: "freshness", path: "/actualiteit" },
  { name: "freshness of a product, sorted", path: "/actualiteit?product=54A02&sorteer=aanbieder-af" },
  { name: "weights", path: "/beheer/weging" },
  { name: "weights with errors", path: "/beheer/weging", errors: true, act: send({ per10km: "ver" }) },
  { name: "policy", path: "/beheer/toewijzingsbeleid" },
  { name: "policy with errors", path: "/beheer/toewijzingsbeleid", errors: true, act: send({ wekenPerStap: "veel", blijvenWachten: "0" }) },
  { name: "what a policy would do", path: "/beheer/toewijzingsbeleid", shows: "text=Gevolg van dit beleid", act: (page) => submit(page, "main button[value=bekijken]") },
  { name: "regional plan", path: "/regiovoorstel" },
  { name: "regional run", path: "/regiovoorstel", shows: "text=Waar één plek meer het meest helpt", act: (page) => submit(page, "main form[action='/regiovoorstel'] button") },
  { name: "regional run, who stays waiting", path: async () => `${await aRun()}?toon=zonder-plek` },
  { name: "regional run, map", path: async () => `${await aRun()}/kaart`, shows: "text=Wachtenden per gemeente" },
  { name: "regional run, nobody chosen", path: aRun, errors: true, act: (page) => submit(page, "main form[action$='/vragen'] button") },
  { name: "scenarios", path: "/regiovoorstel/wat-als" },
  { name: "new scenario", path: "/regiovoorstel/wat-als/nieuw" },
  { name: "new scenario with errors", path: "/regiovoorstel/wat-als/nieuw", errors: true, act: send({ naam: "", plekken1: "veel", afstand: "ver", normWeken: "400" }) },
  { name: "scenario", path: aScenario, shows: "text=Waar een contract ontbreekt" },
  { name: "scenario by product", path: async () => `${await aScenario()}?waarde=product` },
  { name: "scenario with errors in its sweep", path: aScenario, errors: true, act: async (page) => { await page.fill("#van", "x"); await submit(page, "main form[action$='/reeks'] button"); } },
  { name: "sweep", path: aSweep, shows: "text=Deze tabel als CSV" },
  { name: "remove a scenario", path: async () => `${await aScenario()}/verwijderen` },
  { name: "mediation", path: "/bemiddeling" },
  { name: "mediation by term", path: "/bemiddeling?sorteer=uiterlijk", shows: "caption" },
  { name: "late responses", path: "/late-reacties" },
  { name: "reports", path: "/meldingen" },
  { name: "reports that were answered", path: "/meldingen?toon=beantwoord" },
  { name: "answer to a report", path: () => firstLink("/meldingen", "a[href$='/antwoord']", ACCOUNT_MANAGER) },
  { name: "answer to a report with errors", path: () => firstLink("/meldingen", "a[href$='/antwoord']", ACCOUNT_MANAGER), errors: true, act: (page) => submit(page) },
].map((page) => ({ who: ACCOUNT_MANAGER, ...page }));

/** Makes every mistake there is on the form of a waiting client. */
const WRONG_CLIENT = { product: "tafel", geboren: "elf", verwezenOp: "31-31", beschikkingOp: "gisteren", postcode: "12", toelichting: "bel 06-12345678" };

/** The address of a page about the first waiting client whose responses are being weighed. */
function ofWeighed(rest = "") {
  return async () => `${await firstLink("/wachtlijst?status=in-behandeling", "tbody th a", TOEGANG)}${rest}`;
}

/** The address of the first response to weigh. */
async function firstResponse() {
  return firstLink(await ofWeighed("/reacties")(), "tbody a", TOEGANG);
}

/** The address of a page about the first waiting client on the list. */
function ofClient(rest = "") {
  return async () => `${await firstLink("/wachtlijst", "tbody th a", TOEGANG)}${rest}`;
}

export const TOEGANG_PAGES = [
  { name: "waiting list", path: "/wachtlijst" },
  { name: "waiting list, filtered and sorted", path: "/wachtlijst?urgentie=urgent&norm=ja&sorteer=product" },
  { name: "waiting list, what needs today", path: "/wachtlijst?aandacht=vandaag&sorteer=aandacht", shows: "caption" },
  { name: "waiting list, who left it", path: "/wachtlijst?status=van-de-lijst", shows: "caption" },
  { name: "waiting list without results", path: "/wachtlijst?code=ZZZ", shows: "text=Niemand past bij deze filters" },
  { name: "register", path: "/wachtlijst/nieuw" },
  { name: "register, all fields open", path: "/wachtlijst/nieuw", act: (page) => page.click("details.meer summary") },
  { name: "register with errors", path: "/wachtlijst/nieuw", errors: true, act: send(WRONG_CLIENT) },
  { name: "waiting client", path: ofClient() },
  { name: "code of a client", path: ofClient("/code"), shows: ".clientcode" },
  { name: "change a client", path: ofClient("/wijzigen") },
  { name: "change a client with errors", path: ofClient("/wijzigen"), errors: true, act: send({ geboren: "elf", verwezenOp: "" }) },
  { name: "withdraw a client", path: ofClient("/stap/intrekken") },
  { name: "withdraw a client with errors", path: ofClient("/stap/intrekken"), errors: true, act: (page) => submit(page) },
  { name: "move a client", path: ofClient("/stap/verhuizen") },
  { name: "other product for a client", path: ofClient("/stap/ander-product") },
  { name: "another place", path: "/herplaatsing", shows: "caption" },
  { name: "another place, to nobody", path: "/herplaatsing?situatie=terug&pagina=99" },
  { name: "a step for nobody", path: "/wachtlijst/stappen?stap=pauzeren", shows: "text=niemand aangevinkt" },
  { name: "no such client", path: "/wachtlijst/222-222-222", status: 404 },
  { name: "registrations by file", path: "/wachtlijst/bestand" },
  { name: "registrations by file with errors", path: "/wachtlijst/bestand", errors: true, act: (page) => submit(page) },
  { name: "proposal", path: ofClient("/voorstel") },
  { name: "proposal with other regions", path: ofClient("/voorstel?buiten=ja") },
  { name: "bridging care", path: ofClient("/overbrugging") },
  { name: "responses to a client", path: ofWeighed("/reacties") },
  { name: "response to weigh", path: firstResponse },
  { name: "response to weigh with errors", path: firstResponse, errors: true, act: (page) => submit(page, "form[action$='/accepteren'] button[type=submit]") },
  { name: "decline with errors", path: firstResponse, errors: true, act: (page) => submit(page, "form[action$='/afwijzen'] button[type=submit]") },
  { name: "mediation", path: "/bemiddeling" },
  { name: "mediation by term", path: "/bemiddeling?sorteer=uiterlijk", shows: "caption" },
  { name: "mediation, nobody", path: "/bemiddeling?toon=te-laat&pagina=99", shows: "main p" },
  { name: "mediation of one client", path: () => firstLink("/bemiddeling", "tbody th a", TOEGANG) },
  { name: "half-yearly overview", path: "/bemiddeling/overzicht" },
  { name: "registrations", path: "/aanmeldingen" },
  { name: "registrations of a referrer, none", path: "/aanmeldingen", who: REFERRER, shows: "text=nog niemand aangemeld" },
  { name: "register as a referrer", path: "/wachtlijst/nieuw", who: REFERRER },
].map((page) => ({ who: TOEGANG, ...page }));

export const PRIVACY_PAGES = [
  { name: "log", path: "/logboek" },
  { name: "log, filtered", path: "/logboek?gebruiker=privacy&handeling=inloggen&sorteer=tijdstip-af" },
  { name: "log without results", path: "/logboek?van=01-01-2020&tot=31-12-2020", shows: "text=Geen regel past" },
  { name: "access log", path: "/inzage" },
  { name: "access log without results", path: "/inzage?van=01-01-2020&tot=31-12-2020", shows: "text=Niemand keek zo" },
  { name: "line of the log", path: () => firstLink("/logboek?handeling=oefenregio", "tbody th a", PRIVACY_OFFICER) },
].map((page) => ({ who: PRIVACY_OFFICER, ...page }));

export const REGISTRAR = "registratie-flevoland";
export const CLOSED_QUARTER = "2026-1";

export const REGISTRAR_PAGES = [
  { name: "records by file", path: "/crisis/registratiebestand" },
  { name: "quarter to complete", path: "/crisis/registratie?kwartaal=2026-3" },
  { name: "closed quarter", path: `/crisis/registratie?kwartaal=${CLOSED_QUARTER}`, shows: "text=Versie 1" },
  { name: "record", path: () => firstLink("/crisis/registratie?kwartaal=2026-3", "tbody th a", REGISTRAR) },
  { name: "quarterly report", path: `/rapportages/crisis?kwartaal=${CLOSED_QUARTER}` },
  { name: "quarterly report of a municipality", path: `/rapportages/crisis?kwartaal=${CLOSED_QUARTER}&van=GM0034` },
  { name: "records behind a number", path: `/rapportages/crisis/aanvragen?kwartaal=${CLOSED_QUARTER}&onderdeel=voorzieningen&rij=geen` },
  { name: "records behind nothing", path: "/rapportages/crisis/aanvragen?kwartaal=2001-1&onderdeel=voorzieningen", shows: "text=Er telt geen aanvraag" },
].map((page) => ({ who: REGISTRAR, ...page }));
/** The address of a page about the newest crisis request. */
function ofCrisis(rest = "") {
  return async () => `${await firstLink("/crisis/aanvragen?deel=alle", "tbody th a", CRISIS_DESK)}${rest}`;
}

/** Writes a crisis request down, whoever handles it. */
async function registerCrisis(page) {
  const typed = { ontvangenOp: "gisteren 10.00", leeftijd: "14" };
  const chosen = { gemeente: "GM0034", verwijzer: "huisarts", vraag: "ambulant", urgentie: "acuut" };
  for (const [name, value] of Object.entries(typed)) await page.fill(`[name=${name}]`, value);
  for (const [name, value] of Object.entries(chosen)) await page.selectOption(`[name=${name}]`, value);
  const button = "form[action='/crisis/nieuw'] button[type=submit]";
  await submit(page, button);
  // A child that looks the same is asked about first.
  if (await page.locator("#lijkt-t").count()) await submit(page, button);
}

// Drafts kept of an earlier visit have forms of their own on this page.
const WRONG_CRISIS = { ontvangenOp: "straks", leeftijd: "veertien", toelichting: "bel 06-12345678", huidigeAanbieder: "iemand" };

export const CRISIS_PAGES = [
  { name: "new request", path: "/crisis/nieuw" },
  { name: "new request with errors", path: "/crisis/nieuw", errors: true, act: send(WRONG_CRISIS, "form.formulier button[type=submit]") },
  { name: "request that was kept", path: "/crisis/nieuw", act: registerCrisis },
  { name: "board", path: "/crisis" },
  { name: "requests", path: "/crisis/aanvragen?deel=alle" },
  { name: "requests without results", path: "/crisis/aanvragen?van=01-01-2020&tot=02-01-2020", shows: "text=Geen aanvraag past" },
  { name: "request", path: ofCrisis() },
  { name: "triage", path: ofCrisis("/triage") },
  { name: "triage with errors", path: ofCrisis("/triage"), errors: true, act: (page) => submit(page) },
  { name: "correct", path: ofCrisis("/gegevens") },
  { name: "correct with errors", path: ofCrisis("/gegevens"), errors: true, act: send({ leeftijd: "oud", huidigeAanbieder: "iemand", toelichting: "bel 06-12345678" }) },
  { name: "reopen with errors", path: ofCrisis("/stap/heropenen"), errors: true, act: (page) => submit(page) },
  { name: "take over", path: ofCrisis("/stap/overnemen") },
  { name: "refer on with errors", path: ofCrisis("/stap/doorverwijzen"), errors: true, act: (page) => submit(page) },
  { name: "roster", path: "/crisis/rooster" },
  { name: "roster with errors", path: "/crisis/rooster", errors: true, act: (page) => submit(page, "form[action='/crisis/rooster'] button") },
  { name: "point", path: "/beheer/crisispunt", who: CRISIS_MANAGER },
  { name: "point with errors", path: "/beheer/crisispunt", who: CRISIS_MANAGER, errors: true, act: send({ naam: "", opent: "vroeg", sluitingsdagen: "kerst", acuutMinuten: "veel" }) },
  { name: "lists", path: "/beheer/crisispunt/lijsten", who: CRISIS_MANAGER },
  { name: "lists with errors", path: "/beheer/crisispunt/lijsten", who: CRISIS_MANAGER, errors: true, act: send({ code: "Met Spatie", naam: "" }) },
].map((page) => ({ who: CRISIS_DESK, ...page }));

/** The address of a page about an open request of this age group, at the point that divides it. */
function toDivide(group, rest = "") {
  return async () => `${await firstLink(`/crisis/aanvragen?leeftijdsgroep=${encodeURIComponent(group)}`, "tbody th a", DISTRIBUTOR)}${rest}`;
}

const firstPlace = () => firstLink("/crisis/plaatsen", "tbody tr:has(.badge--vrij) th a", DISTRIBUTOR);
const firstHelp = (what) => () => firstLink("/crisis/inzet", `tbody tr:has-text('${what}') th a`, DISTRIBUTOR);
const ownAssignment = () => firstLink("/crisis/toewijzingen", "tbody th a", ASKED_PROVIDER);
const ownPlace = (state) => () => firstLink("/crisis/mijn-plaatsen", `tbody tr:has(.badge--${state}) th a`, CRISIS_PROVIDER);
const ofAlmere = (rest) => async () => `${await firstLink("/crisis/aanvragen?deel=alle", "tbody th a", "toegang-almere")}${rest}`;

export const DIVISION_PAGES = [
  { name: "board of who divides", path: "/crisis" },
  { name: "request with whose turn it is", path: toDivide("12-") },
  { name: "request with places", path: toDivide("12+"), shows: "text=Kies een plek" },
  { name: "offer", path: toDivide("12-", "/verdelen") },
  { name: "division", path: "/crisis/verdeling" },
  { name: "division of a provider", path: "/crisis/verdeling", who: CRISIS_PROVIDER },
  { name: "division of a provider with errors", path: "/crisis/verdeling", who: CRISIS_PROVIDER, errors: true, act: send({ volTot: "ooit" }) },
  { name: "shares", path: "/beheer/crisispunt/aandelen", who: CRISIS_MANAGER },
  { name: "shares with errors", path: "/beheer/crisispunt/aandelen", who: CRISIS_MANAGER, errors: true, act: send({ gewicht: "veel", vanaf: "" }) },
  { name: "places", path: "/crisis/plaatsen" },
  { name: "place", path: firstPlace },
  { name: "place with errors", path: firstPlace, errors: true, act: (page) => submit(page, "form[action$='/plaatsen'] button[type=submit]") },
  { name: "held place", path: () => firstLink("/crisis/plaatsen", "tbody tr:has-text('Vastgehouden') th a", DISTRIBUTOR) },
  { name: "facts of a place", path: async () => `${await firstPlace()}/gegevens` },
  { name: "new place", path: "/crisis/plaatsen/nieuw" },
  { name: "new place with errors", path: "/crisis/plaatsen/nieuw", errors: true, act: (page) => submit(page) },
  { name: "help", path: "/crisis/inzet" },
  { name: "stay", path: firstHelp("Crisisbed") },
  { name: "stay with errors", path: firstHelp("Crisisbed"), errors: true, act: (page) => submit(page, "form:has([value=einde]) button") },
  { name: "help that did not start", path: firstHelp("nog niet gestart") },
  { name: "assignments", path: "/crisis/toewijzingen", who: ASKED_PROVIDER },
  { name: "assignments without results", path: "/crisis/toewijzingen?toon=beantwoord&pagina=99", who: ASKED_PROVIDER, shows: "text=Op deze pagina staat niets" },
  { name: "assignment", path: ownAssignment, who: ASKED_PROVIDER },
  { name: "assignment with errors", path: ownAssignment, who: ASKED_PROVIDER, errors: true, act: (page) => submit(page, "form[action$='/weigeren'] button") },
  { name: "own places", path: "/crisis/mijn-plaatsen", who: CRISIS_PROVIDER },
  { name: "own place", path: ownPlace("vrij"), who: CRISIS_PROVIDER },
  { name: "own place with errors", path: ownPlace("vrij"), who: CRISIS_PROVIDER, errors: true, act: (page) => submit(page) },
  { name: "own place with a child", path: ownPlace("vol"), who: CRISIS_PROVIDER },
  { name: "requests of the toegang", path: "/crisis/aanvragen?deel=alle", who: "toegang-almere" },
  { name: "request of the toegang", path: ofAlmere(""), who: "toegang-almere" },
  { name: "report for an account manager", path: `/rapportages/crisis?kwartaal=${CLOSED_QUARTER}`, who: "accountmanager-flevoland" },
  { name: "report for a municipality", path: `/rapportages/crisis?kwartaal=${CLOSED_QUARTER}`, who: "gemeente-almere" },
  { name: "report for a provider", path: `/rapportages/crisis?kwartaal=${CLOSED_QUARTER}`, who: CRISIS_PROVIDER },
].map((page) => ({ who: DISTRIBUTOR, ...page }));

export const ALL_PAGES = [
  ...DIVISION_PAGES.map((page) => ({ ...page, name: `division: ${page.name}` })),
  ...CRISIS_PAGES.map((page) => ({ ...page, name: `crisis: ${page.name}` })),
  ...PUBLIC_PAGES.map((page) => ({ ...page, name: `public: ${page.name}` })),
  ...MANAGER_PAGES.map((page) => ({ ...page, name: `management: ${page.name}` })),
  ...PROVIDER_PAGES.map((page) => ({ ...page, name: `provider: ${page.name}` })),
  ...ACCOUNT_MANAGER_PAGES.map((page) => ({ ...page, name: `account manager: ${page.name}` })),
  ...TOEGANG_PAGES.map((page) => ({ ...page, name: `toegang: ${page.name}` })),
  ...PRIVACY_PAGES.map((page) => ({ ...page, name: `privacy: ${page.name}` })),
  ...REGISTRAR_PAGES.map((page) => ({ ...page, name: `registrar: ${page.name}` })),
];
