// The advisor's desk in headless Chromium: `npm ci && npm test` beside a built `target/debug/matcher`, or MATCHER=path.
// SCREENS=folder keeps pictures of the pages.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const root = new URL("../../", import.meta.url).pathname;
const matcher = process.env.MATCHER ?? join(root, "target/debug/matcher");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PAGES = ["/", "/cases", "/lists", "/clusters", "/clusters?a=marlog&b=energy", "/privacy", "/nowhere"];
const TEXT = "Vi udvikler robotter, der svejser stålrammer for maskinfabrikker. Griberen og styringen er vores egen.";

let folder, server, base, browser;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "matcher-browser-"));
  server = spawn(matcher, ["serve", "--listen", "127.0.0.1:0", "--store", join(folder, "cases.db"), "--no-open"]);
  let said = "";
  base = await new Promise((resolve, reject) => {
    server.stderr.on("data", (data) => (said += data));
    server.stdout.on("data", (data) => {
      const found = /listening on (\S+)/.exec(data);
      if (found) resolve(found[1]);
    });
    server.on("error", () => reject(new Error(`${matcher} could not be started; build it first`)));
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
});

after(async () => {
  await browser?.close();
  server?.kill("SIGTERM");
  await rm(folder, { recursive: true, force: true });
});

/** A page, and what its console complained of. */
async function open(path = "/", { ui = "da", width = 1280, height = 900, dark = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light", locale: "da-DK" });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => {
    const expected = path === "/nowhere" && line.text().includes("404");
    if (["error", "warning"].includes(line.type()) && !expected) complaints.push(line.text());
  });
  if (ui) await context.addCookies([{ name: "ui", value: ui, url: base }]);
  await page.goto(base + path);
  return { page, complaints };
}

async function type(page, text) {
  await page.fill("#text", text);
  await page.waitForSelector("#cards .card");
  await page.waitForFunction((text) => document.getElementById("read").textContent === text, text);
}

async function save(page) {
  await page.click("button[name=save]");
  await page.waitForSelector("#saved:not([hidden])");
  return (await page.getAttribute("#case-link", "href")).split("/").at(-1);
}

test("typing shows what fits, why, and where", async () => {
  const { page, complaints } = await open();
  await page.locator("#text").pressSequentially(TEXT, { delay: 5 });
  await page.waitForFunction(() => /passer|Nok|Usikkert/.test(document.getElementById("headline").textContent));
  assert.equal(await page.locator(".card").count(), 3);
  assert.match(await page.locator(".card").first().textContent(), /Odense Robotics.*%/s);
  assert.equal(await page.locator("#read").textContent(), TEXT);
  assert.ok((await page.locator("#read mark").count()) > 2);
  await page.waitForSelector("#map svg");
  assert.deepEqual(complaints, []);
});

test("a word lights up in the text when its reason is looked at", async () => {
  const { page } = await open();
  await type(page, `Æbler på Ærø. ${TEXT}`);
  const chip = page.locator(".card").first().locator(".chips button").first();
  const word = await chip.textContent();
  await chip.hover();
  assert.equal(await page.locator("mark.lit").first().textContent(), word);
  await page.mouse.move(0, 0);
  await chip.focus();
  assert.equal(await page.locator("mark.lit").first().textContent(), word);
  const second = page.locator(".card").nth(1);
  await second.hover();
  assert.match(await second.getAttribute("class"), /shown/);
});

test("looking at a word does not move the page away from it", async () => {
  const { page } = await open("/", { height: 700 });
  await type(page, `${TEXT}\n\n`.repeat(12));
  const chip = page.locator(".card").last().locator(".chips button").first();
  await chip.scrollIntoViewIfNeeded();
  const place = () => page.evaluate(() => scrollY);
  const before = await place();
  await chip.hover();
  await page.waitForSelector("mark.lit");
  assert.equal(await place(), before);
  assert.ok(await page.locator("mark.lit").first().isVisible());
});

test("the map and the cards name the same shares", async () => {
  const { page } = await open();
  await type(page, TEXT);
  await page.waitForSelector("#map svg");
  assert.doesNotMatch(await page.locator("#map").textContent(), /(^|\D)0\s%/);
});

test("none fits and too little are answers", async () => {
  const { page } = await open("/", { ui: "en" });
  await page.fill("#text", "solicitors for wills and divorces");
  await page.waitForFunction(() => document.getElementById("headline").textContent === "No cluster fits.");
  assert.equal(await page.inputValue("input[name=choice]:checked"), "none");
  await page.fill("#text", "1 2 3");
  await page.waitForFunction(() => document.getElementById("headline").textContent === "Too little to say.");
  assert.ok(await page.locator("#cards").isHidden());
  await page.fill("#text", "");
  await page.waitForSelector("#result", { state: "hidden" });
});

test("a decision becomes a case, a sheet of one page, and is forgotten", async () => {
  const { page, complaints } = await open();
  await type(page, TEXT.repeat(6));
  await page.selectOption("#other", "made");
  assert.equal(await page.inputValue("input[name=choice]:checked"), "other");
  await page.fill("#note", "De bygger mest til <egen> fabrik & kunder.");
  await page.fill("#by", "KL");
  const id = await save(page);
  await page.goto(`${base}/cases?query=svejser`);
  assert.match(await page.locator("tbody tr").first().textContent(), /MADE/);
  await page.goto(`${base}/cases/${id}/handout`);
  assert.match(await page.locator(".sheet").textContent(), /Vi anbefaler MADE.*<egen> fabrik & kunder.*et menneske besluttede \(KL\)/s);
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
  assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 1);
  await page.goto(`${base}/cases/${id}`);
  await page.click("[data-forget]");
  await page.click("#forget");
  await page.waitForURL(`${base}/cases`);
  assert.equal((await page.request.get(`${base}/cases/${id}`)).status(), 404);
  assert.deepEqual(complaints, []);
});

