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
    /// A claim that has expired is there until it is purged.
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

    /// The owner of a dead record can claim it again.
    OwnerOfADeadOneRunsAgain breaks "a_buried_delivery_is_dead_for_every_claim"
    /// A claim that is answered `Dead` counts as an attempt.
    ClaimsOfADeadOneCount breaks "a_buried_delivery_is_dead_for_every_claim"
    /// A burial does not compare owner and epoch.
    StaleOwnerBuries breaks "only_the_current_lease_buries"
    /// A burial compares owner and epoch, and makes a released record dead.
    ReleasedLeaseBuries breaks "only_the_current_lease_buries"
    /// A burial compares owner and epoch, and makes a done record dead.
    DoneIsBuried breaks "only_the_current_lease_buries"
    /// A burial needs a live lease.
    LateBurialIsLost breaks "a_lease_that_ended_and_was_not_taken_over_still_buries"
    /// A commit compares owner and epoch, and makes a dead record done.
    DeadLeaseCommits breaks "a_dead_record_stays_dead_whatever_its_lease_asks_for"
    /// A release compares owner and epoch, and makes a dead record released.
    DeadLeaseReleases breaks "a_dead_record_stays_dead_whatever_its_lease_asks_for"
    /// A renewal compares owner and epoch, and makes a dead record claimed.
    DeadLeaseRenews breaks "a_dead_record_stays_dead_whatever_its_lease_asks_for"
    /// A burial compares owner and epoch, and buries a dead record again.
    DeadIsBuriedAgain breaks "a_dead_record_stays_dead_whatever_its_lease_asks_for"
    /// A revived record keeps its count of attempts.
    RevivalKeepsAttempts breaks "a_revived_delivery_runs_again_as_attempt_1"
    /// A revival sets the epoch back.
    RevivalSetsEpochBack breaks "a_revived_delivery_runs_again_as_attempt_1"
    /// A revived record stays in the list.
    RevivedOneIsListed breaks "a_revived_delivery_runs_again_as_attempt_1"
    /// A revival frees a claim.
    ClaimIsRevived breaks "only_a_dead_record_is_revived"
    /// A revival makes a done record released.
    DoneIsRevived breaks "only_a_dead_record_is_revived"
    /// A revival deletes the record, so its key is new to its group.
    RevivalDeletes breaks "a_revived_key_is_not_counted_again_in_its_group"
    /// A forgotten record stays if it is dead.
    ForgetSparesDeadOnes breaks "a_dead_delivery_can_be_forgotten"
    /// A forgotten record stays in the list of dead ones.
    ForgottenOneIsListed breaks "a_dead_delivery_can_be_forgotten"
    /// A burial keeps the expiry that the claim has set.
    BurialKeepsExpiry breaks "a_dead_record_is_kept_like_a_released_one"
    /// A dead record never expires.
    DeadNeverExpires breaks "a_dead_record_is_kept_like_a_released_one"
    /// A claim that is answered `Dead` sets the expiry anew.
    DuplicateOfADeadOneExtends breaks "a_dead_record_is_kept_like_a_released_one"
    /// A dead record that has expired is listed until it is purged.
    ExpiredDeadOneIsListed breaks "a_dead_record_is_kept_like_a_released_one"
    /// A dead record that has expired can be revived.
    ExpiredDeadOneIsRevived breaks "a_dead_record_is_kept_like_a_released_one"
    /// A revival keeps the expiry that the burial has set.
    RevivalKeepsExpiry breaks "retention_begins_anew_with_a_revival"

    /// The list is in the order of death.
    ListIsInOrderOfDeath breaks "dead_records_are_listed_in_key_order_and_paged_by_key"
    /// A page begins with the key that it should begin after.
    PageBeginsWithItsKey breaks "dead_records_are_listed_in_key_order_and_paged_by_key"
    /// A page has all records.
    PageIsUnbounded breaks "dead_records_are_listed_in_key_order_and_paged_by_key"
    /// The list says when the delivery was claimed.
    DiedWhenItWasClaimed breaks "a_listed_record_says_how_often_and_when_and_why_it_died"
    /// The list does not say how often the delivery was tried.
    AttemptsAreNotListed breaks "a_listed_record_says_how_often_and_when_and_why_it_died"
    /// A burial does not refuse a note that is too long, nor cut it.
    NoteIsKeptWhole breaks "a_note_that_is_too_long_is_cut_and_its_delivery_is_dead"
    /// A burial fails because of a note that is too long.
    LongNoteIsRefused breaks "a_note_that_is_too_long_is_cut_and_its_delivery_is_dead"

    /// An answer has to be valid UTF-8.
    AnswerIsText breaks "an_answer_is_given_back_byte_for_byte"
    /// Only the beginning of an answer is kept.
    AnswerIsCut breaks "an_answer_is_given_back_byte_for_byte"
    /// An empty answer counts as none.
    EmptyAnswerIsNone breaks "an_answer_is_given_back_byte_for_byte"
    /// A copy with another payload gets no answer.
    AnswerNeedsTheSamePayload breaks "an_answer_is_given_back_byte_for_byte"
    /// No answer counts as an empty one.
    NoAnswerIsAnEmptyOne breaks "a_commit_without_an_answer_has_none"
    /// A commit fails because of an answer that is too long.
    LongAnswerIsRefused breaks "a_commit_whose_answer_is_too_long_counts_and_has_none"
    /// An answer that is too long is kept.
    LongAnswerIsKept breaks "a_commit_whose_answer_is_too_long_counts_and_has_none"
    /// A commit that is repeated replaces the answer.
    RepeatedCommitReplacesTheAnswer breaks "only_the_commit_that_counts_leaves_its_answer"
    /// A commit writes its answer before it compares owner and epoch.
    LostLeaseLeavesItsAnswer breaks "only_the_commit_that_counts_leaves_its_answer"
    /// A forgotten record leaves its answer to the next one.
    ForgetLeavesTheAnswer breaks "an_answer_ends_with_its_record"
    /// A record that has expired leaves its answer to the next one.
    AnswerOutlivesItsRecord breaks "an_answer_ends_with_its_record"

    /// A sweep removes claims whose lease has ended.
    SweepTakesEndedLeases breaks "a_sweep_touches_nothing_that_has_not_expired"
    /// A sweep removes released records.
    SweepTakesReleasedOnes breaks "a_sweep_touches_nothing_that_has_not_expired"
    /// A sweep removes dead records.
    SweepTakesDeadOnes breaks "a_sweep_touches_nothing_that_has_not_expired"
    /// A sweep removes counts of groups.
    SweepTakesCounts breaks "a_sweep_touches_nothing_that_has_not_expired"
    /// A sweep removes answers.
    SweepTakesAnswers breaks "a_sweep_touches_nothing_that_has_not_expired"
    /// A sweep removes everything that has expired at once.
    SweepIsUnbounded breaks "a_sweep_is_bounded_and_comes_to_an_end"
    /// A sweep always says that there is more.
    SweepIsNeverThrough breaks "a_sweep_is_bounded_and_comes_to_an_end"

    /// A sweep removes nothing.
    SweepRemovesNothing breaks "a_sweep_removes_all_that_has_expired"
    /// A sweep leaves the counts of groups.
    SweepLeavesCounts breaks "a_sweep_removes_all_that_has_expired"
    /// A sweep that stops at its bound says that it is through.
    SweepStopsTooEarly breaks "a_sweep_removes_all_that_has_expired"

    /// A claim reads that a key is absent, and then inserts.
    ClaimsRace breaks "of_many_claims_at_once_exactly_one_is_acquired"
    /// A claim reads that a lease has ended, and then takes over.
    TakeOversRace breaks "of_many_take_overs_at_once_exactly_one_is_acquired"
    /// A commit compares owner and epoch, and then writes.
    CommitsRace breaks "of_a_commit_and_many_take_overs_at_once_exactly_one_wins"
    /// A release compares owner and epoch, and then writes.
    ReleasesRace breaks "a_release_at_the_same_time_leaves_the_next_claim_alone"
    /// A burial compares owner and epoch, and then writes.
    BurialsRace breaks "of_a_burial_and_many_take_overs_at_once_exactly_one_wins"
    /// A revival reads that a key is dead, and then writes.
    RevivalsRace breaks "of_many_revivals_at_once_exactly_one_takes_place"
    /// A claim reads that a key is released, and then writes.
    ClaimsOfReleasedRace breaks "a_release_at_the_same_time_leaves_the_next_claim_alone"
    /// A claim reads the count of its group, and then writes the next one.
    CountsRace breaks "of_many_keys_of_a_group_at_once_as_many_are_acquired_as_its_bound"
}
