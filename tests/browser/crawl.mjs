// Every link is asked for; one page of each shape is looked at, wide and narrow, light and dark.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { check, expect } from "./report.mjs";
import { openPage } from "./watch.mjs";

const FIRST_LOAD_LIMIT = 100 * 1024;
const LINKS_AT_MOST = 5_000;
const AT_ONCE = 4; // a page is mostly waited for
const SETTINGS = [
  { width: 1280, scheme: "light" },
  { width: 1280, scheme: "dark" },
  { width: 360, scheme: "light" },
];

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Follows every internal link from `/`, then looks at one page of each shape. */
export async function crawl(browser, origin) {
  const shapes = await followLinks(origin);
  const looks = shapes.flatMap((path) => SETTINGS.map((setting) => ({ path, setting })));
  const look = async () => {
    for (let next; (next = looks.shift()); ) {
      const { path, setting } = next;
      await check(`${path} at ${setting.width} px, ${setting.scheme}`, () => lookAt(browser, origin + path, setting));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
}

/** Asks for every address reachable from `/`; answers with one path of each shape of page. */
async function followLinks(origin) {
  const shapes = new Map();
  const seen = new Map([["/", "the start"]]);
  const queue = ["/"];
  const dead = [];
  while (queue.length > 0) {
    const path = queue.shift();
    const response = await fetch(origin + path, { headers: { accept: "text/html" } });
    const html = await response.text();
    // What was deleted says so, and how it is brought back.
    if (response.status === 410 && seen.get(path) === "/sources/deleted") continue;
    if (!response.ok) {
      dead.push(`${path} answers ${response.status}, linked from ${seen.get(path)}`);
      continue;
    }
    if (!response.headers.get("content-type")?.startsWith("text/html")) continue;
    const shape = shapeOf(path);
    if (!shapes.has(shape)) shapes.set(shape, path);
    else if (isQueryOnly(path)) continue; // pages of a list lead to more pages of the list
    for (const link of linksOf(html, origin + path, origin)) {
      if (seen.has(link) || seen.size >= LINKS_AT_MOST) continue;
      seen.set(link, path);
      queue.push(link);
    }
  }
  await check(`${seen.size} internal links, none dead`, () => {
    expect(dead.length === 0, dead.join("\n"));
    expect(seen.size > 100, `only ${seen.size} links were found`);
    expect(seen.size < LINKS_AT_MOST, "the links never end");
  });
  await check("one page is served where nothing is, with a way on", async () => {
    const response = await fetch(`${origin}/no/such/page`, { headers: { accept: "text/html" } });
    expect(response.status === 404, `status ${response.status}`);
    expect((await response.text()).includes('href="/'), "no link on it");
  });
  return [...shapes.values()];
}

/** Addresses of one shape are made by the same template: names, numbers and values do not count. */
function shapeOf(path) {
  const url = new URL(path, "http://portal");
  const parts = url.pathname.split("/").slice(1);
  if (parts[0] === "catalog" && parts.length >= 4) {
    parts[1] = ":namespace";
    parts[3] = ":name";
    // Every kind has its own page; what lies below is the same for all.
    if (parts.length > 4) parts[2] = ":kind";
    if (parts.length > 5) parts.splice(5, parts.length, ":rest");
  } else {
    parts.splice(1, parts.length, ...parts.slice(1).map((part) => (/[:.%\d]/.test(part) ? ":part" : part)));
  }
  const keys = [...new Set(url.searchParams.keys())].sort();
  return `${parts.join("/")}?${keys.slice(0, 2).join("&")}`;
}

function isQueryOnly(path) {
  return path.includes("?");
}

/** Internal link targets in the order of the page, without fragments. */
function linksOf(html, base, origin) {
  const links = new Set();
  for (const [, , , value] of html.matchAll(/<a\b[^>]*?\shref=(("|')(.*?)\2)/gs)) {
    const url = new URL(value.replaceAll("&amp;", "&").replaceAll("&#38;", "&"), base);
    if (url.origin === origin) links.add(url.pathname + url.search);
  }
  return links;
}

async function lookAt(browser, url, setting) {
  const opened = await openPage(browser, setting);
  const { page } = opened;
  try {
    // A run that goes on is followed without end: its page is never idle.
    const waitUntil = new URL(url).pathname.startsWith("/runs/") ? "load" : "networkidle";
    const response = await page.goto(url, { waitUntil });
    expect(response.ok(), `status ${response.status()}`);
    expect((await page.title()).trim() !== "", "no title");
    expect(opened.bytes() <= FIRST_LOAD_LIMIT, `weighs ${opened.bytes()} bytes on the first load`);
    const overflow = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth > clientWidth ? `${scrollWidth} px wide in a window of ${clientWidth} px` : "";
    });
    expect(overflow === "", overflow);
    await expectAccessible(page);
    opened.expectNoFaults();
  } finally {
    await opened.close();
  }
}

/** No violation of any rule of axe-core. */
export async function expectAccessible(page) {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n` + nodes.slice(0, 3).map(({ html, failureSummary }) =>
          `  ${html.slice(0, 160)}\n  ${failureSummary.split("\n").slice(1, 3).join(" ").trim()}`).join("\n"),
    );
  });
  expect(violations.length === 0, violations.join("\n"));
}
