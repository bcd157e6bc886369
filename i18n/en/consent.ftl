# Allowing an app to use an account.

allow-title = Allow { $app }?
allow-question = Let { $app } use your account at { $site }?
registered-by-admin = Registered by an administrator
switch-account = Switch account
app-changed = This app is not as you knew it
app-changed-advice = Its name or its address changed since you last allowed it. Only go on if you expected that.
app-will = { $app } will be able to
app-will-also = { $app } now also asks to
app-will-only-know-you = { $app } will only learn that you have an account here.
already-allowed = Already allowed ({ $count })

scope-openid = Recognise you when you come back
scope-openid-detail = by an identifier, not by your name
scope-profile = See your name and profile
scope-email = See your e-mail address
scope-email-verified = { $address }, verified
scope-address = See your postal address
scope-phone = See your phone number
scope-groups = See which groups you are in
scope-roles = See which roles you have
scope-value-missing = nothing is stored in your account
scope-offline = Keep this access while you are away
scope-offline-detail = { $days ->
        [one] until you take it back, or after one day without use
       *[other] until you take it back, or after { $days } days without use
    }
scope-at-api = at { $api }
scope-no-description = no description

deny = Do not allow
allow = Allow
goes-to = You will go to { $host }.
remembered = You will not be asked again for what you allow here.
remembered-until-sign-out = You will be asked again after your next sign-in.
