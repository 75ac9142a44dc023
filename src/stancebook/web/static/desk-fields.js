// Fields of a form, one for each key of a record: label, help, problems, and a value that is text or null.
import { h, newId } from "./desk-dom.js";

const MOST_OPTIONS = 60;

/** One key of a record in a form. */
export class Field {
  /**
   * @param key the key as the model describes it.
   * @param surroundings {options(target), create(target, typed), take(field), last(key), changed(field)}
   */
  constructor(key, value, surroundings) {
    this.key = key;
    this.first = value ?? null;
    this.touched = false;
    this.surroundings = surroundings;
    const id = newId("field");
    this.help = h("p", { class: "help", id: `${id}-help` }, key.description);
    this.complaints = h("div", { class: "complaints", id: `${id}-problems` });
    this.input = this.makeInput(id);
    this.input.id = id;
    this.input.setAttribute("aria-describedby", `${id}-problems ${id}-meaning ${id}-help`);
    if (key.required) this.input.setAttribute("aria-required", "true");
    this.input.addEventListener("input", () => this.#edited());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.meaning = h("p", { class: "meaning", id: `${id}-meaning` });
    this.extra = h("div", { class: "extra" });
    this.element = h(
      "div",
      { class: `field kind-${key.kind}`, data: { key: key.name } },
      h(
        "label",
        { for: id },
        key.title,
        key.required ? h("span", { class: "required", "aria-hidden": "true" }, " *") : h("span", { class: "optional" }, " optional"),
      ),
      this.help,
      h("div", { class: "field-control" }, this.input, this.extra),
      this.meaning,
      this.complaints,
    );
    this.decorate();
    this.value = this.first;
  }

  makeInput() {
    const { key } = this;
    if (key.kind === "long_text") return h("textarea", { rows: 2 });
    const numeric = { number: "decimal", integer: "numeric" }[key.kind];
    const example = key.example || { edtf: "2031-04-01 or 2031-04~", date: "2031-04-01" }[key.kind] || key.default;
    return h("input", { type: "text", inputmode: numeric, placeholder: example ? `e.g. ${example}` : undefined, spellcheck: "false", autocomplete: "off" });
  }

  /** Press by a key a button that is left out of the order of the tabulator, so that typing on never presses it. */
  #key(event) {
    const button = event.altKey && { ArrowUp: this.offer, ArrowDown: this.takes }[event.key];
    if (!button || button.hidden) return;
    event.preventDefault();
    button.click();
  }

  decorate() {
    if (this.key.unit) this.extra.append(h("span", { class: "unit" }, this.key.unit));
    if (this.key.kind === "verbatim" && this.surroundings.take) {
      const take = () => this.surroundings.take(this);
      this.takes = h("button", { type: "button", class: "take", tabindex: "-1", title: "Alt+↓", onclick: take }, "from the text");
      this.extra.append(this.takes);
    }
    const last = this.surroundings.last?.(this.key)?.[0];
    if (last && this.first === null) {
      const offer = h("button", { type: "button", class: "offer", tabindex: "-1", title: "Alt+↑", onclick: () => this.fill(last) }, "as before: ", this.shown(last));
      this.offer = offer;
      this.extra.append(offer);
    }
  }

  /** Return how a value is shown. */
  shown(value) {
    return value;
  }

  get value() {
    return this.input.value === "" ? null : this.input.value;
  }

  set value(value) {
    this.input.value = value ?? "";
  }

  /** Set the value as a coder would, so that it is checked. */
  fill(value) {
    this.value = value;
    this.#edited();
    this.input.focus();
  }

  get changed() {
    return this.value !== this.first;
  }

