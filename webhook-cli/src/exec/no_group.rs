//! Systems without process groups: the program is killed, and what it has started is not.

use std::path::Path;
use std::process::ExitStatus;

use tokio::process::Child;

pub(super) struct Group;

impl Group {
    pub(super) fn of(_: &Child) -> Self {
        Self
    }
}

pub(super) fn signal(_: ExitStatus) -> Option<i32> {
    None
}

pub(super) fn is_executable(path: &Path) -> bool {
    path.is_file()
}
