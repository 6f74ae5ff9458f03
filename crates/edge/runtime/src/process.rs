//! The process among processes: children end with their parent; what the kernel counts and limits.

/// Asks the kernel to send this process SIGTERM when its parent ends, and says whether the parent is gone already.
///
/// `parent` is the process id that the child was started by.
pub fn end_with_parent(parent: u32) -> bool {
    use nix::{sys::prctl, sys::signal::Signal, unistd::getppid};
    if prctl::set_pdeathsig(Signal::SIGTERM).is_err() {
        return false;
    }
    // The parent may have ended before the request reached the kernel.
    u32::try_from(getppid().as_raw()) != Ok(parent)
}

/// Blocks that this thread has had read from disks so far: what lies in memory is not counted. 0 when nobody knows.
pub fn disk_reads_of_this_thread() -> i64 {
    use nix::sys::resource::{UsageWho, getrusage};
    getrusage(UsageWho::RUSAGE_THREAD).map_or(0, |usage| usage.block_reads())
}

/// Raises the limit of open files to the highest that this process may have.
pub fn raise_file_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
    {
        // Without it the process runs with fewer connections; nothing else changes.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}
