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
