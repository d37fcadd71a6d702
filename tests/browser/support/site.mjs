// One program and one browser for all tests, and pages in contexts of their own.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { startProgram } from "./program.mjs";
import { totp } from "./totp.mjs";

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };
export const SMALLEST = { width: 320, height: 640 };

/** How long to wait for anything before it counts as broken. */
const PATIENCE_MS = 20_000;

/** How long a page may be used in all; a script that never answers must not stop the tests. */
const PAGE_LIFE_MS = 120_000;

let program;
let browser;
const sessions = new Map();
const tabs = new Map();

/** How often a browser is started before it counts as broken. */
const LAUNCHES = 3;

export async function startSite() {
  const binary = process.env.BIN;
  assert.ok(binary, "BIN must hold the path of the program to test");
  // Both are waited for, so that what did start is there for `stopSite` when the other did not.
  const started = await Promise.allSettled([
    startProgram(binary).then((one) => (program = one)),
    launchBrowser().then((one) => (browser = one)),
  ]);
  const broken = started.find((one) => one.status === "rejected");
  if (!broken) return;
  await stopSite();
  throw broken.reason;
}

/** A browser that crashes before it shows a page says nothing about the program, so it gets another chance, aloud. */
async function launchBrowser() {
  for (let attempt = 1; ; attempt++) {
    try {
      return await chromium.launch({
        executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
        // With its own temporary files in /dev/shm, where those of the tests may be, its pages crash.
        env: { ...process.env, TMPDIR: "/tmp" },
        args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
      });
    } catch (error) {
      if (attempt === LAUNCHES) throw error;
      console.error(`The browser did not start (attempt ${attempt} of ${LAUNCHES}): ${error.message}`);
    }
  }
}

export async function stopSite() {
  await browser?.close();
  await program?.stop();
}

export function base() {
  return program.base;
}

/**
 * Keeps in `page.said` everything the browser has to say about a page: console, errors in scripts, and files that did not come.
 * Chromium also writes to the console that the page itself came with an error status; that is the status a test
 * asks for, so it does not count.
 */
function listen(page) {
  page.said = [];
  page.on("console", (message) => {
    const isAboutThePage = message.text().startsWith("Failed to load resource") && message.location().url === page.url();
    if (!isAboutThePage) page.said.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => page.said.push(`error in a script: ${error.message}`));
  page.on("response", (answer) => {
    if (answer.status() >= 400 && !answer.request().isNavigationRequest()) page.said.push(`${answer.status()} for ${answer.url()}`);
  });
}

/** Signs in once per user; later pages of that user start with the same session. */
async function session(who) {
  if (!sessions.has(who)) sessions.set(who, signIn(who));
  return sessions.get(who);
}

async function signIn(who) {
  const context = await browser.newContext({ baseURL: program.base });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto("/inloggen");
    await signInOnPage(page, who);
    return await context.storageState();
  } finally {
    await context.close();
  }
}

/** Signs in on the page for signing in, as a person does. */
export async function signInOnPage(page, who, { signIns } = program) {
  const account = signIns.get(who);
  assert.ok(account, `the demonstration has no user ${who}`);
  await page.fill("#naam", account.name);
  await page.fill("#wachtwoord", account.password);
  await page.click("main button[type=submit]");
  await page.waitForURL((url) => url.pathname !== "/inloggen");
  if (new URL(page.url()).pathname === "/inloggen/tweede-factor") {
    // Somebody who sees a first child sets it up now, and keeps the key for the next time.
    account.totp = (await page.textContent("code.sleutel")).replaceAll(" ", "");
    await page.fill("#code", await freshCode(account));
    await page.click("main button[type=submit]");
    await page.waitForSelector("ul.codes");
    await page.click("main a.nl-button--primary");
    return;
  }
  if (new URL(page.url()).pathname !== "/inloggen/code") return;
  await page.fill("#code", await freshCode(account));
  await page.click("main button[type=submit]");
  await page.waitForURL((url) => !url.pathname.startsWith("/inloggen"));
}

/** A code counts once: whoever signs in again within half a minute takes that of the next step, which is taken too. */
export async function freshCode(account) {
  const now = Math.floor(Date.now() / 30_000);
  // That of the step before counts too, for a clock that is slow.
  account.step = Math.max(now - 1, (account.step ?? 0) + 1);
  // Further ahead than one step is no code of now; signing in so often is rare enough to wait for.
  while (account.step > Math.floor(Date.now() / 30_000) + 1) await new Promise((resolve) => setTimeout(resolve, 250));
  return totp(account.totp, account.step);
}

/**
 * Runs `visit` with a page.
 *
 * `options`: who (name of the user), or storageState (cookies to begin with), javaScript (default true), bypassCSP, size. With `shared` the page is a tab that
 * other tests used before, with their user and cookies, which is much faster; for tests that leave nothing behind.
 */
export async function withPage(options, visit) {
  const { shared = false, size = WIDE, ...rest } = options;
  const page = await (shared ? takeTab(rest) : newTab(await newContext(rest)));
  const tooLong = setTimeout(() => page.close(), PAGE_LIFE_MS);
  page.said = [];
  page.hasScripts = rest.javaScript !== false;
  let isSound = false;
  try {
    await page.setViewportSize(size);
    const result = await visit(page);
    isSound = true;
    return result;
  } finally {
    clearTimeout(tooLong);
    if (!shared) await page.context().close();
    else if (isSound) tabs.get(keyOf(rest)).free.push(page);
    else await page.close();
  }
}

/** Runs visits as users of another program, each of whom signs in once: a code counts once, and the next takes half a minute. */
export function visitsTo(program) {
  const sessions = new Map();
  return (who, visit) =>
    withPage({ javaScript: false, storageState: sessions.get(who) }, async (page) => {
      if (!sessions.has(who)) {
        await goTo(page, `${program.base}/inloggen`);
        await signInOnPage(page, who, program);
        sessions.set(who, await page.context().storageState());
      }
      await visit(page);
    });
}

async function newContext({ who, storageState, javaScript = true, bypassCSP = false }) {
  return browser.newContext({
    baseURL: program.base,
    locale: "nl-NL",
    timezoneId: "Europe/Amsterdam",
    javaScriptEnabled: javaScript,
    bypassCSP,
    storageState: who ? await session(who) : storageState,
  });
}

async function newTab(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  listen(page);
  return page;
}

function keyOf(options) {
  return JSON.stringify(Object.entries(options).sort());
}

/** A tab that is free, or one more. */
async function takeTab(options) {
  const key = keyOf(options);
  if (!tabs.has(key)) tabs.set(key, { context: newContext(options), free: [] });
  const { context, free } = tabs.get(key);
  return free.pop() ?? newTab(await context);
}

/** Goes to an address and waits until fonts, scripts and style sheets have done their work. */
export async function goTo(page, address) {
  const answer = await page.goto(address, { waitUntil: "load" });
  await settle(page);
  return answer;
}

/** Waits for the fonts and two frames, so that what is measured is what is seen. */
export async function settle(page) {
  // Nothing can wait inside a page without scripts; what waits outside is enough there.
  if (!page.hasScripts) return;
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

/** Reads JSON from the open part of the API. */
export async function api(address) {
  const answer = await fetch(program.base + address, { headers: { accept: "application/json" } });
  assert.equal(answer.status, 200, `GET ${address} answered ${answer.status}`);
  return answer.json();
}
