# What went wrong, whose problem it is, and what to do.

whose-app = This is a problem of the app, not yours.
whose-us = This is our problem, not yours.

request-refused = This sign-in link is not set up correctly
request-refused-address = The app asked us to send you to an address that is not on its list. We stopped here to keep your account safe. Nothing was shared.
request-refused-unknown = The app that sent you here is not registered with us. We stopped here to keep your account safe. Nothing was shared.
request-refused-malformed = The app that sent you here asked in a way that we cannot accept. Nothing was shared.
request-refused-advice = Go back to the app and try again. If it keeps happening, send the reference below to whoever runs the app.

not-found = There is no page here
not-found-story = The address may be mistyped, or the page may have moved.
not-found-advice = Check the address, or go back to the app that sent you here.
method-refused = This address does not work that way
method-refused-story = It was called by a method that it does not answer.
request-unreadable = We could not read this request
request-unreadable-story = Something in it is malformed or too long.
go-back-advice = Go back to the previous page and try again.

form-refused = This form was open for too long
form-refused-story = It no longer belongs to your browser, so we did nothing.
form-refused-advice = Go back, reload the page and try again.
cookie-refused-story = We keep one cookie so that nobody else can finish your sign-in. Your browser did not send it.
cookie-refused-advice = Allow cookies from this site, then go back to the app and start again.
origin-refused = This request did not come from our page
origin-refused-story = Another site sent it in your name, so we did nothing.

interaction-expired = This sign-in has expired
interaction-expired-story = It was open for too long, or it was begun in another browser. Nothing was lost.
interaction-expired-advice = Go back to the app and start again.
already-signed-in = You are already signed in
already-signed-in-story = This sign-in was finished before. There is nothing left to do here.
already-ended = This sign-in is over
already-ended-story = It ended without a sign-in, and nothing was shared with the app. There is nothing left to do here.
continue-to-app = Continue to { $app }
close-page = You can close this page.

too-many-requests = Too many requests
too-many-requests-advice = Please wait a moment, then try again.
cannot-answer = We cannot answer right now
cannot-answer-story = Something that we depend on does not answer. Nothing of yours is lost.
broken = Something went wrong on our side
broken-story = We have written down what happened.
try-again-advice = Try again in a moment. If it keeps happening, tell whoever runs this site the reference below.

reference = Reference
time = Time
for-developers = For developers
error-code = Error
reason-id = Reason
error-explained = What to do about it
