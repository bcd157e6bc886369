# Eine Einladung annehmen: ein Link, mit dem jemand sein erstes Passwort setzt.

invitation = Ihre Einladung
invitation-story = Bei { $site } wurde ein Konto für Sie angelegt. Es braucht noch ein Passwort, das nur Sie kennen.
invitation-code = Code
invitation-code-hint = Was in dem Link, den Sie bekommen haben, hinter # steht. Es beginnt mit vinv_.
continue = Weiter
invitation-refused = Dieser Code gilt nicht
invitation-refused-advice = Er wurde schon benutzt, ist abgelaufen oder hat einen Tippfehler. Bitten Sie die Person, von der Sie den Link haben, um einen neuen.
choose-password = Wählen Sie Ihr Passwort
invited-as = Das ist Ihr Konto bei { $site }:
new-password-hint = Mindestens { $minimum } Zeichen. Länger ist besser; sonst wird nichts verlangt.
set-password = Passwort setzen
password-refused = Wählen Sie ein anderes Passwort
password-too-short = Es muss mindestens { $minimum } Zeichen haben.
password-too-long = Es ist zu lang: höchstens 128 Zeichen.
password-control-character = Es enthält ein Zeichen, das sich nicht überall eingeben lässt.
password-too-common = Es gehört zu denen, die zuerst ausprobiert werden.
password-own-name = Es ist Ihr Benutzername oder Ihre E-Mail-Adresse.
password-is-set = Ihr Passwort ist gesetzt
password-is-set-story = Öffnen Sie die App, die Sie benutzen möchten, und melden Sie sich dort mit E-Mail oder Benutzernamen und diesem Passwort an. Der Link, den Sie bekommen haben, gilt nicht mehr; Sie können diese Seite schließen.
