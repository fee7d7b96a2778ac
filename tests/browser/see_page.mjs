// Opens the page of `reel view` in headless Chromium, with every address but 127.0.0.1 unreachable, and reports what happened.
//
//     node see_page.mjs URL PICTURE.png [--timeout SECONDS] [--settle SECONDS] [--size WIDTHxHEIGHT] [--timeline NAME]
//             [--hide PANEL,...] [--reload-after FILE] [--until-color RED,GREEN,BLUE]
//
// Waits until the page has made up its mind (data-reel is "open" or "failed"), settles, takes the picture and prints one line of JSON:
//     state, why     data-reel and data-reel-why of the page; state is "loading" when the time ran out
//     text           what a person reads in the page's message, "" when it is hidden
//     seconds        from going to the page to that state
//     errors         console errors, uncaught exceptions and violations of the page's policy
//     warnings       console warnings
//     requests       [status, path] of each answer from 127.0.0.1
//     outside        addresses elsewhere that the page asked for
//     range          with --timeline: its [first, last] time in the recording shown, once that has not changed for 40 frames; null without one
// With --timeline the picture shows the last time of that timeline, standing still. With --hide it shows none of the viewer's panels named:
// blueprint, selection, time, top.
// With --until-color the page may be anybody's that shows a viewer: it is "open" when one pixel in four thousand has this color.
// With --reload-after it then waits until FILE exists, reloads the page and reports the state after that as well: `again`, with the same names.
//
// After twice the time-out it ends with a message in any case: a page whose main thread is busy for ever answers nothing.
//
// Needs playwright-core: in NODE_PATH, or in the repository's .cache/npm.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const POLL_MS = 50;
const STEADY_FRAMES = 40;

function argumentsOf(list) {
  const [url, picture, ...rest] = list;
  const options = { timeout: "90", settle: "1", size: "1200x800", timeline: "", hide: "", "reload-after": "", "until-color": "" };
  for (let i = 0; i < rest.length; i += 2) {
    const name = rest[i].replace(/^--/, "");
    if (!(name in options) || rest[i + 1] === undefined) throw new Error(`unknown option or missing value: ${rest[i]}`);
    options[name] = rest[i + 1];
  }
  if (!url || !picture) throw new Error("usage: see_page.mjs URL PICTURE.png [options]");
  const [width, height] = options.size.split("x").map(Number);
  return {
    url, picture, width, height, timeoutMs: options.timeout * 1000, settleMs: options.settle * 1000,
    color: options["until-color"] && options["until-color"].split(",").map(Number),
    timeline: options.timeline, hide: options.hide.split(",").filter(Boolean), reloadAfter: options["reload-after"],
  };
}

function playwright() {
  const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
  try {
    return createRequire(import.meta.url)("playwright-core"); // looks into NODE_PATH, too
  } catch {
    return createRequire(join(root, ".cache/npm/"))("playwright-core");
  }
}

