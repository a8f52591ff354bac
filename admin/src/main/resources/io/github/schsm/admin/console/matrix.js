// SPDX-License-Identifier: Apache-2.0
// The matrix of a key domain: devices as columns, keys as rows. Only the rows of one page are in the document, however many
// keys there are. One cell takes part in the Tab order; the arrow keys go from there.

import { byId, element, label } from "./dom.js";

const MOST_CELLS = 2400;
const MOST_ROWS = 100;
const FEW_DEVICES = 8;
const NARROW = 640;
const SOON_DAYS = 30;
const STATES = { H: "has the key", C: "could have it", X: "cannot have it" };

/** Which keys are wanted: all, those without a second copy, or those whose certificate ends soon; and which text. */
export const filter = { kind: "all", text: "" };

export function isAlone(key) {
  return key.alone === "possible";
}

export function isSoon(key) {
  return key.days !== "" && key.days <= SOON_DAYS;
}

function isWanted(key) {
  const kind = filter.kind === "all" || (filter.kind === "alone" ? key.alone !== "" : isSoon(key));
  return kind && (filter.text === "" || (key.label + " " + key.type).toLowerCase().includes(filter.text));
}

function days(count) {
  const number = (value) => (value === 1 ? "1 day" : value.toLocaleString("en") + " days");
  if (count < 0) {
    return "expired " + number(-count) + " ago";
  }
  return count === 0 ? "ends today" : number(count) + " left";
}

/** What a cell says: its state, and why. */
function cellText(domain, key, index) {
  const why = key.why[index];
  return STATES[key.cells[index]] + (why < 0 ? "" : ": " + domain.reasons[why]);
}

