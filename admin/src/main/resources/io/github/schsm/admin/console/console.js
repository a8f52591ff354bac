// SPDX-License-Identifier: Apache-2.0
// The page: what comes from the console, and where it is shown.

import { announce, byId, element, label } from "./dom.js";
import { Matrix, filter, installTip, isAlone, isSoon } from "./matrix.js";
import * as panel from "./panel.js";
import { listen } from "./stream.js";

const FEW_DEVICES = 6;
const MOST_OPEN_KEYS = 400;
const MOST_STEPS = 100;
const LEVELS = { MOVED: "good", WAS_THERE: "none", IMPOSSIBLE: "warn", FAILED: "bad" };
const STATES = { RUNNING: "running", DONE: "done", FAILED: "failed", INTERRUPTED: "interrupted" };

const matrices = new Map();
const workSeen = new Map();
let picture = null;

function count(number, one, many) {
  return number === 1 ? "1 " + one : number.toLocaleString("en") + " " + many;
}

// Devices and keys

function showPicture(next) {
  tellWhatCame(picture, next);
  picture = next;
  const keys = next.domains.flatMap((domain) => domain.keys);
  const alone = keys.filter(isAlone).length;
  const soon = keys.filter(isSoon).length;
  byId("summary").textContent =
    count(next.devices.length, "device", "devices") +
    " · " +
    count(keys.length, "key", "keys") +
    (alone === 0 ? "" : " · " + alone + " without a second copy") +
    ` · as of ${new Date(next.taken).toLocaleTimeString("en-GB")}`;
  chip("alone", "No second copy", keys.filter((key) => key.alone !== "").length, alone > 0);
  chip("soon", "Certificate ends soon", soon, soon > 0);
  showDevices(next);
  showDomains(next);
  panel.refresh();
}

function chip(kind, text, number, warns) {
  const button = document.querySelector(`[data-filter="${kind}"]`);
  button.textContent = `${text} (${number.toLocaleString("en")})`;
  button.toggleAttribute("data-level", warns);
  if (warns) {
    button.dataset.level = "warn";
  }
}

function tellWhatCame(before, next) {
  if (before === null) {
    return;
  }
  const had = new Set(before.devices.map((device) => device.name));
  const has = new Set(next.devices.map((device) => device.name));
  next.devices.filter((device) => !had.has(device.name)).forEach((device) => announce(`Device ${device.name} is here.`));
  before.devices.filter((device) => !has.has(device.name)).forEach((device) => announce(`Device ${device.name} is gone.`));
}

function showDevices(next) {
  const list = byId("devices");
  const focused = document.activeElement?.closest("#devices [data-device]")?.dataset.device;
  list.classList.toggle("dense", next.devices.length > FEW_DEVICES);
  list.replaceChildren(...next.devices.map(device));
  if (next.devices.length === 0) {
    list.append(element("li", { class: "quiet" }, "No device is here. Insert one: it appears by itself."));
  }
  if (focused) {
    list.querySelector(`[data-device="${focused}"] button`)?.focus();
  }
  const readers = byId("readers");
  readers.hidden = next.readers.length === 0;
  readers.replaceChildren(
    "Other readers: ",
    ...next.readers.flatMap((reader, index) => [
      index === 0 ? "" : "; ",
      label(reader.name),
      ": ",
      element("span", reader.failed ? { class: "level", "data-level": "bad" } : {}, label(reader.problem)),
    ]),
  );
}

function device(told) {
  const row = (name, value, level, minor) =>
    value === ""
      ? []
      : [
          element("dt", minor ? { class: "minor" } : {}, name),
          element(
            "dd",
            { title: value, class: minor ? "minor" : null },
            element("span", level ? { class: "level", "data-level": level } : {}, label(value)),
          ),
        ];
  const button = element("button", { type: "button" }, label(told.name));
  button.addEventListener("click", () =>
    panel.open("/device/" + told.id, () => document.querySelector(`[data-device="${told.id}"] button`)?.focus()),
  );
  return element(
    "li",
    { class: "device", "data-device": told.id, "data-level": told.level },
    element("h3", {}, button, told.label === "" ? null : label(told.label)),
    element(
      "dl",
      {},
      ...row("Genuine", told.genuine, told.genuineLevel),
      ...row("PIN", told.pin, told.pinLevel),
      ...row("Memory", told.memory),
      ...row("Firmware", told.firmware, null, true),
      ...row("Reader", told.reader, null, true),
      ...row("Keys", String(told.keys), null, true),
      ...told.problems.slice(0, 1).flatMap((problem) => row("Problem", problem, "warn")),
    ),
  );
}

function showDomains(next) {
  const wanted = new Set(next.domains.map((domain) => domain.id));
  for (const id of [...matrices.keys()]) {
    if (!wanted.has(id)) {
      matrices.get(id).root.remove();
      matrices.delete(id);
    }
  }
  let open = 0;
  next.domains.forEach((domain, index) => {
    let matrix = matrices.get(domain.id);
    if (!matrix) {
      matrix = new Matrix((path, from, key) => panel.open(path, () => from.focusKey(key)));
      // What would fill the document is opened when it is wanted.
      matrix.isFolded = index > 0 && open > MOST_OPEN_KEYS;
      matrices.set(domain.id, matrix);
    }
    open += domain.keys.length;
    const parent = byId("domains");
    if (parent.children[index] !== matrix.root) {
      parent.insertBefore(matrix.root, parent.children[index] ?? null);
    }
    matrix.show(domain, next.devices);
  });
}

