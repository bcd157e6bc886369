// Shows what only works with script: buttons that show and hide a password.
for (const button of document.querySelectorAll('button[data-reveal]')) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = field.type === 'password';
    field.type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(shown));
    field.focus();
  });
  // A shown password must not end up in the browser's memory of what was typed into text fields.
  field.form.addEventListener('submit', () => {
    field.type = 'password';
  });
}
