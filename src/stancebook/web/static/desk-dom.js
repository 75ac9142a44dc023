// Elements, dialogs and announcements of the desk's pages.

/** Make an element: properties by name, `data`, `aria` and listeners (`on…`) included; children are nodes or text. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "data") Object.assign(element.dataset, value);
    else if (key === "class") element.className = value;
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Return an ID made of words: `Café Nord` becomes `cafe-nord`. */
export const slug = (words) => words.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");

let numbered = 0;
/** Return an id that no other element has. */
export const newId = (stem) => `${stem}-${++numbered}`;

/** Say a sentence to screen readers, without moving the focus. */
export function announce(sentence) {
  const live = byId("announcements");
  live.textContent = "";
  setTimeout(() => (live.textContent = sentence), 30);
}

/**
 * Ask in a dialog that keeps the page behind it from being used.
 * @param buttons pairs of a value and a label; the first one is the main one, which Ctrl+Enter presses if there are fields.
 * @param check called with the value before the dialog closes; returns a sentence if it may not.
 * @returns the value of the button, or null if the dialog was left by Escape.
 */
export function ask(title, content, buttons, check = () => "") {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const heading = newId("dialog");
    const complaint = h("p", { class: "complaint", role: "alert" });
    const progress = h("span", { class: "progress", role: "status" });
    let busy = false;
    const setBusy = (now) => {
      busy = now;
      box.setAttribute("aria-busy", String(now));
      progress.textContent = now ? "One moment …" : "";
    };
    const choose = (value) => async () => {
      if (busy) return;
      setBusy(true);
      try {
        const sentence = await check(value);
        complaint.textContent = sentence || "";
        if (!sentence) box.close(value);
      } finally {
        setBusy(false);
      }
    };
    const box = h(
      "dialog",
      { class: "dialog", "aria-labelledby": heading },
      h("h2", { id: heading }, title),
      h("div", { class: "dialog-content" }, content),
      complaint,
      h(
        "div",
        { class: "buttons" },
        buttons.map(([value, label], index) =>
          h("button", { type: "button", class: index ? "" : "primary", onclick: choose(value) }, label),
        ),
        progress,
      ),
    );
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const applies = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("input, textarea, select");
      if (!applies || event.repeat) return;
      event.preventDefault();
      choose(buttons[0][0])();
    });
    box.addEventListener("cancel", (event) => busy && event.preventDefault());
    box.addEventListener("close", () => {
      box.remove();
      if (before?.isConnected) before.focus();
      resolve(box.returnValue || null);
    });
    document.body.append(box);
    box.showModal();
    if (!box.querySelector("input, textarea, select")) box.querySelector(".buttons button").focus();
  });
}
