# Anmelden, ein Konto wählen, und ein Konto, das sich nicht anmelden darf.

sign-in = Anmelden
sign-in-again = { $app } bittet Sie, sich noch einmal anzumelden, um sicher zu sein, dass Sie es sind.
username = E-Mail oder Benutzername
password = Passwort
show = Anzeigen
show-password = Passwort anzeigen
remember-me = Auf diesem Gerät angemeldet bleiben
remember-hint = { $days ->
        [one] Einen Tag lang.
       *[other] { $days } Tage lang.
    } Nicht auf einem Computer, den auch andere benutzen.
not-you = Nicht Sie?

wrong-credentials = Die Anmeldung ist nicht gelungen
wrong-credentials-advice = Prüfen Sie E-Mail oder Benutzernamen und Passwort und versuchen Sie es noch einmal.
username-missing = Geben Sie Ihre E-Mail oder Ihren Benutzernamen ein.
password-missing = Geben Sie Ihr Passwort ein.
throttled = Zu viele Versuche
throttled-advice = Sie können es am { $time } wieder versuchen.
form-stale = Dieses Formular war zu lange offen
form-stale-advice = Es wurde nichts gesendet. Bitte versuchen Sie es noch einmal.
cookie-missing = Ihr Browser hat unser Cookie nicht behalten
cookie-missing-advice = Zum Anmelden braucht es ein Cookie von { $site }. Erlauben Sie es und versuchen Sie es noch einmal.
busy = Im Augenblick ist viel los
busy-advice = Viele Menschen melden sich gerade an. Bitte versuchen Sie es gleich noch einmal.

select-account = Konto wählen
select-other = Anderes Konto verwenden
signed-in-since = Angemeldet seit { $time }

account-suspended = Dieses Konto ist gesperrt
account-disabled = Dieses Konto wurde von der Verwaltung abgeschaltet.
account-banned = Dieses Konto wurde von der Verwaltung gesperrt.
account-banned-until = Die Sperre endet am { $time }.
account-suspended-advice = Wenn Sie das für einen Irrtum halten, wenden Sie sich an den Betreiber von { $site } und nennen Sie die Referenz unten.
