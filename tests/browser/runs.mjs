// Runs of templates in every state, and what people do on their pages.

import { expectAccessible } from "./crawl.mjs";
import { check, expect, until } from "./report.mjs";
import { openPage } from "./watch.mjs";

const SETTINGS = [
  { width: 1280, scheme: "light" },
  { width: 1280, scheme: "dark" },
  { width: 360, scheme: "light" },
  { width: 360, scheme: "dark" },
];
const FIRST_LOAD_LIMIT = 100 * 1024;

const steps = {
  making: `
    - { id: readme, name: Write the read-me, action: "roadiehq:utils:fs:write", input: { path: README.md, content: "# \${{ parameters.name }}" } }
    - { id: describe, name: Describe it, action: "roadiehq:utils:fs:write", input: { path: catalog-info.yaml, content: "apiVersion: backstage.io/v1alpha1\\nkind: Component\\nmetadata:\\n  name: \${{ parameters.name }}\\nspec:\\n  type: service\\n  lifecycle: experimental\\n  owner: guests\\n" } }
    - { id: publish, name: Publish the repository, action: "publish:git", input: { repoUrl: "\${{ parameters.host }}?owner=guest&repo=\${{ parameters.name }}", description: A shop } }
    - { id: register, name: Register it in the catalog, action: "catalog:register", input: { repoContentsUrl: "\${{ steps.publish.output.repoContentsUrl }}" } }
  output:
    links: [{ title: In the catalog, entityRef: "\${{ steps.register.output.entityRef }}" }]
    text: [{ title: What now, content: "Clone it, change it, push it." }]`,
  failing: `
    - { id: say, name: Say something, action: "debug:log", input: { message: about to fail } }
    - { id: fetch, name: Fetch what is not there, action: "fetch:plain", input: { url: ./nowhere } }
    - { id: behind, name: Go on, action: "debug:log", input: { message: "\${{ secrets.password }}" } }`,
  asking: `
    - { id: say, name: Say something, action: "debug:log", input: { message: before the question } }
    - { id: ask, name: Ask somebody, action: wait, input: { question: May this have a database of its own? } }
    - { id: behind, name: Go on, action: "debug:log", input: { message: behind the question } }`,
};

function template(name) {
  return `---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: ${name}-for-browsers, title: "For browsers: ${name}", description: Runs of it are looked at. }
spec:
  type: service
  owner: guests
  parameters:
    - properties: { name: { title: Name, type: string }, host: { title: Host, type: string }, pin: { title: PIN, type: string, "ui:backstage": { review: { mask: "<hidden>" } } } }
  steps:${steps[name]}
`;
}

/** Registers the templates and starts a run of each; answers their ids by state, once they are in it. */
export async function startRuns(portal, sources) {
  sources.files["/templates.yaml"] = Object.keys(steps).map(template).join("");
  const call = caller(portal.origin);
  const session = await call("GET", "/api/auth/guest/refresh");
  const token = session.backstageIdentity.token;
  await call("POST", "/api/catalog/locations", token, { type: "url", target: `${sources.origin}/templates.yaml` });
  const host = new URL(portal.origin).host;
  const start = async (name, values) => {
    const body = { templateRef: `template:default/${name}-for-browsers`, values: { name: "night-shop", host, pin: "1234", ...values }, secrets: {} };
    return (await call("POST", "/api/scaffolder/v2/tasks", token, body)).id;
  };
  const is = (id, status) =>
    until(`run ${id} is ${status}`, async () => (await call("GET", `/api/callboard/runs/${id}`, token)).status === status, 30_000);
  const runs = { completed: await start("making"), failed: await start("failing"), waiting: await start("asking") };
  for (const [status, id] of Object.entries(runs)) await is(id, status);
  const undone = await start("making", { name: "day-shop" });
  await is(undone, "completed");
  runs.undo = (await call("POST", `/api/callboard/runs/${undone}/undo`, token, {})).id;
  await is(runs.undo, "completed");
  return { ...runs, start };
}

