# Words that several pages use.

language = Language
cancel = Cancel
title-with-site = { $title } – { $site }
title-with-error = Error: { $title }
to-continue-to = to continue to { $app }
back-to-app = Back to { $app }
links = More
support = Help
privacy = Privacy policy
terms = Terms of use
self-registered = Registered by itself
unverified = This app is unverified
unverified-by-token = Somebody whom { $site } lets register apps did so on { $time }. Its name and its logo are its own claims. Only go on if you trust { $host }.
unverified-by-itself = It registered itself on { $time }, and nobody at { $site } has looked at it. Its name and its logo are its own claims. Only go on if you trust { $host }.
unverified-by-document = It describes itself at { $host }, and nobody at { $site } has looked at it. Its name is its own claim. Only go on if you trust { $host }.
app-policy = Privacy policy of { $app }
app-terms = Terms of { $app }
instant =
    { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }, { $time } UTC
