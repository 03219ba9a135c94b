//! Tables with one flaw each, which the suite has to find.

mod flawed;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flawed::{Flaw, Flawed};
use webhook_inbox::conformance;

use crate::common::keep_promise;

/// The promises that a table with this flaw breaks.
fn broken(flaw: Flaw) -> BTreeSet<&'static str> {
    let names = conformance::PROMISES.iter().copied();
    let broken = names.filter(|name| {
        let run = || keep_promise(name, |table| Flawed::new(table, flaw));
        catch_unwind(AssertUnwindSafe(run)).is_err()
    });
    broken.collect()
}

#[test]
fn every_flaw_is_found_by_the_promise_that_it_breaks() {
    use Flaw as F;
    for (flaw, promise) in [
        (
            F::ForgetsKeys,
            "a_copy_of_a_stored_delivery_is_not_stored_again",
        ),
        (
            F::NeverForgets,
            "a_key_is_remembered_until_its_retention_ends",
        ),
        (
            F::ForgetsOwners,
            "an_acceptance_that_is_repeated_is_the_same_one",
        ),
        (
            F::RemembersEverything,
            "copies_that_are_not_remembered_are_all_stored",
        ),
        (F::IgnoresBounds, "a_bound_limits_the_keys_of_a_group"),
        (F::TakesBodiesForText, "what_is_accepted_is_taken_as_it_was"),
        (F::MixesLanes, "many_deliveries_at_once_are_all_stored"),
        (
            F::NeverTakesOver,
            "a_taken_job_is_left_alone_until_its_lease_ends",
        ),
        (
            F::GrantsNoLease,
            "of_many_takes_at_once_each_job_goes_to_one",
        ),
        (
            F::RenewsNothing,
            "a_renewed_lease_lasts_from_the_renewal_on",
        ),
        (F::RenewsWhatIsLost, "a_lost_lease_changes_nothing"),
        (F::IgnoresLeases, "a_lost_lease_changes_nothing"),
        (F::EndsOnlyOnce, "an_ending_can_be_repeated"),
        (F::RetriesAtOnce, "a_retry_is_due_after_its_time"),
        (
            F::RetriesTheDead,
            "a_dead_job_runs_again_only_when_it_is_requeued",
        ),
        (F::BuriesTheParked, "a_parked_job_spends_no_attempt"),
        (
            F::CountsWhatIsGivenBack,
            "a_job_that_is_given_back_is_due_at_once",
        ),
        (
            F::ForgetsTheFirstAttempt,
            "the_first_and_the_last_nine_attempts_are_kept",
        ),
        (
            F::ServesTheFirstLane,
            "a_long_lane_does_not_keep_others_waiting",
        ),
        (F::StopsEarly, "every_lane_is_reached_by_going_on"),
        (
            F::ServesTheLatest,
            "the_earliest_jobs_of_a_lane_are_taken_first",
        ),
        (F::ChangesWhatRuns, "people_change_only_what_no_worker_has"),
        (
            F::HoldsWhatWasChanged,
            "a_changed_job_is_not_held_by_its_last_lease",
        ),
        (
            F::ForgetsWhoChanged,
            "who_changed_a_job_and_why_is_kept_with_it",
        ),
        (
            F::ForgetsWhyItChanged,
            "who_changed_a_job_and_why_is_kept_with_it",
        ),
        (
            F::BlamesBystanders,
            "who_changed_a_job_and_why_is_kept_with_it",
        ),
        (F::KeepsEveryChange, "the_last_twenty_changes_are_kept"),
        (F::ForgetsTheLastChange, "the_last_twenty_changes_are_kept"),
        (
            F::IgnoresTimes,
            "the_list_has_what_was_stored_between_two_times",
        ),
        (
            F::IncludesTheEnd,
            "the_list_has_what_was_stored_between_two_times",
        ),
        (F::FoldsCase, "the_list_has_what_fits_the_filter_in_order"),
        (F::SkipsAJob, "a_list_of_pages_has_every_job_once"),
        (F::CountsTheDeadAsDue, "the_numbers_are_those_of_the_states"),
        (
            F::LosesBodiesOfTheDead,
            "bodies_go_before_records_and_unfinished_jobs_keep_theirs",
        ),
        (F::PrunesWithoutEnd, "a_prune_has_a_budget"),
        (F::ForgetsConsumers, "each_consumer_has_a_job_of_its_own"),
        (F::IgnoresConsumers, "only_the_wanted_lanes_are_visited"),
        (F::IgnoresSkips, "only_the_wanted_lanes_are_visited"),
        (
            F::IgnoresLimitsOfLanes,
            "a_lane_gives_at_most_what_a_take_allows",
        ),
        (
            F::IgnoresOrders,
            "takes_at_once_never_run_two_of_one_order_key",
        ),
        (
            F::MixesOrders,
            "only_jobs_of_the_same_lane_and_order_key_are_held_back",
        ),
        (
            F::LetsRetriesBeOvertaken,
            "a_retry_holds_back_what_is_behind_it",
        ),
        (
            F::TellsNoAge,
            "a_taken_job_is_left_alone_until_its_lease_ends",
        ),
        (F::ForgetsSteps, "a_done_step_is_kept_and_another_replaced"),
        (
            F::ReplacesDoneSteps,
            "a_done_step_is_kept_and_another_replaced",
        ),
        (
            F::IgnoresLeasesOfSteps,
            "a_step_is_kept_only_while_its_lease_is_held",
        ),
        (F::CutsSteps, "a_step_outside_of_its_limits_is_refused"),
        (F::MixesLanesInNumbers, "each_lane_has_numbers_of_its_own"),
        (F::ForgetsStepsOfTheDone, "steps_stay_as_long_as_the_record"),
    ] {
        let broken = broken(flaw);
        assert!(broken.contains(promise), "{flaw:?} breaks {broken:?}");
        let is_narrow = broken.len() < conformance::PROMISES.len() / 2;
        assert!(is_narrow, "{flaw:?} breaks {broken:?}");
    }
}
