# Abmelden.

logout-question = Möchten Sie sich abmelden?
logout-story = Das beendet Ihre Sitzung bei { $site } in diesem Browser. Apps, denen Sie erlaubt haben, auch ohne Sie zu arbeiten, arbeiten weiter.
sign-out = Abmelden
stay-signed-in = Angemeldet bleiben
signed-out = Sie sind abgemeldet
signed-out-story = Schließen Sie an einem Computer, den auch andere benutzen, jetzt den Browser.
still-signed-in = Sie sind weiterhin angemeldet