function caller(origin) {
  return async (method, path, token, body) => {
    const response = await fetch(origin + path, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    expect(response.ok, `${method} ${path} answers ${response.status}: ${text}`);
    return JSON.parse(text);
  };
}

/** Looks at every page about runs, then uses them. */
export async function runPages(browser, portal, runs) {
  const { origin } = portal;
  const pages = {
    "a completed run": `/runs/${runs.completed}`,
    "a failed run": `/runs/${runs.failed}`,
    "a waiting run": `/runs/${runs.waiting}`,
    "a run that takes another back": `/runs/${runs.undo}`,
    "the files of a run": `/runs/${runs.completed}/files`,
    "what would be taken back": `/runs/${runs.completed}/undo`,
    "all runs": "/runs",
    "a template with runs": "/catalog/default/template/making-for-browsers",
    "an entity a run made": "/catalog/default/component/night-shop",
  };
  for (const [name, path] of Object.entries(pages)) {
    for (const setting of SETTINGS) {
      await check(`${name} at ${setting.width} px, ${setting.scheme}`, () => lookAt(browser, origin + path, setting));
    }
  }
  for (const script of [true, false]) {
    const how = script ? "with script" : "without script";
    await check(`a question is answered and the run goes on, ${how}`, () => answer(browser, origin, runs, script));
    await check(`a failed run is left a step and fails no more, ${how}`, () => skip(browser, origin, runs, script));
  }
  await check("runs are filtered as one chooses", () => filter(browser, origin));
  await check("what a run made is taken back", () => undo(browser, origin, runs));
}

async function on(browser, options, body) {
  const opened = await openPage(browser, options);
  try {
    await body(opened.page, opened);
    opened.expectNoFaults();
  } finally {
    await opened.close();
  }
}

function lookAt(browser, url, setting) {
  return on(browser, setting, async (page, opened) => {
    // The page of a run that waits is never idle: it follows it.
    await page.goto(url, { waitUntil: "load" });
    expect(opened.bytes() <= FIRST_LOAD_LIMIT, `weighs ${opened.bytes()} bytes on the first load`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow <= 0, `${overflow} px wider than the window`);
    await page.evaluate(() => document.querySelectorAll("main details").forEach((details) => (details.open = true)));
    await expectAccessible(page);
  });
}

function answer(browser, origin, runs, script) {
  return on(browser, { script }, async (page) => {
    const id = await runs.start("asking");
    await page.goto(`${origin}/runs/${id}`);
    const yes = page.getByRole("button", { name: "Yes, go on" });
    if (script) await yes.waitFor(); // the stream brings the question
    else await until("the question", async () => (await page.reload(), await yes.count()) > 0);
    await yes.click();
    const end = page.locator(".run-status .ok");
    if (script) await end.waitFor();
    else await until("the end", async () => (await page.reload(), await end.count()) > 0);
    const texts = (await page.locator(".log li").allTextContents()).filter((text) => text.includes("behind the question"));
    expect(texts.length === 2, `said ${texts.length} times: ${texts.join("\n")}`); // the input and the message
  });
}

function skip(browser, origin, runs, script) {
  return on(browser, { script }, async (page) => {
    const id = await runs.start("failing");
    const summary = page.getByText("Leave this step out…");
    await until("the failure", async () => {
      await page.goto(`${origin}/runs/${id}`);
      return (await summary.count()) > 0;
    });
    await summary.click();
    await page.getByLabel("Reason").fill("not needed here");
    await page.locator("#skip-1").fill("hunter2-of-browsers");
    await page.getByRole("button", { name: "Go on without it" }).click();
    const end = page.locator(".run-status .ok");
    if (script) await end.waitFor();
    else await until("the end", async () => (await page.reload(), await end.count()) > 0);
    expect((await page.content()).includes("not needed here"), "the reason is not shown");
    expect(!(await page.content()).includes("hunter2"), "the secret is shown");
  });
}

function filter(browser, origin) {
  return on(browser, {}, async (page) => {
    await page.goto(`${origin}/runs`);
    const rows = page.locator("tbody tr");
    const all = await rows.count();
    await page.getByLabel("Template").selectOption("template:default/failing-for-browsers");
    await page.waitForURL(/template=/);
    await until("fewer rows", async () => (await rows.count()) < all);
    await page.getByRole("link", { name: /^Failed/ }).click();
    await page.waitForURL(/status=failed/);
    expect((await rows.count()) > 0, "no failed run is listed");
  });
}

function undo(browser, origin, runs) {
  return on(browser, {}, async (page) => {
    await page.goto(`${origin}/runs/${runs.completed}`);
    await page.getByRole("link", { name: "Take it back…" }).click();
    await page.getByRole("button", { name: "Take it back" }).click();
    await page.locator(".run-status .ok").waitFor();
    await page.goto(`${origin}/runs/${runs.completed}`);
    expect((await page.getByRole("link", { name: "Take it back…" }).count()) === 0, "it can be taken back twice");
  });
}
