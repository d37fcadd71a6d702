// Builds the files that browsers get, from web/ and the npm packages, into static/ (which is not committed).
//
//   node web/build.mjs
//
// Takes about a second. A file is only written when its content changed, so that nothing is rebuilt for no reason,
// and what no longer belongs in static/ is removed.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "lightningcss";

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PACKAGES = path.join(ROOT, "node_modules");
const OUT = path.join(ROOT, "static");

const UTRECHT_COMPONENTS = [
  "root",
  "alert",
  "checkbox",
  "custom-checkbox",
  "form-field",
  "form-field-description",
  "form-field-error-message",
  "form-fieldset",
  "form-label",
  "radio-button",
  "select",
  "table",
  "textarea",
  "textbox",
];

const CANDIDATE_COMPONENTS = [
  "button",
  "link",
  "skip-link",
  "heading",
  "paragraph",
  "data-badge",
  "number-badge",
  "mark",
];

// In this order: what comes later may adjust what came before.
const APP_STYLES = [
  "base",
  "header-footer",
  "buttons",
  "badges",
  "messages",
  "forms",
  "search",
  "results",
  "map",
  "figures",
  "tables",
  "capacity",
  "charts",
  "admin",
  "compare",
  "timeline",
  "waiting-list",
  "crisis",
  "text",
  "conflict",
  "forced-colors",
  "print",
];

const ICONS = [
  "alert-triangle",
  "arrow-down",
  "arrow-left",
  "arrow-right",
  "arrow-up",
  "arrows-sort",
  "ban",
  "bed",
  "bolt",
  "building",
  "calendar-time",
  "chart-bar",
  "check",
  "chevron-down",
  "chevron-left",
  "chevron-right",
  "circle-check",
  "circle-x",
  "clock",
  "download",
  "edit",
  "external-link",
  "eye",
  "file-text",
  "filter",
  "flag",
  "heart-handshake",
  "help-circle",
  "history",
  "home",
  "hourglass",
  "info-circle",
  "key",
  "link",
  "list",
  "list-check",
  "lock",
  "login",
  "logout",
  "mail",
  "map",
  "map-pin",
  "phone",
  "player-pause",
  "plus",
  "printer",
  "refresh",
  "scale",
  "search",
  "settings",
  "star",
  "table",
  "trash",
  "upload",
  "user",
  "users",
  "world",
  "x",
];

const FONT_SUBSETS = ["latin", "latin-ext"];

const read = (...parts) => fs.readFileSync(path.join(...parts), "utf8");
const readWeb = (...parts) => read(ROOT, "web", ...parts);
const readPackage = (...parts) => read(PACKAGES, ...parts);

/** The custom properties a style sheet defines, by name. */
function definitions(css) {
  return new Map([...css.matchAll(/(--[\w-]+)\s*:\s*([^;}]+)[;}]/g)].map((m) => [m[1], m[2].trim()]));
}

