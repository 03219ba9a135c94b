//! Whether a path is on a network file system.

use std::fs;
use std::path::{Path, PathBuf};

/// File systems whose locks other machines may not see, by their names in Linux.
const NETWORK: [&str; 13] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "coda",
    "glusterfs",
    "lustre",
    "beegfs",
    "ncpfs",
];

/// The name of the network file system that has the path. `None` on other systems than Linux.
pub(crate) fn network_file_system(path: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let kind = file_system(&mounts, path)?;
    let is_network = NETWORK.contains(&kind)
        || kind
            .strip_prefix("fuse.")
            .is_some_and(|name| name.contains("sshfs") || NETWORK.contains(&name));
    is_network.then(|| kind.to_owned())
}

/// The file system of the longest mount point that the path begins with. Of several mounts at one
/// point, the last one counts.
fn file_system<'m>(mounts: &'m str, path: &Path) -> Option<&'m str> {
    let mounts = mounts.lines().filter_map(mount);
    let mounts = mounts.filter(|(point, _)| path.starts_with(point));
    let longest = mounts.max_by_key(|(point, _)| point.as_os_str().len());
    longest.map(|(_, kind)| kind)
}

/// The mount point and the file system in a line: `36 35 98:0 /root /point rw … - nfs4 source …`.
fn mount(line: &str) -> Option<(PathBuf, &str)> {
    let (before, after) = line.split_once(" - ")?;
    let point = before.split(' ').nth(4)?;
    let point = point.replace("\\040", " ").replace("\\011", "\t");
    Some((point.into(), after.split(' ').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
36 21 0:32 / /srv/shared rw shared:2 master:3 - nfs4 server:/export rw
37 21 0:33 / /srv/my\\040disk rw - cifs //server/share rw
38 36 0:34 / /srv/shared/local rw - ext4 /dev/sdb1 rw
39 36 0:35 / /srv/shared/local rw - tmpfs tmpfs rw";

    #[test]
    fn the_file_system_is_that_of_the_longest_mount_point() {
        let of = |path: &str| file_system(MOUNTS, Path::new(path));
        assert_eq!(of("/srv/hooks.db"), Some("ext4"));
        assert_eq!(of("/srv/shared/hooks.db"), Some("nfs4"));
        assert_eq!(of("/srv/shared-not/hooks.db"), Some("ext4"));
        assert_eq!(of("/srv/my disk/hooks.db"), Some("cifs"));
        assert_eq!(of("/srv/shared/local/hooks.db"), Some("tmpfs"));
        assert_eq!(file_system("", Path::new("/")), None);
    }
}
