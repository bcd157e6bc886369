# Signing out.

logout-question = Do you want to sign out?
logout-story = This ends your session at { $site } in this browser. Apps that you allowed to work while you are away go on.
sign-out = Sign out
stay-signed-in = Stay signed in
signed-out = You have been signed out
signed-out-story = On a computer that others use too, close the browser now.
still-signed-in = You are still signed in
