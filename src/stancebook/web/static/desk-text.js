// The text of a document: offsets in code points, a caret moved by keys, selections and highlights.

const SURROGATES = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Offsets of one text in code points and in UTF-16 units, in which the browser counts. */
export class Offsets {
  constructor(text) {
    this.text = text;
    // The unit at which each pair of surrogates begins, and the code point that it is.
    this.units = Array.from(text.matchAll(SURROGATES), (match) => match.index);
    this.points = this.units.map((unit, number) => unit - number);
  }

  toPoint(unit) {
    return unit - countBelow(this.units, unit);
  }

  toUnit(point) {
    return point + countBelow(this.points, point);
  }

  slice(start, end) {
    return this.text.slice(this.toUnit(start), this.toUnit(end));
  }
}

function countBelow(sorted, limit) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The element that shows a text in blocks. */
export class TextView {
  /**
   * @param root the element with the blocks; it takes the focus.
   * @param onselect called when the selection in the text has changed.
   */
  constructor(root, onselect) {
    this.root = root;
    this.onselect = onselect;
    this.offsets = new Offsets("");
    this.caret = document.createElement("span");
    this.caret.className = "caret";
    this.caret.hidden = true;
    this.caret.setAttribute("aria-hidden", "true");
    root.parentElement.append(this.caret);
    this.at = 0;
    document.addEventListener("selectionchange", () => this.#changed());
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("focus", () => this.#focused());
    root.addEventListener("blur", () => (this.caret.hidden = true));
    root.addEventListener("pointerup", () => root.focus({ preventScroll: true }));
    addEventListener("resize", () => this.#drawCaret());
  }

  /** Show a text and its blocks from the beginning, or replace the blocks that changed. */
  update(text, blocks) {
    if (text !== undefined && text !== null) this.offsets = new Offsets(text);
    const kept = this.selection();
    for (const { id, html } of blocks) {
      const template = document.createElement("template");
      template.innerHTML = html;
      const old = document.getElementById(id);
      if (old && this.root.contains(old)) old.replaceWith(template.content);
      else this.root.append(template.content);
    }
    if (blocks.length) this.blocks = Array.from(this.root.querySelectorAll(".block"));
    if (kept && kept.start < kept.end) this.select(kept.start, kept.end);
  }

  /** Return the text node and the offset in it of a code point. */
  position(point) {
    const blocks = this.blocks || [];
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (Number(blocks[middle].dataset.start) <= point) low = middle;
      else high = middle - 1;
    }
    const block = blocks[low];
    if (!block) return { node: this.root, offset: 0 };
    let left = this.offsets.toUnit(point) - this.offsets.toUnit(Number(block.dataset.start));
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    let last = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left <= node.length && (left < node.length || !this.#hasText(walker, node))) return { node, offset: left };
      left -= node.length;
      last = node;
    }
    return last ? { node: last, offset: last.length } : { node: block, offset: 0 };
  }

  #hasText(walker, node) {
    const next = walker.nextNode();
    walker.currentNode = node;
    return next !== null;
  }

  /** Return the code point at a place in the document tree, or null if that is outside of the text. */
  pointAt(node, offset) {
    if (!this.root.contains(node)) return null;
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    let block = element.closest(".block");
    if (!block) {
      const next = node.childNodes[offset];
      block = next?.nodeType === Node.ELEMENT_NODE && next.closest(".block");
      return block ? Number(block.dataset.start) : this.length;
    }
    const before = document.createRange();
    before.setStart(block, 0);
    before.setEnd(node, offset);
    return Number(block.dataset.start) + Array.from(before.toString()).length;
  }

  get length() {
    return this.offsets.toPoint(this.offsets.text.length);
  }

  /** Return the selection in the text as {start, end}, or null. */
  selection() {
    const chosen = getSelection();
    if (!chosen.rangeCount || !this.root.contains(chosen.anchorNode)) return null;
    const range = chosen.getRangeAt(0);
    const start = this.pointAt(range.startContainer, range.startOffset);
    const end = this.pointAt(range.endContainer, range.endOffset);
    return start === null ? null : { start, end: end === null ? this.length : end };
  }

  range(start, end) {
    const range = document.createRange();
    const from = this.position(start);
    const to = this.position(end);
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, to.offset);
    return range;
  }

  select(start, end) {
    const from = this.position(start);
    const to = this.position(end);
    getSelection().setBaseAndExtent(from.node, from.offset, to.node, to.offset);
    this.at = end;
  }

