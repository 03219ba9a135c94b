//! When a server is killed.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::Failure;
use crate::drivers::table::Table;
use crate::traffic::Traffic;

/// The shortest and the longest time between a start and a kill, in milliseconds.
const GAP: [u64; 2] = [20, 2_000];
/// Of ten kills, one comes when only jobs are left, and one when nothing is.
const QUIET_OF: usize = 10;
/// How long it may take until nothing is left. Then the server is killed as it is.
const QUIET: Duration = Duration::from_secs(30);
const LOOKS: Duration = Duration::from_millis(20);

/// A moment that a driver waits for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// So long after the start, with traffic.
    UnderLoad(Duration),
    /// So long after the last delivery was accepted, while jobs may run.
    Backlog(Duration),
    /// When every job is done.
    Idle,
}

impl Moment {
    /// So many moments in the order of a seed. The last one is under load: it leaves jobs behind.
    pub(super) fn all(kills: usize, seed: u64) -> Vec<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        let [shortest, longest] = GAP;
        let mut millis = |range| Duration::from_millis(random.u64(range));
        let mut moments: Vec<Self> = (0..kills.saturating_sub(1))
            .map(|n| match n % QUIET_OF {
                1 => Self::Backlog(millis(0..shortest)),
                2 => Self::Idle,
                _ => Self::UnderLoad(millis(shortest..longest)),
            })
            .collect();
        let last = Self::UnderLoad(millis(longest / 2..longest));
        random.shuffle(&mut moments);
        moments.push(last);
        moments
    }

    /// Waits for it. The traffic is held until the caller lets it go on.
    pub(super) async fn wait(self, traffic: &Traffic, table: &Table) -> Result<(), Failure> {
        match self {
            Self::UnderLoad(time) => sleep(time).await,
            Self::Backlog(time) => {
                traffic.hold(true);
                let until = Instant::now() + QUIET;
                while !traffic.is_quiet() && Instant::now() < until {
                    sleep(LOOKS).await;
                }
                sleep(time).await;
            }
            Self::Idle => {
                traffic.hold(true);
                let until = Instant::now() + QUIET;
                while !(traffic.is_quiet() && table.open_jobs().await? == 0)
                    && Instant::now() < until
                {
                    sleep(LOOKS).await;
                }
            }
        }
        Ok(())
    }
}
