"use strict";
// The reading view: filters, search, selection, definitions and keys. Without it, pages still show everything.

(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const search = one("#search");
  const count = one("#count");
  all("form[hidden], input[hidden], #help-button").forEach((element) => { element.hidden = false; });

  // ── Lists of documents and entries ────────────────────────────────────

  const listed = all("tr[data-search], .entry");
  const searchable = new Map(listed.map((element) => [element, element.dataset.search ?? element.textContent.toLowerCase()]));

  function filterList() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [element, text] of searchable) {
      element.hidden = !words.every((word) => text.includes(word));
      shown += !element.hidden;
    }
    count.textContent = words.length ? `${shown} of ${listed.length}` : "";
  }

  // ── Columns of the list of documents are sorted ───────────────────────

  const headings = all(".documents thead th");
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  function sortBy(heading) {
    const column = headings.indexOf(heading);
    // Numbers begin with the largest; what is sorted already is turned round.
    const first = heading.classList.contains("number") ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = heading.getAttribute("aria-sort") === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    const rows = all(".documents tbody tr").map((row) => [row.cells[column].textContent.trim(), row]);
    rows.sort(([a], [b]) => sign * collator.compare(a, b));
    one(".documents tbody").append(...rows.map(([, row]) => row));
    headings.forEach((each) => each.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", order);
  }

  for (const heading of headings) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(heading));
    heading.append(button);
  }

  // ── Definitions, on hover and on focus ────────────────────────────────

  let tip = null;

  function hideDefinition() {
    tip?.remove();
    tip = null;
  }

  function showDefinition(link) {
    hideDefinition();
    const found = document.getElementById(link.hash.slice(1));
    if (!found) return;
    tip = document.createElement("div");
    tip.className = "tip";
    tip.id = "tip";
    tip.setAttribute("role", "tooltip");
    tip.textContent = one("dd", found).textContent;
    document.body.append(tip);
    link.setAttribute("aria-describedby", "tip");
    const place = link.getBoundingClientRect();
    const left = Math.max(8, Math.min(place.left, innerWidth - tip.offsetWidth - 8));
    const below = place.bottom + 6 + tip.offsetHeight < innerHeight;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(below ? place.bottom + 6 : place.top - tip.offsetHeight - 6) + scrollY}px`;
  }

  for (const event of ["mouseover", "focusin"]) {
    document.addEventListener(event, ({ target }) => {
      const link = target.closest?.("a.value");
      if (link) showDefinition(link);
    });
  }
  for (const event of ["mouseout", "focusout"]) {
    document.addEventListener(event, ({ target }) => { if (target.closest?.("a.value")) hideDefinition(); });
  }

  const text = one("#text");
  if (!text) {
    search?.addEventListener("input", filterList);
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && search && document.activeElement !== search) {
        event.preventDefault();
        search.focus();
      }
    });
    return;
  }

  // ── A document: its rows, and the segments of each ────────────────────

  const side = one(".side");
  const form = one(".filters");
  const rows = all("#rows > .row").map((element) => ({
    element,
    address: element.id,
    table: element.dataset.table,
    values: JSON.parse(element.dataset.values),
    words: element.textContent.toLowerCase(),
    coders: all("th[data-coder]", element).map(({ dataset }) => dataset.coder),
    segments: [],
    visible: true,
  }));
  const byAddress = new Map(rows.map((row) => [row.address, { row }]));
  // The rows of several coders are the columns of one row of the page, each with an address of its own.
  for (const row of rows) all("th[data-coder]", row.element).forEach(({ id, dataset }) => byAddress.set(id, { row, coder: dataset.coder }));
  // The lane classes of a segment are those of its first members, in their order: l<lane>t<colour>, l<lane>c<coder>.
  const segments = all(".seg", text).map((element) => {
    const classes = element.className.split(" ");
    const drawn = classes.filter((name) => /^l\dt\d$/.test(name));
    const members = element.dataset.r.split(" ").map((address, at) => ({ ...byAddress.get(address), lane: drawn[at]?.slice(0, 2) }));
    const segment = { element, members, classes };
    new Set(members.map(({ row }) => row)).forEach((row) => row.segments.push(segment));
    return segment;
  });
  const lanes = all("input[data-table]");
  const coders = all("input[data-coder]");
  const selects = all("select[data-filter]");
  const gaps = all(".uncovered[id]", text);
  let selected = [];

  const shownCoders = () => new Set(coders.filter((box) => box.checked).map((box) => box.dataset.coder));

  function drawSegments() {
    const shown = shownCoders();
    for (const { element, members, classes } of segments) {
      const hidden = new Set(members.filter(({ row, coder }) => !row.visible || (coder && !shown.has(coder))).map(({ lane }) => lane));
      const wanted = classes.filter((name) => !hidden.has(name.slice(0, 2)) || !/^l\d[tc]\d$/.test(name)).join(" ");
      const hot = element.classList.contains("hot") ? " hot" : "";
      if (element.className !== wanted + hot) element.className = wanted + hot;
    }
  }

  function filterRows() {
    const tables = new Set(lanes.filter((box) => box.checked).map((box) => box.dataset.table));
    const chosen = selects.filter((select) => select.value).map((select) => [select.dataset.filter, select.value]);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const coded = shownCoders();
    let shown = 0;
    for (const row of rows) {
      row.visible = tables.has(row.table)
        && (!row.coders.length || row.coders.some((coder) => coded.has(coder)))
        && chosen.every(([name, value]) => row.values[name]?.includes(value))
        && words.every((word) => row.words.includes(word));
      if (row.element.hidden === row.visible) row.element.hidden = !row.visible;
      shown += row.visible;
    }
    drawSegments();
    const places = markPlaces(search.value);
    const found = search.value.trim() ? `; ${places} in the text` : "";
    count.textContent = shown === rows.length && !found ? `${rows.length} rows` : `${shown} of ${rows.length} rows${found}`;
  }

  // ── Search in the text ────────────────────────────────────────────────

  let nodes = null;
  let ranges = [];
  let place = -1;

  function textNodes() {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    const found = [];
    let start = 0;
    while (walker.nextNode()) {
      found.push({ node: walker.currentNode, start });
      start += walker.currentNode.data.length;
    }
    return found;
  }

  function locate(offset) {
    let low = 0;
    let high = nodes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (nodes[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    return [nodes[low].node, offset - nodes[low].start];
  }

  const MAX_PLACES = 2000;

  function markPlaces(query) {
    ranges = [];
    place = -1;
    const wanted = query.trim().toLowerCase();
    if (wanted) {
      nodes ??= textNodes();
      const content = text.textContent.toLowerCase();
      for (let at = content.indexOf(wanted); at >= 0 && ranges.length < MAX_PLACES; at = content.indexOf(wanted, at + wanted.length)) {
        const range = document.createRange();
        range.setStart(...locate(at));
        range.setEnd(...locate(at + wanted.length - 1));
        range.setEnd(range.endContainer, range.endOffset + 1);
        ranges.push(range);
      }
    }
    if (globalThis.Highlight) CSS.highlights.set("found", new Highlight(...ranges));
    return ranges.length < MAX_PLACES ? ranges.length : `${MAX_PLACES} or more`;
  }

  function nextPlace() {
    if (!ranges.length) return;
    place = (place + 1) % ranges.length;
    ranges[place].startContainer.parentElement.scrollIntoView({ block: "center" });
  }

  // ── Selection ─────────────────────────────────────────────────────────

  function select(chosen, { scrollText = true, scrollRows = true, focus = false } = {}) {
    for (const row of selected) {
      row.element.classList.remove("on");
      row.segments.forEach(({ element }) => element.classList.remove("hot"));
    }
    all(".uncovered.hot").forEach((element) => element.classList.remove("hot"));
    selected = chosen;
    for (const row of selected) {
      row.element.classList.add("on");
      row.segments.forEach(({ element }) => element.classList.add("hot"));
    }
    const [first] = selected;
    side.classList.toggle("sheet", Boolean(first));
    if (!first) return;
    // Scrolling to the row may move the page: the text comes last.
    const before = scrollY;
    const tall = first.element.offsetHeight > side.clientHeight / 2;
    if (scrollRows) first.element.scrollIntoView({ block: tall ? "start" : "nearest" });
    if (scrollText) first.segments[0]?.element.scrollIntoView({ block: "center" });
    else scrollTo({ top: before, behavior: "instant" });
    if (focus) first.element.focus({ preventScroll: true });
  }

  function selectRow(row, options) {
    if (!row) return;
    if (!row.visible) showAll();
    select([row], options);
  }

  function step(by) {
    const visible = rows.filter((row) => row.visible);
    if (!visible.length) return;
    const at = visible.indexOf(selected[0]);
    const next = at < 0 ? (by > 0 ? 0 : visible.length - 1) : (at + by + visible.length) % visible.length;
    selectRow(visible[next], { focus: true });
    history.replaceState(null, "", `#${visible[next].address}`);
  }

  let gap = -1;

  function nextGap() {
    if (!gaps.length) return;
    select([]);
    gap = (gap + 1) % gaps.length;
    const name = gaps[gap].dataset.passage;
    all(`.uncovered[data-passage="${name}"]`).forEach((element) => element.classList.add("hot"));
    gaps[gap].scrollIntoView({ block: "center" });
  }

  function showAll() {
    form.reset();
    [...lanes, ...coders].forEach((box) => { box.checked = true; });
    filterRows();
  }

  function fromHash() {
    const address = decodeURIComponent(location.hash.slice(1));
    const found = byAddress.get(address) ?? byAddress.get(address.replace(/^p\./, ""));
    if (found) selectRow(found.row);
  }

  text.addEventListener("click", ({ target }) => {
    if (!getSelection().isCollapsed) return;
    const element = target.closest(".seg");
    if (!element) return;
    const found = element.dataset.r.split(" ").map((address) => byAddress.get(address).row).filter((row) => row.visible);
    select([...new Set(found)], { scrollText: false });
  });
  one("#rows").addEventListener("click", ({ target }) => {
    const element = target.closest(".row");
    if (element && !target.closest("a")) selectRow(byAddress.get(element.id).row, { scrollRows: false });
  });
  one("#close").addEventListener("click", () => select([]));
  form.addEventListener("input", filterRows);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    [...lanes, ...coders].forEach((box) => { box.checked = true; });
    setTimeout(filterRows);
  });
  [...lanes, ...coders].forEach((box) => box.addEventListener("change", filterRows));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    nextPlace();
  });
  addEventListener("hashchange", fromHash);

  // ── Keys ──────────────────────────────────────────────────────────────

  const help = one("#help");
  one("#help-button").addEventListener("click", () => help.showModal());
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    u: nextGap,
    "/": () => search.focus(),
    "?": () => help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.key === "Escape") {
      hideDefinition();
      if (selected.length || all(".uncovered.hot").length) select([]);
      else showAll();
      document.activeElement.blur();
      return;
    }
    if (event.target.closest("input[type=search], select, textarea")) return;
    const box = /^[1-9]$/.test(event.key) ? lanes[Number(event.key) - 1] : null;
    if (box) {
      box.checked = !box.checked;
      filterRows();
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  filterRows();
  fromHash();
  // Again after the browser has gone to the row by itself, and after what is in sight then is laid out.
  addEventListener("load", () => {
    fromHash();
    if (document.body.classList.contains("large")) setTimeout(fromHash, 100);
  });
})();
