# Einer App erlauben, ein Konto zu benutzen.

allow-title = { $app } erlauben?
allow-question = Darf { $app } Ihr Konto bei { $site } benutzen?
registered-by-admin = Von der Verwaltung eingetragen
switch-account = Konto wechseln
app-changed = Diese App ist nicht mehr, wie Sie sie kannten
app-changed-advice = Ihr Name oder ihre Adresse hat sich geändert, seit Sie sie zuletzt erlaubt haben. Machen Sie nur weiter, wenn Sie das erwartet haben.
app-will = { $app } kann dann
app-will-also = { $app } bittet jetzt außerdem um Folgendes
app-will-only-know-you = { $app } erfährt nur, dass Sie hier ein Konto haben.
already-allowed = Schon erlaubt ({ $count })

scope-openid = Sie wiedererkennen
scope-openid-detail = an einer Kennung, nicht an Ihrem Namen
scope-profile = Ihren Namen und Ihr Profil sehen
scope-email = Ihre E-Mail-Adresse sehen
scope-email-verified = { $address }, bestätigt
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-groups = Sehen, zu welchen Gruppen Sie gehören
scope-roles = Sehen, welche Rollen Sie haben
scope-value-missing = in Ihrem Konto ist nichts eingetragen
scope-offline = Diesen Zugriff behalten, während Sie weg sind
scope-offline-detail = { $days ->
        [one] bis Sie ihn zurücknehmen oder bis er einen Tag nicht benutzt wurde
       *[other] bis Sie ihn zurücknehmen oder bis er { $days } Tage nicht benutzt wurde
    }
scope-at-api = bei { $api }
scope-no-description = keine Beschreibung

deny = Nicht erlauben
allow = Erlauben
goes-to = Sie gehen danach zu { $host }.
remembered = Was Sie hier erlauben, werden Sie nicht noch einmal gefragt.
remembered-until-sign-out = Nach Ihrer nächsten Anmeldung werden Sie wieder gefragt.
