// Starts the real program with an empty database and the demonstration region, and stops it again.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const READY_WITHIN_MS = 120_000;
const STOPPED_WITHIN_MS = 10_000;

async function findFreePort() {
  const server = net.createServer();
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks again until the program answers that it is ready; gives up when it has ended. */
async function waitUntilReady(base, child, log) {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The program ended with code ${child.exitCode}:\n${log()}`);
    const answer = await fetch(`${base}/readyz`).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`The program was not ready in ${READY_WITHIN_MS / 1000} s:\n${log()}`);
    // There is no event to wait for: the program tells that it is ready only to those who ask.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function run(binary, args, env, cwd) {
  return execFileSync(binary, args, { cwd, env, encoding: "utf8" });
}

/** The same for every program, so that what one sealed another on a copy of its database can read. */
const SECRET_KEY = "a key for browsers, of more than thirty-two characters";

function newFolder() {
  return fs.mkdtempSync(path.join(os.tmpdir(), "beschikbaarheidswijzer-browser-"));
}

let filled;

/** A database with the demonstration region of today. Filling one takes seconds, so all programs start from a copy. */
function fillOnce(binary) {
  if (!filled) {
    const folder = newFolder();
    filled = path.join(folder, "demo.sqlite");
    run(binary, ["seed", "--demo"], { PATH: process.env.PATH, HOME: folder, SECRET_KEY, DATABASE_URL: `sqlite://${filled}` }, folder);
    process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  }
  return filled;
}

/**
 * Starts the program. `settings` are further environment variables; `seededAt` makes the demonstration as it was at an
 * earlier moment. The answer has `command`, which runs another command of the program on the same database.
 */
export async function startProgram(binary, { settings = {}, seededAt } = {}) {
  const folder = newFolder();
  const database = path.join(folder, "demo.sqlite");
  const signInsFile = path.join(folder, "sign-ins.json");
  const port = await findFreePort();
  const base = `http://127.0.0.1:${port}`;
  // Nothing but these: settings of whoever runs the tests must not change what is tested.
  const env = { PATH: process.env.PATH, HOME: folder, SECRET_KEY, DATABASE_URL: `sqlite://${database}`, PUBLIC_URL: base, ...settings };
  if (seededAt) run(binary, ["seed", "--demo", "--at", seededAt.toISOString()], env, folder);
  else fs.copyFileSync(fillOnce(binary), database);
  const child = spawn(binary, ["serve", "--demo", "--listen", `127.0.0.1:${port}`, "--sign-ins", signInsFile], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (text) => {
    output = (output + text).slice(-20_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const failed = new Promise((_, reject) => child.once("error", reject));
  const stop = async () => {
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    }
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([waitUntilReady(base, child, () => output), failed]);
    const signIns = new Map(JSON.parse(fs.readFileSync(signInsFile, "utf8")).map((one) => [one.name, one]));
    return { base, signIns, stop, log: () => output, command: (...args) => run(binary, args, env, folder) };
  } catch (error) {
    await stop();
    throw error;
  }
}
