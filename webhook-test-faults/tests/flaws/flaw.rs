//! What can be wrong with a receiver, and which scenario finds it.

/// Makes the enum of flaws, and the scenario that finds each of them.
macro_rules! flaws {
    ($($(#[$doc:meta])* $flaw:ident is_found_by $scenario:ident)*) => {
        /// One flaw of a receiver.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Flaw {
            $($(#[$doc])* $flaw,)*
        }

        /// Every flaw, and the name of the only scenario that fails.
        pub(crate) const FLAWS: &[(Flaw, &str)] = &[$((Flaw::$flaw, stringify!($scenario))),*];
    };
}

flaws! {
    /// A copy of work that is not finished is answered 200.
    AcceptsUnfinishedCopies is_found_by a_copy_of_unfinished_work_is_not_accepted
    /// A duplicate extends the record.
    DuplicateExtends is_found_by a_duplicate_does_not_extend_the_record
    /// A failure deletes the record, and with it the count of attempts.
    FailureDeletes is_found_by a_retry_after_a_failure_is_the_next_attempt
    /// Epochs pass through a number of Lua, which writes 14 digits of 16.
    EpochIsALuaNumber is_found_by every_run_of_an_event_has_a_higher_epoch
    /// A commit does not compare owner and epoch.
    StaleOwnerCommits is_found_by a_run_that_lost_its_lease_is_not_acknowledged
    /// A claim reads that a key is absent, and then inserts it.
    ChecksThenInserts is_found_by of_many_copies_at_once_one_runs
    /// An event is marked as done before its handler runs.
    DoneBeforeItsEffect is_found_by a_delivery_whose_handler_was_killed_runs_again
    /// Effects are written in batches, and acknowledged before that.
    AcknowledgedBeforeDurable is_found_by what_was_acknowledged_outlives_the_process
    /// The signature is compared with that of the parsed and re-serialised body.
    VerifiesReserialisedBody is_found_by a_body_is_verified_as_it_was_sent
    /// A finished event is unlocked, and nothing else is recorded.
    RecordsNothing is_found_by a_copy_of_a_handled_delivery_does_not_run
    /// The signed time is not compared with the clock.
    AcceptsStaleDeliveries is_found_by a_stale_delivery_is_refused
    /// The signature is computed and not compared.
    AcceptsForgedDeliveries is_found_by a_forged_delivery_is_refused
}
