//! Proves that a program has written nothing outside of the test's folder, reached no bus of this
//! computer, and asked nothing of the network.
//!
//! strace looks on, at the program and at all it starts: it works in plain containers too, where
//! network and mount namespaces do not, and it sees what was *tried* on the network, so that a
//! computer without one proves the same.

use std::fmt;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::desktop::Desktop;

/// A name each, and where in the arguments it names what it changes.
const CHANGES: [(&str, &[Target]); 34] = [
    ("chmod", &[Target::Path(0)]),
    ("chown", &[Target::Path(0)]),
    ("fchmod", &[Target::Descriptor(0)]),
    ("fchmodat", &[Target::At(0, 1)]),
    ("fchmodat2", &[Target::At(0, 1)]),
    ("fchown", &[Target::Descriptor(0)]),
    ("fchownat", &[Target::At(0, 1)]),
    ("fremovexattr", &[Target::Descriptor(0)]),
    ("fsetxattr", &[Target::Descriptor(0)]),
    ("futimesat", &[Target::At(0, 1)]),
    ("lchown", &[Target::Path(0)]),
    ("link", &[Target::Path(1)]),
    ("linkat", &[Target::At(2, 3)]),
    ("lremovexattr", &[Target::Path(0)]),
    ("lsetxattr", &[Target::Path(0)]),
    ("mkdir", &[Target::Path(0)]),
    ("mkdirat", &[Target::At(0, 1)]),
    ("mknod", &[Target::Path(0)]),
    ("mknodat", &[Target::At(0, 1)]),
    ("removexattr", &[Target::Path(0)]),
    ("rename", &[Target::Path(0), Target::Path(1)]),
    ("renameat", &[Target::At(0, 1), Target::At(2, 3)]),
    ("renameat2", &[Target::At(0, 1), Target::At(2, 3)]),
    ("rmdir", &[Target::Path(0)]),
    ("setxattr", &[Target::Path(0)]),
    ("symlink", &[Target::Path(1)]),
    ("symlinkat", &[Target::At(1, 2)]),
    ("truncate", &[Target::Path(0)]),
    ("unlink", &[Target::Path(0)]),
    ("unlinkat", &[Target::At(0, 1)]),
    ("utime", &[Target::Path(0)]),
    ("utimensat", &[Target::At(0, 1)]),
    ("utimes", &[Target::Path(0)]),
    ("ftruncate", &[Target::Descriptor(0)]),
];

const OPENS: [&str; 4] = ["creat", "open", "openat", "openat2"];
const CALLS: [&str; 5] = ["bind", "connect", "sendmmsg", "sendmsg", "sendto"];

/// In front of a path from an unknown working folder.
const SOMEWHERE: &str = "working folder:";

#[derive(Clone, Copy)]
enum Target {
    /// A path, from the working folder if it is relative.
    Path(usize),
    /// A folder's descriptor and a path from there; no path means the descriptor itself.
    At(usize, usize),
    /// An open file.
    Descriptor(usize),
}

/// Something that should not have happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    /// A file or folder outside was written, made, changed or removed.
    Wrote(PathBuf),
    /// Another computer was called.
    Called(String),
    /// A socket of this computer's own services was reached.
    Reached(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrote(path) => write!(f, "wrote {}", path.display()),
            Self::Called(address) => write!(f, "called {address}"),
            Self::Reached(socket) => write!(f, "reached {socket}"),
        }
    }
}

/// Looks on at the programs it wraps.
#[derive(Clone, Debug)]
pub struct Untouched {
    root: PathBuf,
    traces: PathBuf,
    display: String,
    allowed: Vec<PathBuf>,
}

