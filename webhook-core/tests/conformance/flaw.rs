//! What can be wrong with a store, and which promise that breaks.

/// Makes the enum of flaws, and the promise that each of them breaks.
macro_rules! flaws {
    ($($(#[$doc:meta])* $flaw:ident breaks $promise:literal)*) => {
        /// One flaw of a small store.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Flaw {
            $($(#[$doc])* $flaw,)*
        }

        /// Every flaw, and the name of the only promise that it breaks.
        pub(crate) const FLAWS: &[(Flaw, &str)] = &[$((Flaw::$flaw, $promise)),*];
    };
}

flaws! {
    /// A claim in flight does not say how long to wait.
    WaitIsNotTold breaks "the_first_claim_is_acquired_and_a_second_owner_waits"
    /// A claim whose answer was lost is refused to its own owner.
    OwnerIsLockedOut breaks "a_claim_repeated_by_its_owner_is_the_same_claim"
    /// The owner of a done record can claim it again.
    OwnerRunsAgain breaks "a_commit_makes_every_later_claim_done"
    /// A commit whose answer was lost is answered as if the lease was lost.
    RepeatedCommitIsLost breaks "a_commit_repeated_is_told_so"
    /// Another payload under a done key runs.
    FingerprintDecides breaks "another_payload_under_the_same_key_is_done_and_told_apart"
    /// A handle keeps done keys in a cache, and other handles cannot remove them from it.
    DoneIsCached breaks "a_forgotten_delivery_runs_again"
    /// Records are kept under the first eight bytes of their key.
    KeysAreCutShort breaks "keys_do_not_touch_each_other"

    /// A release deletes the record, and with it the count of attempts.
    ReleaseDeletes breaks "a_release_lets_the_next_claim_run_at_once_and_keeps_the_record"
    /// A release sets the epoch back, as it does if it deletes and each record counts its epochs.
    ReleaseSetsEpochBack breaks "a_release_lets_the_next_claim_run_at_once_and_keeps_the_record"
    /// A take-over is not counted as an attempt.
    TakeOverIsNoAttempt breaks "a_lease_that_ended_is_taken_over_as_the_next_attempt"
    /// A commit needs a live lease.
    LateCommitIsLost breaks "a_lease_that_ended_and_was_not_taken_over_still_commits"
    /// A renewal is answered and not written.
    RenewalIsNotWritten breaks "a_renewed_lease_does_not_end"
    /// A renewal moves the lease and not the expiry, so the record is purged under it.
    RenewalKeepsExpiry breaks "a_renewed_lease_does_not_end"

    /// A commit does not compare owner and epoch.
    StaleOwnerCommits breaks "only_the_current_lease_commits"
    /// A commit compares owner and epoch, and not the state.
    ReleasedLeaseCommits breaks "only_the_current_lease_commits"
    /// A release does not compare owner and epoch.
    StaleOwnerReleases breaks "only_the_current_lease_releases"
    /// A release compares owner and epoch, and not the state.
    DoneIsReleased breaks "only_the_current_lease_releases"
    /// A renewal does not compare owner and epoch.
    RenewalSteals breaks "a_lost_lease_is_never_renewed"
    /// A renewal compares owner and epoch, and makes a released record claimed again.
    RenewalRevives breaks "a_lost_lease_is_never_renewed"

    /// The epochs of a new record begin with one.
    EpochsBeginAgain breaks "epochs_never_go_back"
    /// Each handle counts epochs for itself.
    EpochsOfEachHandle breaks "epochs_never_go_back"
    /// A take-over keeps the epoch.
    TakeOverKeepsEpoch breaks "epochs_never_go_back"

    /// A commit does not persist the retention of its claim, and uses one of the store's own.
    RetentionIsNotPersisted breaks "a_record_past_its_retention_counts_as_absent"
    /// Whether a record has expired is computed with the retention of the claim that asks.
    RetentionOfTheAskingClaim breaks "a_record_past_its_retention_counts_as_absent"
    /// A record that has expired is there until it is purged.
    ExpiryNeedsAPurge breaks "a_record_past_its_retention_counts_as_absent"
    /// A commit keeps the expiry that the claim has set.
    CommitKeepsExpiry breaks "retention_begins_anew_with_the_commit"
    /// A duplicate sets the expiry of a done record anew.
    DuplicateExtends breaks "a_duplicate_does_not_extend_the_retention"
    /// A claim expires after its retention even if its lease is alive.
    ClaimExpiresUnderItsLease breaks "no_record_expires_while_its_lease_is_alive"

    /// A claim over the bound is recorded.
    OverBoundIsRecorded breaks "a_group_has_as_many_keys_as_its_bound_and_no_more"
    /// Duplicates are counted in their group.
    DuplicatesAreCounted breaks "a_known_key_is_not_counted_again_and_answers_over_the_bound_too"
    /// All groups share one count.
    GroupsShareACount breaks "groups_do_not_touch_each_other"
    /// A release lowers the count of its group.
    ReleaseLowersTheCount breaks "a_release_gives_no_place_in_its_group_back"
    /// Each new key of a group extends the count.
    CountSlides breaks "a_group_is_forgotten_when_the_retention_of_its_first_key_has_passed"

    /// A claim reads that a key is absent, and then inserts.
    ClaimsRace breaks "of_many_claims_at_once_exactly_one_is_acquired"
    /// A claim reads that a lease has ended, and then takes over.
    TakeOversRace breaks "of_many_take_overs_at_once_exactly_one_is_acquired"
    /// A commit compares owner and epoch, and then writes.
    CommitsRace breaks "of_a_commit_and_many_take_overs_at_once_exactly_one_wins"
    /// A release compares owner and epoch, and then writes.
    ReleasesRace breaks "a_release_at_the_same_time_leaves_the_next_claim_alone"
    /// A claim reads that a key is released, and then writes.
    ClaimsOfReleasedRace breaks "a_release_at_the_same_time_leaves_the_next_claim_alone"
    /// A claim reads the count of its group, and then writes the next one.
    CountsRace breaks "of_many_keys_of_a_group_at_once_as_many_are_acquired_as_its_bound"
}
