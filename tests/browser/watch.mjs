// A browser page that remembers everything that went wrong on it, and what it weighed.

import { expect } from "./report.mjs";

/**
 * Opens a page in a context of its own: an empty cache, as on a first visit.
 * `refusal` is the one status from 400 on that is no fault: what the visit is about.
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.scheme ?? "light",
    javaScriptEnabled: options.script ?? true,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults = [];
  page.on("console", (message) => {
    const isRefusal = options.refusal && message.text().includes(`a status of ${options.refusal} `);
    if (message.type() === "error" && !isRefusal) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // A newer search took over from this one, or the page was left.
    if (reason !== "net::ERR_ABORTED") faults.push(`request: ${request.url()} ${reason}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && response.status() !== options.refusal) faults.push(`response: ${response.status()} ${response.url()}`);
  });

  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));

  return {
    page,
    bytes: () => bytes,
    close: () => context.close(),
    expectNoFaults: () => expect(faults.length === 0, faults.join("\n")),
  };
}
