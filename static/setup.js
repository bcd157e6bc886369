// Takes the code of a setup link out of the address, where it must not stay, and puts it into its field.
const code = document.getElementById("setup-code");
const given = window.location.hash.slice(1);
if (code && given.startsWith("vsu_")) {
  code.value = given;
  window.history.replaceState(null, "", window.location.pathname);
  document.getElementById("setup-email")?.focus();
}