export class Matrix {
  constructor(open) {
    this.open = open;
    this.page = 0;
    this.isFolded = false;
    this.showsAll = false;
    this.active = { row: null, column: 0 };
    this.arrived = new Set();
    this.fold = element("button", { type: "button", class: "fold", "aria-expanded": "true" });
    this.about = element("p", { class: "about" });
    this.count = element("span", { class: "count" });
    this.all = element("input", { type: "checkbox" });
    this.allLabel = element("label", { hidden: true }, this.all, " all devices");
    this.body = element("div");
    this.root = element(
      "section",
      { class: "domain" },
      element("div", { class: "domain-top" }, element("h3", {}, this.fold), this.about, this.count, this.allLabel),
      this.body,
    );
    this.fold.addEventListener("click", () => {
      this.isFolded = !this.isFolded;
      this.render();
    });
    this.all.addEventListener("change", () => {
      this.showsAll = this.all.checked;
      this.render();
    });
    this.body.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("focusin", (event) => this.onFocus(event));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tbody tr");
      if (row) {
        this.open("/key/" + row.dataset.key, this, row.dataset.key);
      }
    });
  }

  show(domain, devices) {
    this.domain = domain;
    this.devices = devices;
    this.render();
  }

  /** The devices that are columns: of many, those that the domain has something to do with. */
  columns() {
    const every = this.devices.map((_, index) => index);
    const near = every.filter(
      (index) => this.domain.members.includes(index) || this.domain.keys.some((key) => key.cells[index] !== "X"),
    );
    const isMany = this.devices.length > FEW_DEVICES && near.length < this.devices.length;
    this.allLabel.hidden = !isMany;
    return isMany && !this.showsAll ? near : every;
  }

  render() {
    const { domain } = this;
    const wanted = domain.keys.filter(isWanted);
    const columns = this.columns();
    this.size = Math.max(10, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / (columns.length + 4))));
    const pages = Math.max(1, Math.ceil(wanted.length / this.size));
    this.page = Math.min(this.page, pages - 1);
    const rows = wanted.slice(this.page * this.size, (this.page + 1) * this.size);
    this.pages = pages;

    this.fold.replaceChildren(label(domain.name));
    this.fold.setAttribute("aria-expanded", String(!this.isFolded));
    this.about.textContent = domain.about;
    const keys = (count) => (count === 1 ? "1 key" : count.toLocaleString("en") + " keys");
    this.count.textContent =
      wanted.length === domain.keys.length
        ? keys(domain.keys.length)
        : wanted.length.toLocaleString("en") + " of " + keys(domain.keys.length);
    this.root.classList.toggle("dense", columns.length > (innerWidth < NARROW ? 1 : FEW_DEVICES));
    const had = this.body.contains(document.activeElement) ? document.activeElement : null;
    const place = had?.closest("td, th") ? { ...this.active } : null;
    const scrolled = this.body.querySelector(".scroll");
    const at = scrolled ? [scrolled.scrollLeft, scrolled.scrollTop] : [0, 0];
    if (this.isFolded) {
      this.body.replaceChildren();
    } else if (rows.length === 0) {
      this.body.replaceChildren(
        element("p", { class: "empty" }, domain.keys.length === 0 ? "No keys." : "No key is like that."),
      );
    } else {
      this.columnList = columns;
      this.rows = rows;
      const scroll = element("div", { class: "scroll" }, this.table(rows, columns));
      this.body.replaceChildren(scroll, ...(pages > 1 ? [this.pager(wanted.length)] : []));
      [scroll.scrollLeft, scroll.scrollTop] = at;
      this.setActive(place ?? this.active);
      if (place) {
        this.focusActive();
      }
    }
    this.arrived.clear();
  }

  table(rows, columns) {
    const { domain, devices } = this;
    const head = element(
      "tr",
      { "aria-rowindex": 1 },
      element("th", { scope: "col", class: "key" }, "Key"),
      element("th", { scope: "col", class: "type" }, "Type"),
      ...columns.map((index) =>
        element(
          "th",
          { scope: "col", class: "device", title: devices[index].label },
          element("span", { class: "mono" }, label(devices[index].name)),
          devices[index].label === "" ? null : element("small", {}, label(devices[index].label)),
        ),
      ),
      element("th", { scope: "col", class: "copies" }, "Copies"),
      element("th", { scope: "col", class: "cert" }, "Certificate"),
    );
    const body = element("tbody");
    rows.forEach((key, number) => body.append(this.row(key, columns, this.page * this.size + number)));
    return element(
      "table",
      {
        class: "matrix",
        role: "grid",
        "aria-label": "Keys of " + domain.name + " and the devices that have them",
        "aria-rowcount": domain.keys.length + 1,
        "aria-readonly": "true",
      },
      element("thead", {}, head),
      body,
    );
  }

  row(key, columns, number) {
    const { domain } = this;
    const tags = [...key.tags.map((tag) => element("span", { class: "tag" }, tag))];
    if (key.alone === "possible") {
      tags.push(element("span", { class: "tag", "data-level": "warn" }, "no second copy"));
    } else if (key.alone === "impossible") {
      tags.push(element("span", { class: "tag" }, "only here"));
    }
    const row = element(
      "tr",
      { "data-key": key.id, "aria-rowindex": number + 2 },
      element("th", { scope: "row", class: "key", tabindex: -1 }, label(key.label), ...tags),
      element("td", { class: "type", tabindex: -1 }, key.type),
      ...columns.map((index) => {
        const arrived = this.arrived.has(key.label + "\n" + this.devices[index].name);
        return element("td", {
          "data-state": key.cells[index],
          "aria-label": cellText(domain, key, index),
          "data-tip": this.devices[index].name + " " + cellText(domain, key, index),
          tabindex: -1,
          class: arrived ? "arrived" : null,
        });
      }),
      element("td", { class: "copies", tabindex: -1 }, String(key.copies)),
      element(
        "td",
        { class: "cert", tabindex: -1 },
        key.days === ""
          ? "–"
          : element(
              "span",
              isSoon(key) ? { class: "tag", "data-level": key.days < 0 ? "bad" : "warn" } : {},
              days(key.days),
            ),
      ),
    );
    row.classList.toggle("alone", key.alone === "possible");
    row.classList.toggle("stuck", key.alone === "impossible");
    return row;
  }

  pager(count) {
    const first = this.page * this.size + 1;
    const last = Math.min(count, (this.page + 1) * this.size);
    const button = (text, page) => {
      const out = page < 0 || page >= this.pages;
      const made = element("button", { type: "button", "data-page": text, "aria-disabled": out ? "true" : null }, text);
      made.addEventListener("click", () => {
        if (!out) {
          this.goTo(page);
          this.body.querySelector(`.pager [data-page="${text}"]`).focus();
        }
      });
      return made;
    };
    return element(
      "nav",
      { class: "pager", "aria-label": "Pages of " + this.domain.name },
      button("First", this.page === 0 ? -1 : 0),
      button("Previous", this.page - 1),
      element("span", { role: "status" }, `${first} to ${last} of ${count.toLocaleString("en")}`),
      button("Next", this.page + 1),
      button("Last", this.page === this.pages - 1 ? -1 : this.pages - 1),
    );
  }

  goTo(page) {
    this.page = page;
    this.render();
    this.body.querySelector(".scroll").scrollTop = 0;
  }

  /** A key has come to a device, as running work tells; the devices are read again later. */
  arrive(keyLabel, device) {
    const index = this.devices.findIndex((one) => one.name === device);
    const found = this.domain.keys.filter((key) => key.label === keyLabel && key.cells[index] === "C");
    for (const key of found) {
      key.cells = key.cells.slice(0, index) + "H" + key.cells.slice(index + 1);
      key.why[index] = -1;
      key.copies += 1;
      key.alone = "";
      this.arrived.add(keyLabel + "\n" + device);
    }
    return found.length > 0;
  }

  // Going from cell to cell

  cells() {
    return [...this.body.querySelectorAll("tbody tr")].map((row) => [...row.children]);
  }

  setActive({ row, column }) {
    const ids = this.rows.map((key) => key.id);
    const index = Math.max(0, ids.indexOf(row));
    const cells = this.cells()[index];
    const to = Math.min(column, cells.length - 1);
    this.body.querySelectorAll('tbody [tabindex="0"]').forEach((cell) => cell.setAttribute("tabindex", "-1"));
    cells[to].setAttribute("tabindex", "0");
    this.active = { row: ids[index], column: to };
  }

  focusActive() {
    this.body.querySelector('tbody [tabindex="0"]')?.focus({ preventScroll: false });
  }

  /** Back to a key after its panel was closed. */
  focusKey(id) {
    if (!this.isFolded && this.rows?.length) {
      this.setActive({ row: id, column: this.active.column });
      this.focusActive();
    }
  }

  onFocus(event) {
    const cell = event.target.closest("tbody td, tbody th");
    if (cell) {
      this.setActive({ row: cell.parentElement.dataset.key, column: [...cell.parentElement.children].indexOf(cell) });
    }
  }

  onKey(event) {
    const cell = event.target.closest("tbody td, tbody th");
    if (!cell || event.altKey || event.metaKey) {
      return;
    }
    const last = this.rows.length - 1;
    const width = cell.parentElement.children.length - 1;
    const row = this.rows.findIndex((key) => key.id === this.active.row);
    const { column } = this.active;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: event.ctrlKey ? [0, 0] : [row, 0],
      End: event.ctrlKey ? [last, width] : [row, width],
    };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.open("/key/" + this.active.row, this, this.active.row);
    } else if (event.key === "PageDown" || event.key === "PageUp") {
      event.preventDefault();
      const page = this.page + (event.key === "PageDown" ? 1 : -1);
      if (page >= 0 && page < this.pages) {
        this.goTo(page);
        this.setActive({ row: this.rows[0].id, column });
        this.focusActive();
      }
    } else if (event.key in moves && !(event.ctrlKey && event.key.startsWith("Arrow"))) {
      event.preventDefault();
      const [toRow, toColumn] = moves[event.key];
      if (toRow >= 0 && toRow <= last && toColumn >= 0 && toColumn <= width) {
        this.setActive({ row: this.rows[toRow].id, column: toColumn });
        this.focusActive();
      }
    }
  }
}

/** What a cell says is shown when the pointer is on it or the focus in it; Escape takes it away. */
export function installTip() {
  const tip = byId("tip");
  const hide = () => {
    tip.hidden = true;
  };
  const show = (event) => {
    const cell = event.target.closest?.("[data-tip]");
    if (!cell) {
      if (!event.target.closest?.("#tip")) {
        hide();
      }
      return;
    }
    tip.textContent = cell.dataset.tip;
    tip.hidden = false;
    const box = cell.getBoundingClientRect();
    const left = Math.max(8, Math.min(innerWidth - tip.offsetWidth - 8, box.left + box.width / 2 - tip.offsetWidth / 2));
    const above = box.top - tip.offsetHeight - 2;
    tip.style.left = left + "px";
    tip.style.top = (above > 60 ? above : box.bottom + 2) + "px";
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide();
    }
  });
}
