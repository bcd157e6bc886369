// An application on an origin of its own, and a second origin that its callback may send the browser on to.
import { createServer } from 'node:http';
import { ending } from './ending.mjs';

/**
 * Starts both. `callback` shows what it was sent; `onward` sends the browser to the other origin with it;
 * `popup` is a page that opens `start(url)`'s address in a window and shows what that window reports.
 */
export async function startApp() {
  let authorizationUrl = 'about:blank';
  const elsewhere = await listen((url, response) => show(response, 'Landed elsewhere', url));
  const app = await listen((url, response) => {
    if (url.pathname === '/onward') {
      response.writeHead(302, { location: `${elsewhere.origin}/landed${url.search}` }).end();
    } else if (url.pathname === '/popup') {
      page(response, popupPage(authorizationUrl));
    } else if (url.pathname === '/popup-callback') {
      page(response, reportPage);
    } else if (url.pathname === '/start') {
      page(response, `<!doctype html><title>Storefront</title><a id="start" href="${escaped(authorizationUrl)}">Sign in</a>`);
    } else {
      show(response, 'Signed in', url);
    }
  });
  return {
    origin: app.origin,
    elsewhere: elsewhere.origin,
    callback: `${app.origin}/callback`,
    onward: `${app.origin}/onward`,
    popupCallback: `${app.origin}/popup-callback`,
    /** Makes `/start` and `/popup` lead to an authorization request. */
    leadTo(url) {
      authorizationUrl = url;
    },
    async stop() {
      await Promise.all([app.close(), elsewhere.close()]);
    },
  };
}

function listen(answer) {
  const server = createServer((request, response) => {
    answer(new URL(request.url, `http://${request.headers.host}`), response);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const close = ending(() => new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      }));
      resolve({ origin: `http://localhost:${server.address().port}`, close });
    });
  });
}

function page(response, html) {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
}

function show(response, title, url) {
  const facts = JSON.stringify(Object.fromEntries(url.searchParams));
  page(response, `<!doctype html><title>${title}</title><h1>${title}</h1><pre id="answer">${escaped(facts)}</pre>`);
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const popupPage = (url) => `<!doctype html><title>Storefront</title>
<button id="open" onclick="window.open('${escaped(url)}', 'sign-in', 'width=500,height=700')">Sign in</button>
<pre id="answer"></pre>
<script>addEventListener('message', (event) => { document.getElementById('answer').textContent = event.data; });</script>`;

const reportPage = `<!doctype html><title>Back</title>
<script>
if (window.opener) window.opener.postMessage(JSON.stringify(Object.fromEntries(new URLSearchParams(location.search))), '*');
else document.title = 'Orphaned';
</script>`;
