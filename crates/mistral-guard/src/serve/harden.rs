//! What keeps the memory of the process, and the keys in it, from others of the same user.

/// Makes the process non-dumpable, and lets it leave no core file: other processes of the same user
/// can neither trace it nor read its memory, and a crash writes none of it to a disk. Only on Linux;
/// elsewhere, and where the system does not let us, there is a warning in the log.
pub fn harden() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, Rlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let done = rustix::process::setrlimit(Resource::Core, none)
            .and_then(|()| rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable));
        if let Err(error) = done {
            tracing::warn!(target: "mistral_guard", %error, "the process can be dumped");
        }
    }
    #[cfg(not(target_os = "linux"))]
    tracing::warn!(target: "mistral_guard", "the process can be dumped: this system has no way");
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn nobody_reads_the_memory_of_the_process() {
        super::harden();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    }
}