test("the hand-out speaks the company's language", async () => {
  const { page } = await open("/", { ui: "da" });
  await type(page, "we build underwater drones that inspect ports");
  const id = await save(page);
  await page.goto(`${base}/cases/${id}/handout`);
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.goto(`${base}/cases/${id}/handout?ui=da`);
  assert.equal(await page.getAttribute("html", "lang"), "da");
});

test("the language of the pages is chosen and remembered", async () => {
  const { page } = await open("/", { ui: null });
  assert.equal(await page.getAttribute("html", "lang"), "da");
  await page.click("header a[hreflang=en]");
  await page.goto(`${base}/lists`);
  assert.equal(await page.getAttribute("html", "lang"), "en");
});

test("a list is scored and comes back with a report", async () => {
  const { page, complaints } = await open("/lists");
  const list = join(folder, "firmaer.csv");
  await writeFile(list, `Navn;Beskrivelse\nNord;${TEXT}\nSyd;frisør\nVest;\n`);
  await page.setInputFiles("#file", list);
  await page.click("#upload button");
  await page.waitForSelector("#done:not([hidden])");
  const result = await (await page.request.get(new URL(await page.getAttribute("#result", "href"), base).href)).text();
  assert.match(result, /^Navn;Beskrivelse;language;verdict;cluster_1/);
  assert.equal(result.trim().split("\n").length, 4);
  const report = await page.request.get(new URL(await page.getAttribute("#report", "href"), base).href);
  assert.match(await report.text(), /<html lang="da">/);
  await page.goto(page.url());
  assert.match(page.url(), /\/lists\/[0-9a-f-]+$/);
  await page.waitForSelector("#done:not([hidden])");
  assert.deepEqual(complaints, []);
});

test("all of it goes by keyboard", async () => {
  const { page } = await open();
  assert.equal(await page.evaluate(() => document.activeElement.id), "text");
  await page.keyboard.insertText(TEXT);
  await page.waitForSelector("#cards .card");
  await page.keyboard.press("Control+Enter");
  assert.equal(await page.evaluate(() => document.activeElement.name), "choice");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.inputValue("input[name=choice]:checked"), "none");
  for (let tabs = 0; tabs < 8 && (await page.evaluate(() => document.activeElement.name)) !== "save"; tabs++) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#saved:not([hidden])");
  assert.equal(await page.evaluate(() => document.activeElement.id), "saved");
});

test("a case that is not there is told of in the language of the page", async () => {
  const { page } = await open("/privacy");
  await page.goto(`${base}/cases/none`);
  assert.match(await page.locator("main").textContent(), /Her er ingenting.*kan være slettet/s);
});

test("a personal number is pointed out, and masked in what is kept", async () => {
  const { page } = await open();
  await type(page, `Ejer 010190-1234. ${TEXT}`);
  await page.waitForSelector("#cpr:not([hidden])");
  const id = await save(page);
  await page.goto(`${base}/cases/${id}`);
  assert.doesNotMatch(await page.content(), /010190/);
});

for (const dark of [false, true]) {
  test(`no page has a fault of accessibility, ${dark ? "dark" : "light"}`, async () => {
    const check = async (page, name) => {
      await page.evaluate(axe);
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
      const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), tags);
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(" ")}`);
      assert.deepEqual(told, [], name);
    };
    for (const path of PAGES) {
      const { page, complaints } = await open(path, { dark });
      await check(page, path);
      assert.deepEqual(complaints, [], path);
      await page.context().close();
    }
    const { page } = await open("/", { dark });
    await type(page, TEXT);
    await page.waitForSelector("#map svg");
    await check(page, "an answer");
    const id = await save(page);
    for (const path of [`/cases`, `/cases/${id}`, `/cases/${id}/handout`]) {
      await page.goto(base + path);
      await check(page, path);
    }
  });
}

test("pages fit a phone, and text twice as large", async () => {
  for (const path of PAGES) {
    const { page } = await open(path, { width: 360, height: 740 });
    if (path === "/") await type(page, TEXT);
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok((await wide()) <= 0, path);
    await page.setViewportSize({ width: 640, height: 450 });
    assert.ok((await wide()) <= 0, path);
    await page.context().close();
  }
});

test("pictures", { skip: !process.env.SCREENS }, async () => {
  for (const [name, width, dark, ui, text] of [
    ["desk", 1200, false, "da", TEXT],
    ["phone", 390, true, "en", "we build underwater drones"],
  ]) {
    const { page } = await open("/", { width, dark, ui });
    await type(page, text);
    await page.waitForSelector("#map svg");
    await page.screenshot({ path: join(process.env.SCREENS, `${name}.png`), fullPage: true });
    if (name === "desk") {
      const id = await save(page);
      await page.goto(`${base}/cases/${id}/handout`);
      await page.emulateMedia({ media: "print" });
      await page.setViewportSize({ width: 794, height: 1123 });
      await page.screenshot({ path: join(process.env.SCREENS, "handout.png") });
    }
  }
});
