// What people do here, from page to page: with script, and where it matters without.

import { expectAccessible } from "./crawl.mjs";
import { check, expect, until } from "./report.mjs";
import { openPage } from "./watch.mjs";

/** Every journey, each on a page of its own. */
export async function journeys(browser, portal, sources) {
  const on = (name, options, body) =>
    check(name, async () => {
      const opened = await openPage(browser, options);
      try {
        await body(opened.page);
        opened.expectNoFaults();
      } finally {
        await opened.close();
      }
    });
  const { origin } = portal;

  await on("the search box finds while one types, by keyboard alone", {}, (page) => findByTyping(page, origin));
  await on("shortcuts lead to places and rows", {}, (page) => useShortcuts(page, origin));
  await on("the first Tab offers to skip to the content", {}, (page) => skipToContent(page, origin));
  await on("a chosen theme outlives the page", {}, (page) => chooseTheme(page, origin));
  for (const script of [true, false]) {
    const how = script ? "with script" : "without script";
    await on(`the list narrows, sorts and comes back, ${how}`, { script }, (page) => narrowList(page, origin));
    await on(`text narrows the list, ${how}`, { script }, (page) => narrowByText(page, origin, script));
    await on(`the graph is widened, ${how}`, { script }, (page) => widenGraph(page, origin));
    const place = { path: `/${script ? "scripted" : "plain"}.yaml`, name: script ? "night-train" : "slow-train" };
    await on(`a location comes, changes and goes, ${how}`, { script }, (page) => keepLocation(page, origin, sources, place));
    await on(`a broken file shows its line, ${how}`, { script, refusal: 422 }, (page) => registerBroken(page, origin, sources));
  }
  for (const [width, scheme, script] of [[1280, "light", true], [1280, "dark", true], [360, "light", true], [360, "dark", false]]) {
    const how = `${width} px, ${scheme}, ${script ? "with" : "without"} script`;
    await on(`a service is made, ${how}`, { width, scheme, script, refusal: 422 }, (page) => makeService(page, origin, { width, scheme, script }));
  }
  await on("on a narrow screen the filters open over the list", { width: 360 }, (page) => filterOnPhone(page, origin));
}

async function findByTyping(page, origin) {
  await page.goto(origin);
  await page.keyboard.press("/");
  await page.keyboard.type("paymnts", { delay: 20 }); // a typo is forgiven
  const options = page.locator("#suggest [role=option]");
  await options.first().waitFor();
  await expectAccessible(page);
  await page.keyboard.press("ArrowDown");
  const chosen = page.locator("#suggest [aria-selected=true]");
  const href = await chosen.evaluate((option) => (option.closest("a") ?? option.querySelector("a"))?.getAttribute("href"));
  await page.keyboard.press("Enter");
  await page.waitForURL(origin + href);
}