impl Untouched {
    /// Allows writes in the desktop's folder, and the desktop's display and bus.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn outside(desktop: &Desktop) -> Result<Self> {
        let traces = desktop.root().join("traces");
        std::fs::create_dir_all(&traces)?;
        let allowed = [desktop.root(), Path::new("/dev"), Path::new("/proc")].map(Path::to_owned).to_vec();
        let display = desktop.display().trim_start_matches(':').to_owned();
        Ok(Self { root: desktop.root().to_owned(), traces, display, allowed })
    }

    /// Allows one more folder or file, for what is known and harmless; say why at the call.
    #[must_use]
    pub fn but(mut self, path: impl AsRef<Path>) -> Self {
        self.allowed.push(path.as_ref().to_owned());
        self
    }

    /// A program that runs `program` under the eyes of strace.
    ///
    /// # Errors
    /// When the script cannot be written.
    pub fn wrap(&self, program: &Path) -> Result<PathBuf> {
        let name = uuid::Uuid::new_v4().simple().to_string();
        let calls = [CHANGES.map(|(name, _)| name).as_slice(), &OPENS, &CALLS].concat().join(",?");
        // -ff: a file for each thread, so that no line is torn; -s 0: no contents, which may be secret;
        // the filter in the kernel stops the program only where something is to be seen.
        let script = format!(
            "#!/bin/sh\nexec strace -ff -qqq -y -s 0 --seccomp-bpf -e signal=none -e 'trace=?{calls}' \
             -o '{}' -- '{}' \"$@\"\n",
            self.traces.join(&name).display(),
            program.display(),
        );
        let path = self.root.join(format!("watched-{name}"));
        std::fs::write(&path, script)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        Ok(path)
    }

    /// Wraps a command's program, keeping its arguments.
    ///
    /// # Errors
    /// When its program is not found.
    pub fn command(&self, desktop: &Desktop, program: &str) -> Result<std::process::Command> {
        let folders = ["/usr/local/bin", "/usr/bin", "/bin"];
        let found = folders.iter().map(|folder| Path::new(folder).join(program)).find(|path| path.is_file());
        let path = if program.contains('/') { Some(PathBuf::from(program)) } else { found };
        Ok(desktop.command(self.wrap(&path.with_context(|| format!("no {program}"))?)?))
    }

    /// What the wrapped programs have done so far that they should not; each once.
    ///
    /// # Errors
    /// When nothing was seen at all: then nothing is proved.
    pub fn violations(&self) -> Result<Vec<Violation>> {
        let mut violations = Vec::new();
        let mut lines = 0;
        for entry in std::fs::read_dir(&self.traces)? {
            let trace = std::fs::read(entry?.path())?;
            for line in String::from_utf8_lossy(&trace).lines() {
                lines += 1;
                violations.extend(Call::read(line).into_iter().flat_map(|call| self.judge(&call)));
            }
        }
        ensure!(lines > 0, "strace saw nothing: is it installed, and may it trace here?");
        violations.sort();
        violations.dedup();
        Ok(violations)
    }

    /// Fails if there is any violation.
    ///
    /// # Errors
    /// With the list of them.
    pub fn check(&self) -> Result<()> {
        let violations: Vec<_> =
            self.violations()?.iter().map(|violation| format!("  {violation}")).collect();
        ensure!(violations.is_empty(), "not untouched:\n{}", violations.join("\n"));
        Ok(())
    }

    fn judge(&self, call: &Call<'_>) -> Vec<Violation> {
        if CALLS.contains(&call.name) {
            return self.judge_address(call).into_iter().collect();
        }
        // What failed has changed nothing.
        if call.failed() {
            return Vec::new();
        }
        let paths: Vec<_> = if OPENS.contains(&call.name) {
            call.opened_to_write().into_iter().collect()
        } else {
            let targets =
                CHANGES.iter().find(|(name, _)| *name == call.name).map_or(&[][..], |(_, targets)| targets);
            targets.iter().filter_map(|target| call.target(*target)).collect()
        };
        paths.into_iter().filter(|path| !self.may_write(path)).map(Violation::Wrote).collect()
    }

    fn may_write(&self, path: &Path) -> bool {
        // Memory, pipes and sockets have names without a folder.
        let is_file = (path.is_absolute() && !path.as_os_str().as_encoded_bytes().starts_with(b"/memfd:"))
            || path.starts_with(SOMEWHERE);
        // `..` is not followed: a path that has it proves nothing.
        let plain = path.components().all(|part| part != std::path::Component::ParentDir);
        !is_file || (plain && self.allowed.iter().any(|allowed| path.starts_with(allowed)))
    }

    fn judge_address(&self, call: &Call<'_>) -> Option<Violation> {
        let address = call.arguments;
        if let Some(ip) =
            between(address, "inet_addr(\"", "\"").or_else(|| between(address, "AF_INET6, \"", "\""))
        {
            let port = between(address, "htons(", ")").unwrap_or("?");
            let local = ip.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified());
            // A name server on this computer would ask others in our name.
            let outward = !local || port == "53";
            return (outward && call.name != "bind").then(|| Violation::Called(format!("{ip} port {port}")));
        }
        let socket = between(address, "sun_path=", "}")?.trim();
        // What failed reached nobody: libraries look for services that are not there.
        if call.failed() {
            return None;
        }
        let is_abstract = socket.starts_with('@');
        let path = Path::new(socket.trim_start_matches('@').trim_matches('"'));
        if path == Path::new(&format!("/tmp/.X11-unix/X{}", self.display)) {
            return None;
        }
        match (call.name, is_abstract) {
            ("bind", true) => None,
            ("bind", false) => (!self.may_write(path)).then(|| Violation::Wrote(path.to_owned())),
            (_, false) if path.starts_with(&self.root) => None,
            _ => Some(Violation::Reached(socket.to_owned())),
        }
    }
}

