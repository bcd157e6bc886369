//! What the operating system lets this process have: open files, bytes that wait in a socket, and somebody who reads.

use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
use rustix::net::sockopt;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::TcpListener;

/// How many files this process may have open, at most `wanted`. The soft limit is raised as far as the hard one lets it:
/// it is low by custom, for programs of another age.
#[must_use]
pub fn open_files(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
    // None is without a limit.
    let now = limit.current.unwrap_or(u64::MAX);
    let raised = limit.maximum.unwrap_or(u64::MAX).min(wanted);
    let mut has = now;
    if raised > now {
        let wider = Rlimit {
            current: Some(raised),
            maximum: limit.maximum,
        };
        if setrlimit(Resource::Nofile, wider).is_ok() {
            has = raised;
        }
    }
    usize::try_from(has.min(wanted)).unwrap_or(usize::MAX)
}

/// Bounds what a connection of this listener may have sent without the peer having taken it. Linux otherwise lets it
/// grow to megabytes, which somebody who reads nothing then holds; and a bound makes every step of a slow reader large
/// enough to be told from standing still.
///
/// # Errors
/// The operating system's.
pub fn bound_unsent(listener: &TcpListener, bytes: usize) -> std::io::Result<()> {
    Ok(sockopt::set_socket_send_buffer_size(listener, bytes)?)
}

/// Whether standard output was closed when the process was started. In its place is then the null device, opened for
/// reading too, so that no write ever fails.
#[must_use]
pub fn output_is_closed() -> bool {
    let output = std::io::stdout();
    let is_for_both = fcntl_getfl(&output).is_ok_and(|flags| flags.contains(OFlags::RDWR));
    let devices = fstat(&output).and_then(|output| Ok((output.st_rdev, stat("/dev/null")?.st_rdev)));
    is_for_both && devices.is_ok_and(|(output, null)| output == null)
}
