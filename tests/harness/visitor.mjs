// A visitor without a browser: keeps cookies, follows redirects, fills in the server's forms.

/** Somebody who visits `issuer` only; a redirect to anywhere else ends the walk. */
export class Visitor {
  #cookies = new Map();
  #issuer;

  constructor(issuer) {
    this.#issuer = issuer;
  }

  /** Goes to an address. Answers `{ url, status, html }` of a page, or `{ url }` of the place outside it was sent to. */
  async visit(url, init = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    const onward = answer.headers.get('location');
    if (onward === null || answer.status < 300 || answer.status > 399) {
      return { url, status: answer.status, html: await answer.text() };
    }
    const next = new URL(onward, url).href;
    return next.startsWith(`${this.#issuer}/`) ? this.visit(next) : { url: next };
  }

  /** Submits the page's form with the given id: its own hidden fields and `fields`. */
  submit(page, id, fields) {
    const form = [...page.html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([text]) => text)
      .find((text) => attribute(text, 'id') === id);
    if (form === undefined) throw new Error(`no form ${id} at ${page.url} (${page.status}):\n${page.html}`);
    const hidden = [...form.matchAll(/<input\b[^>]*>/g)].map(([text]) => text)
      .filter((text) => attribute(text, 'type') === 'hidden')
      .map((text) => [attribute(text, 'name'), attribute(text, 'value')]);
    const body = new URLSearchParams([...hidden, ...Object.entries(fields)]);
    return this.visit(new URL(attribute(form, 'action') ?? page.url, page.url).href, { method: 'POST', body });
  }

  /** Signs in and allows whatever is asked, from an authorization request to the address of the answer. */
  async authorize(url, person) {
    let page = await this.visit(url);
    for (let steps = 0; page.html !== undefined && steps < 4; steps++) {
      page = page.html.includes('id="login-form"')
        ? await this.submit(page, 'login-form', { username: person.username, password: person.password })
        : await this.submit(page, 'consent-form', { decision: 'allow' });
    }
    return new URL(page.url);
  }

  #keep(line) {
    const [pair, ...facts] = line.split(';');
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    if (facts.some((fact) => fact.trim().toLowerCase() === 'max-age=0')) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#34': '"', '#x22': '"', '#38': '&', '#x26': '&' };

function attribute(tag, name) {
  const found = new RegExp(`^<[^>]*?\\s${name}="([^"]*)"`).exec(tag);
  return found?.[1].replace(/&(#?\w+);/g, (whole, entity) => entities[entity] ?? whole);
}