/// One line of strace.
struct Call<'a> {
    name: &'a str,
    arguments: &'a str,
    result: &'a str,
}

impl<'a> Call<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (name, rest) = line.split_once('(')?;
        // The result stands after the last " = "; a path in it may hold anything.
        let (arguments, result) = match rest.rsplit_once(") = ") {
            Some(parts) => parts,
            // strace pads short calls.
            None => {
                let (arguments, result) = rest.rsplit_once(" = ")?;
                (arguments.trim_end().strip_suffix(')')?, result)
            }
        };
        Some(Self { name, arguments, result })
    }

    fn failed(&self) -> bool {
        self.result.starts_with('-') || self.result.starts_with('?')
    }

    fn opened_to_write(&self) -> Option<PathBuf> {
        let writes = self.name == "creat"
            || ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| self.arguments.contains(flag));
        // The result names the file with all links followed.
        if writes { descriptor_path(self.result) } else { None }
    }

    fn target(&self, target: Target) -> Option<PathBuf> {
        let arguments = split(self.arguments);
        let argument = |at: usize| arguments.get(at).copied();
        match target {
            // strace does not tell from where: such a path proves nothing, so it counts as outside.
            Target::Path(at) => unquoted(argument(at)?).map(|path| Path::new(SOMEWHERE).join(path)),
            Target::Descriptor(at) => descriptor_path(argument(at)?),
            Target::At(folder, at) => {
                let folder = descriptor_path(argument(folder)?);
                match unquoted(argument(at)?) {
                    Some(path) if path.is_absolute() => Some(path),
                    Some(path) => Some(folder?.join(path)),
                    None => folder,
                }
            }
        }
    }
}

/// The arguments, split at commas outside of quotes and brackets.
fn split(arguments: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0, false, false);
    for (at, character) in arguments.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '<' | '{' | '[' | '(' if !quoted => depth += 1,
            '>' | '}' | ']' | ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(arguments[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(arguments[start..].trim());
    parts
}

/// The path in `3</some/path>` or `AT_FDCWD</some/path>`.
fn descriptor_path(argument: &str) -> Option<PathBuf> {
    let (_, path) = argument.split_once('<')?;
    let path = path.rsplit_once('>')?.0;
    Some(PathBuf::from(unescaped(path.trim_end_matches("(deleted)").trim_end())))
}

fn unquoted(argument: &str) -> Option<PathBuf> {
    let text = argument.strip_prefix('"')?.strip_suffix('"')?;
    Some(PathBuf::from(unescaped(text)))
}

/// Only what a path may need: strace writes other bytes as octal numbers, which are no prefix of ours.
fn unescaped(text: &str) -> String {
    text.replace("\\\"", "\"").replace("\\\\", "\\")
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}
