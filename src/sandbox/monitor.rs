//! The process that leaves the user's namespaces, starts the inmate and watches it.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Instant;

use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, getegid, geteuid};

use super::syscalls::{self, Recorder};
use super::{Answer, COMMAND, Line, Order, Outcome, inmate, this_program};

/// Does what the order says: answers with the process number of the inmate, and with the outcome.
pub(super) fn main(line: &mut Line) -> io::Result<()> {
    let order: Order = line.read()?;
    let not_isolated = leave().err();
    // After that: the kernel forgets it when a process gets more rights, as it does in a user namespace of its own.
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    let (mut inmate, pid) = start(&order, not_isolated.is_none())?;
    line.write(&Answer::Done(pid.as_raw()))?;
    let mut recorder = Recorder::default();
    let traced = order.run.traced && syscalls::seize(pid).is_ok();
    let begun = Instant::now();
    inmate.write(&inmate::Go)?;
    let status = if traced {
        syscalls::follow(pid, &mut recorder)?
    } else {
        waitpid(pid, None)?
    };
    let wall_time = begun.elapsed();
    // Where it had no process namespace of its own, what it leaves behind would hold its streams.
    let _ = killpg(pid, Signal::SIGKILL);
    let (status, signal) = match status {
        WaitStatus::Exited(_, status) => (Some(status), None),
        WaitStatus::Signaled(_, signal, _) => (None, Some(signal.as_str().to_owned())),
        _ => (None, None),
    };
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    line.write(&Answer::Done(Outcome {
        status,
        signal,
        wall_time,
        // In kilobytes on Linux.
        peak_memory: u64::try_from(usage.max_rss()).unwrap_or_default() * 1024,
        touched: recorder.finish(),
        not_isolated,
        ..Outcome::default()
    }))
}

/// Leaves the user's namespaces. The reason, if that is not allowed.
fn leave() -> Result<(), String> {
    let (user, group) = (geteuid(), getegid());
    // The mounts stay this process's own, which needs /proc: the inmate leaves them.
    let apart = CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS;
    // Also for root: so the program is root of nothing but its own namespaces.
    match unshare(apart | CloneFlags::CLONE_NEWUSER) {
        Ok(()) => {
            let write = |name: &str, text: String| {
                fs_err::write(format!("/proc/self/{name}"), text).map_err(|error| error.to_string())
            };
            write("setgroups", "deny".to_owned())?;
            write("uid_map", format!("0 {user} 1"))?;
            write("gid_map", format!("0 {group} 1"))
        }
        Err(_) if user.is_root() && unshare(apart).is_ok() => Ok(()),
        Err(error) => Err(format!(
            "this machine does not let its users make namespaces ({}); the sysctls kernel.unprivileged_userns_clone, \
             user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns decide that, in a container its \
             security profile",
            error.desc()
        )),
    }
}

/// Starts the inmate. It is ready to become the program when this returns.
fn start(order: &Order, isolated: bool) -> io::Result<(Line, Pid)> {
    let (ours, theirs) = UnixStream::pair()?;
    let child = Command::new(this_program())
        .args([COMMAND, "inmate"])
        .stdin(OwnedFd::from(theirs))
        .process_group(0)
        .spawn()?;
    let mut line = Line::new(ours);
    line.write(&inmate::Order {
        run: order.run.clone(),
        directory: isolated.then(|| order.directory.clone()),
    })?;
    line.read::<Answer<()>>()?.into_result()?;
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    Ok((line, Pid::from_raw(pid)))
}