/** Listens to everything the page says and fetches; returns the growing record. */
function listen(page) {
  const record = { errors: [], warnings: [], requests: [], outside: [] };
  page.on("console", (said) => {
    if (said.type() === "error") record.errors.push(said.text());
    if (said.type() === "warning") record.warnings.push(said.text());
  });
  page.on("pageerror", (error) => record.errors.push(`uncaught: ${error}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") record.outside.push(request.url());
  });
  page.on("response", (response) => {
    if (response.url().startsWith("http")) record.requests.push([response.status(), new URL(response.url()).pathname]);
  });
  return record;
}

async function outcome(page, timeoutMs) {
  const start = Date.now();
  const decided = () => ["open", "failed"].includes(document.documentElement.dataset.reel);
  await page.waitForFunction(decided, undefined, { timeout: timeoutMs, polling: POLL_MS }).catch(() => {});
  const seconds = (Date.now() - start) / 1000;
  const seen = await page.evaluate(() => ({
    state: document.documentElement.dataset.reel,
    why: document.documentElement.dataset.reelWhy ?? "",
    text: document.getElementById("message")?.innerText ?? "",
  }));
  return { ...seen, seconds };
}

/** The share of a picture that has this color, within a little. `blank` is a page to count in. */
async function shareOf(picture, color, blank) {
  const count = async ([base64, wanted]) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4) found += wanted.every((value, channel) => Math.abs(data[i + channel] - value) <= 8);
    return found / (data.length / 4);
  };
  return blank.evaluate(count, [picture.toString("base64"), color]);
}

async function untilColor(page, color, timeoutMs) {
  const start = Date.now();
  const blank = await page.context().browser().newPage();
  await page.bringToFront(); // what lies behind is not drawn
  let state = "loading";
  while (state === "loading" && Date.now() - start < timeoutMs) {
    await page.waitForTimeout(10 * POLL_MS);
    if ((await shareOf(await page.screenshot({ timeout: timeoutMs }), color, blank)) > 1 / 4000) state = "open";
  }
  await blank.close();
  return { state, why: "", text: "", seconds: (Date.now() - start) / 1000 };
}

/** The times that have arrived in the viewer, when no more come. It takes rows in when it draws, so on a busy machine frames count, not seconds. */
async function rangeOf(page, timeline) {
  const read = async (name) => {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const range = window.reelViewer.get_time_range(window.reelViewer.get_active_recording_id(), name);
    return range ? [range.min, range.max] : null;
  };
  let last = null;
  for (let steady = 0; steady < STEADY_FRAMES; ) {
    const range = await page.evaluate(read, timeline);
    steady = JSON.stringify(range) === JSON.stringify(last) ? steady + 1 : 0;
    last = range;
    await page.waitForTimeout(POLL_MS);
  }
  return last;
}

/** The range comes in numbers that hold nanoseconds of our days to 256 only, so the last row may be a little later than its end. */
function notBefore(time) {
  return Number.isSafeInteger(time) ? time : time + 512;
}

/** Stops at the last time of the timeline: what is shown depends on the recording only, not on the moment. */
async function standAt(page, timeline, last) {
  const go = ([name, time]) => {
    const viewer = window.reelViewer;
    const recording = viewer.get_active_recording_id();
    viewer.set_active_timeline(recording, name);
    viewer.set_playing(recording, false);
    viewer.set_current_time(recording, name, time);
  };
  await page.evaluate(go, [timeline, last]);
}

async function main() {
  const asked = argumentsOf(process.argv.slice(2));
  // Questions to a page that is busy for ever have no time-out of their own. Playwright ends the browser with this program.
  setTimeout(() => {
    console.error(`no end within ${asked.timeoutMs / 500} s: the main thread of the page is busy`);
    process.exit(1);
  }, 2 * asked.timeoutMs);
  const browser = await playwright().chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--headless=new", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
      "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
      "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=127.0.0.1", // nothing listens on port 9
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: asked.width, height: asked.height } });
    const record = listen(page);
    await page.goto(asked.url, { waitUntil: "commit", timeout: asked.timeoutMs });
    const decided = asked.color ? untilColor(page, asked.color, asked.timeoutMs) : outcome(page, asked.timeoutMs);
    let report = { ...(await decided), ...record };
    if (asked.timeline && report.state === "open") {
      report.range = await rangeOf(page, asked.timeline);
      if (report.range) await standAt(page, asked.timeline, notBefore(report.range[1]));
    }
    for (const panel of asked.hide) {
      await page.evaluate((name) => window.reelViewer.override_panel_state(name, "hidden"), panel);
    }
    if (asked.reloadAfter) {
      console.error("ready for the reload");
      while (!existsSync(asked.reloadAfter)) await page.waitForTimeout(POLL_MS);
      record.requests.splice(0);
      await page.reload({ waitUntil: "commit", timeout: asked.timeoutMs });
      report = { ...report, again: await outcome(page, asked.timeoutMs) }; // `requests` are those of the reload
    }
    await page.waitForTimeout(asked.settleMs);
    await page.screenshot({ path: asked.picture, timeout: asked.timeoutMs });
    await new Promise((resolve) => process.stdout.write(`${JSON.stringify(report)}\n`, resolve));
  } finally {
    await browser.close();
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
