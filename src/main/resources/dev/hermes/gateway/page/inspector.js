/**
 * The last frames as they came, newest first; drawn at most once per screen refresh. Rows are chosen by click or by the
 * arrow keys, and shown whole beside the list.
 */

import { clock } from './format.js';

const KEPT = 500;
const SHOWN = 200;
const ROW_CHARACTERS = 300;

export class Inspector {
  constructor(body, { count, detail }) {
    this.body = body;
    this.count = count;
    this.detail = detail;
    this.entries = [];
    this.words = [];
    this.paused = false;
    this.missed = 0;
    this.drawing = false;
    body.addEventListener('click', ({ target }) => this.choose(target.closest('tr')));
    body.addEventListener('keydown', (pressed) => this.move(pressed));
  }

  add(frame) {
    const entry = { frame, at: new Date(), row: null };
    this.entries.push(entry);
    if (this.entries.length > KEPT) {
      this.entries.shift();
    }
    this.missed += this.paused ? 1 : 0;
    this.draw();
  }

  /** Frames go on being kept while it is paused; only the picture stands still. */
  pause(paused) {
    this.paused = paused;
    this.missed = 0;
    this.draw();
  }

  /** All words must occur in the event's name, id, way or data; with a minus, none of them may. */
  filter(text) {
    this.words = text.toLowerCase().split(/\s+/).filter((word) => word !== '' && word !== '-');
    for (const entry of this.entries) {
      entry.row = null;
    }
    this.body.replaceChildren();
    this.render();
  }

  clear() {
    this.entries = [];
    this.body.replaceChildren();
    this.detail.replaceChildren();
    this.detail.hidden = true;
    this.tell();
  }

  draw() {
    if (this.drawing) {
      return;
    }
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (this.paused) {
        this.tell();
      } else {
        this.render();
      }
    });
  }

  render() {
    for (const entry of this.entries) {
      if (!entry.row && this.wants(entry.frame)) {
        entry.row = this.rowOf(entry);
        this.body.prepend(entry.row);
      }
    }
    while (this.body.childElementCount > SHOWN) {
      const last = this.body.lastElementChild;
      if (last === document.activeElement) {
        last.previousElementSibling.focus();
      }
      last.remove();
    }
    this.offer();
    this.tell();
  }

  /** The keyboard enters the list at the row that was chosen, else at the newest. */
  offer() {
    const row = this.body.querySelector('[aria-selected]') ?? this.body.firstElementChild;
    if (row && row.tabIndex !== 0 && !this.body.contains(document.activeElement)) {
      this.body.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
      row.tabIndex = 0;
    }
  }

  tell() {
    const kept = `${this.body.childElementCount} of the last ${this.entries.length} frames`;
    this.count.textContent = this.paused ? `Paused, ${this.missed} came since` : kept;
  }

  wants(frame) {
    if (this.words.length === 0) {
      return true;
    }
    const text = `${frame.name} ${frame.id} ${frame.via} ${frame.text}`.toLowerCase();
    return this.words.every((word) => (word.startsWith('-') ? !text.includes(word.slice(1)) : text.includes(word)));
  }

  rowOf(entry) {
    const { frame, at } = entry;
    const row = document.createElement('tr');
    row.dataset.event = frame.name;
    row.tabIndex = -1;
    const data = frame.text.length > ROW_CHARACTERS ? `${frame.text.slice(0, ROW_CHARACTERS)}…` : frame.text;
    for (const value of [clock(at, true), frame.name, frame.id || '–', frame.via, data]) {
      const cell = document.createElement('td');
      cell.textContent = value;
      row.append(cell);
    }
    row.entry = entry;
    return row;
  }

  move(pressed) {
    const row = pressed.target.closest('tr');
    const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling, Enter: row, ' ': row }[pressed.key];
    if (next) {
      pressed.preventDefault();
      next.focus();
      this.choose(next);
    }
  }

  choose(row) {
    if (!row) {
      return;
    }
    for (const one of this.body.querySelectorAll('[tabindex="0"], [aria-selected]')) {
      one.tabIndex = -1;
      one.removeAttribute('aria-selected');
    }
    row.tabIndex = 0;
    row.setAttribute('aria-selected', 'true');
    const { frame, at } = row.entry;
    const title = document.createElement('p');
    const text = document.createElement('pre');
    title.textContent = `${frame.name} · ${clock(at, true)} · ${frame.via}`;
    const head = frame.via === 'poll' ? '' : `${frame.id ? `id: ${frame.id}\n` : ''}event: ${frame.name}\ndata: `;
    text.textContent = head + pretty(frame.text);
    text.tabIndex = 0;
    this.detail.replaceChildren(title, text);
    this.detail.hidden = false;
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
