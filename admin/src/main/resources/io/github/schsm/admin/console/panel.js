// SPDX-License-Identifier: Apache-2.0
// The panel at the side: all about a key or a device. What it shows is asked for when it is opened, and again when devices
// have changed.

import { announce, byId, element, facts, label } from "./dom.js";
import { get } from "./stream.js";

let shown = null;
let back = null;

/** Opens it; whence says where the focus goes when it is closed. */
export async function open(path, whence) {
  back = whence;
  shown = path;
  if (await render()) {
    mark();
    byId("panel-title").focus();
  }
}

export async function refresh() {
  if (shown !== null) {
    await render();
    mark();
  }
}

async function render() {
  const path = shown;
  let told;
  try {
    told = await get(path);
  } catch (noConnection) {
    return false;
  }
  if (path !== shown) {
    return false;
  }
  const body = byId("panel-body");
  byId("panel").hidden = false;
  document.body.classList.add("with-panel");
  if (told === null) {
    body.replaceChildren(element("p", { class: "under" }, "This is no longer there."));
  } else if (path.startsWith("/key/")) {
    byId("panel-title").replaceChildren(label(told.label));
    body.replaceChildren(...key(told));
  } else {
    byId("panel-title").replaceChildren(label(told.name));
    body.replaceChildren(...device(told));
  }
  return true;
}

function mark() {
  document.querySelectorAll("tr.open").forEach((row) => row.classList.remove("open"));
  if (shown?.startsWith("/key/")) {
    document.querySelector(`tr[data-key="${shown.slice(5)}"]`)?.classList.add("open");
  }
}

export function isOpen() {
  return shown !== null;
}

export function markAgain() {
  mark();
}

export function close() {
  if (shown === null) {
    return;
  }
  shown = null;
  mark();
  byId("panel").hidden = true;
  document.body.classList.remove("with-panel");
  back?.();
}

function section(title, ...children) {
  return [element("h3", {}, title), ...children];
}

function words(list) {
  return element("ul", { class: "words" }, ...list.map((text) => element("li", {}, label(text))));
}

function key(told) {
  const copies = told.places.filter((place) => place.state === "HAS").length;
  return [
    element("p", { class: "under" }, told.type + " · ", label(told.domain)),
    ...(told.alone === ""
      ? []
      : [element("p", { class: "notice", "data-level": "warn" }, "No second copy. ", label(told.alone))]),
    ...section("What it may", words(told.limits)),
    ...section(
      copies === 1 ? "On 1 device" : `On ${copies} devices`,
      element(
        "ul",
        { class: "places" },
        ...told.places.map((place) =>
          element(
            "li",
            {},
            element("i", { class: "dot", "data-state": { HAS: "H", COULD: "C", CANNOT: "X" }[place.state] }),
            element("span", {}, element("span", { class: "mono" }, label(place.device)), " ", label(place.text)),
          ),
        ),
      ),
    ),
    ...section(
      "Attestation",
      element("p", { class: "level", "data-level": told.attested ? "good" : "none" }, label(told.attestation)),
    ),
    ...section(
      "Certificate",
      ...(told.certificate.length === 0 ? [element("p", { class: "under" }, "None.")] : [facts(told.certificate)]),
      ...(told.daysText ? [element("p", { class: "level", "data-level": told.daysLevel }, told.daysText)] : []),
    ),
    ...(told.facts.length === 0 ? [] : section("More", facts(told.facts))),
    ...steps(told.steps),
  ];
}

function device(told) {
  return [
    element("p", { class: "under" }, label(told.label === "" ? "no label" : told.label)),
    ...section("Device", facts(told.facts)),
    ...steps(told.steps),
  ];
}

function steps(list) {
  if (list.length === 0) {
    return [];
  }
  return section(
    "Next steps, for a terminal",
    element(
      "ul",
      { class: "next" },
      ...list.map((step) =>
        element(
          "li",
          {},
          step.why,
          step.line === ""
            ? element("p", { class: "under" }, step.note)
            : element("div", { class: "line" }, element("code", {}, step.line), copy(step)),
        ),
      ),
    ),
  );
}

function copy(step) {
  const button = element("button", { type: "button", class: "copy", "aria-label": "Copy the command: " + step.why }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(step.line);
      button.textContent = "Copied";
      announce("Copied.");
    } catch (notAllowed) {
      const range = document.createRange();
      range.selectNodeContents(button.previousElementSibling);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = "Selected";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });
  return button;
}