async function useShortcuts(page, origin) {
  await page.goto(origin);
  await page.keyboard.press("c");
  await page.waitForURL(`${origin}/create`);
  for (const [key, path] of [["c", "/catalog"], ["t", "/teams"], ["s", "/sources"], ["h", "/"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.waitForURL(origin + path);
  }
  await page.keyboard.press("?");
  await page.locator("#help").waitFor({ state: "visible" });
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.locator("#help").waitFor({ state: "hidden" });
  await page.goto(`${origin}/catalog`);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await page.locator("tbody tr").nth(1).locator("a").first().getAttribute("href");
  const focused = await page.evaluate(() => document.activeElement.getAttribute("href"));
  expect(focused === second, `j twice leads to ${focused}, the second row to ${second}`);
}

async function skipToContent(page, origin) {
  await page.goto(`${origin}/catalog`);
  await page.keyboard.press("Tab");
  expect((await page.evaluate(() => document.activeElement.className)) === "skip", "the first Tab leads elsewhere");
  await page.keyboard.press("Enter");
  expect((await page.evaluate(() => document.activeElement.id)) === "main", "the content has no focus");
}

async function chooseTheme(page, origin) {
  await page.goto(origin);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme ?? "system");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await background();
  await page.locator("#theme").click();
  await page.locator("#theme").click();
  expect((await theme()) === "dark", `two clicks chose ${await theme()}`);
  await page.goto(`${origin}/catalog`);
  expect((await theme()) === "dark", "the next page forgot it");
  expect((await background()) !== before, "dark looks like light");
}

/** Asks for services, sorts them by owner, and goes back. */
async function narrowList(page, origin) {
  await page.goto(`${origin}/catalog?kind=component`);
  const all = await count(page);
  const service = page.locator("#filters label", { hasText: /^service/ }).locator("input");
  const promised = Number(await page.locator("#filters label", { hasText: /^service/ }).locator(".count").innerText());
  await service.check();
  if (await page.locator(".no-js button").isVisible()) await page.locator(".no-js button").click();
  await page.waitForURL(/type=service/);
  await until("the list is narrowed", async () => (await count(page)) === promised);
  expect(promised < all, `${promised} of ${all}`);

  const owners = () => page.locator("tbody .c-owner").allInnerTexts();
  await page.locator("#by-Owner").click();
  await page.waitForURL(/sort=owner/);
  await page.locator("th[aria-sort=ascending] #by-Owner").waitFor();
  const ascending = await owners();
  await page.locator("#by-Owner").click();
  await page.locator("th[aria-sort=descending] #by-Owner").waitFor();
  const descending = await owners();
  expect(ascending[0] === descending.at(-1), `${ascending[0]} is first, and not last the other way`);
  expect(ascending[0] !== descending[0], "both ways are the same");

  const address = page.url();
  await page.goBack();
  await page.locator("th[aria-sort=ascending] #by-Owner").waitFor();
  await page.goBack();
  await until("the way back", async () => !page.url().includes("sort=") && (await count(page)) === promised);
  await page.goto(address);
  expect((await owners()).join() === descending.join(), "the address does not hold the choice");
}

async function narrowByText(page, origin, script) {
  await page.goto(`${origin}/catalog?kind=all`);
  const all = await count(page);
  await page.locator("#text").fill("ticket");
  if (!script) await page.keyboard.press("Enter");
  await page.waitForURL(/q=ticket/);
  await until("fewer rows", async () => (await count(page)) < all);
  expect((await count(page)) > 0, "nothing holds the word");
  if (script) expect((await page.evaluate(() => document.activeElement.id)) === "text", "the field lost the focus");
  await page.locator("#text").fill("no entity says this");
  if (!script) await page.keyboard.press("Enter");
  await page.getByText("Nothing matches").waitFor();
  await expectAccessibleIf(script, page);
}

async function widenGraph(page, origin) {
  await page.goto(`${origin}/catalog?kind=system`);
  await page.locator("tbody tr a").first().click();
  await page.goto(`${page.url()}/graph`);
  const edges = () => page.locator(".edges > li").count();
  const before = await edges();
  await page.locator("nav[aria-label=Depth] a").last().click();
  await page.waitForURL(/depth=/);
  await until("more edges", async () => (await edges()) > before);
  const drawn = await page.locator("svg.drawing").count();
  expect(drawn === 1, `${drawn} drawings`);
}

/** Registers, looks, changes the file, compares, deletes, undoes, and removes the location again. */
async function keepLocation(page, origin, { files, origin: source }, { path, name }) {
  const entity = `${origin}/catalog/default/component/${name}`;
  files[path] = component(name, "Sleeps until the morning");
  await page.goto(`${origin}/sources`);
  await page.getByRole("link", { name: "Register a location" }).click();
  await page.locator("#target").fill(source + path);
  await page.getByRole("button", { name: "See what it brings" }).click();
  await page.getByRole("heading", { name: /What would come/ }).waitFor();
  await page.getByText(name, { exact: false }).first().waitFor();
  expect((await page.request.get(entity)).status() === 404, "looking registered it already");
  await page.getByRole("button", { name: "Register 1 entity" }).click();
  await until("the entity is there", async () => (await page.request.get(entity)).ok());

  await page.goto(entity);
  await page.getByText("Sleeps until the morning").first().waitFor();
  files[path] = component(name, "Sleeps until the evening");
  await page.getByRole("button", { name: "Refresh" }).click();
  await until("the change shows", async () => {
    await page.goto(entity);
    return page.getByText("Sleeps until the evening").first().isVisible();
  });
  await page.goto(`${entity}/history`);
  expect((await page.locator("table.versions tbody tr").count()) === 2, "not two versions");
  expect((await page.locator("del").allInnerTexts()).join().includes("morning"), "the difference is not marked");

  await page.goto(entity);
  await page.getByRole("link", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  expect((await page.request.get(entity)).status() !== 200, "it is still there");
  await page.goto(`${origin}/sources/deleted`);
  await page.getByRole("button", { name: `Bring back ${name}` }).click();
  await until("it is back", async () => (await page.request.get(entity)).ok());

  await page.goto(`${origin}/sources?q=${encodeURIComponent(path)}`);
  await page.getByRole("link", { name: /Remove/ }).click();
  await page.getByRole("button", { name: "Remove it" }).click();
  await until("it went with its location", async () => !(await page.request.get(entity)).ok());
}

async function registerBroken(page, origin, { files, origin: source }) {
  files["/broken.yaml"] = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: [not a name]\n";
  await page.goto(`${origin}/sources/register`);
  await page.locator("#target").fill(`${source}/broken.yaml`);
  await page.getByRole("button", { name: "See what it brings" }).click();
  await page.getByText("There is a problem").waitFor();
  const text = await page.locator("main").innerText();
  expect(text.includes("name: [not a name]"), `the line is not shown:\n${text}`);
  expect((await page.locator("#target").inputValue()).endsWith("/broken.yaml"), "what was typed is lost");
}

/** From the gallery over the form to the review, with a mistake on the way, and on to the catalog. */
async function makeService(page, origin, { width, scheme, script }) {
  const name = `printer-${width}-${scheme}`;
  const goOn = (button) => page.locator(".questions .actions button", { hasText: button }).click();
  const lookOver = async () => {
    if (!script) return;
    await expectAccessible(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide <= width, `${page.url()} is ${wide} px wide`);
  };
  await page.goto(`${origin}/create`);
  await lookOver();
  await page.getByRole("link", { name: "Rust service", exact: true }).click();
  await page.locator("[name='/name']").fill("Not A Name");
  if (script) await page.locator("#f--name-fault", { hasText: "pattern" }).waitFor();
  await page.locator("[name='/description']").fill("Prints tickets on paper");
  await goOn("Continue");
  await page.getByText("There are 2 problems").waitFor();
  await lookOver();
  expect((await page.locator("[name='/description']").inputValue()) === "Prints tickets on paper", "what was typed is lost");
  await page.locator("[name='/name']").fill(name);
  await page.locator("[name='/owner']").fill("group:default/platform");
  await goOn("Continue");

  await page.locator("[name='/database'][type=checkbox]").check();
  if (!script) await page.getByRole("button", { name: "Update the questions" }).click();
  await page.locator("[name='/engine']").first().waitFor();
  await lookOver();
  await page.getByLabel("MySQL").check();
  await goOn("Continue");

  await page.locator("[name='repo:/repoUrl']").fill(name);
  await lookOver();
  await goOn("Review");
  await page.getByRole("heading", { name: "What will be made" }).waitFor();
  await page.locator(".previewed summary", { hasText: "src/main.rs" }).click();
  await page.locator(".previewed details[open]").getByText(name).first().waitFor();
  await lookOver();
  await page.getByRole("button", { name: "Create the service" }).click();
  await page.waitForURL(/\/runs\//);
  const entity = `${origin}/catalog/default/component/${name}`;
  await until("the service is in the catalog", async () => (await page.request.get(entity)).ok(), 20_000);
}

async function filterOnPhone(page, origin) {
  await page.goto(`${origin}/catalog?kind=component`);
  const all = await count(page);
  expect(!(await page.locator("#filters").isVisible()), "the filters cover the list");
  await page.getByRole("button", { name: "Filters" }).click();
  await page.locator("#filters input[type=checkbox]").first().check();
  await until("the list is narrowed", async () => (await count(page)) < all);
  await until("the filters are open", () => page.locator("#filters").isVisible());
  await page.locator("#filters .done").click();
  expect(!(await page.locator("#filters").isVisible()), "the filters stay open");
}

/** The number of entities that the list says it has. */
async function count(page) {
  return Number((await page.locator("#count strong").innerText()).replaceAll(",", ""));
}

/** axe-core needs script on the page. */
async function expectAccessibleIf(script, page) {
  if (script) await expectAccessible(page);
}

function component(name, description) {
  return [
    "apiVersion: backstage.io/v1alpha1",
    "kind: Component",
    "metadata:",
    `  name: ${name}`,
    `  description: ${description}`,
    "spec: { type: service, lifecycle: production, owner: group:default/nobody-yet }",
    "",
  ].join("\n");
}