function showFiltered() {
  matrices.forEach((matrix) => {
    matrix.page = 0;
    matrix.render();
  });
  panel.markAgain();
}

// Work that runs

function showWork(works) {
  const list = byId("works");
  byId("work").hidden = works.length === 0;
  const kept = new Map([...list.children].map((item) => [item.dataset.work, item]));
  const items = works.map((work) => workItem(work, kept.get(work.id)));
  list.replaceChildren(...items);
  works.forEach(followWork);
}

function workItem(work, before) {
  const item = before ?? newWorkItem(work);
  const ofTotal = work.total === 0 ? "" : `${work.done.toLocaleString("en")} of ${work.total.toLocaleString("en")}`;
  item.dataset.state = work.state;
  item.querySelector(".how").textContent =
    work.state === "RUNNING" ? ofTotal || "preparing" : STATES[work.state] + (ofTotal === "" ? "" : ", " + ofTotal);
  const bar = item.querySelector("progress");
  if (work.total === 0 && work.state === "RUNNING") {
    bar.removeAttribute("value");
  } else {
    bar.max = Math.max(1, work.total);
    bar.value = work.done;
  }
  const problem = item.querySelector(".problem");
  problem.hidden = work.problem === "";
  problem.textContent = work.problem;
  const steps = work.steps.slice(-MOST_STEPS).reverse();
  item.querySelector(".steps").replaceChildren(
    ...steps.map((step) => element("li", { "data-level": LEVELS[step.outcome] ?? "none" }, label(step.text))),
  );
  return item;
}

function newWorkItem(work) {
  const name = work.command + " " + work.title;
  return element(
    "li",
    { class: "work", "data-work": work.id },
    element("div", { class: "work-top" }, element("h3", {}, label(name)), element("span", { class: "how" })),
    element("progress", { "aria-label": name, max: 1 }),
    element("p", { class: "problem level", "data-level": "bad", hidden: true }),
    element("ol", { class: "steps", tabindex: 0, "aria-label": "Keys that are done, the last one first" }),
  );
}

/** Keys that have come to a device are shown there before devices are read again. */
function followWork(work) {
  const seen = workSeen.get(work.id) ?? { done: 0, state: "" };
  const fresh = work.done > seen.done ? work.steps.slice(-(work.done - seen.done)) : [];
  const changed = new Set();
  for (const step of fresh.filter((one) => one.outcome === "MOVED")) {
    matrices.forEach((matrix) => {
      if (matrix.arrive(step.key, step.to)) {
        changed.add(matrix);
      }
    });
  }
  changed.forEach((matrix) => matrix.render());
  if (work.state !== seen.state) {
    announce(`${work.command} ${work.title}: ${STATES[work.state]}.`);
  }
  workSeen.set(work.id, { done: work.done, state: work.state });
}

// The page itself

function showProblem(told) {
  const problem = byId("problem");
  problem.hidden = told.text === "";
  problem.textContent = told.text === "" ? "" : "Devices cannot be read: " + told.text;
}

function showState(level, text) {
  const live = byId("live");
  if (live.textContent !== text) {
    live.dataset.level = level;
    live.textContent = text;
  }
}

function installTheme() {
  const theme = byId("theme");
  const apply = () => {
    if (theme.value === "auto") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = theme.value;
    }
  };
  theme.value = localStorage.getItem("schsm-theme") ?? "auto";
  theme.addEventListener("change", () => {
    localStorage.setItem("schsm-theme", theme.value);
    apply();
  });
  apply();
}

function installFilters() {
  const chips = [...document.querySelectorAll("[data-filter]")];
  chips.forEach((button) =>
    button.addEventListener("click", () => {
      filter.kind = button.dataset.filter;
      chips.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      showFiltered();
      const left = picture?.domains.reduce((sum, domain) => sum + domain.keys.length, 0) ?? 0;
      announce(`${button.textContent}: of ${count(left, "key", "keys")}.`);
    }),
  );
  byId("search").addEventListener("input", (event) => {
    filter.text = event.target.value.trim().toLowerCase();
    showFiltered();
  });
}

/** A window that becomes narrow has room for other columns. */
function followWidth() {
  let last = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== last) {
      last = innerWidth;
      matrices.forEach((matrix) => matrix.render());
    }
  });
}

installTheme();
installFilters();
followWidth();
installTip();
byId("close").addEventListener("click", () => panel.close());
// Before the tip is taken away by the same key: then that is all it does.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && byId("tip").hidden) {
      panel.close();
    }
  },
  true,
);

const TOLD = { picture: showPicture, work: showWork, problem: showProblem };
listen((name, data) => TOLD[name]?.(data), showState);
