//! The list, and what is removed from the table.

use std::time::Duration;

use super::ask::{LONG, MOST, RAPYD, REST, SHORT, answer, check, has, listed, put, rotate, store};
use crate::secret_store::{SecretTable, Slot};
use crate::verify::TenantSecrets;

/// An operator sees which key each value needs, and which secrets count.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn the_list_has_every_value_in_order_and_none_that_ended<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    for tenant in ["b", "a", "ä", "B"] {
        put(&a, tenant, 1).await;
    }
    rotate(&a, "a", 2, SHORT).await;
    rotate(&a, "b", 2, LONG).await;
    let secrets = TenantSecrets::new("rapyd-0123456789abcdef").setting("access_key", "access-1");
    answer(a.put(RAPYD, "a", &secrets).await);
    let mut expected = vec![
        Slot::secret("rapyd", "a", 1),
        Slot::setting("rapyd", "a", "access_key", 2),
        Slot::secret("stripe", "B", 1),
        Slot::secret("stripe", "a", 1),
        Slot::secret("stripe", "a", 2),
        Slot::secret("stripe", "b", 1),
        Slot::secret("stripe", "b", 2),
        Slot::secret("stripe", "ä", 1),
    ];
    for at_most in [1, 2, 3, 100] {
        let rows = listed(&b, at_most).await;
        let slots: Vec<_> = rows.iter().map(|info| info.slot.clone()).collect();
        let promise = "the list has every value, in the order of the slots";
        check(slots == expected, promise, (at_most, &slots));
        let is_sealed = rows
            .iter()
            .all(|info| info.key_id.as_deref() == Some("old"));
        check(is_sealed, "every row names its key", &rows);
        let previous = |info: &&crate::secret_store::SecretInfo| info.ends_at.is_some();
        let ends: Vec<_> = rows
            .iter()
            .filter(previous)
            .map(|info| info.slot.clone())
            .collect();
        let is_previous = ends
            == [
                Slot::secret("stripe", "a", 1),
                Slot::secret("stripe", "b", 1),
            ];
        check(is_previous, "a previous secret has an end", ends);
        let is_later = |info: &crate::secret_store::SecretInfo| {
            info.ends_at.is_none_or(|end| end > info.created_at)
        };
        check(
            rows.iter().all(is_later),
            "the end is after the beginning",
            &rows,
        );
    }
    let none = answer(b.list(None, 0).await);
    check(none.is_empty(), "a page of no rows is empty", none);
    sleep(MOST).await;
    sleep(REST).await;
    expected.remove(3);
    let slots: Vec<_> = listed(&b, 2)
        .await
        .into_iter()
        .map(|info| info.slot)
        .collect();
    check(slots == expected, "what has ended is not listed", slots);
}

/// What has ended does not stay in the table, and what counts does.
///
/// # Panics
///
/// If the table breaks this promise.
pub async fn a_sweep_removes_what_has_ended_and_nothing_else<T: SecretTable + Clone>(
    a: &T,
    b: &T,
    sleep: &impl AsyncFn(Duration),
) {
    let (a, b) = (store(a), store(b));
    for tenant in ["a", "b", "c"] {
        put(&a, tenant, 1).await;
        rotate(&a, tenant, 2, if tenant == "c" { LONG } else { SHORT }).await;
    }
    let swept = answer(b.sweep(10).await);
    check(swept == 0, "nothing has ended yet", swept);
    sleep(MOST).await;
    sleep(REST).await;
    let mut counts = Vec::new();
    for at_most in [0, 1, 10, 10] {
        counts.push(answer(b.sweep(at_most).await));
    }
    let promise = "a sweep is bounded, and removes all that has ended";
    check(counts == [0, 1, 1, 0], promise, counts);
    has(&a, "a", &[2], "what counts stays").await;
    has(&a, "c", &[2, 1], "what has an end in the future stays").await;
    rotate(&a, "a", 3, LONG).await;
    has(&b, "a", &[3, 2], "numbers go on after a sweep").await;
}
