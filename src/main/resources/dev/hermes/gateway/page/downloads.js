/** The list of downloads: one row each, bounded, finished ones leave after a while. */

import { bytes, left, perSecond } from './format.js';

const MOST_ROWS = 24;
const FINISHED_STAYS_MS = 5000;
const LEAVING_MS = 1000;
/** Without news for so long while the stream is up, its end was missed (the server then has said so by `gap`). */
const FORGOTTEN_AFTER_MS = 15000;

const ENDED = new Set(['completed', 'failed', 'cancelled']);
const WORDS = {
  downloading: 'Downloading', processing: 'Processing',
  completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled',
};

export class Downloads {
  constructor(list, onCounts, onEnd) {
    this.list = list;
    this.onCounts = onCounts;
    this.onEnd = onEnd;
    this.rows = new Map();
    this.changed = new Set();
    this.ended = { failed: 0, cancelled: 0 };
    this.completed = 0;
    this.savedBytes = 0;
  }

  progress(data) {
    const id = String(data.download_id ?? '');
    const row = this.rows.get(id) ?? this.add(id);
    if (row === null || row.leaving) {
      return;
    }
    const before = row.status;
    row.status = WORDS[data.status] ? data.status : 'downloading';
    row.title = text(data.title) || text(data.result?.title) || row.title;
    row.news = Date.now();
    row.note = text(data.error_message) || text(data.message);
    if (data.progress) {
      row.percent = number(data.progress.percentage, row.percent);
      row.done = number(data.progress.downloaded_bytes, row.done);
      row.total = number(data.progress.total_bytes, row.total);
    }
    row.speed = number(data.progress?.speed, NaN);
    row.eta = number(data.progress?.eta, NaN);
    if (ENDED.has(row.status) && !ENDED.has(before)) {
      if (row.status !== 'completed') {
        this.ended[row.status] += 1;
        this.onEnd(row.status);
      }
      this.savedBytes += number(data.file_size, 0);
      setTimeout(() => this.leave(id), FINISHED_STAYS_MS);
    }
    this.touch(row);
  }

  /** What has been taken out of the queue before it ended is no longer of interest. */
  queue(data) {
    const row = this.rows.get(data.download_id);
    if (data.action === 'removed' && row && !ENDED.has(row.status)) {
      this.leave(data.download_id);
    }
  }

  stats(data) {
    if (data.event === 'download_completed') {
      this.completed += 1;
      this.onEnd('completed');
      this.count();
    }
  }

  /** Events may be missing: what is on show is old until something newer comes. */
  doubt() {
    for (const row of this.rows.values()) {
      row.news = Math.min(row.news, Date.now() - FORGOTTEN_AFTER_MS / 2);
      row.element.classList.add('stale');
    }
  }

  forgetSilent() {
    for (const [id, row] of this.rows) {
      if (!ENDED.has(row.status) && Date.now() - row.news > FORGOTTEN_AFTER_MS) {
        this.leave(id);
      }
    }
  }

  /** The time during which nothing could be heard does not count as silence. */
  heardAgain() {
    for (const row of this.rows.values()) {
      row.news = Date.now();
    }
  }

  add(id) {
    if (this.rows.size >= MOST_ROWS || !id) {
      return null;
    }
    const row = { id, status: '', title: id, percent: 0, done: NaN, total: NaN, note: '', ...template() };
    row.bar.setAttribute('aria-label', id);
    this.rows.set(id, row);
    this.list.append(row.element);
    return row;
  }

  leave(id) {
    const row = this.rows.get(id);
    if (!row || row.leaving) {
      return;
    }
    row.leaving = true;
    row.element.classList.add('leaving');
    row.element.inert = true;
    setTimeout(() => row.element.classList.add('gone'), LEAVING_MS / 2);
    setTimeout(() => {
      row.element.remove();
      this.rows.delete(id);
      this.count();
    }, LEAVING_MS);
  }

  touch(row) {
    if (this.changed.size === 0) {
      requestAnimationFrame(() => this.draw());
    }
    this.changed.add(row);
  }

  draw() {
    for (const row of this.changed) {
      row.element.classList.remove('stale');
      row.element.dataset.status = row.status;
      row.name.textContent = row.title;
      // Two downloads may have one title.
      row.short.textContent = row.title === row.id ? '' : row.id.slice(0, 8);
      row.name.title = `${row.title}\n${row.id}`;
      row.percentText.textContent = `${row.percent.toFixed(1)} %`;
      row.bar.setAttribute('aria-valuenow', row.percent.toFixed(0));
      row.bar.setAttribute('aria-label', `${row.title} ${row.short.textContent}`.trim());
      row.fill.style.transform = `translateX(${row.percent - 100}%)`;
      row.state.textContent = WORDS[row.status];
      row.size.textContent = sizeOf(row);
      row.speedText.textContent = perSecond(row.speed);
      row.etaText.textContent = left(row.eta);
    }
    this.changed.clear();
    this.count();
  }

  count() {
    const rows = [...this.rows.values()];
    const moving = rows.filter((row) => row.status === 'downloading' || row.status === 'processing');
    this.onCounts({
      rows: rows.length,
      active: moving.length,
      speed: moving.reduce((sum, row) => sum + number(row.speed, 0), 0),
      completed: this.completed,
      saved: this.savedBytes,
      ...this.ended,
    });
  }
}

function sizeOf(row) {
  if (row.status === 'failed' || row.status === 'cancelled' || row.status === 'processing') {
    return row.note;
  }
  if (row.status === 'completed') {
    return bytes(row.total);
  }
  return Number.isFinite(row.total) ? `${bytes(row.done)} of ${bytes(row.total)}` : '';
}

function template() {
  const element = make('li', 'download');
  const inner = make('div', 'inner');
  const clip = make('div', '');
  const line = make('div', 'line');
  const name = make('span', 'name');
  const short = make('span', 'short');
  const percentText = make('span', 'percent');
  const bar = make('div', 'bar');
  const fill = make('span', '');
  const details = make('div', 'details');
  const state = make('span', 'status');
  const size = make('span', 'size');
  const speedText = make('span', 'speed');
  const etaText = make('span', 'eta');
  bar.setAttribute('role', 'progressbar');
  bar.setAttribute('aria-valuemin', '0');
  bar.setAttribute('aria-valuemax', '100');
  line.append(name, short, percentText);
  bar.append(fill);
  details.append(state, size, speedText, etaText);
  inner.append(line, bar, details);
  clip.append(inner);
  element.append(clip);
  return { element, name, short, percentText, bar, fill, state, size, speedText, etaText };
}

function make(tag, className) {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

function text(value) {
  return typeof value === 'string' ? value : '';
}

function number(value, otherwise) {
  return Number.isFinite(value) ? value : otherwise;
}
