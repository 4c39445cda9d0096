/** What waits for its turn, in the order in which it came. */

const SHOWN = 5;

export class Queue {
  constructor(list, more) {
    this.list = list;
    this.more = more;
    this.waiting = new Map();
  }

  get size() {
    return this.waiting.size;
  }

  hear({ download_id: id, action, status, url }) {
    if (action === 'added' || status === 'queued') {
      this.add(String(id), String(url ?? id));
    } else {
      this.remove(String(id));
    }
  }

  add(id, title) {
    this.waiting.set(id, title);
    this.draw();
  }

  remove(id) {
    if (this.waiting.delete(id)) {
      this.draw();
    }
  }

  draw() {
    const titles = [...this.waiting];
    this.list.replaceChildren(...titles.slice(0, SHOWN).map(([id, title]) => {
      const item = document.createElement('li');
      const short = document.createElement('span');
      // Two downloads may have one title.
      short.className = 'short';
      short.textContent = title === id ? '' : id.slice(0, 8);
      item.append(title, ' ', short);
      item.title = title;
      return item;
    }));
    this.more.textContent = titles.length > SHOWN ? `and ${titles.length - SHOWN} more` : titles.length === 0 ? 'Nothing waits.' : '';
  }
}
