// The form of a record: its fields, its sub-records, and the problems of both.
import { h, newId } from "./desk-dom.js";
import { complaint, makeField } from "./desk-fields.js";

/** The words before and after a quote are taken from the text together with it. */
const CONTEXT = ["prefix", "suffix"];

/** The fields of one record and of its sub-records. */
export class RecordForm {
  /**
   * @param table the table as the model describes it.
   * @param model the whole model, for the tables nested in this one.
   * @param record {values: {key: text}, children: {section: [{key: text}]}}
   * @param surroundings see Field; `changed` is called without arguments.
   * @param hidden the keys that the form does not show.
   */
  constructor(table, model, record, surroundings, hidden = []) {
    this.table = table;
    this.model = model;
    this.surroundings = surroundings;
    this.first = structuredClone({ values: record.values || {}, children: record.children || {} });
    this.general = h("div", { class: "complaints general" });
    const values = this.first.values;
    this.fields = new Map(
      table.keys
        .filter(({ name }) => !hidden.includes(name))
        .map((key) => [key.name, makeField(key, values[key.name], this.#around())]),
    );
    for (const name of CONTEXT) if (this.fields.get(name)) this.fields.get(name).element.hidden = !values[name];
    this.nested = table.nested.map((name) => new SubRecords(model.get(name), model, this.first.children, this.#around()));
    this.element = h("div", { class: "record-fields" }, this.general, ...this.#elements());
  }

  #around() {
    return { ...this.surroundings, changed: () => this.surroundings.changed() };
  }

  #elements() {
    const required = [...this.fields.values()].filter(({ key }) => key.required);
    const others = [...this.fields.values()].filter(({ key }) => !key.required);
    return [...required, ...others, ...this.nested].map(({ element }) => element);
  }

  /** Return the keys with a value. */
  get values() {
    return Object.fromEntries([...this.fields].map(([name, field]) => [name, field.value]).filter(([, value]) => value !== null));
  }

  /** Return the keys whose value is another one than at first; null for one that was removed. */
  get changedValues() {
    return Object.fromEntries([...this.fields].filter(([, field]) => field.changed).map(([name, field]) => [name, field.value]));
  }

  get children() {
    return Object.fromEntries(this.nested.map((nested) => [nested.table.section, nested.records]));
  }

  get changedChildren() {
    const before = ({ table }) => this.first.children[table.section] || [];
    const changed = this.nested.filter((nested) => JSON.stringify(nested.records) !== JSON.stringify(before(nested)));
    return Object.fromEntries(changed.map((nested) => [nested.table.section, nested.records]));
  }

  get changed() {
    return Object.keys(this.changedValues).length > 0 || Object.keys(this.changedChildren).length > 0;
  }

  /** Show problems at their fields; before `all`, only those of fields that the coder has used. */
  complain(problems, all) {
    const left = new Set(problems);
    const take = (fits) => [...left].filter(fits).map((problem) => (left.delete(problem), problem));
    const sections = this.nested.map(({ table }) => table.section);
    for (const nested of this.nested) {
      nested.complain(take(({ section, child }) => section === nested.table.section && Number.isInteger(child)), all);
    }
    for (const [name, field] of this.fields) {
      const own = take(({ key, section }) => key === name && !sections.includes(section));
      const seen = all || field.touched || field.first !== null;
      const missing = field.key.required && field.value === null && own.length === 0;
      field.complain(seen ? (missing ? [{ message: "This is required." }] : own) : []);
      if (own.length && field.element.hidden) field.element.hidden = false;
    }
    this.general.replaceChildren(...(all ? [...left].map(complaint) : []));
  }

  /** Move the focus to a key, or to the first field that is empty and required, or to the first one. */
  focus(name) {
    const visible = [...this.fields.values()].filter(({ element }) => !element.hidden);
    const empty = visible.find(({ key, value }) => key.required && value === null);
    (this.fields.get(name) || empty || visible[0])?.input.focus();
  }
}

/** The records of a table nested in another one. */
class SubRecords {
  constructor(table, model, children, surroundings) {
    this.table = table;
    this.model = model;
    this.surroundings = surroundings;
    this.forms = [];
    this.list = h("div", { class: "sub-records" });
    this.complaints = h("div", { class: "complaints" });
    const heading = newId("nested");
    this.element = h(
      "fieldset",
      { class: "nested", data: { section: table.section }, "aria-labelledby": heading },
      h("legend", { id: heading }, table.section.replaceAll("_", " ")),
      h("p", { class: "help" }, table.description),
      this.complaints,
      this.list,
      h("button", { type: "button", class: "add", onclick: () => this.add({}, true) }, `Add to ${table.section.replaceAll("_", " ")}`),
    );
    for (const values of children[table.section] || []) this.add(values, false);
  }

  add(values, byCoder) {
    const form = new RecordForm(this.table, this.model, { values }, this.surroundings);
    const title = h("span", { class: "sub-title" });
    const remove = h("button", { type: "button", class: "quiet", onclick: () => this.#remove(form) }, "Remove");
    form.block = h("div", { class: "sub-record" }, h("div", { class: "sub-head" }, title, remove), form.element);
    form.title = title;
    this.forms.push(form);
    this.list.append(form.block);
    this.#number();
    if (byCoder) {
      form.focus();
      this.surroundings.changed();
    }
  }

  /** Show other records. */
  replace(records) {
    for (const { block } of this.forms.splice(0)) block.remove();
    for (const values of records) this.add(values, false);
  }

  #remove(form) {
    this.forms.splice(this.forms.indexOf(form), 1);
    form.block.remove();
    this.#number();
    this.element.querySelector(".add").focus();
    this.surroundings.changed();
  }

  #number() {
    this.forms.forEach((form, index) => (form.title.textContent = `${index + 1}`));
  }

  get records() {
    return this.forms.map((form) => form.values);
  }

  complain(problems, all) {
    this.forms.forEach((form, index) => form.complain(problems.filter(({ child }) => child === index), all));
    const elsewhere = problems.filter(({ child }) => child >= this.forms.length);
    this.complaints.replaceChildren(...elsewhere.map(complaint));
  }
}
