// The page of `reel view`: opens every recording it was given in the official viewer and tells how that went, to a person on the page and to a
// program in document.documentElement.dataset: reel = loading | open | failed, and reelWhy, the text. window.reelViewer is the viewer, for a console.
//
// The viewer reports nothing when a recording can't be fetched or read. So the page looks into each file itself first, learns the ids of the
// recordings in it, and calls itself open when the viewer has opened all of those.

console.debug = () => {}; // the viewer writes tens of thousands of lines there, which costs seconds when a tool listens

const OPEN_TIMEOUT_MS = 60_000;
const root = document.documentElement;
const message = document.getElementById("message");

function tell(state, text) {
  root.dataset.reel = state;
  root.dataset.reelWhy = text;
  message.textContent = text;
}

// ---- looking into a recording ----

/** Bytes first..first+size-1 of a recording, fewer at its end. Throws with the server's words when there are none to be had. */
async function bytesOf(url, first, size) {
  const response = await fetch(url, { headers: { Range: `bytes=${first}-${first + size - 1}` }, cache: "no-store" });
  if (response.status === 416) return new Uint8Array(0);
  if (!response.ok) throw new Error((await response.text()).trim() || `the server answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The fields of one protobuf message as [number, value], value a BigInt or the bytes; stops where the bytes end. */
function* fieldsOf(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; at < bytes.length; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return null;
  };
  while (at < bytes.length) {
    const key = varint();
    if (key === null) return;
    const kind = Number(key & 7n), number = Number(key >> 3n);
    if (kind === 0) {
      const value = varint();
      if (value === null) return;
      yield [number, value];
    } else if (kind === 2) {
      const size = varint();
      if (size === null) return;
      yield [number, bytes.subarray(at, at + Number(size))];
      at += Number(size);
    } else if (kind === 1 || kind === 5) {
      at += kind === 1 ? 8 : 4;
    } else {
      return;
    }
  }
}

function field(bytes, number) {
  for (const [found, value] of fieldsOf(bytes)) if (found === number) return value;
  return undefined;
}

/** The id in a StoreId message; "" if it names a blueprint and not a recording, null if it is none. */
function recordingIdIn(storeId) {
  if (!(storeId instanceof Uint8Array)) return null;
  const id = field(storeId, 2);
  return field(storeId, 1) !== 1n ? "" : id instanceof Uint8Array ? new TextDecoder().decode(id) : null;
}

const KIND_END = 0n, KIND_STORE_INFO = 1n, KIND_ARROW = 2n;
const HEADER_BYTES = 12, MESSAGE_HEADER_BYTES = 16, LOOK_BYTES = 4096, LOOKS_MAX = 400;

/** The id of the first recording in a file; "" if it holds blueprints alone. They may stand before it, so it steps from message to message, reading only their heads. */
async function firstRecordingId(url) {
  const head = await bytesOf(url, 0, HEADER_BYTES);
  const magic = String.fromCharCode(...head.subarray(0, 4));
  if (head.length === 0) throw new Error("the file is empty");
  if (magic === "RRF0" || magic === "RRF1") throw new Error("is a recording of an old version that this viewer can't read");
  if (magic !== "RRF2") throw new Error("is not a recording: it does not begin with RRF2");
  let hasBlueprint = false;
  for (let look = 0, at = HEADER_BYTES; look < LOOKS_MAX; look++) {
    const bytes = await bytesOf(url, at, LOOK_BYTES);
    if (bytes.length < MESSAGE_HEADER_BYTES) break;
    const view = new DataView(bytes.buffer);
    const kind = view.getBigUint64(0, true), size = Number(view.getBigUint64(8, true));
    const payload = bytes.subarray(MESSAGE_HEADER_BYTES, MESSAGE_HEADER_BYTES + size);
    const info = kind === KIND_STORE_INFO ? field(payload, 2) : undefined;
    const storeId = kind === KIND_ARROW ? field(payload, 1) : info && field(info, 2);
    const id = recordingIdIn(storeId);
    if (id) return id;
    hasBlueprint ||= id === "";
    if (kind === KIND_END && hasBlueprint) break;
    at += MESSAGE_HEADER_BYTES + size;
  }
  if (hasBlueprint) return "";
  throw new Error("holds no recording (yet)");
}

// ---- opening ----

async function main() {
  const reel = await (await fetch("/reel.json", { cache: "no-store" })).json();
  document.title = reel.recordings.map((r) => r.name).join(", ");

  const failures = [];
  const wanted = new Set();
  const looked = await Promise.all(reel.recordings.map(async ({ name, url }) => {
    const absolute = new URL(url, location.origin).href;
    try {
      const id = await firstRecordingId(absolute);
      if (id) wanted.add(id);
      return absolute;
    } catch (error) {
      failures.push(error.message.startsWith(name) ? error.message : `${name}: ${error.message}`);
      return null;
    }
  }));
  const urls = looked.filter((url) => url !== null);
  if (reel.viewer_missing) failures.push(reel.viewer_missing);
  const finish = (...more) => {
    const all = [...failures, ...more];
    if (all.length) tell("failed", all.join("\n"));
    else tell("open", "");
  };
  if (reel.viewer_missing || !urls.length) return finish();

  let timer;
  const opened = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The viewer has not opened everything within ${OPEN_TIMEOUT_MS / 1000} s.`)), OPEN_TIMEOUT_MS);
    if (failures.length) tell("loading", failures.join("\n"));
    start(reel.version, urls, (id) => {
      wanted.delete(id);
      if (!wanted.size) resolve();
    }).then(() => wanted.size || resolve(), reject);
  });
  await opened.then(() => finish(), (error) => finish(error.message));
  clearTimeout(timer);
}

/** Starts the viewer with all recordings at once (a viewer that idles does not notice later ones until it repaints). */
async function start(version, urls, onOpen) {
  const { WebViewer } = await import(`/viewer/${version}/index.js`);
  const viewer = window.reelViewer = new WebViewer();
  const box = document.getElementById("viewer");
  viewer.on("recording_open", (event) => onOpen(event.recording_id));
  // When it crashes later it only writes into its box; keep the state true.
  new MutationObserver(() => {
    const failure = box.querySelector(".rerun-fail-message");
    if (failure) tell("failed", `${failure.textContent} ${box.querySelector(".rerun-fail-error")?.textContent ?? ""}`.trim());
  }).observe(box, { childList: true, subtree: true });
  await viewer.start(urls, box, { width: "100%", height: "100%", hide_welcome_screen: true });
}

main().catch((error) => tell("failed", `The page can't be set up: ${error.message}`));