/** The names of the custom properties a style sheet reads. */
function references(css) {
  return [...css.matchAll(/var\(\s*(--[\w-]+)/g)].map((m) => m[1]);
}

function componentStyles() {
  const utrecht = UTRECHT_COMPONENTS.map((name) => {
    const dist = path.join(PACKAGES, "@utrecht", `${name}-css`, "dist");
    const minified = path.join(dist, "index.min.css");
    return fs.existsSync(minified) ? read(minified) : read(dist, "index.css");
  });
  const candidate = CANDIDATE_COMPONENTS.map((name) =>
    readPackage("@nl-design-system-candidate", `${name}-css`, "dist", `${name}.css`),
  );
  return [...utrecht, ...candidate].join("\n").replace(/\/\*# sourceMappingURL.*?\*\//g, "");
}

/**
 * The components carry their pictures as data: addresses, which the Content-Security-Policy refuses: a ticked box
 * would show no tick. So each becomes a file, and the style sheet names the file.
 */
function picturesToFiles(css) {
  const pictures = new Map();
  const styles = css.replace(/url\("data:image\/svg\+xml[^,"]*,([^"]*)"\)/g, (_, encoded) => {
    const picture = decodeURIComponent(encoded);
    if (!pictures.has(picture)) pictures.set(picture, `teken-${pictures.size + 1}.svg`);
    return `url(${pictures.get(picture)})`;
  });
  if (styles.includes("data:")) throw new Error("a component has a data: address that is not an SVG picture");
  return { styles, pictures: [...pictures].map(([picture, name]) => [name, picture]) };
}

/** Only the tokens that are read, directly or through another token: some 800 of the theme's 2,780. */
function prunedTokens(theme, styles) {
  const tokens = definitions(theme);
  const used = new Set();
  const queue = references(styles);
  while (queue.length > 0) {
    const name = queue.pop();
    if (used.has(name)) continue;
    used.add(name);
    queue.push(...references(tokens.get(name) ?? ""));
  }
  const kept = [...tokens].filter(([name]) => used.has(name));
  return `.voorbeeld-theme{${kept.map(([name, value]) => `${name}:${value}`).join(";")}}`;
}

/** A misspelt token gives no error in a browser, only a missing colour; so it is an error here. */
function checkTokens(ownStyles, known) {
  const unknown = [...new Set(references(ownStyles))].filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`web/css reads tokens that nothing defines: ${unknown.join(", ")}`);
}

function minify(filename, css) {
  const { code, warnings } = transform({ filename, code: Buffer.from(css), minify: true });
  for (const warning of warnings) console.warn(`${filename}: ${warning.message}`);
  return code;
}

/** All icons as symbols in one file; a page shows one with <use href="/static/iconen.svg#search">. */
function iconSprite() {
  const symbols = ICONS.map((name) => {
    const shapes = readPackage("@tabler", "icons", "icons", "outline", `${name}.svg`)
      .replace(/[\s\S]*?<svg[\s\S]*?>/, "")
      .replace("</svg>", "")
      .replace(/<path stroke="none"[^>]*>\s*/, "")
      .replace(/\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

/** The brand mark as favicon, in the default colours: an icon of a browser tab cannot follow a style sheet. */
function favicon(colours) {
  const brand = colours.get("--voorbeeld-kleuren-violet-500");
  const ring = colours.get("--voorbeeld-kleuren-violet-300");
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44">',
    `<rect width="44" height="44" rx="10" fill="${brand}"/>`,
    `<circle cx="22" cy="22" r="13.5" fill="none" stroke="${ring}" stroke-width="3"/>`,
    '<path d="M29.5 14.5 24.6 25.2 14.5 29.5 19.4 18.8Z" fill="#fff"/>',
    `<circle cx="22" cy="22" r="2.6" fill="${brand}"/></svg>`,
  ].join("");
}

/** The arrow of a select, as an image because a select has no ::after. */
const SELECT_ARROW =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#223c61" stroke-width="2.5"' +
  ' stroke-linecap="round" stroke-linejoin="round"><path d="m6 9 6 6 6-6"/></svg>';

/** What the licences of the packages ask for: their text travels with the files. Equal texts are given once. */
function licences() {
  const { dependencies } = JSON.parse(read(ROOT, "package.json"));
  const byText = new Map();
  for (const name of Object.keys(dependencies)) {
    if (name === "lightningcss") continue; // A tool: nothing of it is in the files.
    const folder = path.join(PACKAGES, name);
    const { version, license } = JSON.parse(read(folder, "package.json"));
    const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
    if (!file) throw new Error(`${name} has no licence file`);
    const text = read(folder, file).trim();
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...byText]
    .map(([text, names]) => `${names.join("\n")}\n\n${text}\n`)
    .join(`\n${"=".repeat(78)}\n\n`);
}

/** All files, by their path in static/. */
function build() {
  const regionTheme = readWeb("css", "regio-thema.css");
  const app = APP_STYLES.map((name) => readWeb("css", `${name}.css`)).join("\n");
  const { styles: components, pictures } = picturesToFiles(componentStyles());
  const theme = readPackage("@nl-design-system-unstable", "voorbeeld-design-tokens", "dist", "theme.css");
  checkTokens(regionTheme + app, new Set([...definitions(theme + regionTheme + app).keys()]));

  const files = new Map([
    ["tokens.css", minify("tokens.css", prunedTokens(theme, components + regionTheme + app))],
    ["componenten.css", minify("componenten.css", components)],
    ["regio-thema.css", minify("regio-thema.css", regionTheme)],
    ["app.css", minify("app.css", app)],
    ["iconen.svg", iconSprite()],
    ["icoon.svg", favicon(definitions(regionTheme))],
    ["pijl.svg", SELECT_ARROW],
    ["htmx.min.js", readPackage("htmx.org", "dist", "htmx.min.js")],
    ["licenties.txt", licences()],
    ...pictures,
  ]);
  for (const name of fs.readdirSync(path.join(ROOT, "web", "js"))) files.set(name, readWeb("js", name));
  for (const subset of FONT_SUBSETS) {
    const name = `source-sans-3-${subset}-wght-normal.woff2`;
    const source = path.join(PACKAGES, "@fontsource-variable", "source-sans-3", "files", name);
    files.set(`fonts/${name}`, fs.readFileSync(source));
  }
  return files;
}

function write(files) {
  let written = 0;
  for (const [name, content] of files) {
    const target = path.join(OUT, name);
    const bytes = Buffer.from(content);
    if (fs.existsSync(target) && fs.readFileSync(target).equals(bytes)) continue;
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, bytes);
    written += 1;
  }
  return written;
}

function removeOthers(files) {
  for (const entry of fs.readdirSync(OUT, { recursive: true, withFileTypes: true })) {
    const name = path.relative(OUT, path.join(entry.parentPath ?? entry.path, entry.name));
    if (entry.isFile() && !files.has(name.split(path.sep).join("/"))) fs.rmSync(path.join(OUT, name));
  }
}

const files = build();
const written = write(files);
removeOthers(files);
console.log(`static/: ${files.size} files, ${written} changed`);
