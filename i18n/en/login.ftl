# Signing in, choosing an account, and an account that may not sign in.

sign-in = Sign in
sign-in-again = { $app } asks you to sign in again, so that it is certain that it is you.
username = E-mail or username
password = Password
show = Show
show-password = Show password
remember-me = Keep me signed in on this device
remember-hint = { $days ->
        [one] For one day.
       *[other] For { $days } days.
    } Not on a computer that others use too.
not-you = Not you?

wrong-credentials = We could not sign you in
wrong-credentials-advice = Check your e-mail or username and your password, then try again.
username-missing = Enter your e-mail or username.
password-missing = Enter your password.
throttled = Too many tries
throttled-advice = You can try again at { $time }.
form-stale = This form was open for too long
form-stale-advice = Nothing was sent. Please try once more.
cookie-missing = Your browser did not keep our cookie
cookie-missing-advice = Signing in needs one cookie from { $site }. Allow it, then try again.
busy = We are busy
busy-advice = Many people are signing in. Please try again in a moment.

select-account = Choose an account
select-other = Use another account
signed-in-since = Signed in since { $time }

account-suspended = This account is suspended
account-disabled = An administrator has switched this account off.
account-banned = An administrator has suspended this account.
account-banned-until = The suspension ends at { $time }.
account-suspended-advice = If you think that this is a mistake, contact whoever runs { $site } and name the reference below.