  #edited() {
    this.touched = true;
    this.complain([]); // until the next check answers
    if (this.offer) this.offer.hidden = this.value !== null;
    this.surroundings.changed(this);
  }

  edited() {
    this.#edited();
  }

  /** Show the problems of this key. */
  complain(problems) {
    this.complaints.replaceChildren(...problems.map(complaint));
    this.element.classList.toggle("invalid", problems.some(({ level }) => level !== "warning"));
    if (problems.length) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

/** Return the element that shows a problem. */
export function complaint({ message, hint, level }) {
  const lines = hint ? String(hint).split("\n").filter(Boolean) : [];
  return h(
    "p",
    { class: level === "warning" ? "complaint warning" : "complaint" },
    level === "warning" ? "Note: " : "",
    message,
    lines.map((line) => h("span", { class: "hint" }, line)),
  );
}

let byTabulator = false; // whether the focus was moved by the tabulator key
addEventListener("keydown", ({ key }) => (byTabulator = key === "Tab"), true);
let pressed = false; // whether a button of the mouse is down
addEventListener("pointerdown", () => ([byTabulator, pressed] = [false, true]), true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => (pressed = false), true);

/** A field whose value is chosen from a list, which is searched as one types; any other text is kept as typed. */
export class ChoiceField extends Field {
  makeInput(id) {
    this.list = h("ul", { role: "listbox", id: `${id}-list`, class: "options", hidden: true, "aria-label": this.key.title });
    const input = h("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-expanded": "false",
      "aria-controls": `${id}-list`,
      "aria-autocomplete": "list",
    });
    input.addEventListener("click", () => this.open());
    input.addEventListener("input", () => {
      this.open(input.value);
      this.describe();
    });
    input.addEventListener("keydown", (event) => this.onkey(event));
    input.addEventListener("focus", () => {
      input.select();
      if (byTabulator) this.open();
    });
    input.addEventListener("blur", () => this.#left());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    return input;
  }

  decorate() {
    super.decorate();
    this.input.after(this.list);
  }

  /** Return all options: {value, label, definition, search}. */
  options() {
    const { key } = this;
    if (key.kind === "boolean") return ["true", "false"].map((value) => ({ value, label: value, definition: "" }));
    if (key.kind === "reference") return this.surroundings.options(key.target);
    return key.choices.map(({ value, definition }) => ({ value, label: value, definition }));
  }

  shown(value) {
    return this.options().find((option) => option.value === value)?.label ?? value;
  }

  get value() {
    const typed = this.input.value.trim();
    if (typed === "") return null;
    if (this.chosen && this.chosen.label === typed) return this.chosen.value;
    const options = this.options();
    const exact = options.find(({ value }) => value === typed) || options.find(({ label }) => label === typed);
    return exact ? exact.value : typed;
  }

  set value(value) {
    this.chosen = value === null ? null : (this.options().find((option) => option.value === value) ?? null);
    this.input.value = this.chosen?.label ?? value ?? "";
    this.describe();
  }

  describe() {
    if (!this.meaning) return;
    const value = this.value;
    const option = this.options().find((one) => one.value === value);
    const named = option && option.label !== option.value ? option.value : "";
    this.meaning.textContent = [named, option?.definition].filter(Boolean).join(" · ");
  }

  open(search = "") {
    const wanted = search.trim().toLocaleLowerCase();
    const all = this.options();
    const fits = (text) => text.toLocaleLowerCase().includes(wanted);
    const found = wanted ? all.filter((option) => fits(option.search || `${option.label} ${option.value}`)) : all;
    found.sort((a, b) => rank(a, wanted) - rank(b, wanted));
    const rows = found.slice(0, MOST_OPTIONS).map((option) => this.row(option));
    if (found.length > MOST_OPTIONS) rows.push(h("li", { class: "more", role: "presentation" }, `and ${found.length - MOST_OPTIONS} more: type to search`));
    if (this.key.kind === "reference" && this.surroundings.create && this.surroundings.mayCreate(this.key.target)) {
      rows.push(this.row({ value: null, label: `New: ${search.trim() || "another entry"} …`, create: search.trim() }));
    }
    this.list.replaceChildren(...rows);
    this.list.hidden = rows.length === 0;
    this.input.setAttribute("aria-expanded", String(rows.length > 0));
    if (rows.length) this.list.scrollIntoView({ block: "nearest" });
    this.active = -1;
    if (wanted) this.move(1);
    else this.activate(found.findIndex(({ value }) => value === this.value));
  }

  row(option) {
    const row = h(
      "li",
      { role: "option", id: newId("option"), "aria-selected": "false", onclick: () => this.pick(option) },
      h("span", { class: "option-label" }, option.label),
      option.value && option.label !== option.value ? h("code", {}, option.value) : null,
      option.definition ? h("span", { class: "option-definition" }, option.definition) : null,
    );
    row.option = option;
    return row;
  }

  /** Close the list; after a press of the mouse, when it is over: what is pressed does not move away from under it. */
  #left() {
    if (!pressed) return this.close();
    const close = () => setTimeout(() => document.activeElement === this.input || this.close());
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, close, { once: true });
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  activate(index) {
    const rows = Array.from(this.list.querySelectorAll("[role=option]"));
    rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === index)));
    this.active = index;
    if (rows[index]) {
      this.input.setAttribute("aria-activedescendant", rows[index].id);
      rows[index].scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  move(by) {
    const count = this.list.querySelectorAll("[role=option]").length;
    if (count) this.activate((this.active + by + count) % count);
  }

  onkey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shown) this.open();
      else this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && shown) {
      event.preventDefault();
      const row = this.list.querySelectorAll("[role=option]")[this.active];
      if (row) this.pick(row.option);
      else this.close();
    } else if (event.key === "Tab" && shown) {
      const row = this.list.querySelectorAll("[role=option]")[this.active];
      const { value } = row?.option || { value: null };
      if (this.input.value.trim() && value !== null && value !== this.value) this.pick(row.option);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  async pick(option) {
    this.close();
    if (option.create === undefined) {
      this.chosen = option;
      this.input.value = option.label;
    } else {
      const made = await this.surroundings.create(this.key.target, option.create);
      if (made === null) return;
      this.value = made;
    }
    this.describe();
    this.edited();
  }
}

function rank({ label, value }, wanted) {
  if (!wanted) return 0;
  if (value === wanted) return 0;
  return label.toLocaleLowerCase().startsWith(wanted) || value?.startsWith(wanted) ? 1 : 2;
}

const CHOSEN = new Set(["choice", "reference", "boolean"]);
export const makeField = (key, value, surroundings) => new (CHOSEN.has(key.kind) ? ChoiceField : Field)(key, value, surroundings);
