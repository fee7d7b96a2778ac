// Pictures of recordings in the real viewer, all of them in one browser: the half of tools/reference_pictures.py that drives it.
//
//     node reference_pictures.mjs URL FOLDER WIDTHxHEIGHT NAME...
//
// URL is the page of `reel view`. A NAME is that of a recording's application, reel_NAME; its picture becomes FOLDER/NAME.png. The viewer's panels are
// hidden, and time stands at the last moment of the timeline that the viewer picked. Prints a line per picture.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OPEN_TIMEOUT_MS = 180_000;
const PICTURE_TIMEOUT_MS = 60_000; // a page whose main thread is busy for ever answers nothing
const TITLE_HEIGHT = 24; // pixels: the bar above a view, which is left out
const FRAMES_BEFORE = 12, FRAMES_AFTER = 25; // the eye of a 3D view glides to its place

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { chromium } = createRequire(join(root, ".cache/npm/"))("playwright-core");

/** Notes which recording belongs to which application, from the moment that the page makes its viewer. */
function watchViewer() {
  window.openedIds = {};
  let viewer;
  Object.defineProperty(window, "reelViewer", {
    get: () => viewer,
    set(made) {
      viewer = made;
      viewer.on("recording_open", (event) => { window.openedIds[event.application_id] = event.recording_id; });
    },
  });
}

/** Within the page: shows one recording alone, without panels, at its last time. */
async function show(id, [framesBefore, framesAfter]) {
  const viewer = window.reelViewer;
  const frames = async (n) => {
    for (let i = 0; i < n; i++) {
      window.dispatchEvent(new Event("resize")); // an idle viewer draws nothing
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)));
    }
  };
  viewer.set_active_recording_id(id);
  for (const panel of ["top", "blueprint", "selection", "time"]) viewer.override_panel_state(panel, "hidden");
  await frames(framesBefore);
  const timeline = viewer.get_active_timeline(id);
  const range = timeline ? viewer.get_time_range(id, timeline) : null;
  if (range) {
    viewer.set_playing(id, false);
    // A number of JavaScript holds nanoseconds of our days to 256 only, so the last row may be a little later than it.
    viewer.set_current_time(id, timeline, Number.isSafeInteger(range.max) ? range.max : range.max + 512);
  }
  await frames(framesAfter);
  return timeline ?? "";
}

function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms / 1000} s`)), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function main([url, folder, size, ...names]) {
  const [width, height] = size.split("x").map(Number);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--headless=new", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--no-first-run", "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=127.0.0.1"],
  });
  try {
    const page = await browser.newPage({ viewport: { width, height: height + TITLE_HEIGHT }, colorScheme: "dark" });
    await page.addInitScript(watchViewer);
    await page.goto(url, { waitUntil: "commit" });
    await page.waitForFunction(() => ["open", "failed"].includes(document.documentElement.dataset.reel), undefined, { timeout: OPEN_TIMEOUT_MS });
    const why = await page.evaluate(() => document.documentElement.dataset.reelWhy);
    if (why) throw new Error(why);
    for (const name of names) {
      const id = await page.evaluate((application) => window.openedIds[application], `reel_${name}`);
      if (!id) throw new Error(`${name}: the viewer has no recording of the application reel_${name}`);
      const body = `(${show})(${JSON.stringify(id)}, ${JSON.stringify([FRAMES_BEFORE, FRAMES_AFTER])})`;
      const timeline = await within(PICTURE_TIMEOUT_MS, page.evaluate(body), name);
      await page.screenshot({ path: join(folder, `${name}.png`), clip: { x: 0, y: TITLE_HEIGHT, width, height } });
      console.log(`${name} ${timeline}`);
    }
  } finally {
    await browser.close();
  }
}

main(process.argv.slice(2)).then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });
