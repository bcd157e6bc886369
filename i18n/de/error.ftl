# Was schiefging, wessen Problem es ist und was zu tun ist.

whose-app = Das Problem liegt bei der App, nicht bei Ihnen.
whose-us = Das Problem liegt bei uns, nicht bei Ihnen.

request-refused = Dieser Anmelde-Link ist nicht richtig eingerichtet
request-refused-address = Die App wollte Sie an eine Adresse schicken lassen, die nicht auf ihrer Liste steht. Zum Schutz Ihres Kontos haben wir hier angehalten. Es wurde nichts weitergegeben.
request-refused-unknown = Die App, von der Sie kommen, ist bei uns nicht eingetragen. Zum Schutz Ihres Kontos haben wir hier angehalten. Es wurde nichts weitergegeben.
request-refused-malformed = Die App, von der Sie kommen, hat auf eine Weise gefragt, die wir nicht annehmen können. Es wurde nichts weitergegeben.
request-refused-advice = Gehen Sie zurück zur App und versuchen Sie es noch einmal. Wenn es wieder geschieht, schicken Sie die Referenz unten an den Betreiber der App.

not-found = Hier ist keine Seite
not-found-story = Vielleicht ist die Adresse vertippt, oder die Seite ist umgezogen.
not-found-advice = Prüfen Sie die Adresse oder gehen Sie zurück zur App, von der Sie kommen.
method-refused = Diese Adresse funktioniert so nicht
method-refused-story = Sie wurde mit einer Methode aufgerufen, auf die sie nicht antwortet.
request-unreadable = Wir konnten diese Anfrage nicht lesen
request-unreadable-story = Etwas darin ist fehlerhaft oder zu lang.
go-back-advice = Gehen Sie zurück zur vorigen Seite und versuchen Sie es noch einmal.

form-refused = Dieses Formular war zu lange offen
form-refused-story = Es gehört nicht mehr zu Ihrem Browser, deshalb haben wir nichts getan.
form-refused-advice = Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
cookie-refused-story = Ein Cookie sorgt dafür, dass niemand sonst Ihre Anmeldung abschließen kann. Ihr Browser hat es nicht gesendet.
cookie-refused-advice = Erlauben Sie Cookies von dieser Seite, gehen Sie dann zurück zur App und beginnen Sie neu.
origin-refused = Diese Anfrage kam nicht von unserer Seite
origin-refused-story = Eine andere Website hat sie in Ihrem Namen gesendet, deshalb haben wir nichts getan.

interaction-expired = Diese Anmeldung ist abgelaufen
interaction-expired-story = Sie war zu lange offen oder wurde in einem anderen Browser begonnen. Es ist nichts verloren.
interaction-expired-advice = Gehen Sie zurück zur App und beginnen Sie neu.
already-signed-in = Sie sind schon angemeldet
already-signed-in-story = Diese Anmeldung wurde schon abgeschlossen. Hier ist nichts mehr zu tun.
already-ended = Diese Anmeldung ist beendet
already-ended-story = Sie endete ohne Anmeldung, und mit der App wurde nichts geteilt. Hier ist nichts mehr zu tun.
continue-to-app = Weiter zu { $app }
close-page = Sie können diese Seite schließen.

too-many-requests = Zu viele Anfragen
too-many-requests-advice = Bitte warten Sie einen Augenblick und versuchen Sie es dann noch einmal.
cannot-answer = Wir können gerade nicht antworten
cannot-answer-story = Etwas, das wir brauchen, antwortet nicht. Von Ihren Daten ist nichts verloren.
broken = Bei uns ist etwas schiefgegangen
broken-story = Wir haben aufgeschrieben, was geschehen ist.
try-again-advice = Versuchen Sie es gleich noch einmal. Wenn es wieder geschieht, nennen Sie dem Betreiber dieser Seite die Referenz unten.

reference = Referenz
time = Zeit
for-developers = Für Entwickler
error-code = Fehler
reason-id = Grund
error-explained = Was dagegen zu tun ist
