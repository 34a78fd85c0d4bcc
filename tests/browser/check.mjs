// Drives Chromium over the built program: node check.mjs path/to/callboard
//
// CHROMIUM names the browser where it is not Debian's.

import { chromium } from "playwright-core";

import { crawl } from "./crawl.mjs";
import { journeys } from "./journeys.mjs";
import { serveFiles, startPortal } from "./portal.mjs";
import { check, expect, finish } from "./report.mjs";
import { runPages, startRuns } from "./runs.mjs";

const [binary = "../../target/debug/callboard"] = process.argv.slice(2);

const files = {};
const fileServer = await serveFiles(files);
const portal = await startPortal(binary, [fileServer.host]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

try {
  const sources = { files, origin: fileServer.origin };
  const runs = await startRuns(portal, sources);
  await crawl(browser, portal.origin);
  await journeys(browser, portal, sources);
  await runPages(browser, portal, runs);
} catch (fault) {
  // Said at once: what ends with the portal must not hide it.
  await check("the walk gets to its end", () => {
    throw fault;
  });
} finally {
  await browser.close();
  await fileServer.stop();
  await check("the portal stops cleanly when asked", async () => {
    const { code, signal } = await portal.stop();
    expect(code === 0, `it ended with ${code ?? signal}\n${portal.log()}`);
  });
}
process.exitCode = finish() ? 0 : 1;
