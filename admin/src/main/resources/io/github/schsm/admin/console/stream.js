// SPDX-License-Identifier: Apache-2.0
// The line to the console: server-sent events, read by fetch because the page's key goes in a header. It is made again when
// it breaks, or when nothing was heard for a while.

const SILENCE_MILLIS = 15000;
const PAUSES_MILLIS = [500, 1000, 2000, 5000];
const HEADER = "Schsm-Page-Key";
const STORED = "schsm-page-key";

/** The key that the address brought; it goes from the address into this tab's memory. */
function pageKey() {
  if (location.hash.length > 20) {
    sessionStorage.setItem(STORED, location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(STORED) ?? "";
}

const key = pageKey();

function ask(path, signal) {
  return fetch(path, { headers: { [HEADER]: key }, cache: "no-store", credentials: "same-origin", signal });
}

/** A JSON document; null if there is none any more. */
export async function get(path) {
  const answer = await ask(path);
  return answer.ok ? answer.json() : null;
}

/** Events as they come: told(name, data). state(level, text) says how the line is. */
export async function listen(told, state) {
  let failures = 0;
  while (true) {
    const end = new AbortController();
    try {
      const answer = await ask("/events", end.signal);
      if (answer.status === 403) {
        state("bad", "No access: open the address that schsm console prints");
        return;
      }
      if (!answer.ok) {
        throw new Error(await answer.text());
      }
      failures = 0;
      state("good", "Live");
      if (await read(answer.body.getReader(), end, told)) {
        state("bad", "The console has ended");
        return;
      }
    } catch (broken) {
      // Told below, whatever it was.
    }
    end.abort();
    state("warn", "No connection, trying again …");
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MILLIS[Math.min(failures, PAUSES_MILLIS.length - 1)]));
    failures += 1;
  }
}

/** Reads until the line ends; true if the console said that it ends. */
async function read(reader, end, told) {
  const decoder = new TextDecoder();
  let parts = [];
  while (true) {
    const silence = setTimeout(() => end.abort(), SILENCE_MILLIS);
    const { done, value } = await reader.read();
    clearTimeout(silence);
    if (done) {
      return false;
    }
    const text = decoder.decode(value, { stream: true });
    parts.push(text);
    // A long event comes in many pieces: they are joined once, at its end.
    if (!text.includes("\n\n") && !(text.startsWith("\n") && parts.length > 1)) {
      continue;
    }
    const events = parts.join("").split("\n\n");
    parts = [events.pop()];
    for (const event of events) {
      const lines = event.split("\n");
      const name = lines.find((line) => line.startsWith("event: "))?.slice(7);
      const data = lines.find((line) => line.startsWith("data: "))?.slice(6);
      if (name === "end") {
        return true;
      }
      if (name !== undefined && data !== undefined) {
        told(name, JSON.parse(data));
      }
    }
  }
}
