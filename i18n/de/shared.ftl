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
