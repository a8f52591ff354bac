// SPDX-License-Identifier: Apache-2.0
// Makes elements. Text from devices gets into the page here and by textContent alone, so that it stays text.

/** An element: attributes by name (true: there, false or null: not there), children are elements or strings. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) {
      made.setAttribute(key, value === true ? "" : String(value));
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A label of a device: its direction of writing stays its own. */
export function label(text) {
  return element("bdi", {}, text);
}

/** A list of names and values. */
export function facts(pairs) {
  return element(
    "dl",
    { class: "facts" },
    ...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, label(value))]),
  );
}

export function byId(id) {
  return document.getElementById(id);
}

/** Tells those who do not see the page; what is said within a moment is said together. */
let said = [];
export function announce(text) {
  if (said.length === 0) {
    setTimeout(() => {
      byId("announce").textContent = said.slice(0, 4).join(" ");
      said = [];
    }, 300);
  }
  said.push(text);
}
