// The built program in a folder of its own, with the embedded examples.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { expect, until } from "./report.mjs";

/** Starts `binary` without arguments; `reads` are the hosts it may read locations from. */
export async function startPortal(binary, reads) {
  const folder = await mkdtemp(join(tmpdir(), "callboard-browser-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const log = [];
  const child = spawn(resolve(binary), [], {
    cwd: folder,
    env: {
      ...process.env,
      APP_CONFIG_backend_listen_port: String(port),
      APP_CONFIG_backend_baseUrl: origin,
      APP_CONFIG_app_baseUrl: origin,
      APP_CONFIG_backend_reading_allow: JSON.stringify(reads.map((host) => ({ host }))),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (data) => log.push(data));
  child.stderr.on("data", (data) => log.push(data));
  const ended = new Promise((done) => child.on("close", (code, signal) => done({ code, signal })));
  let running = true;
  ended.then(() => (running = false));

  const stop = async () => {
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), 10_000);
    const end = await ended;
    clearTimeout(kill);
    await rm(folder, { recursive: true, force: true });
    return end;
  };
  const portal = { origin, folder, stop, log: () => Buffer.concat(log).toString() };

  try {
    await until("the portal serves its catalog", async () => {
      expect(running, "the program ended");
      return serves(origin);
    }, 60_000);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${portal.log()}`);
  }
  return portal;
}

async function serves(origin) {
  try {
    const ready = await fetch(`${origin}/.backstage/health/v1/readiness`);
    if (!ready.ok) return false;
    const answer = await fetch(`${origin}/api/catalog/entities/by-query?limit=0`);
    return answer.ok && (await answer.json()).totalItems > 80;
  } catch {
    return false; // not listening yet
  }
}

/** A server of the texts in `files` (path → text), which may be changed while it runs. */
export async function serveFiles(files) {
  const server = http.createServer((request, response) => {
    const text = files[request.url];
    response.writeHead(text === undefined ? 404 : 200, { "content-type": "text/plain" });
    response.end(text ?? "");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const host = `127.0.0.1:${server.address().port}`;
  return { host, origin: `http://${host}`, stop: () => new Promise((done) => server.close(done)) };
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** A file of the checkout. */
export async function checkoutFile(path) {
  return readFile(new URL(`../../${path}`, import.meta.url), "utf8");
}
