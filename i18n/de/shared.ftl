# Wörter, die auf mehreren Seiten stehen.

language = Sprache
cancel = Abbrechen
title-with-site = { $title } – { $site }
title-with-error = Fehler: { $title }
to-continue-to = weiter zu { $app }
back-to-app = Zurück zu { $app }
links = Weiteres
support = Hilfe
privacy = Datenschutz
terms = Nutzungsbedingungen
self-registered = Selbst eingetragen
unverified = Diese App ist ungeprüft
unverified-by-token = Jemand, der bei { $site } Apps eintragen darf, hat sie am { $time } eingetragen. Ihr Name und ihr Logo sind ihre eigenen Angaben. Machen Sie nur weiter, wenn Sie { $host } vertrauen.
unverified-by-itself = Sie hat sich am { $time } selbst eingetragen, und niemand bei { $site } hat sie sich angesehen. Ihr Name und ihr Logo sind ihre eigenen Angaben. Machen Sie nur weiter, wenn Sie { $host } vertrauen.
unverified-by-document = Sie beschreibt sich selbst auf { $host }, und niemand bei { $site } hat sie sich angesehen. Ihr Name ist ihre eigene Angabe. Machen Sie nur weiter, wenn Sie { $host } vertrauen.
app-policy = Datenschutz bei { $app }
app-terms = Nutzungsbedingungen von { $app }
instant =
    { $day }. { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    } { $year }, { $time } UTC