  /** Draw passages in one of the styles of the style sheet: `::highlight(<name>)`. */
  highlight(name, passages) {
    if (!globalThis.Highlight) return;
    CSS.highlights.set(name, new Highlight(...passages.map(({ start, end }) => this.range(start, end))));
  }

  /** Scroll so that a passage is seen. */
  reveal(start, end) {
    const { node } = this.position(start);
    const block = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest(".block");
    block?.scrollIntoView({ block: "nearest" });
    const place = this.range(start, Math.max(end, start)).getClientRects()[0];
    const frame = this.#scroller();
    const box = frame.getBoundingClientRect();
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (place && (place.top < top + 40 || place.bottom > bottom - 60)) frame.scrollBy(0, place.top - (top + (bottom - top) / 3));
  }

  #scroller() {
    return this.root.closest("[data-scrolls]") || document.scrollingElement;
  }

  #focused() {
    if (!this.selection()) this.select(this.at, this.at);
    this.#drawCaret();
  }

  #changed() {
    const chosen = this.selection();
    if (!chosen) return;
    const focus = getSelection();
    this.at = this.pointAt(focus.focusNode, focus.focusOffset) ?? this.at;
    this.#drawCaret();
    this.onselect();
  }

  #drawCaret() {
    const shown = document.activeElement === this.root && Boolean(this.blocks?.length);
    this.caret.hidden = !shown;
    if (!shown) return;
    const after = this.range(this.at, Math.min(this.at + 1, this.length)).getClientRects()[0];
    const before = after ? null : this.range(Math.max(this.at - 1, 0), this.at).getClientRects()[0];
    const place = after || before;
    if (!place) return;
    const rtl = getComputedStyle(this.root).direction === "rtl";
    const frame = this.root.parentElement.getBoundingClientRect();
    const left = (after ? !rtl : rtl) ? place.left : place.right;
    this.caret.style.left = `${left - frame.left}px`;
    this.caret.style.top = `${place.top - frame.top}px`;
    this.caret.style.height = `${place.height}px`;
  }

  #key(event) {
    const step = this.#step(event);
    if (!step || event.altKey) return;
    event.preventDefault();
    const chosen = getSelection();
    if (step.point !== undefined) this.#moveTo(step.point, event.shiftKey);
    else chosen.modify(event.shiftKey ? "extend" : "move", step.direction, step.unit);
    this.#showCaret();
  }

  #step({ key, ctrlKey, metaKey }) {
    const wide = ctrlKey || metaKey;
    if (key === "ArrowRight" || key === "ArrowLeft") {
      return { direction: key === "ArrowRight" ? "right" : "left", unit: wide ? "word" : "character" };
    }
    if (key === "ArrowDown") return wide ? { point: this.#sentence(1) } : { direction: "forward", unit: "line" };
    if (key === "ArrowUp") return wide ? { point: this.#sentence(-1) } : { direction: "backward", unit: "line" };
    if (key === "Home") return wide ? { point: 0 } : { direction: "backward", unit: "lineboundary" };
    if (key === "End") return wide ? { point: this.length } : { direction: "forward", unit: "lineboundary" };
    return null;
  }

  #moveTo(point, extend) {
    const to = this.position(point);
    if (extend) getSelection().extend(to.node, to.offset);
    else getSelection().collapse(to.node, to.offset);
  }

  #sentence(direction) {
    this.starts ??= Array.from(
      new Intl.Segmenter(this.root.lang || undefined, { granularity: "sentence" }).segment(this.offsets.text),
      ({ index }) => this.offsets.toPoint(index),
    );
    if (direction > 0) return this.starts.find((start) => start > this.at) ?? this.length;
    return this.starts.findLast((start) => start < this.at) ?? 0;
  }

  #showCaret() {
    const chosen = getSelection();
    if (!chosen.rangeCount) return;
    this.at = this.pointAt(chosen.focusNode, chosen.focusOffset) ?? this.at;
    const range = this.range(this.at, Math.min(this.at + 1, this.length));
    const place = range.getClientRects()[0];
    const frame = this.#scroller();
    const box = frame.getBoundingClientRect();
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (place && place.top < top + 24) frame.scrollBy(0, place.top - top - 24);
    if (place && place.bottom > bottom - 24) frame.scrollBy(0, place.bottom - bottom + 24);
    this.#drawCaret();
  }
}
