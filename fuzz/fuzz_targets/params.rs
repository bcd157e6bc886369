//! RFC 6749 appendix B — any bytes as a form or query.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_core::spec::params::Params;

fuzz_target!(|data: &[u8]| {
    let Ok(params) = Params::parse(data) else { return };
    let count = params.iter().count();
    assert!(count <= 64);
    for (name, value) in params.iter() {
        assert!(!name.is_empty() && !name.contains('\0') && !value.contains('\0'));
        assert!(value.len() <= 16 * 1024);
    }
    if params.refuse_repeats(&[]).is_ok() {
        for (name, _) in params.iter() {
            assert!(params.all(name).len() <= 1);
        }
    }
});
