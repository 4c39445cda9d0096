/** The last frames as they came, newest first; drawn at most once per screen refresh. */

import { clock } from './format.js';

const KEPT = 200;
const SHOWN_CHARACTERS = 600;

export class Journal {
  constructor(body) {
    this.body = body;
    this.entries = [];
    this.paused = false;
    this.withoutProgress = false;
    this.drawing = false;
  }

  add(frame) {
    if (this.withoutProgress && frame.name === 'download_progress') {
      return;
    }
    this.entries.push({ frame, at: new Date() });
    if (this.entries.length > KEPT) {
      this.entries.shift();
    }
    this.draw();
  }

  /** Frames go on being kept while it is paused; only the picture stands still. */
  pause(paused) {
    this.paused = paused;
    this.draw();
  }

  clear() {
    this.entries = [];
    this.body.replaceChildren();
  }

  draw() {
    if (this.drawing || this.paused) {
      return;
    }
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      if (this.paused) {
        return;
      }
      for (const entry of this.entries) {
        if (!entry.row) {
          entry.row = rowOf(entry);
          this.body.prepend(entry.row);
        }
      }
      while (this.body.childElementCount > this.entries.length) {
        this.body.lastElementChild.remove();
      }
    });
  }
}

function rowOf({ frame, at }) {
  const row = document.createElement('tr');
  row.dataset.event = frame.name;
  const data = frame.text.length > SHOWN_CHARACTERS ? `${frame.text.slice(0, SHOWN_CHARACTERS)}…` : frame.text;
  for (const value of [clock(at, true), frame.name, frame.id || '–', data]) {
    const cell = document.createElement('td');
    cell.textContent = value;
    row.append(cell);
  }
  return row;
}
