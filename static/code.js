// Takes the code of a one-time link out of the address, where it must not stay, and puts it into its field: when the page
// opens, and when the link is pasted into a page that is open.
const field = document.querySelector('input[data-code]');

function take() {
  const code = window.location.hash.slice(1);
  if (!field || !code.startsWith(field.dataset.code)) return;
  field.value = code;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  // The page in another language is to find it too.
  for (const link of document.querySelectorAll('a[hreflang]')) link.hash = code;
  document.getElementById(field.dataset.next)?.focus();
}

take();
window.addEventListener('hashchange', take);
