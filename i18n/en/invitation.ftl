# Accepting an invitation: a link by which somebody sets their first password.

invitation = Your invitation
invitation-story = An account at { $site } was made for you. It needs a password that only you know.
invitation-code = Code
invitation-code-hint = What stands after # in the link that you were given. It begins with vinv_.
continue = Continue
invitation-refused = This code is not good
invitation-refused-advice = It was used, has expired, or is mistyped. Ask whoever invited you for a new link.
choose-password = Choose your password
invited-as = This is your account at { $site }:
new-password-hint = At least { $minimum } characters. Longer is better; nothing else is asked of it.
set-password = Set password
password-refused = Choose another password
password-too-short = It must have at least { $minimum } characters.
password-too-long = It is too long: at most 128 characters.
password-control-character = It has a character that cannot be typed everywhere.
password-too-common = It is one of those that are tried first.
password-own-name = It is your username or your e-mail address.
password-is-set = Your password is set
password-is-set-story = Open the app that you want to use and sign in there with your e-mail or username and this password. The link that you were given does not work any more; you can close this page.
