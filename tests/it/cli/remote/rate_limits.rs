//! A server that lets a caller ask so often and no oftener: a verb that needs more waits for its turn.

use super::*;

#[test]
fn a_verb_that_asks_too_often_waits_and_goes_on() {
    for place in Place::both() {
        let both = Both::on(place.with("VOUCHSAFE__RATE_LIMITS__API__PER_CALLER", "1/1s"));
        both.here.create_user("ada");
        let service = both.service("vouchsafe:read vouchsafe:write");
        // It looks for the person, reads them, and then bans them.
        let ban = [&["user", "ban", "ada", "--json"], &strs(&service)[..]].concat();
        assert_eq!(both.elsewhere.run(&ban).document()["banned"], true);
    }
}

#[test]
fn who_would_wait_for_too_long_is_told_to_try_again() {
    for place in Place::both() {
        let both = Both::on(place.with("VOUCHSAFE__RATE_LIMITS__API__PER_CALLER", "1/1d"));
        let service = both.service("vouchsafe:read");
        let list = [&["user", "list", "--json"], &strs(&service)[..]].concat();
        assert_eq!(both.elsewhere.run(&list).document(), json!([]));
        both.elsewhere.run(&list).failed(75, "too many requests");
    }
}
