/** Two minutes of history, drawn once a second: how fast the downloads are, and how many ended and how. */

import { perSecond, plural } from './format.js';

const SECONDS = 120;
const BAR_SECONDS = 5;
const WIDTH = 480;
const HEIGHT = 100;
const OUTCOMES = ['completed', 'failed', 'cancelled'];
const SVG = 'http://www.w3.org/2000/svg';

export class Stats {
  constructor(chart, onSummary) {
    this.onSummary = onSummary;
    this.speeds = new Array(SECONDS).fill(0);
    this.second = 0;
    this.ended = [];
    this.area = add(chart, 'path', 'area');
    this.line = add(chart, 'path', 'line');
    this.bars = add(chart, 'g', 'bars');
  }

  outcome(status) {
    if (OUTCOMES.includes(status)) {
      this.ended.push({ status, second: this.second });
    }
  }

  tick(speed) {
    this.second += 1;
    this.speeds.push(speed);
    this.speeds.shift();
    this.ended = this.ended.filter(({ second }) => second > this.second - SECONDS);
    this.draw();
  }

  draw() {
    const top = Math.max(1, ...this.speeds) * 1.1;
    const points = this.speeds.map((speed, at) =>
      `${((at * WIDTH) / (SECONDS - 1)).toFixed(1)},${(HEIGHT - (HEIGHT * speed) / top).toFixed(1)}`);
    this.line.setAttribute('d', `M${points.join('L')}`);
    this.area.setAttribute('d', `M0,${HEIGHT}L${points.join('L')}L${WIDTH},${HEIGHT}Z`);
    this.drawBars();
    const counts = OUTCOMES.map((status) => [status, this.ended.filter((one) => one.status === status).length]);
    this.onSummary({
      highest: perSecond(Math.max(...this.speeds)),
      text: `${perSecond(this.speeds.at(-1))} now; in two minutes ${plural(this.ended.length, 'download', 'downloads')} ended: ${
        counts.map(([status, count]) => `${count} ${status}`).join(', ')}.`,
      counts: Object.fromEntries(counts),
    });
  }

  /** One bar for five seconds, which moves on with them: the newest may still grow. */
  drawBars() {
    const last = Math.floor(this.second / BAR_SECONDS);
    const bars = SECONDS / BAR_SECONDS;
    const wide = WIDTH / bars;
    const binned = Array.from({ length: bars }, () => ({ completed: 0, failed: 0, cancelled: 0 }));
    for (const { status, second } of this.ended) {
      const bin = binned[bars - 1 - (last - Math.floor(second / BAR_SECONDS))];
      if (bin) {
        bin[status] += 1;
      }
    }
    const unit = Math.min(12, (HEIGHT * 0.6) / Math.max(1, ...binned.map((bin) => bin.completed + bin.failed + bin.cancelled)));
    this.bars.replaceChildren(...binned.flatMap((bin, at) => {
      let base = HEIGHT;
      return OUTCOMES.filter((status) => bin[status] > 0).map((status) => {
        const height = bin[status] * unit;
        base -= height;
        return make('rect', status, { x: at * wide + wide * 0.2, y: base, width: wide * 0.6, height: height - 1 });
      });
    }));
  }
}

function add(parent, tag, name) {
  const element = make(tag, name, {});
  parent.append(element);
  return element;
}

function make(tag, name, attributes) {
  const element = document.createElementNS(SVG, tag);
  element.setAttribute('class', name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, String(value));
  }
  return element;
}
